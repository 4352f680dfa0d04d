"""The timetable: what runs when, how the last run went, what the next one is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import schedules as plans_of
from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from schedules.models import DigestTime, JobRun
from schedules.services.digests import SLOTS

LABELS: dict[str, Promise] = {
    "schedules.heartbeat": _("Sign of life"),
    "schedules.sweep": _("Sweep: what was left undone"),
    "schedules.escalate": _("Escalation"),
    "schedules.run_day": _("Tasks of the day"),
    "schedules.send_digests": _("Digests"),
    "schedules.close_day": _("Closing of the day"),
    "schedules.send_reminders": _("Sending of reminders"),
}
# What an admin may start again by hand; each is safe to repeat.
AGAIN = ("run_day", "close_day", "send_digests", "escalate", "send_reminders", "sweep")


@dataclass(frozen=True, slots=True)
class Line:
    """A job of the timetable with its last run, if any."""

    name: str
    label: Promise | str
    when: tuple[str, ...]
    next_at: datetime | None
    last: JobRun | None

    @property
    def can_again(self) -> bool:
        """Whether it may be started by hand."""
        return self.name in AGAIN


def timetable(now: datetime) -> list[Line]:
    """Return every job of the beat schedule, and those that others start, with their last run."""
    entries: dict[str, list[Any]] = {name: [] for name in LABELS}
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        plan = entry["schedule"]
        entries[entry["task"]].append(
            plan if hasattr(plan, "remaining_estimate") else plans_of.schedule(plan)
        )
    last = {
        run.name: run
        for run in JobRun.objects.order_by("name", "-started_at", "-pk").distinct("name")
    }
    return [
        Line(
            name := task.removeprefix("schedules."),
            LABELS.get(task, name),
            digest_times() if name == "send_digests" else tuple(_words(plans)),
            min((now + plan.remaining_estimate(now) for plan in plans), default=None),
            last.get(name),
        )
        for task, plans in entries.items()
    ]


def digest_times() -> tuple[str, ...]:
    """Return the times of digests: the portal's own, then those of places that have their own."""
    own = DigestTime.objects.select_related("place").order_by("place", "at")
    return (*(f"{at:%H:%M}" for at in SLOTS), *(f"{row.place.name} {row.at:%H:%M}" for row in own))


def _words(plans: list[Any]) -> Iterator[str]:
    """Yield the times of a job: clock times, or seconds between two runs."""
    for plan in plans:
        hours = getattr(plan, "hour", None)
        if hours is None:
            yield f"{int(plan.run_every.total_seconds())} s"
        else:
            yield from (f"{h:02}:{m:02}" for h in sorted(hours) for m in sorted(plan.minute))


def runs(name: str = "") -> QuerySet[JobRun]:
    """Return the record of the runs, of one job or of all but the signs of life."""
    rows = JobRun.objects.all()
    return rows.filter(name=name) if name else rows.exclude(name__in=("heartbeat", "sweep"))
