"""The record of the jobs: what ran when, on how many rows, and what failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from schedules.models import JobRun

# Jobs that run every few seconds keep one row; a failure of theirs stays until the next success.
COMPACT = {"heartbeat", "sweep"}


@contextmanager
def job_run(name: str, *, day: date | None = None, slot: str = "") -> Iterator[JobRun]:
    """Record one run; put its figures on the row that is yielded. Errors are noted and raised.

    Its times are the clock's own, whatever moment the job itself was given as now.

    Only the kind of the error and its first line are kept: what follows may name a person.
    """
    run = _begin(name, day=day, slot=slot)
    try:
        yield run
    except Exception as error:
        first_line = (str(error).splitlines() or [""])[0]
        run.error = f"{type(error).__name__}: {first_line}"[:300]
        raise
    finally:
        # A job that is part of somebody's broken transaction cannot note anything there.
        if not transaction.get_connection().needs_rollback:
            run.finished_at = timezone.now()
            run.save()


def _begin(name: str, *, day: date | None, slot: str) -> JobRun:
    now = timezone.now()
    fresh = {"day": day, "slot": slot, "started_at": now, "finished_at": None, "error": ""}
    if name in COMPACT:
        run = JobRun.objects.filter(name=name).first()
        if run:
            for field, value in fresh.items():
                setattr(run, field, value)
            return run
    return JobRun.objects.create(name=name, **fresh)


def last_success(name: str, *, until: date | None = None) -> date | None:
    """Return the latest day, `until` at the latest, for which a job succeeded; or None."""
    runs = JobRun.objects.filter(name=name, error="", finished_at__isnull=False, day__isnull=False)
    if until:
        runs = runs.filter(day__lte=until)
    return runs.order_by("-day").values_list("day", flat=True).first()


def has_run(name: str, *, day: date, slot: str = "") -> bool:
    """Say whether a job succeeded for a day and slot."""
    return JobRun.objects.filter(
        name=name, day=day, slot=slot, error="", finished_at__isnull=False
    ).exists()


def heartbeat(*, now: datetime | None = None) -> None:
    """Note that beat and a worker are alive; /healthz looks at it."""
    with job_run("heartbeat"):
        pass
