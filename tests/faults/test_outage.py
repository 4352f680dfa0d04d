"""An outage, an emptied broker, two of everything, a clock that jumps: healed by one sweep."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from schedules.models import Escalation, JobRun, Reminder, Task
from schedules.services import escalate, run_day, sweep
from tests.factories.schedules import clock
from tests.faults.county import one_channel
from tests.faults.fortnight import at_once, counted_in_notices, escalated, ring, work_left

pytestmark = pytest.mark.processes
PEOPLE = 60


@pytest.fixture
def town(site, county, service, post):
    """A county at work, with a service that honours keys; what is queued goes to its broker."""
    county("start", PEOPLE)
    post(at_once)
    with site.used("start"):
        ring(clock(23), at_once)  # before midnight closes the day, or after: it has been told
    site.make_database("town", like="start")
    post(site.send)
    with site.used("town"):
        one_channel(service.url)
        yield site


def at(moment: datetime) -> str:
    return moment.isoformat()


def live_until(hour: int) -> None:
    """Let the first day pass in quiet, to this hour."""
    for one in (0, 8, 16, 20, 23):
        if one <= hour:
            ring(clock(one, 1), at_once)


def test_a_day_and_a_half_of_outage_over_midnight_heals_itself(town, service, post):
    post(at_once)
    live_until(16)
    post(town.send)
    before = set(service.shown)
    back = clock(4, 3) + timedelta(hours=5)  # from 16:00 of the first day to the third's morning
    assert not Task.objects.filter(due_day__gt=timezone.localdate(clock(0, 1))).exists()

    town.start("worker")
    for _twice in range(2):
        town.send("schedules.sweep", now=at(back))
        town.settles()
        town.send("schedules.escalate", now=at(back))
        town.settles()

    days = {timezone.localdate(clock(0, day)) for day in (2, 3)}
    assert days <= set(Task.objects.values_list("due_day", flat=True))
    gone = Task.objects.filter(due_day__lt=max(days), duty__missable=True)
    assert set(gone.values_list("state", flat=True)) <= {"missed", "done", "late", "cancelled"}
    assert gone.filter(due_day=min(days), state="missed").exists()
    digests = Reminder.objects.in_portal().filter(kind="digest", day__in=days)
    assert set(digests.values_list("day", "slot")) == {(max(days), "08:00")}
    assert counted_in_notices() == escalated()
    new = [key for key in service.shown if key not in before]
    told = [key for key in new if key.startswith("digest:")]
    assert len(told) == digests.count() > 0
    assert JobRun.objects.filter(name="run_day", day=max(days), error="").count() == 1


def test_an_emptied_broker_is_filled_again_by_the_sweep(town, service, post):
    ring(clock(0, 1), town.send)
    ring(clock(8, 1), town.send)
    assert town.waiting() >= 8
    town.kill_server(town.valkey)
    assert town.waiting() == 0

    town.start("worker")
    for minutes in (15, 16, 17):
        town.send("schedules.sweep", now=at(clock(8, 1, minute=minutes)))
        town.settles()

    day = timezone.localdate(clock(0, 1))
    assert Task.objects.filter(due_day=day).exists()
    told = Reminder.objects.in_portal().filter(kind="digest", day=day)
    assert len([key for key in service.shown if key.startswith("digest:")]) == told.count() > 0


def test_two_workers_and_every_message_twice_do_the_work_once(town, site, service, post):
    steps = [clock(hour, 1) for hour in (0, 8, 16, 20, 23)]
    town.start("worker", log="one")
    town.start("worker", log="two")
    for moment in steps:
        for _twice in range(2):
            ring(moment, town.send)
        town.settles()
        town.send("schedules.sweep", now=at(moment + timedelta(minutes=1)))
        town.settles()
    ring(clock(23, 1, minute=30), town.send)
    town.settles()
    found, keys = work_left(), set(service.shown)
    assert counted_in_notices() == escalated()

    service.got.clear()
    post(at_once)
    site.make_database("calm", like="start")
    with site.used("calm"):
        one_channel(service.url)
        for moment in [*steps, clock(23, 1, minute=30)]:
            ring(moment, at_once)
        assert work_left() == found
        assert set(service.shown) == keys


def test_a_clock_that_jumps_back_and_ahead_doubles_nothing_and_loses_nothing(town, service, post):
    post(at_once)
    live_until(8)
    there = work_left(), escalated(), set(service.shown)

    ring(clock(7, 1), at_once)  # an hour back
    run_day(now=clock(23, 0))  # a day that is over, as a clock set wrong would ask
    ring(clock(8, 1), at_once)

    assert (work_left(), escalated(), set(service.shown)) == there
    sweep(now=clock(9, 2))  # a day ahead
    escalate(now=clock(9, 2))
    ahead = set(Task.objects.values_list("pk", "due_day", "duty"))
    sweep(now=clock(9, 1))  # and back again
    run_day(now=clock(9, 1))
    escalate(now=clock(9, 1))
    sweep(now=clock(9, 2))
    assert set(Task.objects.values_list("pk", "due_day", "duty")) == ahead
    assert counted_in_notices() == escalated()
    pairs = list(Escalation.objects.values_list("task", "matter", "tier"))
    assert len(pairs) == len(set(pairs))
