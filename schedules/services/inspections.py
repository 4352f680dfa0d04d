"""Places that cross a threshold are somebody's to look into: the supervisor's, else the township's.

Each threshold is judged once a day at its time. What nobody came to judge for an outage is judged
the next day, where it can still be known: the checks of a day can, what was overdue then cannot.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import Role
from grid.errors import Refused
from grid.models import User
from grid.permissions import ROLE_PERMISSIONS, Permission
from schedules import sql
from schedules.choices import CLOSED_BY_EVIDENCE, Shortfall
from schedules.models import Inspection, Reminder, Threshold
from schedules.services.escalation import escalate
from schedules.services.jobs import has_run, job_run

JOB, KIND = "inspect", "inspection"
# Whoever verifies comes first, then the township, then the county.
ROLES = [
    *(str(role) for role, rights in ROLE_PERMISSIONS.items() if Permission.VERIFY in rights),
    str(Role.TOWNSHIP_ADMIN),
    str(Role.COUNTY_ADMIN),
]

# What there is and what of it is lacking, by village.
FIGURES = {
    Shortfall.CHECKS: """
        SELECT t.place_id AS place, count(*) AS total,
            count(*) FILTER (WHERE t.state <> ALL(%(done)s)) AS lacking
        FROM schedules_task t JOIN schedules_duty y ON y.key = t.duty_id
        WHERE t.due_day = %(day)s AND y.evidence = 'health_log' AND t.state <> 'cancelled'
        GROUP BY t.place_id""",
    Shortfall.OVERDUE: """
        SELECT place_id AS place, count(*) AS total, count(*) AS lacking
        FROM schedules_task
        WHERE state = 'pending' AND due_day <= %(day)s AND due_at < %(now)s
        GROUP BY place_id""",
    Shortfall.UNANSWERED: """
        SELECT place_id AS place, count(DISTINCT episode_id) AS total,
            count(DISTINCT episode_id) AS lacking
        FROM schedules_escalation
        WHERE closed_at IS NULL AND answered_at IS NULL
        GROUP BY place_id""",
}
CROSSED = {
    Shortfall.CHECKS: "(sum(f.total) - sum(f.lacking)) * 100 < w.bound * sum(f.total)",
    Shortfall.OVERDUE: "sum(f.lacking) > w.bound",
    Shortfall.UNANSWERED: "sum(f.lacking) > w.bound",
}
# The nearest post of the first of these roles whose holder is active and at work.
HOLDER = """
    SELECT p.user_id
    FROM grid_post p JOIN grid_user u ON u.id = p.user_id AND u.is_active
    WHERE p.role = ANY(%(roles)s) AND starts_with({place}, p.place_id)
        AND p.since <= %(today)s AND (p.until IS NULL OR p.until > %(today)s)
        AND NOT EXISTS (SELECT FROM grid_leave l WHERE l.user_id = u.id
                        AND l.since <= %(today)s AND l.until > %(today)s)
    ORDER BY array_position(%(roles)s, p.role::text), length(p.place_id) DESC, p.since, p.id
    LIMIT 1
"""
MAKE = """
WITH figures AS MATERIALIZED ({figures}), wanted AS (
    SELECT place_id AS code, bound, at FROM schedules_threshold WHERE kind = %(kind)s
    UNION ALL
    SELECT DISTINCT left(f.place, 9), %(bound)s::int, %(at)s::time FROM figures f
    WHERE NOT EXISTS (
        SELECT FROM schedules_threshold o WHERE o.kind = %(kind)s AND o.place_id = left(f.place, 9)
    )
), crossed AS (
    SELECT w.code, jsonb_build_object(
        'total', sum(f.total), 'lacking', sum(f.lacking), 'bound', w.bound,
        'worst', to_jsonb((array_agg(
            jsonb_build_object('place', f.place, 'n', f.lacking) ORDER BY f.lacking DESC, f.place
        ) FILTER (WHERE f.lacking > 0))[1:5])
    ) AS figures
    FROM figures f
    CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 15, 18]) AS n
    JOIN wanted w ON w.code = left(f.place, n) AND length(w.code) = n
    WHERE w.at = %(slot)s::time AND w.bound IS NOT NULL
    GROUP BY w.code, w.bound
    HAVING {crossed}
)
INSERT INTO schedules_inspection
    (place_id, kind, day, figures, made_at, due_at, holder_id, note)
SELECT c.code, %(kind)s, %(day)s, c.figures, %(now)s, %(due)s, h.user_id, ''
FROM crossed c
LEFT JOIN LATERAL ({holder}) h ON true
WHERE NOT EXISTS (
    SELECT FROM schedules_inspection i
    WHERE i.place_id = c.code AND i.kind = %(kind)s AND i.done_at IS NULL
)
ORDER BY c.code
ON CONFLICT (place_id, kind, day) DO NOTHING
RETURNING holder_id, id
"""
# Open ones of who may no longer sign in, or of nobody, go to whoever comes next.
HAND_ON = """
WITH lost AS (
    SELECT i.id, h.user_id
    FROM schedules_inspection i
    LEFT JOIN grid_user g ON g.id = i.holder_id
    LEFT JOIN LATERAL ({holder}) h ON true
    WHERE i.done_at IS NULL AND g.is_active IS NOT TRUE
        AND i.holder_id IS DISTINCT FROM h.user_id
)
UPDATE schedules_inspection i
SET holder_id = lost.user_id
FROM lost
WHERE lost.id = i.id
RETURNING i.holder_id, i.id
"""


class InspectionRefusedError(Refused):
    """The inspection cannot be closed so."""


def escalate_and_inspect(*, now: datetime | None = None) -> None:
    """Tell the tiers what is past its limit, then judge: what nobody answers counts at once."""
    escalate(now=now)
    inspect(now=now)


def inspect(*, now: datetime | None = None) -> int:
    """Make what crossed thresholds call for, and tell the supervisors; return how many are new.

    Each threshold once a day at its time, whoever runs it and however often.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    made = 0
    for day, slot in owed(now):
        with job_run(JOB, day=day, slot=slot) as job, transaction.atomic():
            sql.rows("SELECT pg_advisory_xact_lock(hashtext('schedules.inspect'))")
            kinds = list(Shortfall) if day == today else [Shortfall.CHECKS]
            rows = [row for kind in kinds for row in _make(kind, day, slot, now)]
            _tell((holder for holder, _pk in rows), day, slot, now)
            job.figures = {"made": len(rows)}
        made += len(rows)
    hand_on(now=now)
    return made


@transaction.atomic
def hand_on(*, now: datetime) -> int:
    """Give open inspections that nobody active holds to whoever comes next; return how many."""
    statement = HAND_ON.format(holder=HOLDER.format(place="i.place_id"))
    local = timezone.localtime(now)
    rows = sql.rows(statement, roles=ROLES, today=local.date())
    _tell((holder for holder, _pk in rows), local.date(), f"{local:%H:%M:%S}", now)
    return len(rows)


def owed(now: datetime) -> list[tuple[date, str]]:
    """Return the times of thresholds, each with its day, that came without being judged."""
    today, clock = timezone.localdate(now), timezone.localtime(now).time()
    times = {time.fromisoformat(at) for _bound, at in settings.GRID["thresholds"].values()}
    times |= set(Threshold.objects.values_list("at", flat=True))
    slots = [(today - timedelta(days=1), at) for at in sorted(times)]
    slots += [(today, at) for at in sorted(times) if at <= clock]
    named = [(day, f"{at:%H:%M}") for day, at in slots]
    return [(day, slot) for day, slot in named if not has_run(JOB, day=day, slot=slot)]


def _make(kind: Shortfall, day: date, slot: str, now: datetime) -> list[tuple[Any, ...]]:
    bound, at = settings.GRID["thresholds"][kind]
    statement = MAKE.format(
        figures=FIGURES[kind], crossed=CROSSED[kind], holder=HOLDER.format(place="c.code")
    )
    return sql.rows(
        statement,
        kind=str(kind),
        day=day,
        slot=slot,
        bound=bound,
        at=at,
        now=now,
        today=timezone.localdate(now),
        due=now + timedelta(hours=settings.GRID["inspection_hours"]),
        done=[str(state) for state in CLOSED_BY_EVIDENCE],
        roles=ROLES,
    )


def _tell(holders: Iterable[int | None], day: date, slot: str, now: datetime) -> None:
    """Give each supervisor one notice of how many came to them of this time."""
    counts = Counter(holder for holder in holders if holder is not None)
    if not counts:
        return
    notices = [
        Reminder(user_id=user, kind=KIND, day=day, slot=slot, body={"count": many}, sent_at=now)
        for user, many in sorted(counts.items())
    ]
    Reminder.objects.bulk_create(notices, ignore_conflicts=True)
    # The column stamps itself with the clock; the notice is of the moment that was given.
    own = Reminder.objects.in_portal().filter(user__in=counts, kind=KIND, day=day, slot=slot)
    own.update(created_at=now)


@transaction.atomic
def close_inspection(
    *, inspection: Inspection, note: str, by: User, now: datetime | None = None
) -> Inspection:
    """Note what was found and done, and close; whoever comes second is told so."""
    text = note.strip()
    if not text:
        raise InspectionRefusedError(_("Say what was found and what is being done about it."))
    with acting(by=by, why="inspection closed"):
        one: Inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
        if not one.is_open:
            raise InspectionRefusedError(_("Somebody has closed this inspection meanwhile."))
        one.note, one.done_by, one.done_at = text[:500], by, now or timezone.now()
        one.save(update_fields=["note", "done_by", "done_at"])
    return one
