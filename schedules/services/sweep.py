"""The minute sweep: what should have been done and was not. Forgets nobody, sends nothing twice."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from grid.batches.committing import resume_stalled as resume_imports
from returnees.services.confirming import resume_confirming
from returnees.services.screening import resume_stalled
from schedules import sql
from schedules.services.day import end_day, run_day
from schedules.services.digests import owed_slots, send_digests
from schedules.services.evidence import close_latest
from schedules.services.handover import Seen, follow_changed
from schedules.services.jobs import has_run, job_run
from schedules.services.outbox import queue_due
from schedules.services.reconcile import reconcile
from schedules.services.responsibility import follow_recent

# Plans brought up to date by one sweep at most; the next one goes on.
MOST_PLANS = 2000
# Beat has this long to do its own work before the sweep steps in.
PATIENCE = timedelta(minutes=10)


def sweep(*, now: datetime | None = None) -> None:
    """Do every minute what a lost message, a stopped beat or a day of outage left undone.

    Each step is small and safe to repeat; a second worker finds nothing left.
    """
    given, now = now, now or timezone.now()
    with job_run("sweep") as job:
        before = job.figures  # of the last sweep
        job.figures = {
            "jobs": run_owed_jobs(now=now),
            "plans": _stale_plans(now),
            **_closed(before.get("evidence") or {}, now),
            "moved": follow_recent(now=now),
            **_followed(Seen.of(before.get("seen")), now),
            "screenings": resume_stalled(now=now) + resume_confirming(now=now),
            "imports": resume_imports(now=now),
            "reminders": queue_due(now=given),
        }


def run_owed_jobs(*, now: datetime) -> list[str]:
    """Run the jobs of the day whose time has passed without them; return their names."""
    day = timezone.localdate(now)
    yesterday = day - timedelta(days=1)
    if timezone.localdate(now - PATIENCE) < day:
        return []
    done = []
    if not has_run("close_day", day=yesterday):
        end_day(now=now)
        done.append("close_day")
    if not has_run("run_day", day=day):
        run_day(now=now)
        done.append("run_day")
    if owed_slots(now - PATIENCE):
        send_digests(now=now)
        done.append("send_digests")
    return done


def _stale_plans(now: datetime) -> int:
    stale = [row[0] for row in sql.rows(sql.STALE, ids=None, limit=MOST_PLANS)]
    reconcile(episode_ids=stale, now=now)
    return len(stale)


def _followed(seen: Seen | None, now: datetime) -> dict[str, Any]:
    many, upto = follow_changed(seen=seen, now=now)
    return {"followed": many, "seen": upto.kept()}


def _closed(seen: dict[str, int], now: datetime) -> dict[str, Any]:
    many, upto = close_latest(seen=seen, now=now)
    return {"closed": many, "evidence": upto}
