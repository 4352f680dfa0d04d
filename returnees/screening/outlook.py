"""The risk areas as they stand on the day of a list, a draft's own changes included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from grid.models import ancestor_codes
from returnees.choices import LEVELS, ListState, Risk
from returnees.models import RiskArea, RiskListVersion
from returnees.risk import RiskBook
from returnees.risk_lists.changes import AreaChange, aspect_of


def height(level: str) -> int:
    """Return how high a level is, low being 0; 0 for a flag and for none."""
    return LEVELS.index(level) if level in LEVELS else 0


@dataclass(frozen=True)
class Outlook:
    """What is in force on one day: level by place, flags by place; parts are left out."""

    levels: Mapping[str, str]
    flags: Mapping[str, frozenset[str]]
    _known: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Iterable[RiskArea]) -> "Outlook":
        """Gather the areas of one day."""
        levels: dict[str, str] = {}
        flags: dict[str, frozenset[str]] = {}
        for area in areas:
            if area.part:
                continue
            if area.mark in LEVELS:
                levels[area.place_id] = max(
                    area.mark, levels.get(area.place_id, Risk.LOW.value), key=LEVELS.index
                )
            else:
                flags[area.place_id] = flags.get(area.place_id, frozenset()) | {area.mark}
        return cls(levels, flags)

    def at(self, place: str) -> tuple[str, frozenset[str]]:
        """Return level and flags of a place: the finest level around it, every flag (JX8-2b)."""
        found = self._known.get(place)
        if found is None:
            codes = ancestor_codes(place)
            level = next((self.levels[c] for c in reversed(codes) if c in self.levels), Risk.LOW)
            flags = frozenset().union(*(self.flags[c] for c in codes if c in self.flags))
            found = self._known[place] = (str(level), flags)
        return found


def outlook_of(version: RiskListVersion, changes: Iterable[AreaChange]) -> Outlook:
    """Return what is in force on the day of a list, with one query."""
    areas = list(RiskArea.objects.in_force(version.day))
    if version.state == ListState.DRAFT:
        areas = with_changes(RiskBook(areas), changes, version.day).areas
    return Outlook.of(area for area in areas if area.until is None or area.until > version.day)


def with_changes(book: RiskBook, changes: Iterable[AreaChange], day: date) -> RiskBook:
    """Return the areas as they will stand once a draft is published on a day; writes nothing."""
    gone = {(c.place, c.part, c.aspect) for c in changes}
    areas = [
        _ended(area, day) if _key(area) in gone and _open_on(area, day) else area
        for area in book.areas
    ]
    areas = [area for area in areas if area.until is None or area.until > area.since]
    areas += [
        RiskArea(place_id=c.place, part=c.part, mark=c.mark, since=day) for c in changes if c.mark
    ]
    return RiskBook(areas)


def _key(area: RiskArea) -> tuple[str, str, str]:
    return area.place_id, area.part, aspect_of(area.mark)


def _open_on(area: RiskArea, day: date) -> bool:
    return area.since <= day and (area.until is None or area.until > day)


def _ended(area: RiskArea, day: date) -> RiskArea:
    return RiskArea(
        place_id=area.place_id, part=area.part, mark=area.mark, since=area.since, until=day
    )


def raising(changes: Iterable[AreaChange], outlook: Outlook) -> list[AreaChange]:
    """Return the changes that raise a level or set a flag.

    A finer area that ends lets the coarser one around it count again: where that one is higher,
    the end raises.
    """
    found = []
    for change in changes:
        if change.raises:
            found.append(change)
        elif not change.mark and not change.part and change.was in LEVELS:
            level, _flags = outlook.at(change.place)
            if height(level) > height(change.was):
                found.append(replace(change, mark=level))
    return found
