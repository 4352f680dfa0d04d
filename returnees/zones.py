"""Closed zones as the planner knows them, and how much work each one is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import connection
from django.db.models import Q

from grid.models import Person, User, ancestor_codes
from returnees.choices import EpisodeState
from returnees.clock import local_day
from returnees.models import AdvanceReport, ControlZone
from returnees.models.zones import ControlZoneQuerySet

FIGURES = """
WITH zone AS (SELECT unnest(%s::text[]) COLLATE "C" AS code), inside AS (
    SELECT z.code, p.id FROM zone z JOIN grid_person p
        ON p.place_id >= z.code AND p.place_id < (z.code || ':') COLLATE "C"
    UNION
    SELECT z.code, p.id FROM zone z JOIN grid_household h
        ON h.place_id >= z.code AND h.place_id < (z.code || ':') COLLATE "C"
        JOIN grid_person p ON p.household_id = h.id
)
SELECT z.code,
    (SELECT count(*) FROM inside i WHERE i.code = z.code),
    (SELECT count(*) FROM grid_household h
        WHERE h.place_id >= z.code AND h.place_id < (z.code || ':') COLLATE "C"
            AND h.closed_on IS NULL),
    (SELECT count(*) FROM inside i JOIN returnees_episode e ON e.person_id = i.id
        WHERE i.code = z.code AND e.state = %s),
    (SELECT count(*) FROM inside i JOIN returnees_away a ON a.person_id = i.id
        WHERE i.code = z.code AND a.ended_on IS NULL)
FROM zone z
"""


@dataclass(frozen=True, slots=True)
class ZoneBook:
    """The zones that may hold some places from a day on, loaded with one query."""

    zones: tuple[ControlZone, ...] = ()

    @classmethod
    def of(cls, places: Iterable[str], first: date) -> Self:
        """Load the zones around the places that are not over before the day."""
        codes = {up for place in set(places) for up in ancestor_codes(place)}
        if not codes:
            return cls()
        return cls(tuple(ControlZone.objects.not_over(first).filter(place__in=codes)))

    def fact(self, place: str, day: date) -> dict[str, Any] | None:
        """Return the fact `zone` of somebody who is at a place from a day on; None outside.

        Of several zones around the place the finest counts. One whose last closed day is over asks
        nothing of those who come later.
        """
        around = [
            zone
            for zone in self.zones
            if place.startswith(zone.place_id) and zone.since <= zone.last_day >= day
        ]
        if not around:
            return None
        return fact_of(max(around, key=lambda zone: (len(zone.place_id), zone.last_day)))


def home_of(report: AdvanceReport) -> str:
    """Return where somebody stays as finely as known: the home, where it lies in the village."""
    home = home_code(report.person)
    return home if home.startswith(report.place_id) else report.place_id


def home_code(person: Person) -> str:
    """Return the code of the place where a person lives: that of the household, if there is one."""
    return person.household.place_id if person.household else person.place_id


def day_of(report: AdvanceReport) -> date:
    """Return the day from which somebody is there: the arrival, expected or actual."""
    return local_day(report.arrives_at)


def fact_of(zone: ControlZone) -> dict[str, Any]:
    """Return the fact `zone` as the planner takes it: first and last closed day, and the place."""
    return {
        "since": zone.since.isoformat(),
        "last_day": zone.last_day.isoformat(),
        "place": zone.place_id,
    }


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """People and dwellings of a zone; `tested` are those a round of mass testing reaches."""

    residents: int
    households: int
    managed: int
    away: int

    @property
    def tested(self) -> int:
        """Everybody who is there: one test each in every round (JX8-12b)."""
        return self.residents - self.away


def figures_of(zones: Iterable[ControlZone]) -> dict[str, ZoneFigures]:
    """Return the figures by place code, with one query for all."""
    codes = sorted({zone.place_id for zone in zones})
    if not codes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [codes, EpisodeState.ACTIVE])
        return {code: ZoneFigures(*counts) for code, *counts in cursor.fetchall()}


def zones_for(user: User) -> ControlZoneQuerySet:
    """Return the zones inside the user's scope, and those the user's places lie in."""
    around = {code for prefix in user.scope().prefixes for code in ancestor_codes(prefix)}
    visible = ControlZone.objects.visible_to(user).values("pk")
    return ControlZone.objects.filter(Q(pk__in=visible) | Q(place__in=around))
