"""How much work a re-screening means: persons by class, village and cadre; rooms and tests by day.

Everything is added up from the summaries of the items, read once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from grid.areas import name_villages
from grid.choices import CODE_LENGTHS, Level
from grid.models import User
from returnees.choices import ItemState, Touch
from returnees.models.screening import ScreeningItemQuerySet

DAYS = 14
VILLAGE = CODE_LENGTHS[Level.VILLAGE]


@dataclass(slots=True)
class DayNeed:
    """Rooms taken and tests due on a day, before and after."""

    day: date
    rooms: int = 0
    rooms_after: int = 0
    tests: int = 0
    tests_after: int = 0

    @property
    def more_rooms(self) -> int:
        """Rooms needed beyond those planned now; negative where fewer."""
        return self.rooms_after - self.rooms

    @property
    def more_tests(self) -> int:
        """Tests due beyond those planned now."""
        return self.tests_after - self.tests


@dataclass(slots=True)
class Share:
    """What falls to a village or a cadre: persons, how many need a room, tests in these days."""

    key: Any
    name: str = ""
    persons: int = 0
    rooms: int = 0
    tests: int = 0
    village_name: str = ""


@dataclass(slots=True)
class Workload:
    """The persons whose plan changes, and what their new plans ask for in the days to come."""

    persons: int = 0
    moves: list[tuple[str, str, int]] = field(default_factory=list)  # class before, after, persons
    classes: list[tuple[str, int, int]] = field(default_factory=list)  # class, before, after
    days: list[DayNeed] = field(default_factory=list)
    villages: list[Share] = field(default_factory=list)
    cadres: list[Share] = field(default_factory=list)

    @property
    def most_rooms(self) -> int:
        """The most rooms needed on any day, for the bars."""
        return max((max(day.rooms, day.rooms_after) for day in self.days), default=0)

    @property
    def most_tests(self) -> int:
        """The most tests due on any day, for the bars."""
        return max((max(day.tests, day.tests_after) for day in self.days), default=0)


def changing(items: ScreeningItemQuerySet) -> ScreeningItemQuerySet:
    """Return the items that count: sure to change, or decided to."""
    sure = Q(touch=Touch.CERTAIN, state__in=(ItemState.PENDING, ItemState.REFUSED))
    return items.filter(sure | Q(state=ItemState.APPLIED), changes=True)


def workload(items: ScreeningItemQuerySet, first: date, *, days: int = DAYS) -> Workload:
    """Add up the items that count, for the days from the first on; three queries."""
    sums = _Sums(first, days)
    rows = (
        changing(items)
        .order_by()
        .values_list("before", "after", "place_id", "episode__responsible_id")
    )
    for before, after, place, cadre in rows.iterator(chunk_size=5000):
        sums.add(before, after, place[:VILLAGE], cadre)
    return sums.result()


class _Sums:
    """Counters over the items."""

    def __init__(self, first: date, days: int) -> None:
        self.first, self.size = first, days
        self.index = {(first + timedelta(days=n)).isoformat(): n for n in range(days)}
        self.last = (first + timedelta(days=days - 1)).isoformat()
        self.moves: Counter[tuple[str, str]] = Counter()
        self.rooms = [[0] * days, [0] * days]
        self.tests = [[0] * days, [0] * days]
        self.shares: dict[str, dict[Any, Share]] = {"village": {}, "cadre": {}}

    def add(
        self, before: Mapping[str, Any], after: Mapping[str, Any], village: str, cadre: int | None
    ) -> None:
        """Count one item."""
        self.moves[before.get("class", ""), after.get("class", "")] += 1
        has_room, tests = False, 0
        for n, plan in enumerate((before, after)):
            has_room = self._rooms(self.rooms[n], plan.get("rooms", ()))
            tests = self._tests(self.tests[n], plan.get("tests", ()))
        for kind, key in (("village", village), ("cadre", cadre)):
            share = self.shares[kind].setdefault(key, Share(key))
            share.persons += 1
            share.rooms += has_room
            share.tests += tests

    def _rooms(self, counts: list[int], ranges: Iterable[Sequence[str]]) -> bool:
        found = False
        for first, last in ranges:
            if last < self.first.isoformat() or first > self.last:
                continue
            found = True
            for n in range(self.index.get(first, 0), self.index.get(last, self.size - 1) + 1):
                counts[n] += 1
        return found

    def _tests(self, counts: list[int], days: Iterable[str]) -> int:
        here = [n for day in days if (n := self.index.get(day)) is not None]
        for n in here:
            counts[n] += 1
        return len(here)

    def result(self) -> Workload:
        """Return the sums, the largest first, with the names of villages and cadres."""
        before: Counter[str] = Counter()
        after: Counter[str] = Counter()
        for (old, new), count in self.moves.items():
            before[old] += count
            after[new] += count
        return Workload(
            persons=self.moves.total(),
            moves=[(old, new, count) for (old, new), count in self.moves.most_common()],
            classes=[(name, before[name], after[name]) for name in sorted(before | after)],
            days=[
                DayNeed(
                    self.first + timedelta(days=n),
                    rooms=self.rooms[0][n],
                    rooms_after=self.rooms[1][n],
                    tests=self.tests[0][n],
                    tests_after=self.tests[1][n],
                )
                for n in range(self.size)
            ],
            villages=self._villages(),
            cadres=self._cadres(),
        )

    def _villages(self) -> list[Share]:
        found = _largest(self.shares["village"])
        name_villages(found, lambda share: str(share.key))
        for share in found:
            share.name = share.village_name or share.key
        return found

    def _cadres(self) -> list[Share]:
        found = _largest(self.shares["cadre"])
        keys = [share.key for share in found if share.key is not None]
        names = dict(User.objects.filter(pk__in=keys).values_list("pk", "name"))
        for share in found:
            share.name = names.get(share.key, "")
        return found


def _largest(shares: Mapping[Any, Share]) -> list[Share]:
    return sorted(shares.values(), key=lambda share: (-share.persons, str(share.key)))
