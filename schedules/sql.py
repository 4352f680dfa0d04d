"""The set-based statements of the day: one per step, each safe to repeat.

Every statement takes `ids` (episode keys, or NULL for all). The driver binds on the client, so the
planner sees a constant: with NULL the condition vanishes, with keys it becomes an index condition.
`day` is the last day to bring into being, `since` the first, `today` the local date now; `once`
leaves out the duties that end with their day.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection

from grid.arrays import array_text

# A span owes a task on each of its days that lies a multiple of `every` after its first. Ordered,
# so that two writers who meet lock rows in the same order.
_CREATE = """
INSERT INTO schedules_task AS t
    (episode_id, duty_id, due_day, occasion, due_at, holder_id, place_id, clause, late, state)
SELECT s.episode_id, s.duty_id, d.day, s.occasion,
    coalesce(s.due_at, (d.day + coalesce(s.due_time, '24:00')) AT TIME ZONE %(zone)s),
    e.responsible_id, e.place_id, s.clause, s.late,
    CASE WHEN y.missable AND d.day < %(today)s THEN 'missed' ELSE 'pending' END
"""
_ON_CONFLICT = """
WHERE s.first_day <= %(day)s AND s.last_day >= %(since)s AND (y.missable IS FALSE OR NOT %(once)s)
ORDER BY s.episode_id, d.day, s.duty_id, s.occasion
ON CONFLICT (episode_id, due_day, duty_id, occasion) DO UPDATE
SET state = excluded.state, late = excluded.late, due_at = excluded.due_at,
    clause = excluded.clause,
    holder_id = excluded.holder_id, place_id = excluded.place_id, raised_at = NULL
WHERE t.state = 'cancelled'
"""

# Of some: many days back, perhaps, but their own spans alone. OFFSET 0 keeps the planner from
# walking through the spans of all others by day.
CREATE_OF = "".join(
    (
        _CREATE,
        """
FROM unnest(%(ids)s::bigint[]) AS i(id)
JOIN returnees_episode e ON e.id = i.id
CROSS JOIN LATERAL (SELECT * FROM schedules_dutyspan WHERE episode_id = i.id OFFSET 0) s
JOIN schedules_duty y ON y.key = s.duty_id
CROSS JOIN LATERAL (
    SELECT s.first_day + n * s.every AS day
    FROM generate_series(
        greatest(0, (%(since)s::date - s.first_day + s.every - 1) / s.every),
        (least(s.last_day, %(day)s::date) - s.first_day) / s.every
    ) AS n
) d
""",
        _ON_CONFLICT,
    )
)

# Of a task t: no span of its episode and duty owes it on its day.
NOT_OWED = """NOT EXISTS (
        SELECT FROM schedules_dutyspan s
        WHERE s.episode_id = t.episode_id AND s.duty_id = t.duty_id AND s.occasion = t.occasion
            AND t.due_day BETWEEN s.first_day AND s.last_day
            AND (t.due_day - s.first_day) %% s.every = 0
    )"""

# With keys given the plan has changed: what was open from earlier days and cannot be missed falls
# with it. A missable task of an earlier day stays, to be closed as missed.
CANCEL = f"""
UPDATE schedules_task t
SET state = 'cancelled'
FROM schedules_duty y
WHERE y.key = t.duty_id AND t.state = 'pending'
    AND (%(ids)s::bigint[] IS NULL OR t.episode_id = ANY(%(ids)s::bigint[]))
    AND (t.due_day >= %(today)s OR (%(ids)s::bigint[] IS NOT NULL AND NOT y.missable))
    AND {NOT_OWED}
"""  # noqa: S608  our own words only

RETIME = """
UPDATE schedules_task t
SET due_at = o.due_at, clause = o.clause
FROM (
    SELECT k.id, s.clause,
        coalesce(s.due_at, (k.due_day + coalesce(s.due_time, '24:00')) AT TIME ZONE %(zone)s)
            AS due_at
    FROM schedules_task k
    JOIN schedules_dutyspan s ON s.episode_id = k.episode_id AND s.duty_id = k.duty_id
        AND s.occasion = k.occasion AND k.due_day BETWEEN s.first_day AND s.last_day
        AND (k.due_day - s.first_day) %% s.every = 0
    WHERE k.state = 'pending' AND k.episode_id = ANY(%(ids)s::bigint[])
) o
WHERE o.id = t.id AND (t.due_at, t.clause) IS DISTINCT FROM (o.due_at, o.clause)
"""

# Who held what moves is kept, for both to be told: (before, now, tasks, episodes).
FOLLOW = """
WITH moving AS MATERIALIZED (
    SELECT t.id, t.episode_id, t.holder_id AS before, e.responsible_id AS after, e.place_id
    FROM schedules_task t
    JOIN returnees_episode e ON e.id = t.episode_id
    WHERE t.state = 'pending'
        AND (%(ids)s::bigint[] IS NULL OR t.episode_id = ANY(%(ids)s::bigint[]))
        AND (t.holder_id, t.place_id) IS DISTINCT FROM (e.responsible_id, e.place_id)
    ORDER BY t.id
    FOR NO KEY UPDATE OF t
), moved AS (
    UPDATE schedules_task t
    SET holder_id = m.after, place_id = m.place_id
    FROM moving m
    WHERE m.id = t.id
    RETURNING t.episode_id, m.before, m.after
)
SELECT before, after, count(*), array_agg(DISTINCT episode_id) FROM moved GROUP BY before, after
"""

# What was due before the management period closed can no longer be done: it stays as a row.
FORGO = """
UPDATE schedules_task t
SET state = 'missed'
FROM returnees_episode e, schedules_duty y
WHERE e.id = t.episode_id AND y.key = t.duty_id AND t.state = 'pending'
    AND t.episode_id = ANY(%(ids)s::bigint[])
    AND e.closed_at IS NOT NULL AND t.due_at < e.closed_at
    AND y.evidence NOT IN ('test', 'follow_up')
"""

MISS = """
UPDATE schedules_task t
SET state = 'missed'
FROM schedules_duty y
WHERE y.key = t.duty_id AND y.missable AND t.state = 'pending' AND t.due_day <= %(day)s
"""

STALE = """
SELECT e.id, d.episode_id IS NULL AS fresh
FROM returnees_episode e
LEFT JOIN schedules_derivation d ON d.episode_id = e.id
WHERE (d.episode_id IS NULL OR d.revision < e.revision)
    AND (%(ids)s::bigint[] IS NULL OR e.id = ANY(%(ids)s::bigint[]))
ORDER BY e.id
LIMIT %(limit)s
FOR NO KEY UPDATE OF e
"""

# `told` is the class and version the policy text is owed for; it is owed anew when they change.
DERIVED = """
INSERT INTO schedules_derivation AS d (episode_id, revision, told, told_from)
SELECT e.id, e.revision, e.classification || '@' || v.version, NULL
FROM returnees_episode e JOIN returnees_policyversion v ON v.id = e.policy_id
WHERE e.id = ANY(%(ids)s::bigint[])
ORDER BY e.id
ON CONFLICT (episode_id) DO UPDATE
SET revision = excluded.revision, told = excluded.told,
    told_from = CASE WHEN d.told = excluded.told THEN d.told_from ELSE %(now)s END
"""

DROP_SPANS = "DELETE FROM schedules_dutyspan WHERE episode_id = ANY(%(ids)s::bigint[])"

WITH_TASKS = (
    "SELECT DISTINCT episode_id FROM schedules_task WHERE episode_id = ANY(%(ids)s::bigint[])"
)

# What the spans of an episode follow from, in the order of schedules.services.spans. Moments as
# text: most rows share them, and only what differs is read.
OWING = """
SELECT e.id, e.policy_id, e.state, coalesce(e.facts ->> 'placed_on', '') <> '', e.plan::text,
    e.arrived_at::text, e.registered_at::text, e.closed_at::text, e.observation_ends,
    r.departs_at::text, r.arrives_at::text, r.reported_at::text, d.told_from::text
FROM returnees_episode e
JOIN returnees_advancereport r ON r.id = e.report_id
JOIN schedules_derivation d ON d.episode_id = e.id
WHERE e.id = ANY(%(ids)s::bigint[])
ORDER BY e.id
"""

COUNT_OWED = """
SELECT count(*) FROM schedules_task
WHERE due_day BETWEEN %(since)s AND %(day)s AND state <> 'cancelled'
"""


def run(statement: str, **params: Any) -> int:
    """Run one statement and return how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _bound(params))
        return int(cursor.rowcount)


def rows(statement: str, **params: Any) -> list[tuple[Any, ...]]:
    """Run one query and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _bound(params))
        return list(cursor.fetchall())


def _bound(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a statement, keys as one text (grid.arrays)."""
    ids = params.get("ids")
    keys = {"ids": array_text(ids)} if ids is not None else {}
    return {"zone": settings.TIME_ZONE, **params, **keys}
