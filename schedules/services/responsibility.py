"""Who is responsible is kept on the episode, and its open tasks follow (JY-2j, A-43)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from grid.announce import outermost
from grid.audit import acting
from grid.choices import CODE_LENGTHS, Level
from grid.models import Assignment, Leave
from grid.responsibility import resolve_sql
from grid.scope import AFTER_DIGITS
from returnees.choices import OPEN_STATES
from returnees.services import verifications
from schedules import sql

# The newest changes of responsibility that each sweep looks at.
NEWEST = 200
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
# Only rows that differ are written, so the history says who was responsible since when.
RESOLVE = f"""
UPDATE returnees_episode e
SET responsible_id = r.holder
FROM ({
    resolve_sql(
        "p.id IN (SELECT o.person_id FROM returnees_episode o WHERE o.state = ANY(%(open)s)"
        " AND o.place_id >= %(first)s AND o.place_id < %(after)s)"
    )
}) r
WHERE e.person_id = r.person_id AND e.state = ANY(%(open)s)
    AND e.place_id >= %(first)s AND e.place_id < %(after)s
    AND e.responsible_id IS DISTINCT FROM r.holder
"""  # noqa: S608  our own words only


@transaction.atomic
def follow_responsibility(*, place_codes: Iterable[str], now: datetime | None = None) -> int:
    """Write on each open episode below these places who answers for it today.

    Its open tasks move along; done ones keep the old name. Return how many episodes moved. What is
    said of a grid or a building concerns its whole village: returns name the village of the stay.
    """
    day = timezone.localdate(now)
    moved = 0
    with acting(by=None, why="responsibility changed"):
        codes = outermost(code[:VILLAGE] for code in place_codes)
        for code in codes:
            moved += sql.run(
                RESOLVE,
                day=day,
                first=code,
                after=code + AFTER_DIGITS,
                open=[str(state) for state in OPEN_STATES],
            )
        verifications.follow_responsibility(places=codes, day=day)
    if moved:
        sql.run(sql.FOLLOW, ids=None)
    return moved


def follow_everywhere(*, now: datetime) -> int:
    """Do the same for the whole country: leave and assignments begin at midnight."""
    return follow_responsibility(place_codes=[""], now=now)


def follow_recent(*, now: datetime) -> int:
    """Do the same where assignments or leave were written lately, as their history says."""
    places = set(_newest(Assignment, "at_id"))
    away = _newest(Leave, "user_id")
    places |= set(Assignment.objects.open().filter(cadre__in=away).values_list("at_id", flat=True))
    return follow_responsibility(place_codes=places, now=now)


def _newest(model: type[Model], column: str) -> list[Any]:
    """Return a column of the newest rows in a model's history."""
    history = model.events.rel.related_model.objects  # type: ignore[attr-defined]
    return list(history.order_by("-pgh_id").values_list(column, flat=True)[:NEWEST])
