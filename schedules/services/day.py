"""The morning run and the evening closing: a day's work brought into being and closed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from returnees.services.free import release_free
from returnees.services.stages import close_due_stages
from schedules import day_sql, sql
from schedules.services.duties import sync_duties
from schedules.services.escalation import escalate
from schedules.services.evidence import close_by_evidence
from schedules.services.jobs import job_run, last_success
from schedules.services.responsibility import follow_everywhere
from schedules.services.spans import derive_spans

# After an outage the days since the last good run are brought into being too, this many at most.
MOST_DAYS_BACK = 62
# One morning run at a time; the number is this portal's own among advisory locks.
LOCK = 7_216_001


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run did: tasks created (re-opened ones included), kept as they were, cancelled."""

    created: int
    kept: int
    cancelled: int


def run_day(*, day: date | None = None, now: datetime | None = None) -> Figures:
    """Bring into being what is owed on a day and on the days missed since the last run.

    Safe to run twice, late, in parallel or after an outage: a second run creates nothing, a missed
    day becomes rows marked missed (JY-2m, JY-2r).
    """
    now = now or timezone.now()
    day = day or timezone.localdate(now)
    with job_run("run_day", day=day) as job:
        close_due_stages(day=timezone.localdate(now), now=now)
        release_free(day=timezone.localdate(now), now=now)
        with transaction.atomic():
            figures = _run(day, now)
        job.figures = {
            "created": figures.created,
            "kept": figures.kept,
            "cancelled": figures.cancelled,
        }
    return figures


def _run(day: date, now: datetime) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    sync_duties()
    follow_everywhere(now=now)
    since = first_day_owed(day)
    changed = derive_spans(now=now)
    cancelled = drop_changed([pk for pk, _fresh in changed], now=now)
    created = catch_up(changed, day=day, now=now)
    more, fewer = _settle_days(since, day, timezone.localdate(now))
    created, cancelled = created + more, cancelled + fewer
    owed = sql.rows(sql.COUNT_OWED, since=since, day=day)[0][0]
    # The day of the last run too: what was logged after it is closed here if no message came.
    close_by_evidence(episode_ids=None, since=since - timedelta(days=1), now=now)
    return Figures(created=created, kept=max(0, owed - created), cancelled=cancelled)


def _settle_days(since: date, day: date, today: date) -> tuple[int, int]:
    """Let everybody's tasks of these days be what is owed; return how many were created, cancelled.

    Who holds what is left: tasks follow their episodes when these move, and with every sweep.
    """
    created = cancelled = 0
    for days in range((day - since).days + 1):
        one = since + timedelta(days=days)
        sql.run(day_sql.FORGET)
        sql.run(day_sql.DIFFERING, day=one, today=today, coming=max(day, today))
        cancelled += sql.run(day_sql.CANCEL)
        created += sql.run(day_sql.REOPEN) + _create_all()
    sql.run(day_sql.FORGET)
    later = max(today, day + timedelta(days=1))
    return created, cancelled + sql.run(sql.CANCEL, ids=None, today=later)


def _create_all() -> int:
    """Create what is missing: at once, or past what somebody else has created meanwhile."""
    try:
        with transaction.atomic():
            return sql.run(day_sql.CREATE)
    except IntegrityError:
        return sql.run(day_sql.CREATE_MISSING)


def create_tasks(
    *, ids: list[int], since: date, day: date, now: datetime, once: bool = False
) -> int:
    """Create the tasks owed on these days for these episodes; return how many.

    `once` leaves out the duties that end with their day.
    """
    if not ids:
        return 0
    today = timezone.localdate(now)
    return sql.run(sql.CREATE_OF, ids=ids, since=since, day=day, today=today, once=once)


def catch_up(changed: list[tuple[int, bool]], *, day: date, now: datetime) -> int:
    """Create what newly derived episodes were owed before today; return how many.

    Whoever the portal did not know at the last run is owed every day since they came. A new plan
    does not owe yesterday's daily work, but every act that is owed once.
    """
    fresh = [pk for pk, is_fresh in changed if is_fresh]
    again = [pk for pk, is_fresh in changed if not is_fresh]
    since = earliest(day)
    created = create_tasks(ids=fresh, since=since, day=day, now=now)
    return created + create_tasks(ids=again, since=since, day=day, now=now, once=True)


def drop_changed(ids: list[int], *, now: datetime) -> int:
    """Fit the open tasks of re-planned episodes to their new spans; return how many fell."""
    if not ids:
        return 0
    sql.run(sql.FORGO, ids=ids)
    sql.run(sql.RETIME, ids=ids)
    return sql.run(sql.CANCEL, ids=ids, today=timezone.localdate(now))


def first_day_owed(day: date) -> date:
    """Return the first day a run for `day` looks at: the one after the last good run, if any."""
    last = last_success("run_day", until=day)
    return max(earliest(day), min(day, last + timedelta(days=1))) if last else earliest(day)


def earliest(day: date) -> date:
    """Return the first day that is ever brought into being on this one."""
    return day - timedelta(days=MOST_DAYS_BACK)


def close_day(*, day: date | None = None, now: datetime | None = None) -> int:
    """Mark what was not done by 24:00 of a day, and of those before, as missed; return how many.

    Only duties that end with their day: the others stay to do, and are overdue. Today is never
    closed; without a day it is yesterday.
    """
    now = now or timezone.now()
    yesterday = timezone.localdate(now) - timedelta(days=1)
    day = min(day or yesterday, yesterday)
    with job_run("close_day", day=day) as job, transaction.atomic():
        close_by_evidence(episode_ids=None, since=day - timedelta(days=1), now=now)
        missed = sql.run(sql.MISS, day=day)
        job.figures = {"missed": missed}
    return missed


def end_day(*, day: date | None = None, now: datetime | None = None) -> int:
    """Close a day once the tiers above have been told what was not done in it; return as above.

    What is closed climbs no more: of an evening without workers nobody would hear.
    """
    now = now or timezone.now()
    escalate(now=now)
    return close_day(day=day, now=now)
