"""Who meets a running import in the database is told to try again, on every page that decides.

The database is made to answer what it answers the one of two it ends: at the first statement that
locks or changes the row in hand. Whatever the act had begun is gone, and tried again it succeeds.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from grid.choices import Tier
from grid.days import today
from schedules.choices import ReminderState
from schedules.models import Escalation, Reminder
from tests.access.scene import Scene, scene, undone
from tests.cast import TOWN
from tests.schedules.pages import browser, soup

__all__ = ["scene"]
pytestmark = pytest.mark.django_db

Body = dict[str, Any]


def a_day(ago: int) -> str:
    return (today() - timedelta(days=ago)).isoformat()


# Of each page: who, the table whose rows are waited for, the row named, and what is sent.
CASES: dict[str, tuple[str, str, str, Callable[[], Body]]] = {
    "away-end": (
        "township", "returnees_away", "away",
        lambda: {"why": "moved away", "ended_on": a_day(0)},
    ),
    "override-decide": ("township", "returnees_override", "override", lambda: {"approve": "1"}),
    "permit-decide": ("township", "returnees_exitpermit", "permit", lambda: {"grant": "1"}),
    "screening-confirm": ("township", "returnees_screening", "screening", lambda: {"all": "1"}),
    "zone-case": (
        "county", "returnees_controlzone", "zone", lambda: {"last_case_on": a_day(1)},
    ),
    "zone-new": (
        "county", "returnees_screening", "",
        lambda: {
            "township": TOWN, "since": a_day(0), "last_case_on": a_day(0),
            "approved_by": "市指挥部",
        },
    ),
}  # fmt: skip


def meeting(table: str) -> Any:
    """Return a wrapper under which whoever locks or changes rows of the table meets another."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        locks = f'FROM "{table}"' in sql and "FOR UPDATE" in sql
        if locks or sql.startswith((f'UPDATE "{table}"', f'INSERT INTO "{table}"')):
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def tried_twice(client: Any, url: str, body: Body, table: str) -> None:
    """Send the same twice: first it meets another and says so, then it is done."""
    with meeting(table):
        met = client.post(url, body, follow=True)
    shown = soup(met)
    said = [one.text for one in shown.select("#messages, [role=alert]") if "try again" in one.text]
    assert len(said) == 1, (met.status_code, shown.text)
    again = client.post(url, body, follow=True)
    assert again.status_code == 200
    assert not soup(again).select("[role=alert], #messages .notice-error")


@pytest.mark.parametrize("name", CASES)
def test_an_act_that_meets_another_is_refused_in_words_and_succeeds_when_tried_again(
    scene: Scene, name: str
) -> None:
    who, table, at, body = CASES[name]
    url = reverse(name, args=[scene.rows["near"][at].pk] if at else [])
    with undone():
        tried_twice(browser(scene.world.users[who]), url, body(), table)


def test_an_answer_that_meets_another_is_refused_likewise(scene: Scene) -> None:
    at, township = scene.rows["near"], scene.world.township
    with undone():
        told = Escalation.objects.create(
            matter="finding", abnormality=at["abnormality"], episode=at["episode"],
            place_id=at["episode"].place_id, tier=Tier.VILLAGE, user=township,
            since=timezone.now(), told_at=timezone.now(),
        )  # fmt: skip
        body = {"row": [str(told.pk)], "answer": "已上门"}
        tried_twice(browser(township), reverse("escalations-answer"), body, "schedules_escalation")
        told.refresh_from_db()
        assert told.answer == "已上门"


@pytest.mark.parametrize("name", ["by-hand-told", "notices-read"])
def test_what_marks_reminders_meets_whoever_sends_them(scene: Scene, name: str) -> None:
    who = scene.world.township
    with undone():
        row = Reminder.objects.create(
            user=who, kind="digest", day=today(), slot="08:00", channel="hand",
            state=ReminderState.BY_HAND,
        )  # fmt: skip
        body = {"reminder": [str(row.pk)], "upto": timezone.now().isoformat()}
        tried_twice(browser(who), reverse(name), body, "schedules_reminder")
        row.refresh_from_db()
        assert (row.read_at or row.told_by) is not None
