"""Places that cross a threshold are looked into by a supervisor, once a day and place."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from grid.choices import Role
from grid.days import today
from grid.models import Leave, Post, User
from schedules.choices import Shortfall, TaskState
from schedules.models import (
    Channel,
    Escalation,
    Inspection,
    JobRun,
    Reminder,
    Rung,
    Task,
    Threshold,
)
from schedules.services import close_inspection, inspect, send_due
from schedules.services.inspections import InspectionRefusedError
from schedules.services.ladders import first_rungs
from schedules.tasks import escalate
from tests.cast import TOWN, VILLAGE
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, soup
from tests.schedules.service import running

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def ten(world):
    """Ten people of 东关村 whose checks of today are all that is to do."""
    for _person in range(10):
        returnee(days=-3)
    pending = Task.objects.pending()
    pending.exclude(duty__evidence="health_log", due_day=today()).update(state="cancelled")
    Task.objects.pending().update(due_at=clock(20))
    return world


def check(many: int, state: str = TaskState.DONE) -> None:
    some = Task.objects.pending().values_list("pk", flat=True)[:many]
    Task.objects.filter(pk__in=list(some)).update(state=state, done_at=clock(12))


def open_ones(**where) -> list[tuple[str, str]]:
    rows = Inspection.objects.open().filter(**where).order_by("place", "kind")
    return list(rows.values_list("place", "kind"))


def shut(*users: User) -> None:
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)


def test_too_few_checks_at_twenty_one_call_the_supervisor_to_the_township(ten):
    check(7)

    assert inspect(now=clock(20, minute=59)) == 0
    assert inspect(now=clock(21)) == 1

    one = Inspection.objects.get()
    assert (one.place_id, one.kind, one.day, one.holder) == (
        TOWN, "checks", today(), ten.supervisor,
    )  # fmt: skip
    assert (one.figures["total"], one.figures["lacking"], one.figures["bound"]) == (10, 3, 80)
    assert one.figures["worst"] == [{"place": VILLAGE, "n": 3}]
    assert one.due_at == clock(21, 1)
    assert one.sentence.startswith("7 of 10 health checks done (70 in a hundred)")


def test_enough_checks_call_nobody_late_ones_count(ten):
    check(7)
    check(1, TaskState.LATE)

    assert inspect(now=clock(21)) == 0


def test_a_threshold_is_judged_once_a_day(ten):
    assert inspect(now=clock(21)) == 1
    Inspection.objects.all().delete()

    assert inspect(now=clock(21, minute=5)) == 0


def test_whatever_is_still_open_is_not_made_again_the_next_day(ten):
    inspect(now=clock(21))
    Task.objects.filter(state="pending").update(due_day=today() + DAY)

    assert inspect(now=clock(21, 1)) == 0
    close_inspection(
        inspection=Inspection.objects.get(), note="已督促补测", by=ten.supervisor, now=clock(22, 1)
    )
    Task.objects.filter(state="pending").update(due_day=today() + 2 * DAY)
    assert inspect(now=clock(21, 2)) == 1


def test_an_evening_of_outage_is_judged_the_next_morning(ten):
    check(5)

    assert inspect(now=clock(8, 1)) == 1

    one = Inspection.objects.get()
    assert (one.day, one.kind) == (today(), "checks")


def test_overdue_work_and_what_nobody_answers_are_counted(ten, settings):
    settings.GRID = {
        **settings.GRID,
        "thresholds": {"checks": (0, "09:00"), "overdue": (9, "09:00"), "unanswered": (1, "09:00")},
    }
    Task.objects.pending().update(due_at=clock(8))
    for task in Task.objects.pending()[:2]:
        Escalation.objects.create(
            matter="check", task=task, episode_id=task.episode_id, place_id=VILLAGE, tier=3,
            user=ten.head, since=clock(8), told_at=clock(8),
        )  # fmt: skip

    assert inspect(now=clock(9)) == 2

    assert open_ones() == [(TOWN, "overdue"), (TOWN, "unanswered")]
    overdue, unanswered = Inspection.objects.order_by("kind")
    assert overdue.sentence == "10 tasks are overdue, at most 9 may be."
    assert unanswered.sentence == "Nobody has answered for 2 persons, at most 1 may wait."


def test_a_place_may_have_thresholds_of_its_own_and_others_keep_theirs(ten):
    check(7)
    Threshold.objects.create(place_id=TOWN, kind="checks", bound=60, at=time(21))
    Threshold.objects.create(place_id=VILLAGE, kind="checks", bound=75, at=time(20, 30))

    assert inspect(now=clock(20, minute=30)) == 1
    assert inspect(now=clock(21)) == 0

    assert open_ones() == [(VILLAGE, "checks")]


def test_a_threshold_without_a_number_judges_nothing(ten):
    Threshold.objects.create(place_id=TOWN, kind="checks", bound=None, at=time(21))

    assert inspect(now=clock(21)) == 0


def test_a_share_beyond_a_hundred_is_refused(world):
    with pytest.raises(ValidationError, match="0 to 100"):
        Threshold(place_id=TOWN, kind="checks", bound=101, at=time(21)).full_clean()


def test_the_nearest_supervisor_holds_it_and_without_one_the_township_and_then_the_county(ten):
    near = Post.objects.create(user=ten.clerk, role=Role.SUPERVISOR, place_id=TOWN, since=today())
    inspect(now=clock(21))
    assert Inspection.objects.get().holder == ten.clerk

    near.delete()
    for gone, next_one in (
        ([ten.clerk], ten.supervisor),
        ([ten.supervisor], ten.township),
        ([ten.township], ten.county),
        ([ten.county], None),
    ):
        shut(*gone)
        inspect(now=clock(22))
        assert Inspection.objects.get().holder == next_one


def test_a_supervisor_on_leave_is_passed_over(ten):
    Leave.objects.create(
        user=ten.supervisor, cover=ten.clerk, since=today(), until=today() + 3 * DAY
    )

    inspect(now=clock(21))

    assert Inspection.objects.get().holder == ten.township


def test_the_holder_is_told_once_and_a_closed_one_rings_no_more(ten):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        Rung.objects.create(user=ten.supervisor, channel=channel)
        inspect(now=clock(21))
        inspect(now=clock(21, minute=5))
        first_rungs(now=clock(21, minute=5))
        page = soup(browser(ten.supervisor).get("/notices/")).find("article")
        assert "1 place is to be inspected by you" in page.text
        one = Inspection.objects.get()
        close_inspection(inspection=one, note="已整改", by=ten.supervisor)
        send_due(now=clock(21, minute=6))

    assert not service.got
    assert Reminder.objects.get(rung=1).state == "dropped"


def test_a_channel_is_told_how_many_are_open(ten):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        Rung.objects.create(user=ten.supervisor, channel=channel)
        inspect(now=clock(21))
        first_rungs(now=clock(21))
        send_due(now=clock(21, minute=1))

    assert len(service.got) == 1
    assert "1" in service.got[0]["text"]


def test_the_escalation_job_judges(ten):
    escalate(now=clock(21).isoformat())

    assert open_ones(kind=Shortfall.CHECKS) == [(TOWN, "checks")]


def test_closing_keeps_who_and_what_and_nobody_closes_twice(ten):
    inspect(now=clock(21))
    one = Inspection.objects.get()
    with pytest.raises(InspectionRefusedError, match="Say what"):
        close_inspection(inspection=one, note="  ", by=ten.supervisor)

    close_inspection(inspection=one, note="三户已补测", by=ten.supervisor, now=clock(22))

    one.refresh_from_db()
    assert (one.note, one.done_by, one.done_at) == ("三户已补测", ten.supervisor, clock(22))
    with pytest.raises(InspectionRefusedError, match="closed this"):
        close_inspection(inspection=one, note="再来", by=ten.township)


def test_the_page_lists_shows_and_closes(ten):
    check(7)
    inspect(now=clock(21))
    client, one = browser(ten.supervisor), Inspection.objects.get()

    listed = soup(client.get("/inspections/?show=mine")).find("table").text
    assert "河口镇" in listed
    assert "7 of 10 health checks done" in listed
    shown = soup(client.get(f"/inspections/{one.pk}/"))
    assert shown.find("a", href=f"/dashboard/{VILLAGE}/")
    assert client.post(f"/inspections/{one.pk}/", {"note": " "}).status_code == 422
    client.post(f"/inspections/{one.pk}/", {"note": "三户已补测"})

    assert "三户已补测" in soup(client.get(f"/inspections/{one.pk}/")).text
    assert "河口镇" in soup(client.get("/inspections/?show=done")).find("table").text
    assert "No place is to be inspected" in soup(client.get("/inspections/")).text


def test_those_below_and_beside_see_none_of_it_and_a_leader_only_looks(ten):
    inspect(now=clock(21))
    one = Inspection.objects.get()

    for user in (ten.head, ten.neighbour):
        assert browser(user).get(f"/inspections/{one.pk}/").status_code == 404
    assert browser(ten.leader).get(f"/inspections/{one.pk}/").status_code == 200
    assert browser(ten.leader).post(f"/inspections/{one.pk}/", {"note": "x"}).status_code == 403


def test_a_second_judge_who_knows_nothing_of_the_first_makes_nothing_more(ten):
    inspect(now=clock(21))
    JobRun.objects.all().delete()

    assert inspect(now=clock(21)) == 0

    assert open_ones() == [(TOWN, "checks")]


def test_the_number_of_queries_does_not_grow_with_the_people(ten, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        inspect(now=clock(21))
