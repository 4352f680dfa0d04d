"""Closing by evidence, set-based: a row somebody wrote closes the task it is evidence of.

Parameters: `ids` (episode keys, or NULL for all), `since` (the first day looked at), `now`.
A task in time is `done`, after its due time `late`; one already missed becomes `late`.
"""

# The first log of a day closes that day's check, whoever made it (the site's entry counts, A-45).
BY_HEALTH_LOG = """
UPDATE schedules_task t
SET state = CASE WHEN l.at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = l.at, done_by_id = l.logged_by_id, evidence_key = l.id
FROM schedules_duty y, (
    SELECT DISTINCT ON (h.episode_id, h.day) h.episode_id, h.day, h.at, h.id, h.logged_by_id
    FROM returnees_healthlog h
    WHERE h.day >= %(since)s
        AND (%(ids)s::bigint[] IS NULL OR h.episode_id = ANY(%(ids)s::bigint[]))
    ORDER BY h.episode_id, h.day, h.at, h.id
) l
WHERE y.key = t.duty_id AND y.evidence = 'health_log' AND t.state IN ('pending', 'missed')
    AND t.due_day >= %(since)s AND t.episode_id = l.episode_id AND t.due_day = l.day
"""

# What is looked at once, on arrival: the first log since then, for the code the first with one.
BY_FIRST_LOG = """
UPDATE schedules_task t
SET state = CASE WHEN k.at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = k.at, done_by_id = k.logged_by_id, evidence_key = k.log_id
FROM (
    SELECT DISTINCT ON (o.id) o.id, h.at, h.logged_by_id, h.id AS log_id
    FROM schedules_task o
    JOIN schedules_duty y ON y.key = o.duty_id AND y.evidence IN ('temperature', 'code_check')
    JOIN returnees_healthlog h ON h.episode_id = o.episode_id AND h.day >= o.due_day
        AND (y.evidence = 'temperature' OR h.health_code <> '')
    WHERE o.state = 'pending'
        AND (%(ids)s::bigint[] IS NULL OR o.episode_id = ANY(%(ids)s::bigint[]))
    ORDER BY o.id, h.at, h.id
) k
WHERE t.id = k.id
"""

# A visit is whatever a cadre did in person; what else the contact is evidence of stays so.
BY_VISIT = """
UPDATE schedules_task t
SET state = CASE WHEN k.at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = k.at, done_by_id = k.by_id, evidence_key = k.contact_id
FROM (
    SELECT DISTINCT ON (o.id) o.id, c.at, c.by_id, c.id AS contact_id
    FROM schedules_task o
    JOIN schedules_duty y ON y.key = o.duty_id AND y.evidence = 'visit'
    JOIN schedules_contact c ON c.episode_id = o.episode_id AND c.day >= o.due_day
        AND c.channel = 'visit' AND c.outcome = ANY(%(closing)s)
    WHERE o.state = 'pending'
        AND (%(ids)s::bigint[] IS NULL OR o.episode_id = ANY(%(ids)s::bigint[]))
    ORDER BY o.id, c.at, c.id
) k
WHERE t.id = k.id
"""

# Each contact closes one task at most, the earliest of its kind that is open on its day or was
# missed on it; each task takes its earliest contact. Repeat until nothing more is closed. What
# was done under a notice that no longer holds is evidence for the same duty of the next one.
BY_CONTACT = """
WITH free AS (
    SELECT c.id, c.episode_id, c.kind, c.channel, c.day, c.at, c.by_id,
        c.classification, c.policy_digest
    FROM schedules_contact c
    WHERE c.outcome = ANY(%(closing)s) AND c.day >= %(since)s
        AND (%(ids)s::bigint[] IS NULL OR c.episode_id = ANY(%(ids)s::bigint[]))
        AND NOT EXISTS (
            SELECT FROM schedules_task u JOIN schedules_duty z ON z.key = u.duty_id
            WHERE u.episode_id = c.episode_id AND u.evidence_key = c.id AND z.evidence = c.kind
                AND EXISTS (
                    SELECT FROM schedules_dutyspan s
                    WHERE s.episode_id = u.episode_id AND s.duty_id = u.duty_id
                )
        )
), pair AS (
    SELECT DISTINCT ON (c.id) c.id AS contact_id, c.at, c.by_id, t.id AS task_id, t.due_at
    FROM free c
    JOIN schedules_task t ON t.episode_id = c.episode_id
        AND (t.state = 'pending' AND t.due_day <= c.day OR t.state = 'missed' AND t.due_day = c.day)
    JOIN schedules_duty y ON y.key = t.duty_id AND y.evidence = c.kind AND c.kind <> 'visit'
    JOIN returnees_episode e ON e.id = t.episode_id
    JOIN returnees_policyversion v ON v.id = e.policy_id
    WHERE (c.kind <> 'policy_text'
            OR (c.classification = e.classification AND c.policy_digest = v.digest))
        AND (c.kind <> 'measure' OR c.channel = ANY(%(seeing)s))
    ORDER BY c.id, t.due_day, t.due_at, t.id
), chosen AS (
    SELECT DISTINCT ON (task_id) task_id, contact_id, at, by_id
    FROM pair ORDER BY task_id, at, contact_id
)
UPDATE schedules_task t
SET state = CASE WHEN k.at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = k.at, done_by_id = k.by_id, evidence_key = k.contact_id
FROM chosen k
WHERE t.id = k.task_id
"""

# The time of sampling decides whether the test was in time; a refused or invalid one closes
# nothing. Tests and tasks come from the same plan, so their days agree.
BY_TEST = """
WITH pair AS (
    SELECT DISTINCT ON (r.id) r.id AS test_id, r.sampled_at, r.result_at, r.entered_by_id,
        t.id AS task_id
    FROM returnees_test r
    JOIN schedules_task t ON t.episode_id = r.episode_id AND t.state IN ('pending', 'missed')
        AND t.due_day BETWEEN r.planned_on AND r.due_on
    JOIN schedules_duty y ON y.key = t.duty_id AND y.evidence = 'test'
    WHERE r.result IN ('negative', 'positive') AND r.superseded_on IS NULL
        AND (%(ids)s::bigint[] IS NULL OR r.episode_id = ANY(%(ids)s::bigint[]))
        AND NOT EXISTS (
            SELECT FROM schedules_task u JOIN schedules_duty z ON z.key = u.duty_id
            WHERE u.episode_id = r.episode_id AND u.evidence_key = r.id AND z.evidence = 'test'
                AND EXISTS (
                    SELECT FROM schedules_dutyspan s
                    WHERE s.episode_id = u.episode_id AND s.duty_id = u.duty_id
                )
        )
    ORDER BY r.id, t.due_day, t.occasion, t.id
), chosen AS (
    SELECT DISTINCT ON (task_id) * FROM pair ORDER BY task_id, sampled_at, test_id
)
UPDATE schedules_task t
SET state = CASE WHEN k.sampled_at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = coalesce(k.result_at, k.sampled_at), done_by_id = k.entered_by_id,
    evidence_key = k.test_id
FROM chosen k
WHERE t.id = k.task_id
"""

# When an arrival was confirmed under a former notice is known from its task; else it is now. A
# report made after landing is the landing report itself (JL-2.2d).
BY_ARRIVAL = """
UPDATE schedules_task t
SET state = CASE WHEN k.at <= t.due_at AND NOT t.late THEN 'done' ELSE 'late' END,
    done_at = k.at, done_by_id = k.by_id, evidence_key = t.episode_id
FROM (
    SELECT o.id,
        CASE WHEN y.evidence = 'landing_report' AND r.reported_at >= e.arrived_at
            THEN r.reported_at ELSE coalesce(former.done_at, %(now)s) END AS at,
        coalesce(former.done_by_id, %(by)s) AS by_id
    FROM schedules_task o
    JOIN schedules_duty y ON y.key = o.duty_id AND y.evidence IN ('arrival', 'landing_report')
    JOIN returnees_episode e ON e.id = o.episode_id AND e.arrived_at IS NOT NULL
    JOIN returnees_advancereport r ON r.id = e.report_id
    LEFT JOIN LATERAL (
        SELECT u.done_at, u.done_by_id
        FROM schedules_task u JOIN schedules_duty z ON z.key = u.duty_id
        WHERE u.episode_id = o.episode_id AND z.evidence IN ('arrival', 'landing_report')
            AND u.state IN ('done', 'late')
        ORDER BY u.done_at LIMIT 1
    ) former ON true
    WHERE o.state IN ('pending', 'missed')
        AND (%(ids)s::bigint[] IS NULL OR o.episode_id = ANY(%(ids)s::bigint[]))
) k
WHERE t.id = k.id
"""

# Three attempts in a row that reached nobody (six in place, item 2).
RAISE = """
UPDATE schedules_task t
SET raised_at = %(now)s
FROM schedules_duty y
WHERE y.key = t.duty_id AND t.state = 'pending' AND t.raised_at IS NULL
    AND t.episode_id = ANY(%(ids)s::bigint[])
    AND %(attempts)s <= (
        SELECT count(*) FROM schedules_contact c
        WHERE c.episode_id = t.episode_id AND c.kind = y.evidence
            AND NOT c.outcome = ANY(%(closing)s)
            AND c.at > coalesce((
                SELECT max(g.at) FROM schedules_contact g
                WHERE g.episode_id = t.episode_id AND g.kind = c.kind
                    AND g.outcome = ANY(%(closing)s)
            ), '-infinity')
    )
"""

# Of most episodes of a list there is none yet: then nothing has to be looked for.
PRESENT = """
SELECT EXISTS (SELECT FROM returnees_healthlog WHERE episode_id = ANY(%(ids)s::bigint[])),
    EXISTS (SELECT FROM returnees_test
        WHERE episode_id = ANY(%(ids)s::bigint[]) AND sampled_at IS NOT NULL),
    EXISTS (SELECT FROM schedules_contact WHERE episode_id = ANY(%(ids)s::bigint[]))
"""

# Evidence in the order in which it was written, so much at a time. Of a test that is its history:
# the result comes into a row that stands already.
SOURCES = {
    "logs": ("returnees_healthlog", "id"),
    "contacts": ("schedules_contact", "id"),
    "tests": ("returnees_testevent", "pgh_id"),
}
NEWEST = "SELECT coalesce(max({key}), 0) FROM {table}"
AFTER = """
SELECT {key}, episode_id FROM {table} WHERE {key} > %(after)s ORDER BY {key} LIMIT %(most)s
"""
