"""Finding a place by what people type: a village of one's own, or any place of the country."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import cached_property

from grid.choices import CODE_LENGTHS, Level
from grid.models import Place, User, ancestor_codes
from grid.permissions import Permission
from grid.scope import under

LIMIT = 12  # as many as fit on a phone without scrolling for long
# Directly administered cities and counties repeat themselves: 市辖区, 县, 省直辖县级行政区划.
FILLERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@dataclass(frozen=True, slots=True)
class Found:
    """A place with its full name from the province down."""

    code: str
    label: str


def find_own(
    user: User, permission: Permission, text: str, deepest: Level = Level.BUILDING
) -> list[Found]:
    """Return villages, grids and buildings where the user holds the permission, by name.

    Without text the villages come first; what lies above the township need not be said.
    """
    rows = Place.objects.visible_to(user, permission).filter(
        level__gte=Level.VILLAGE, level__lte=deepest, closed=False
    )
    text = text.strip()
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(pinyin__startswith=text.lower()))
    return labelled(list(rows.order_by("level", "code")[:LIMIT]), since=Level.TOWNSHIP)


def find_anywhere(text: str) -> list[Found]:
    """Return places of the whole country whose full name the text fits, the shortest first.

    Parts may be left out: what fits a county's full name leads, the rest is looked for below it.
    """
    text = "".join(text.split())
    if not text:
        return []
    coarse = _Coarse.load()
    fitting = coarse.fitting(text)
    if fitting:
        return [Found(code, coarse.names[code]) for code in fitting[:LIMIT]]
    return labelled(_below(coarse, text))


def _below(coarse: "_Coarse", text: str) -> list[Place]:
    """Return townships and villages named by the end of the text below what its start fits."""
    for cut in range(len(text) - 1, 1, -1):
        heads = coarse.fitting(text[:cut])[:3]
        if not heads:
            continue
        inside = Q(pk__in=[])
        for code in heads:
            inside |= under(code, "code")
        rows = Place.objects.filter(inside, name__contains=text[cut:], closed=False)
        return list(rows.order_by("level", "code")[:LIMIT])
    return []


@dataclass(frozen=True)
class _Coarse:
    """Full names of provinces, cities and counties: few enough to hold in memory."""

    names: dict[str, str]

    @classmethod
    def load(cls) -> "_Coarse":
        # Level by level along the index of parents: no index tells the level of 660,000 places.
        names: dict[str, str] = {}
        wanted = Q(parent=None)
        for _level in (Level.PROVINCE, Level.CITY, Level.COUNTY):
            rows = Place.objects.filter(wanted, closed=False).values_list("code", "name")
            found = dict(rows)
            names |= found
            wanted = Q(parent__in=list(found))
        return cls(full_names(names))

    @cached_property
    def by_length(self) -> list[str]:
        """The codes, the shortest full name first."""
        return sorted(self.names, key=lambda code: (len(self.names[code]), code))

    def fitting(self, text: str) -> list[str]:
        """Return codes whose name holds the text, else those with its characters in order."""
        holding = [code for code in self.by_length if text in self.names[code]]
        return holding or [code for code in self.by_length if _in_order(text, self.names[code])]


def _in_order(text: str, name: str) -> bool:
    rest = iter(name)
    return all(character in rest for character in text)


def full_names(names: dict[str, str]) -> dict[str, str]:
    """Return code -> name from the top down; the names of all ancestors must be among them."""
    return {
        code: "".join(
            names[upper]
            for upper in ancestor_codes(code)
            if upper in names and (upper == code or names[upper] not in FILLERS)
        )
        for code in names
    }


def labelled(places: list[Place], since: Level = Level.PROVINCE) -> list[Found]:
    """Return the places with their names from a level down, in one further query."""
    length = CODE_LENGTHS[since]
    codes = {up for place in places for up in ancestor_codes(place.code) if len(up) >= length}
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    full = full_names(names)
    return [Found(place.code, full[place.code]) for place in places]
