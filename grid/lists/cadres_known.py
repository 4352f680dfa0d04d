"""What is known of the cadres of a list, and of what they are to answer for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from grid.batches.kinds import Values
from grid.choices import CODE_LENGTHS, Level, Role, Tier
from grid.imports.text import compact
from grid.lists.addresses import read_address
from grid.lists.homes import VILLAGE, Homes
from grid.models import Assignment, Block, Household, Place, Post, User

Target = Place | Block | Household
COUNTY, TOWN = CODE_LENGTHS[Level.COUNTY], CODE_LENGTHS[Level.TOWNSHIP]
AT_VILLAGE = frozenset({Role.VILLAGE_CADRE, Role.VILLAGE_HEAD, Role.GRID_WORKER})
LEADERS = frozenset({Role.LEADER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Duty:
    """A target with the tier at which a cadre is to answer for it."""

    target: Target
    tier: Tier
    lead: bool

    @property
    def key(self) -> tuple[str, Any, int]:
        """What tells the target and its tier."""
        return (self.target._meta.model_name or "", self.target.pk, int(self.tier))


@dataclass(slots=True)
class Known:
    """Cadres by phone, their open posts and assignments, and the places a list names."""

    home: str
    users: dict[str, User] = field(default_factory=dict)
    posts: dict[int, list[Post]] = field(default_factory=lambda: defaultdict(list))
    held: dict[tuple[str, Any, int], list[Assignment]] = field(
        default_factory=lambda: defaultdict(list)
    )
    places: dict[str, Place] = field(default_factory=dict)
    below: dict[tuple[str, str], list[Place]] = field(default_factory=lambda: defaultdict(list))
    blocks: dict[tuple[str, str], Block] = field(default_factory=dict)
    homes: Homes | None = None
    houses: dict[int, Household] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]], home: str, *, lock: bool = False) -> "Known":
        """Load everything some rows name, with a constant number of queries."""
        known = cls(home)
        known.load_places(rows)
        known.load_users({row["phone"] for row in rows if row.get("phone")}, lock=lock)
        known.load_held([duty for row in rows for duty in known.duties(row)[0]])
        return known

    def load_places(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Load villages and towns, what lies below the villages, blocks and households."""
        codes = {self.home, self.home[:COUNTY]}
        for row in rows:
            codes |= {row.get("town_code") or "", row.get("dest_code") or ""}
            codes |= {one["code"] for one in row.get("targets") or ()}
        codes.discard("")
        villages = {code for code in codes if len(code) == VILLAGE}
        self.places = Place.objects.in_bulk(list(codes))
        inside = Q(pk__in=[])
        for village in villages:
            inside |= Q(code__gt=village, code__lt=f"{village}:")
        for place in Place.objects.filter(inside, closed=False):
            self.below[place.village_code, plain(place.name)].append(place)
        towns = {code[:TOWN] for code in codes if len(code) >= TOWN}
        for block in Block.objects.filter(township__in=towns):
            self.blocks[block.township_id, plain(block.name)] = block
        homes = Homes.of(villages)
        named = {
            pk
            for row in rows
            for one in row.get("targets") or ()
            if (pk := homes.exact.get((row.get("dest_code") or "", read_address(one["text"]).key)))
        }
        self.homes, self.houses = homes, Household.objects.in_bulk(list(named))

    def load_users(self, phones: set[str], *, lock: bool) -> None:
        """Load cadres with their open posts."""
        users = User.objects.filter(phone__in=phones).order_by("pk")
        self.users = {user.phone: user for user in (users.select_for_update() if lock else users)}
        keys = [user.pk for user in self.users.values()]
        for post in Post.objects.filter(user__in=keys, until=None).select_related("block"):
            self.posts[post.user_id].append(post)

    def load_held(self, duties: Sequence[Duty]) -> None:
        """Load the open assignments of the targets."""
        wanted: dict[str, set[Any]] = defaultdict(set)
        for duty in duties:
            wanted[duty.key[0]].add(duty.target.pk)
        named = Q(pk__in=[])
        for name, keys in wanted.items():
            named |= Q(**{f"{name}__in": keys})
        for one in Assignment.objects.filter(named, until=None).select_related("cadre"):
            name = next(
                n for n in ("place", "block", "household", "person") if getattr(one, f"{n}_id")
            )
            self.held[name, getattr(one, f"{name}_id"), one.tier].append(one)

    def post_at(self, row: Mapping[str, Any]) -> Place | Block | None:
        """Return where the post of a row is, or None where the row does not say."""
        role, village = row.get("role"), self.places.get(row.get("dest_code") or "")
        town = self.places.get(row.get("town_code") or "")
        if role == Role.COUNTY_ADMIN:
            return self.places.get(self.home[:COUNTY])
        if role == Role.TOWNSHIP_ADMIN:
            return town or self._home_at(Level.TOWNSHIP)
        if role in AT_VILLAGE:
            grids = self._below(row, row.get("grid")) if role != Role.VILLAGE_HEAD else []
            return grids[0] if len(grids) == 1 else village or self._home_at(Level.VILLAGE)
        if row.get("block") and town:
            return self.blocks.get((town.pk, plain(row["block"])))
        return village or town or self._home_at(Level.TOWNSHIP) or self._home_at(Level.COUNTY)

    def _home_at(self, level: Level) -> Place | None:
        home = self.places.get(self.home)
        return home if home is not None and home.level == level else None

    def _below(self, row: Mapping[str, Any], name: str | None) -> list[Place]:
        return self.below.get((row.get("dest_code") or "", plain(name or "")), []) if name else []

    def duties(self, row: Mapping[str, Any]) -> tuple[list[Duty], list[str]]:
        """Return what a row says its cadre answers for, and the texts nobody can tell."""
        found, unknown = [], []
        for one in row.get("targets") or ():
            target = self._target(row, one)
            if target is None:
                unknown.append(one["text"])
            else:
                lead = row.get("lead") != "deputy" and row.get("deputy") != "yes"
                found.append(Duty(target, tier_of(target, row), lead))
        return found, unknown

    def _target(self, row: Mapping[str, Any], one: Mapping[str, str]) -> Target | None:
        """Return a village, town, block, grid, building or household by what the list calls it."""
        if one["code"]:
            return self.places.get(one["code"])
        name = plain(one["text"])
        places = self._below(row, one["text"])
        if len(places) == 1:
            return places[0]
        block = self.blocks.get((row.get("town_code") or self.home[:TOWN], name))
        if block is not None or self.homes is None:
            return block
        pk = self.homes.exact.get((row.get("dest_code") or "", read_address(one["text"]).key))
        return self.houses.get(pk) if pk else None


def tier_of(target: Target, row: Values | Mapping[str, Any]) -> Tier:
    """Return the tier a row names, or the one that follows from target and role (JY-16c)."""
    if row.get("tier"):
        return Tier(int(row["tier"]))
    if isinstance(target, Block):
        return Tier.BLOCK
    if isinstance(target, Place) and target.level < Level.VILLAGE:
        return Tier.COUNTY
    of_village = isinstance(target, Place) and target.level == Level.VILLAGE
    return Tier.VILLAGE if of_village and row.get("role") in LEADERS else Tier.HOUSEHOLD


def plain(name: str) -> str:
    """Return a name as it is looked up."""
    return compact(name).removesuffix("片区").removesuffix("片").lower()
