"""Who is responsible is kept on the episode, and its open tasks follow (JY-2j, A-43)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from grid.announce import outermost
from grid.audit import acting
from grid.choices import CODE_LENGTHS, Level
from grid.models import Assignment, Leave
from grid.responsibility import resolve_sql
from grid.scope import AFTER_DIGITS
from returnees.choices import OPEN_STATES
from returnees.models import Episode
from returnees.services import verifications
from schedules import sql
from schedules.models import Task
from schedules.services.handover import Moves

# The newest changes of responsibility that each sweep looks at.
NEWEST = 200
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
# Whoever is released still has tests and calls to come: those stay somebody's work (JY-1g).
# Only rows that differ are written, so the history says who was responsible since when.
RESOLVE = f"""
WITH concerned AS MATERIALIZED (
    SELECT o.id, o.person_id
    FROM returnees_episode o
    WHERE o.place_id >= %(first)s AND o.place_id < %(after)s AND (
        o.state = ANY(%(open)s) OR o.state = 'released' AND (
            EXISTS (SELECT FROM schedules_dutyspan s
                    WHERE s.episode_id = o.id AND s.last_day >= %(day)s)
            OR EXISTS (SELECT FROM schedules_task t
                       WHERE t.episode_id = o.id AND t.state = 'pending')))
), changing AS MATERIALIZED (
    SELECT e.id, e.responsible_id AS before, r.holder AS after
    FROM concerned c
    JOIN ({resolve_sql("p.id IN (SELECT person_id FROM concerned)")}) r USING (person_id)
    JOIN returnees_episode e ON e.id = c.id
    WHERE e.responsible_id IS DISTINCT FROM r.holder
    ORDER BY e.id
    FOR NO KEY UPDATE OF e
), moved AS (
    UPDATE returnees_episode e
    SET responsible_id = g.after
    FROM changing g
    WHERE g.id = e.id
    RETURNING e.id, g.before, g.after
)
SELECT before, after, array_agg(id) FROM moved GROUP BY before, after
"""  # noqa: S608  our own words only


@transaction.atomic
def follow_responsibility(*, place_codes: Iterable[str], now: datetime | None = None) -> int:
    """Write on each episode with work below these places who answers for it today.

    Its open tasks move along, and both cadres are told; done ones keep the old name. Return how
    many episodes moved. What is said of a grid or a building concerns its whole village: returns
    name the village of the stay.
    """
    now = now or timezone.now()
    day = timezone.localdate(now)
    moves, moved = Moves(), 0
    with acting(by=None, why="responsibility changed"):
        codes = outermost(code[:VILLAGE] for code in place_codes)
        for code in codes:
            moved += moves.persons(
                sql.rows(
                    RESOLVE,
                    day=day,
                    first=code,
                    after=code + AFTER_DIGITS,
                    open=[str(state) for state in OPEN_STATES],
                )
            )
        verifications.follow_responsibility(places=codes, day=day)
    if moved:
        moves.follow(None)
        moves.tell(now=now)
    return moved


def follow_everywhere(*, now: datetime) -> int:
    """Do the same for the whole country: leave and assignments begin at midnight."""
    return follow_responsibility(place_codes=[""], now=now)


def follow_recent(*, now: datetime) -> int:
    """Do the same where assignments or leave were written lately, as their history says.

    And where somebody who may no longer sign in still holds work.
    """
    places = set(_newest(Assignment, "at_id")) | held_by_nobody_active()
    away = _newest(Leave, "user_id")
    places |= set(Assignment.objects.open().filter(cadre__in=away).values_list("at_id", flat=True))
    return follow_responsibility(place_codes=places, now=now)


def held_by_nobody_active(ids: list[int] | None = None) -> set[str]:
    """Return the places of people, of all or of some, whose cadre may no longer sign in."""
    people = Episode.objects.filter(responsible__is_active=False)
    if ids is not None:
        return set(people.filter(pk__in=ids).values_list("place_id", flat=True))
    work = Task.objects.pending().filter(holder__is_active=False)
    return set(people.open().values_list("place_id", flat=True)) | set(
        work.order_by().values_list("place_id", flat=True)
    )


def _newest(model: type[Model], column: str) -> list[Any]:
    """Return a column of the newest rows in a model's history."""
    history = model.events.rel.related_model.objects  # type: ignore[attr-defined]
    return list(history.order_by("-pgh_id").values_list(column, flat=True)[:NEWEST])
