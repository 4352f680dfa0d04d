"""How risky a place was on some days: looked up for many at once."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import Q

from grid.models import ancestor_codes
from grid.scope import AFTER_DIGITS, under
from returnees.choices import LEVELS, Risk
from returnees.models import RiskArea

FEW = 40  # places up to which the areas inside them are asked for one by one


@dataclass(frozen=True, slots=True)
class AreaRisk:
    """How risky a place was on some days: the highest level and every flag (A-04).

    `unclear` says that an area inside the place, or a part of it, was at a higher level or carried
    a further flag: whoever stayed there is asked where exactly.
    """

    level: str = Risk.LOW
    flags: tuple[str, ...] = ()
    unclear: bool = False


@dataclass(frozen=True)
class RiskBook:
    """The risk areas that may touch some places in some days, loaded with one query."""

    areas: list[RiskArea] = field(default_factory=list)

    @classmethod
    def of(cls, places: Iterable[str], first: date, last: date) -> Self:
        """Load the areas of the places, of everything above and of everything inside them."""
        codes = set(places)
        if not codes:
            return cls()
        found = RiskArea.objects.on_any_day_between(first, last)
        if len(codes) <= FEW:
            touching = Q(place__in={up for code in codes for up in ancestor_codes(code)})
            for code in codes:
                touching |= under(code, "place")
            found = found.filter(touching)
        return cls(list(found))

    @cached_property
    def _whole(self) -> dict[str, list[RiskArea]]:
        by_place: dict[str, list[RiskArea]] = {}
        for area in self.areas:
            if not area.part:
                by_place.setdefault(area.place_id, []).append(area)
        return by_place

    @cached_property
    def _parts(self) -> dict[str, list[RiskArea]]:
        by_place: dict[str, list[RiskArea]] = {}
        for area in self.areas:
            if area.part:
                by_place.setdefault(area.place_id, []).append(area)
        return by_place

    @cached_property
    def _sorted(self) -> list[tuple[str, RiskArea]]:
        return sorted(((area.place_id, area) for area in self.areas), key=lambda pair: pair[0])

    def risk(
        self, place: str, first: date, last: date, *, asked_on: date | None = None
    ) -> AreaRisk:
        """Return the risk of a place on the days from first to last, both included.

        On each day the finest area with a level counts (JX8-2b), over the days the highest; flags
        of all areas around the place are gathered. What was known when the person was asked where
        exactly (`asked_on`) leaves nothing unclear.
        """
        if not self.areas:
            return AreaRisk()
        around = [
            area
            for code in ancestor_codes(place)
            for area in self._whole.get(code, ())
            if touches(area, first, last)
        ]
        level = highest_level([area for area in around if area.mark in LEVELS], first, last)
        flags = tuple(sorted({area.mark for area in around if area.mark not in LEVELS}))
        unclear = any(
            _adds(area, level, flags)
            for area in self._doubtful(place)
            if touches(area, first, last) and (asked_on is None or area.since > asked_on)
        )
        return AreaRisk(level=level, flags=flags, unclear=unclear)

    def _doubtful(self, place: str) -> Iterator[RiskArea]:
        """Yield the areas strictly inside a place, and those that name a part of it, or around."""
        for code in ancestor_codes(place)[:-1]:
            yield from self._parts.get(code, ())
        start = bisect_left(self._sorted, place, key=lambda pair: pair[0])
        for code, area in self._sorted[start:]:
            if code >= place + AFTER_DIGITS:
                break
            if area.part or code != place:
                yield area


def highest_level(areas: list[RiskArea], first: date, last: date) -> str:
    """Return the highest level over some days, the finest area deciding each day (JX8-2b)."""
    if len({area.place_id for area in areas}) <= 1:
        return max((area.mark for area in areas), key=LEVELS.index, default=Risk.LOW.value)
    # The finest area can only change on a day on which one begins or ends.
    days = {first} | {area.since for area in areas} | {a.until for a in areas if a.until}
    found = Risk.LOW.value
    for day in (day for day in days if first <= day <= last):
        here = [area for area in areas if touches(area, day, day)]
        if here:
            finest = max(here, key=lambda area: (len(area.place_id), LEVELS.index(area.mark)))
            found = max(found, finest.mark, key=LEVELS.index)
    return found


def touches(area: RiskArea, first: date, last: date) -> bool:
    """Say whether an area is in force on one of the days from first to last, both included."""
    return area.since <= last and (area.until is None or area.until > first)


def _adds(area: RiskArea, level: str, flags: tuple[str, ...]) -> bool:
    if area.mark in LEVELS:
        return LEVELS.index(area.mark) > LEVELS.index(level)
    return area.mark not in flags


def risk_of(place_code: str, first: date, last: date) -> AreaRisk:
    """Return the risk of one place on the days from first to last, both included."""
    return RiskBook.of([place_code], first, last).risk(place_code, first, last)
