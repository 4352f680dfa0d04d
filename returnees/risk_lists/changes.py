"""What a risk list changes against what was in force before it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from returnees.choices import LEVELS, Aspect

Key = tuple[str, str, str]  # place, part, aspect: what only one area in force may state


def aspect_of(mark: str) -> str:
    """Return what a mark speaks of: `level`, or the flag itself."""
    return Aspect.LEVEL.value if mark in LEVELS else mark


def marks_of(aspects: Iterable[str]) -> set[str]:
    """Return the marks that speak of these aspects."""
    found = set(aspects)
    levels = set(LEVELS) if Aspect.LEVEL.value in found else set()
    return levels | (found - {Aspect.LEVEL.value})


@dataclass(frozen=True, slots=True)
class AreaChange:
    """A place, or a part of it, whose level or flag a list sets, moves or ends.

    `mark` is the level or flag from now on, "" when it ended; `was` the one before, "" for none.
    """

    place: str
    part: str
    mark: str
    was: str

    @property
    def aspect(self) -> str:
        """What the change speaks of: `level`, or the flag."""
        return aspect_of(self.mark or self.was)

    @property
    def raises(self) -> bool:
        """Say whether the level is higher than before (none counts as low) or the flag new."""
        if self.aspect != Aspect.LEVEL.value:
            return bool(self.mark) and not self.was
        return _height(self.mark) > _height(self.was)

    @property
    def lowers(self) -> bool:
        """Say whether the level is lower than before, or a flag ended."""
        if self.aspect != Aspect.LEVEL.value:
            return not self.mark
        return _height(self.mark) < _height(self.was)


def _height(level: str) -> int:
    return LEVELS.index(level) if level else 0


def key_of(area: Any) -> Key:
    """Return place, part and aspect of a RiskArea or RiskEntry."""
    return area.place_id, area.part, aspect_of(area.mark)


def wanted(entries: Iterable[Any]) -> dict[Key, str]:
    """Return what the resolved entries of a list ask for; the highest of two levels counts."""
    found: dict[Key, str] = {}
    for entry in entries:
        key = key_of(entry)
        if key not in found or (entry.mark in LEVELS and _height(entry.mark) > _height(found[key])):
            found[key] = entry.mark
    return found


def compare(
    before: Mapping[Key, str], after: Mapping[Key, str], covers: Iterable[str]
) -> list[AreaChange]:
    """Return what differs, sorted by place; what `after` leaves out ends where it is covered."""
    full = set(covers)
    found = [
        AreaChange(place=key[0], part=key[1], mark=mark, was=before.get(key, ""))
        for key, mark in after.items()
        if before.get(key, "") != mark
    ]
    found += [
        AreaChange(place=key[0], part=key[1], mark="", was=mark)
        for key, mark in before.items()
        if key not in after and key[2] in full
    ]
    return in_order(found)


def in_order(changes: Iterable[AreaChange]) -> list[AreaChange]:
    """Return the changes by place, part and aspect."""
    return sorted(changes, key=lambda change: (change.place, change.part, change.aspect))
