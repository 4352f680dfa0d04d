"""Work that changes hands, and the two cadres who are told of it, once a day and pair (JY-2j)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Max
from django.utils import timezone

from returnees.models import Episode
from schedules import sql

KIND = "handover"
CAME, WENT = "came", "went"
TOP = 5  # persons named by key
# Of more changes of episodes than this since the last look every open task is looked at.
MOST_CHANGES = 2000
# As many changes before the last one seen are looked at again: who began earlier may end later.
STRAGGLERS = 500
# Every open task is looked at this often, whatever has changed.
ALL_AGAIN = timedelta(hours=1)

# Who may no longer sign in is told nothing. What moves later the same day between the same two
# adds to their notice, which is unread again: each person counts once.
TELL = """
INSERT INTO schedules_reminder AS r
    (user_id, kind, day, slot, channel, rung, body, state, attempts, unknowns, answer,
     created_at, sent_at)
SELECT n.user_id, %(kind)s, %(day)s, n.slot, 'portal', 0, n.body, 'sent', 0, 0, '',
    %(now)s, %(now)s
FROM unnest(%(users)s::bigint[], %(slots)s::text[], %(bodies)s::jsonb[]) AS n (user_id, slot, body)
JOIN grid_user u ON u.id = n.user_id AND u.is_active
ORDER BY n.user_id, n.slot
ON CONFLICT (user_id, kind, day, slot, channel) DO UPDATE
SET body = (
        SELECT excluded.body || jsonb_build_object(
            'told', jsonb_agg(one.pk), 'persons', count(*),
            'tasks', (r.body ->> 'tasks')::int + (excluded.body ->> 'tasks')::int
        )
        FROM (
            SELECT DISTINCT pk
            FROM jsonb_array_elements((r.body -> 'told') || (excluded.body -> 'told')) AS pk
        ) one
    ),
    created_at = excluded.created_at, sent_at = excluded.sent_at, read_at = NULL
"""

Pair = tuple[int | None, int | None]  # who held it before, who holds it now; None is nobody


@dataclass(slots=True)
class Load:
    """What went from one cadre to another: the episodes, and how many of their open tasks."""

    episodes: set[int] = field(default_factory=set)
    tasks: int = 0


class Moves:
    """What changed hands, gathered from several statements and told once."""

    def __init__(self) -> None:
        self.loads: dict[Pair, Load] = {}

    def persons(self, rows: Iterable[Sequence[Any]]) -> int:
        """Take (before, now, episodes) of persons whose cadre changed; return how many they are."""
        many = 0
        for before, after, episodes in rows:
            self._of(before, after).episodes.update(episodes)
            many += len(episodes)
        return many

    def follow(self, ids: list[int] | None) -> int:
        """Let open tasks follow their episodes; return how many moved."""
        many = 0
        for before, after, tasks, episodes in sql.rows(sql.FOLLOW, ids=ids):
            many += tasks
            if before != after:  # otherwise only the village is another one
                load = self._of(before, after)
                load.episodes.update(episodes)
                load.tasks += tasks
        return many

    def tell(self, *, now: datetime) -> int:
        """Tell who gave and who got it; return how many notices are new or have grown."""
        told = [notice for pair, load in sorted(self.loads.items(), key=_order)
                for notice in _notices(pair, load)]  # fmt: skip
        if not told:
            return 0
        users, slots, bodies = zip(*told, strict=True)
        return sql.run(
            TELL,
            kind=KIND,
            day=timezone.localdate(now),
            now=now,
            users=list(users),
            slots=list(slots),
            bodies=[json.dumps(body) for body in bodies],
        )

    def _of(self, before: int | None, after: int | None) -> Load:
        return self.loads.setdefault((before, after), Load())


def follow_tasks(*, ids: list[int] | None, now: datetime) -> int:
    """Let the open tasks of these episodes, None meaning all, follow them; both cadres are told."""
    if ids == []:
        return 0
    moves = Moves()
    many = moves.follow(ids)
    moves.tell(now=now)
    return many


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to where tasks have been compared with their episodes.

    `change` is the key of the newest change of an episode that was seen, `everything` the moment
    (ISO 8601) at which every open task was looked at last.
    """

    change: int
    everything: str

    @classmethod
    def of(cls, kept: dict[str, Any] | None) -> Self | None:
        """Return what a sweep has kept, if one has."""
        return cls(kept["change"], kept["everything"]) if kept else None

    def kept(self) -> dict[str, Any]:
        """Return what the next sweep is to know."""
        return asdict(self)

    def is_fresh(self, now: datetime) -> bool:
        """Say whether every task was looked at not long ago; a clock that went back says no."""
        return timedelta(0) <= now - datetime.fromisoformat(self.everything) < ALL_AGAIN


def follow_changed(*, seen: Seen | None, now: datetime) -> tuple[int, Seen]:
    """Let open tasks follow the episodes that changed since the last look.

    Return how many tasks moved, and up to where has been seen now. This heals what a lost message,
    or two writers who did not see each other, left behind: by the next look where the history of
    the episodes tells of it, and it does of every change, else within the hour.
    """
    history = Episode.events.rel.related_model.objects  # type: ignore[attr-defined]
    newest = history.aggregate(newest=Max("pgh_id"))["newest"] or 0
    if seen and seen.is_fresh(now) and 0 <= newest - seen.change <= MOST_CHANGES:
        changes = history.filter(pgh_id__gt=seen.change - STRAGGLERS, pgh_label="update")
        ids = sorted(set(changes.order_by().values_list("pgh_obj_id", flat=True)))
        return follow_tasks(ids=ids, now=now), Seen(newest, seen.everything)
    return follow_tasks(ids=None, now=now), Seen(newest, now.isoformat())


def _order(item: tuple[Pair, Load]) -> tuple[int, int]:
    (before, after), _load = item
    return before or 0, after or 0


def _notices(pair: Pair, load: Load) -> list[tuple[int, str, dict[str, Any]]]:
    """Return user, slot and body for each of the two who is somebody."""
    before, after = pair
    return [
        (user, f"{way[0]}{other or 0:x}", _body(way, other, load))
        for user, way, other in ((before, WENT, after), (after, CAME, before))
        if user is not None
    ]


def _body(way: str, other: int | None, load: Load) -> dict[str, Any]:
    episodes = sorted(load.episodes)
    return {
        "way": way,
        "other": other,
        "persons": len(episodes),
        "tasks": load.tasks,
        "episodes": episodes[:TOP],
        "told": episodes,
    }
