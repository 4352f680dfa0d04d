"""What is to come: a day's work cadre by cadre before it begins, rooms and tests of the next days.

Nothing is written: it is counted from the spans, stages and tests as they stand now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from grid.models import User
from policies.load import ROOMED
from returnees.choices import OPEN_STATES, TestResult
from schedules import sql

DAYS = 14


def _inside(row: str) -> str:
    """Return the condition that a row lies below one of the places."""
    return f"EXISTS (SELECT FROM unnest(%(places)s::text[]) p WHERE starts_with({row}.place_id, p))"


# Tasks that spans bring on one day, with what is still open from before it.
WORK = f"""
WITH owed AS (
    SELECT e.responsible_id AS holder, e.id AS episode, count(*) AS fresh, 0 AS left_over
    FROM schedules_dutyspan s
    JOIN returnees_episode e ON e.id = s.episode_id
    WHERE s.first_day <= %(day)s AND s.last_day >= %(day)s
        AND (%(day)s::date - s.first_day) %% s.every = 0
        AND e.state = ANY(%(open)s) AND {_inside("e")}
    GROUP BY e.responsible_id, e.id
    UNION ALL
    SELECT t.holder_id, t.episode_id, 0, count(*)
    FROM schedules_task t JOIN schedules_duty y ON y.key = t.duty_id
    WHERE t.state = 'pending' AND t.due_day < %(day)s AND NOT y.missable
        AND {_inside("t")}
    GROUP BY t.holder_id, t.episode_id
)
SELECT holder, count(DISTINCT episode), sum(fresh)::int, sum(left_over)::int
FROM owed GROUP BY holder ORDER BY sum(fresh) + sum(left_over) DESC, holder NULLS FIRST
"""  # noqa: S608  our own words only
LOADS = f"""
SELECT d.day,
    (
        SELECT count(DISTINCT g.episode_id)
        FROM returnees_stage g JOIN returnees_episode e ON e.id = g.episode_id
        WHERE g.kind = ANY(%(roomed)s) AND g.superseded_on IS NULL AND g.closed_on IS NULL
            AND g.first_day <= d.day AND (g.last_day IS NULL OR g.last_day >= d.day)
            AND e.state = ANY(%(open)s) AND {_inside("e")}
    ),
    (
        SELECT count(*)
        FROM returnees_test k JOIN returnees_episode e ON e.id = k.episode_id
        WHERE k.planned_on = d.day AND k.result = %(pending)s AND k.superseded_on IS NULL
            AND {_inside("e")}
    )
FROM (SELECT %(day)s::date + n AS day FROM generate_series(0, %(days)s - 1) AS n) d
ORDER BY d.day
"""  # noqa: S608  our own words only


@dataclass(frozen=True, slots=True)
class CadreLoad:
    """The work of one cadre on a day: persons, new tasks, tasks left over; None is nobody."""

    cadre: User | None
    persons: int
    fresh: int
    left_over: int

    @property
    def tasks(self) -> int:
        """All tasks that would stand on the cadre's page."""
        return self.fresh + self.left_over

    @property
    def too_much(self) -> bool:
        """Whether it is more than a cadre can do in a day."""
        return bool(self.tasks > settings.GRID["tasks_a_day"])


@dataclass(frozen=True, slots=True)
class DayNeed:
    """What a day needs: rooms taken, tests to take."""

    day: date
    rooms: int
    tests: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """A day as it would be, and the days after it."""

    day: date
    cadres: Sequence[CadreLoad]
    needs: Sequence[DayNeed]

    @property
    def tasks(self) -> int:
        """All tasks of the day."""
        return sum(one.tasks for one in self.cadres)

    @property
    def overloaded(self) -> list[CadreLoad]:
        """Cadres with more than they can do, and work that nobody holds."""
        return [one for one in self.cadres if one.too_much or one.cadre is None]


def forecast(*, places: Iterable[str], day: date) -> Forecast:
    """Return what a day would bring below some places, and rooms and tests of 14 days from it."""
    shared: dict[str, Any] = {
        "day": day,
        "places": list(places),
        "open": [str(state) for state in OPEN_STATES],
    }
    work = sql.rows(WORK, **shared)
    users = User.objects.in_bulk([row[0] for row in work if row[0]])
    needs = sql.rows(
        LOADS, **shared, roomed=list(ROOMED), pending=TestResult.PENDING.value, days=DAYS
    )
    return Forecast(
        day=day,
        cadres=[CadreLoad(users.get(holder), *figures) for holder, *figures in work],
        needs=[DayNeed(*row) for row in needs],
    )
