"""Finding the places of many lines at once: a constant number of queries for any list."""

from collections.abc import Iterable, Sequence

from grid.choices import Level
from grid.models import Place
from returnees.risk_lists.inside import Found, Inside
from returnees.risk_lists.regions import Reach, Regions
from returnees.risk_lists.words import RiskLine

_MAY_BE_VILLAGE = ("村", "社区", "居", "庄", "屯")


def load_regions() -> Regions:
    """Load provinces, cities and counties: three queries along the index of parents."""
    names: dict[str, str] = {}
    above: list[str] | None = None
    for _level in (Level.PROVINCE, Level.CITY, Level.COUNTY):
        rows = Place.objects.filter(closed=False)
        rows = rows.filter(parent=None) if above is None else rows.filter(parent__in=above)
        found = dict(rows.values_list("code", "name"))
        above = list(found)
        names |= found
    return Regions(names)


def find_places(lines: Sequence[RiskLine], regions: Regions) -> list[Found]:
    """Return the place of each line, in at most two queries for all of them."""
    reaches = [regions.reach(line.path, line.context) for line in lines]
    inside = Inside(regions.names)
    asked = {reach.code for reach in reaches if reach.rest and not reach.open}
    inside.add_towns(_below(_holders(regions, asked), Level.TOWNSHIP))
    inside.add_villages(_below(_towns(inside, reaches), Level.VILLAGE))
    return [_found(line, inside.find(reach)) for line, reach in zip(lines, reaches, strict=True)]


def _found(line: RiskLine, found: Found) -> Found:
    """Leave a line that a person must look at to that person, its place as the first choice."""
    if found.open or (line.mark and not line.doubt):
        return found
    return Found("", found.part, open=True, choices=(found.place,))


def _holders(regions: Regions, codes: Iterable[str]) -> set[str]:
    """Return the counties in which to look for townships; some cities have them directly."""
    found: set[str] = set()
    for code in codes:
        if len(code) == 6:
            found.add(code)
        elif regions.is_city(code):
            found |= {code, *regions.counties_in(code)}
    return found


def _towns(inside: Inside, reaches: Iterable[Reach]) -> set[str]:
    """Return the townships in which to look for villages."""
    found: set[str] = set()
    counties: set[str] = set()
    for reach in reaches:
        if reach.open or not reach.rest:
            continue
        town, _end = inside.town(reach)
        if town:
            found.add(town)
        elif len(reach.code) == 6 and any(word in reach.rest for word in _MAY_BE_VILLAGE):
            counties.add(reach.code)
    return found | {code for code in inside.names if code[:6] in counties}


def _below(parents: set[str], level: Level) -> Iterable[tuple[str, str]]:
    if not parents:
        return ()
    rows = Place.objects.filter(parent__in=parents, level=level, closed=False)
    return rows.values_list("code", "name")
