"""The households of some villages by address, however it is written."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from grid.choices import CODE_LENGTHS, Level
from grid.lists.addresses import Address, near_ones, read_address
from grid.models import Household
from grid.scope import under

VILLAGE = CODE_LENGTHS[Level.VILLAGE]
Key = tuple[str, str]  # village, address


@dataclass(frozen=True, slots=True)
class Homes:
    """The addresses of all households of some villages."""

    exact: dict[Key, int]
    villages: dict[str, list[tuple[Address, int]]]

    @classmethod
    def of(cls, villages: Collection[str]) -> "Homes":
        """Load them: one query, three columns."""
        found = cls({}, {})
        if not villages:
            return found
        for village in villages:
            found.villages[village] = []
        inside = Q(pk__in=[])
        for village in villages:
            inside |= under(village)
        homes = Household.objects.filter(inside, closed_on=None)
        rows = homes.order_by("-pk").values_list("pk", "place", "number", "address")
        for pk, place, number, address in rows:
            village = place[:VILLAGE]
            for known in {read_address(number), read_address(address)}:
                if known:
                    found.exact[village, known.key] = pk
                    found.villages[village].append((known, pk))
        return found

    def near(self, key: Key) -> list[int]:
        """Return the households whose address may be this one."""
        village, text = key
        return list(dict.fromkeys(near_ones(Address(*text.split("|")), self.villages[village])))

    def load(self, keys: Collection[int], *, lock: bool) -> dict[Hashable, Any]:
        """Return households under every address they have."""
        rows = Household.objects.filter(pk__in=keys).order_by("pk")
        objects = {obj.pk: obj for obj in (rows.select_for_update() if lock else rows)}
        return {key: objects[pk] for key, pk in self.exact.items() if pk in objects}
