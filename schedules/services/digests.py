"""The digest of a cadre: one message for a part of the day, in the portal, never twice."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from grid.models import Post, User, ancestor_codes
from schedules import sql
from schedules.models import DigestTime
from schedules.services.jobs import has_run, job_run

SLOTS = (time(8), time(16))  # where no place has times of its own
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
    WHERE u.is_active AND (%(users)s::bigint[] IS NULL OR u.id = ANY(%(users)s::bigint[]))
        AND (w.user_id IS NOT NULL OR c.user_id IS NOT NULL OR f.user_id IS NOT NULL)
)
"""
# Figures and keys only: the text is made when it is shown or handed to a channel.
DIGESTS = f"""
WITH {FIGURES}, homes AS (
    SELECT p.user_id, min(coalesce(p.place_id, b.township_id)) AS place
    FROM grid_post p LEFT JOIN grid_block b ON b.id = p.block_id
    WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until > %(day)s)
    GROUP BY p.user_id
), hours AS (
    SELECT * FROM unnest(%(places)s::text[], %(slots)s::text[]) AS h (place, slot)
), owed AS (
    SELECT DISTINCT ON (f.user_id) f.user_id, f.body, h.slot
    FROM figures f
    LEFT JOIN homes o ON o.user_id = f.user_id
    JOIN hours h ON starts_with(coalesce(o.place, ''), h.place)
    ORDER BY f.user_id, length(h.place) DESC
)
INSERT INTO schedules_reminder
    (user_id, kind, day, slot, channel, rung, body, state, attempts, unknowns, answer,
     created_at, sent_at)
SELECT user_id, 'digest', %(day)s, slot, 'portal', 0, body, 'sent', 0, 0, '', %(now)s, %(now)s
FROM owed WHERE slot <> ''
ON CONFLICT (user_id, kind, day, slot, channel) DO NOTHING
"""  # noqa: S608  our own words only
NOW = f"WITH {FIGURES} SELECT user_id, body FROM figures"  # noqa: S608


def slots_now(now: datetime) -> dict[str, str]:
    """Return, by place, the slot whose time came last on this day, "" before the first.

    A place without times of its own has those of the nearest place above it, "" being the portal's.
    """
    clock = timezone.localtime(now).time()
    times: dict[str, list[time]] = {"": list(SLOTS)}
    for place, at in DigestTime.objects.values_list("place", "at"):
        times.setdefault(place, []).append(at)
    return {
        place: max((f"{at:%H:%M}" for at in own if at <= clock), default="")
        for place, own in times.items()
    }


def times_for(user: User, day: date) -> list[time]:
    """Return the times at which a user gets digests on a day, the earliest first."""
    posts = Post.objects.active_on(day).filter(user=user)
    homes = posts.values_list(Coalesce("place_id", "block__township_id"), flat=True)
    home = min(filter(None, homes), default="")
    own = DigestTime.objects.filter(place__in=ancestor_codes(home) if home else [])
    told = list(own.values_list("place", "at"))
    nearest = max((place for place, _at in told), key=len, default="")
    return sorted(at for place, at in told if place == nearest) or list(SLOTS)


def owed_slots(now: datetime) -> list[str]:
    """Return the slots whose time has come without their digests, the earliest first."""
    day = timezone.localdate(now)
    slots = sorted({slot for slot in slots_now(now).values() if slot})
    return [slot for slot in slots if not has_run("send_digests", day=day, slot=slot)]


def send_digests(*, now: datetime | None = None, slot: str = "") -> int:
    """Give each cadre with work, arrivals or abnormal findings their digest; return how many new.

    Once for a day and slot, whoever runs it and however often; asked every minute, it does nothing
    while no time has come. A slot that is named is given to everybody. Of several times gone by
    only the latest is sent: one digest, not a backlog.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    hours = {"": slot} if slot else slots_now(now)
    sent = 0
    for owed in [slot] if slot else owed_slots(now):
        with job_run("send_digests", day=day, slot=owed) as job, transaction.atomic():
            fresh = sql.run(
                DIGESTS,
                now=now,
                day=day,
                top=TOP,
                until=day + SOON,
                users=None,
                places=list(hours),
                slots=list(hours.values()),
            )
            job.figures = {"sent": fresh}
        sent += fresh
    return sent


def figures_now(*, users: Iterable[int], now: datetime) -> dict[int, dict[str, Any]]:
    """Return what each cadre's digest would say now; who has nothing to do is not in it."""
    day = timezone.localdate(now)
    found = sql.rows(NOW, now=now, day=day, top=TOP, until=day + SOON, users=sorted(set(users)))
    return {user: json.loads(body) for user, body in found}
