"""The statements of the morning run: what is owed on a day, against the tasks that are there.

The two are joined once and only what differs is kept, in a table of this connection alone: on an
ordinary morning that is the day's work, on a second run nothing. `today` is the local date now;
`coming` the day from which what is no longer owed falls: what is open from before stays, to be
closed as missed.

The day is a constant to the planner, and `% every < 1` says `= 0` in a way of which it expects a
third of the rows, not none.
"""

from schedules.sql import NOT_OWED

COLUMNS = "episode_id, duty_id, due_day, occasion, due_at, holder_id, place_id, clause, late, state"

FORGET = "DROP TABLE IF EXISTS differing"

DIFFERING = """
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT o.*, t.id AS task_id
FROM (
    SELECT s.episode_id, s.duty_id, %(day)s::date AS due_day, s.occasion,
        coalesce(s.due_at, (%(day)s + coalesce(s.due_time, '24:00')) AT TIME ZONE %(zone)s)
            AS due_at,
        e.responsible_id AS holder_id, e.place_id, s.clause, s.late,
        CASE WHEN y.missable AND %(day)s < %(today)s THEN 'missed' ELSE 'pending' END AS state
    FROM schedules_dutyspan s
    JOIN schedules_duty y ON y.key = s.duty_id
    JOIN returnees_episode e ON e.id = s.episode_id
    WHERE %(day)s BETWEEN s.first_day AND s.last_day AND (%(day)s - s.first_day) %% s.every < 1
) o
FULL JOIN (
    SELECT id, episode_id, due_day, duty_id, occasion, state FROM schedules_task
    WHERE due_day = %(day)s
) t USING (episode_id, due_day, duty_id, occasion)
WHERE t.id IS NULL
    OR t.state = 'cancelled' AND o.episode_id IS NOT NULL
    OR t.state = 'pending' AND o.episode_id IS NULL AND %(day)s >= %(coming)s
"""

# Looked at once more: a plan may have changed since the two were joined.
CANCEL = f"""
UPDATE schedules_task t
SET state = 'cancelled'
FROM differing o
WHERE t.id = o.task_id AND o.episode_id IS NULL AND t.state = 'pending'
    AND {NOT_OWED}
"""  # noqa: S608  our own words only

REOPEN = """
UPDATE schedules_task t
SET state = o.state, late = o.late, due_at = o.due_at, clause = o.clause,
    holder_id = o.holder_id, place_id = o.place_id, raised_at = NULL
FROM differing o
WHERE t.id = o.task_id AND o.episode_id IS NOT NULL AND t.state = 'cancelled'
"""

# Ordered, so that two writers who meet lock rows in the same order.
CREATE = f"""
INSERT INTO schedules_task ({COLUMNS})
SELECT {COLUMNS} FROM differing WHERE task_id IS NULL
ORDER BY episode_id, due_day, duty_id, occasion
"""  # noqa: S608  our own words only

# Each row looks for its like: dearer by a third, needed only where somebody else made one of them
# since the two were joined.
CREATE_MISSING = f"{CREATE} ON CONFLICT (episode_id, due_day, duty_id, occasion) DO NOTHING"
