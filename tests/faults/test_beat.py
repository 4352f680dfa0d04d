"""Beat on its own: two at once do nothing twice, and one that is killed goes on where it was."""

import sys
from datetime import time

import pytest
from django.db.models import Count

from config.runtime.server import wait_until
from schedules.models import DigestTime, JobRun, Reminder, Task
from tests.cast import COUNTY
from tests.faults.county import one_channel
from tests.faults.fortnight import counted_in_notices, escalated
from tests.faults.site import LONG, Program, Site

pytestmark = pytest.mark.processes
NO_QUIET = {"QUIET_FROM": "00:00", "QUIET_UNTIL": "00:00"}


def beat(site: Site, name: str) -> Program:
    """Start a beat with a schedule file of its own, in a hurry."""
    file = str(site.root / f"beat-{name}")
    command = ("-m", "celery", "--quiet", "-A", "tests.faults.quick", "beat", "--schedule", file)
    return site.start_command([sys.executable, *command, "--pidfile", ""], log=f"beat-{name}")


def runs(name: str) -> int:
    return JobRun.objects.filter(name=name, error="", finished_at__isnull=False).count()


def said(site: Site) -> str:
    """Return what ran, what waits, and the programs' last words."""
    ran = JobRun.objects.values_list("name", "slot", "error").annotate(many=Count("pk"))
    waiting = Reminder.objects.values_list("channel", "state", "answer").annotate(many=Count("pk"))
    return f"{list(ran)}\n{list(waiting)}\n{site.logs()}"


def test_two_beats_and_a_killed_one_tell_everybody_once(site, county, service):
    county("start", 12)
    site.make_database("beats", like="start")
    with site.used("beats"):
        one_channel(service.url)
        DigestTime.objects.create(place_id=COUNTY, at=time(0))  # due at any hour of the day
        site.start("worker", **NO_QUIET)
        first, second = beat(site, "one"), beat(site, "two")
        assert wait_until(lambda: runs("run_day") >= 3, seconds=LONG), said(site)
        assert wait_until(lambda: len(service.shown) > 0, seconds=LONG), said(site)

        first.kill()
        second.kill()
        site.settles()
        stood = runs("run_day")
        third = beat(site, "one")
        assert wait_until(lambda: runs("run_day") >= stood + 1, seconds=LONG), said(site)
        third.kill()
        site.settles()
        site.end_programs()

        told = Reminder.objects.in_portal().filter(kind="digest")
        assert told.exists()
        per_cadre = told.values("user", "day").annotate(many=Count("pk")).values_list("many")
        assert set(per_cadre) == {(1,)}
        assert len(service.shown) == len({one["key"] for one in service.got}) == len(service.got)
        tasks = Task.objects.values("episode", "duty", "due_day", "occasion")
        assert tasks.count() == tasks.distinct().count()
        assert counted_in_notices() == escalated()
