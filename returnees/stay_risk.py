"""How risky stays were by the lists in force, and which areas say so: for people who ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from grid.models import Place, ancestor_codes
from grid.place_search import labelled
from policies.pack import Pack
from returnees.choices import LEVELS, Mark
from returnees.models import RiskArea, RiskListVersion
from returnees.risk import AreaRisk, RiskBook

MOST_NAMED = 6  # areas named inside a place that is unclear


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area that speaks of a stay: where, what, since when, and who says so."""

    label: str
    mark: str
    since: date
    until: date | None
    source: str
    listed: date | None


@dataclass(frozen=True, slots=True)
class StayRisk:
    """A stay with its risk; `inside` are areas in the place that ask for the exact one."""

    code: str
    label: str
    last_day: date
    counts: bool
    risk: AreaRisk
    areas: list[AreaLine]
    inside: list[AreaLine]

    @property
    def marks(self) -> list[str]:
        """Level and flags in words."""
        return [str(Mark(mark).label) for mark in (self.risk.level, *self.risk.flags)]

    @property
    def tone(self) -> str:
        """How a pill shows the level."""
        return "warning" if self.risk.level != LEVELS[0] or self.risk.flags else "good"

    def fact(self) -> dict[str, Any]:
        """Return the stay as the planner takes it."""
        return {
            "place": self.code,
            "last_day": self.last_day.isoformat(),
            "risk": self.risk.level,
            "flags": sorted(self.risk.flags),
        }


def risks_of(stays: Sequence[tuple[Place, date]], arrival: date, pack: Pack) -> list[StayRisk]:
    """Return the risk of stays in the days that the notice looks back (C-5, A-04).

    A constant number of queries: areas, lists, names.
    """
    first = arrival - timedelta(days=pack.number("look_back_days"))
    book = RiskBook.of([place.code for place, _day in stays], first, arrival)
    names = _Names.of(book.areas, [place for place, _day in stays])
    return [_risk(place, last, first, book, names) for place, last in stays]


def _risk(place: Place, last: date, first: date, book: RiskBook, names: "_Names") -> StayRisk:
    counts = last >= first
    risk = book.risk(place.code, first, last) if counts else AreaRisk()
    near = [area for area in book.areas if counts and _on_days(area, first, last)]
    around = set(ancestor_codes(place.code))
    inside = [area for area in near if _inside(area, place.code)] if risk.unclear else []
    return StayRisk(
        code=place.code,
        label=names.places.get(place.code, place.name),
        last_day=last,
        counts=counts,
        risk=risk,
        areas=[names.line(a) for a in near if a.place_id in around and not a.part],
        inside=[names.line(a) for a in inside if a.mark != LEVELS[0]][:MOST_NAMED],
    )


def _on_days(area: RiskArea, first: date, last: date) -> bool:
    return area.since <= last and (area.until is None or area.until > first)


def _inside(area: RiskArea, code: str) -> bool:
    return area.place_id.startswith(code) and (bool(area.part) or area.place_id != code)


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of places and days of lists, looked up at once."""

    places: dict[str, str]
    lists: dict[int, RiskListVersion]

    @classmethod
    def of(cls, areas: Sequence[RiskArea], stays: Sequence[Place]) -> "_Names":
        codes = {area.place_id for area in areas} - {place.code for place in stays}
        places = [*stays, *Place.objects.filter(code__in=codes)]
        lists = {area.opened_by_id for area in areas if area.opened_by_id}
        return cls(
            {found.code: found.label for found in labelled(places)},
            RiskListVersion.objects.in_bulk(lists),
        )

    def line(self, area: RiskArea) -> AreaLine:
        opened = self.lists.get(area.opened_by_id or 0)
        name = self.places.get(area.place_id, area.place_id)
        return AreaLine(
            label=f"{name} {area.part}".strip(),
            mark=str(Mark(area.mark).label),
            since=area.since,
            until=area.until,
            source=area.source or (opened.source if opened else ""),
            listed=opened.day if opened else None,
        )
