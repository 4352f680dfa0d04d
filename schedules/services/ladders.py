"""Ladders of channels: the first rung for what the portal says, the next where one has failed."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from grid.days import at
from schedules import sql
from schedules.models import Reminder

# What is older is left: whoever sets up a channel today is not told of last week.
FRESH = timedelta(hours=12)
URGENT = ("escalation",)  # rings in quiet hours too

# A cadre's own rungs; without any, those of the nearest place above one of the cadre's posts.
LADDERS = """
rungs AS (
    SELECT g.user_id, g.place_id, g.position, g.channel_id
    FROM schedules_rung g JOIN schedules_channel c ON c.id = g.channel_id AND c.is_active
), homes AS (
    SELECT DISTINCT ON (p.user_id) p.user_id, d.place_id
    FROM grid_post p
    LEFT JOIN grid_block b ON b.id = p.block_id
    JOIN (SELECT DISTINCT place_id FROM rungs WHERE place_id IS NOT NULL) d
        ON starts_with(coalesce(p.place_id, b.township_id), d.place_id)
    WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until > %(day)s)
        AND NOT EXISTS (SELECT FROM rungs o WHERE o.user_id = p.user_id)
    ORDER BY p.user_id, length(d.place_id) DESC
), ladder AS (
    SELECT user_id, position, channel_id FROM rungs WHERE user_id IS NOT NULL
    UNION ALL
    SELECT h.user_id, r.position, r.channel_id FROM homes h JOIN rungs r USING (place_id)
)
"""

# Nothing is said twice: what has been read in the portal needs no other channel.
FIRST = f"""
WITH {LADDERS}, low AS (
    SELECT DISTINCT ON (user_id) user_id, position, channel_id
    FROM ladder ORDER BY user_id, position
)
INSERT INTO schedules_reminder
    (user_id, kind, day, slot, channel, via_id, rung, body, state, not_before, attempts, unknowns,
     answer, created_at)
SELECT r.user_id, r.kind, r.day, r.slot, 'c' || l.channel_id, l.channel_id, l.position, r.body,
    'waiting', CASE WHEN r.kind = ANY(%(urgent)s) THEN %(now)s ELSE %(open)s END, 0, 0, '', %(now)s
FROM schedules_reminder r
JOIN grid_user u ON u.id = r.user_id AND u.is_active
JOIN low l ON l.user_id = r.user_id
WHERE r.channel = 'portal' AND r.read_at IS NULL AND r.created_at BETWEEN %(fresh)s AND %(now)s
    AND NOT EXISTS (
        SELECT FROM schedules_reminder n
        WHERE n.user_id = r.user_id AND n.kind = r.kind AND n.day = r.day AND n.slot = r.slot
            AND n.rung > 0
    )
ON CONFLICT (user_id, kind, day, slot, channel) DO NOTHING
"""  # noqa: S608  our own words only

# The first channel of the ladder, as it is by now, that has not had the message: the channel it was
# on may have been switched off, and then it may be another ladder that holds for the cadre.
NEXT = f"""
WITH {LADDERS}, untried AS (
    SELECT r.id, l.position, l.channel_id,
        row_number() OVER (PARTITION BY r.id ORDER BY l.position) AS n
    FROM schedules_reminder r JOIN ladder l ON l.user_id = r.user_id
    WHERE r.id = ANY(%(ids)s)
        AND NOT EXISTS (
            SELECT FROM schedules_reminder t
            WHERE t.user_id = r.user_id AND t.kind = r.kind AND t.day = r.day AND t.slot = r.slot
                AND t.channel = 'c' || l.channel_id
        )
)
INSERT INTO schedules_reminder
    (user_id, kind, day, slot, channel, via_id, rung, body, state, not_before, attempts, unknowns,
     answer, created_at)
SELECT r.user_id, r.kind, r.day, r.slot, 'c' || u.channel_id, u.channel_id, u.position, r.body,
    'waiting', CASE WHEN r.kind = ANY(%(urgent)s) THEN %(now)s ELSE %(open)s END, 0, 0, '',
    r.created_at
FROM untried u JOIN schedules_reminder r ON r.id = u.id
WHERE u.n = 1
ON CONFLICT (user_id, kind, day, slot, channel) DO NOTHING
"""  # noqa: S608  our own words only


def first_rungs(*, now: datetime) -> int:
    """Give fresh, unread messages of the portal their first rung; return how many are new."""
    return sql.run(
        FIRST,
        now=now,
        open=after_quiet(now),
        fresh=now - FRESH,
        day=timezone.localdate(now),
        urgent=list(URGENT),
    )


def climb(rows: Sequence[Reminder], *, now: datetime) -> int:
    """Give messages that failed on their channel, or whose channel is off, their next rung."""
    if not rows:
        return 0
    return sql.run(
        NEXT,
        ids=[row.pk for row in rows],
        now=now,
        open=after_quiet(now),
        day=timezone.localdate(now),
        urgent=list(URGENT),
    )


def after_quiet(now: datetime) -> datetime:
    """Return the moment, now or later, from which a channel outside the portal may ring."""
    begins = time.fromisoformat(settings.GRID["quiet_from"])
    ends = time.fromisoformat(settings.GRID["quiet_until"])
    local = timezone.localtime(now)
    hour, day = local.time(), local.date()
    over_midnight = begins > ends
    quiet = (hour >= begins or hour < ends) if over_midnight else begins <= hour < ends
    if not quiet:
        return now
    return at(day + timedelta(days=over_midnight and hour >= begins), ends)
