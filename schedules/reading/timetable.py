"""The timetable: what runs when, how the last run went, what the next one is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from celery import schedules as plans_of
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from schedules.choices import Matter
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
# A job whose runs are recorded under a name of their own, as part of another.
PARTS: dict[str, Promise] = {"inspect": _("Thresholds of places")}
# What the figures of a run count.
FIGURES: dict[str, Promise] = {
    "created": _("new"),
    "kept": _("kept"),
    "cancelled": _("no longer owed"),
    "missed": _("missed"),
    "sent": _("sent"),
    "made": _("inspections"),
    "settled": _("settled"),
    "jobs": _("jobs made up for"),
    "plans": _("plans"),
    "closed": _("tasks closed"),
    "moved": _("persons moved"),
    "followed": _("tasks moved"),
    "screenings": _("re-screenings"),
    "imports": _("imports"),
    "reminders": _("reminders"),
    **{str(matter): matter.label for matter in Matter},
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


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as the record shows it."""

    run: JobRun
    label: Promise | str
    figures: str


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
    digests = list(DigestTime.objects.select_related("place").order_by("place", "at"))
    return [_line(task, plans, last, digests, now) for task, plans in entries.items()]


def _line(
    task: str,
    plans: list[Any],
    last: dict[str, JobRun],
    digests: list[DigestTime],
    now: datetime,
) -> Line:
    name = task.removeprefix("schedules.")
    label = LABELS.get(task, name)
    if name == "send_digests":  # asked every minute, due at times of its own
        times = {*SLOTS, *(row.at for row in digests)}
        when = _digest_times(digests)
        return Line(name, label, when, min(_next(at, now) for at in times), last.get(name))
    following = [_following(plan, last.get(name), now) for plan in plans]
    return Line(name, label, tuple(_words(plans)), min(following, default=None), last.get(name))


def _following(plan: Any, last: JobRun | None, now: datetime) -> datetime:
    """Return when a job is due next: at its clock time, or so long after its last run."""
    if hasattr(plan, "hour"):  # of every day
        return min(_next(time(hour, minute), now) for hour in plan.hour for minute in plan.minute)
    pause: timedelta = plan.run_every
    return max(now, (last.started_at if last else now) + pause)


def _next(at: time, now: datetime) -> datetime:
    """Return the next moment at which the clock says this."""
    local = timezone.localtime(now)
    found = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return found if found > local else found + timedelta(days=1)


def _digest_times(rows: list[DigestTime]) -> tuple[str, ...]:
    """Return the times of digests: the portal's own, then those of places that have their own."""
    return (*(f"{at:%H:%M}" for at in SLOTS), *(f"{row.place.name} {row.at:%H:%M}" for row in rows))


def _words(plans: list[Any]) -> Iterator[str]:
    """Yield the times of a job: clock times, or how long between two runs."""
    for plan in plans:
        hours = getattr(plan, "hour", None)
        if hours is not None:
            yield from (f"{h:02}:{m:02}" for h in sorted(hours) for m in sorted(plan.minute))
            continue
        seconds = int(plan.run_every.total_seconds())
        minutes, rest = divmod(seconds, 60)
        if rest:
            yield ngettext("every %(n)s second", "every %(n)s seconds", seconds) % {"n": seconds}
        else:
            yield ngettext("every %(n)s minute", "every %(n)s minutes", minutes) % {"n": minutes}


def run_lines(rows: Iterable[JobRun]) -> list[RunLine]:
    """Return runs with their job and their figures in words."""
    return [RunLine(run, _label(run.name), figures_of(run)) for run in rows]


def _label(name: str) -> Promise | str:
    return LABELS.get(f"schedules.{name}") or PARTS.get(name) or name


def figures_of(run: JobRun) -> str:
    """Return what a run counted, in words; what was nothing is left out where something was.

    What a job keeps for its next run (schedules.services.handover.Seen) is no figure.
    """
    told = {
        key: gettext(", ").join(str(_label(one)) for one in value)
        if isinstance(value, list)
        else value
        for key, value in run.figures.items()
        if not isinstance(value, dict)
    }
    told = {key: value for key, value in told.items() if value} or {
        key: value for key, value in told.items() if value == 0
    }
    return gettext(", ").join(f"{FIGURES.get(key, key)} {value}" for key, value in told.items())


def runs(name: str = "") -> QuerySet[JobRun]:
    """Return the record of the runs, of one job or of all but the signs of life."""
    rows = JobRun.objects.all()
    return rows.filter(name=name) if name else rows.exclude(name__in=("heartbeat", "sweep"))
