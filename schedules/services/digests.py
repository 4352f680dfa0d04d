"""The digest of a cadre: one message for a part of the day, in the portal, never twice."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from schedules import sql
from schedules.services.jobs import job_run

SLOTS = {"08:00": time(8), "16:00": time(16)}
TOP = 5  # persons named by key
SOON = timedelta(hours=48)

# Cadres with nothing to do, and users who may no longer sign in, have no row. `users` narrows to
# some; with NULL the condition vanishes (schedules.sql).
FIGURES = """
work AS (
    SELECT t.holder_id AS user_id, count(*) AS to_do,
        count(*) FILTER (WHERE t.due_at < %(now)s) AS overdue,
        (array_agg(DISTINCT t.episode_id) FILTER (WHERE t.due_at < %(now)s)) AS late,
        array_agg(DISTINCT t.episode_id) AS episodes
    FROM schedules_task t
    WHERE t.state = 'pending' AND t.due_day <= %(day)s AND t.holder_id IS NOT NULL
        AND (%(users)s::bigint[] IS NULL OR t.holder_id = ANY(%(users)s::bigint[]))
    GROUP BY t.holder_id
), coming AS (
    SELECT e.responsible_id AS user_id, count(*) AS arriving
    FROM returnees_episode e
    WHERE e.state = 'expected' AND e.arrives_on BETWEEN %(day)s AND %(until)s
        AND e.responsible_id IS NOT NULL
        AND (%(users)s::bigint[] IS NULL OR e.responsible_id = ANY(%(users)s::bigint[]))
    GROUP BY e.responsible_id
), finding AS (
    SELECT e.responsible_id AS user_id, count(*) AS abnormal
    FROM returnees_abnormality a JOIN returnees_episode e ON e.id = a.episode_id
    WHERE a.closed_at IS NULL AND e.responsible_id IS NOT NULL
        AND (%(users)s::bigint[] IS NULL OR e.responsible_id = ANY(%(users)s::bigint[]))
    GROUP BY e.responsible_id
), figures AS (
    SELECT u.id AS user_id, jsonb_build_object(
        'to_do', coalesce(w.to_do, 0), 'overdue', coalesce(w.overdue, 0),
        'arriving', coalesce(c.arriving, 0), 'abnormal', coalesce(f.abnormal, 0),
        'episodes', to_jsonb((coalesce(w.late, w.episodes, '{}'))[1:%(top)s])
    ) AS body
    FROM grid_user u
    LEFT JOIN work w ON w.user_id = u.id
    LEFT JOIN coming c ON c.user_id = u.id
    LEFT JOIN finding f ON f.user_id = u.id
    WHERE u.is_active
        AND (w.user_id IS NOT NULL OR c.user_id IS NOT NULL OR f.user_id IS NOT NULL)
)
"""
# Figures and keys only: the text is made when it is shown or handed to a channel.
DIGESTS = f"""
WITH {FIGURES}
INSERT INTO schedules_reminder
    (user_id, kind, day, slot, channel, rung, body, state, attempts, unknowns, answer,
     created_at, sent_at)
SELECT user_id, 'digest', %(day)s, %(slot)s, 'portal', 0, body, 'sent', 0, 0, '', %(now)s, %(now)s
FROM figures
ON CONFLICT (user_id, kind, day, slot, channel) DO NOTHING
"""  # noqa: S608  our own words only
NOW = f"WITH {FIGURES} SELECT user_id, body FROM figures"  # noqa: S608


def slot_of(now: datetime) -> str:
    """Return the slot whose time came last on this day, or nothing before the first."""
    clock = timezone.localtime(now).time()
    return max((slot for slot, begins in SLOTS.items() if begins <= clock), default="")


def send_digests(*, now: datetime | None = None, slot: str = "") -> int:
    """Give each cadre with work, arrivals or abnormal findings their digest; return how many new.

    Once for a day and slot, whoever runs it and however often.
    """
    now = now or timezone.now()
    slot = slot or slot_of(now)
    if not slot:
        return 0
    day: date = timezone.localdate(now)
    with job_run("send_digests", day=day, slot=slot) as job, transaction.atomic():
        sent = sql.run(DIGESTS, now=now, day=day, slot=slot, top=TOP, until=day + SOON, users=None)
        job.figures = {"sent": sent}
    return sent


def figures_now(*, users: Iterable[int], now: datetime) -> dict[int, dict[str, Any]]:
    """Return what each cadre's digest would say now; who has nothing to do is not in it."""
    day = timezone.localdate(now)
    found = sql.rows(NOW, now=now, day=day, top=TOP, until=day + SOON, users=sorted(set(users)))
    return {user: json.loads(body) for user, body in found}
