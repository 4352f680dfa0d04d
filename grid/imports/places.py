"""Places as an import needs them: villages of the importer's county, regions of the country.

Codes here are canonical prefixes of the national 12-digit code, without the zeros of the lower
levels: 2 digits a province, 4 a city, 6 a county, 9 a township, 12 a village.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from grid.imports.origins import Origin, OriginIndex
from grid.imports.place_names import region_names, town_forms, village_forms
from grid.imports.text import compact, is_nothing

# 上河村3组12号, 上河三组: what follows a village's name is an address in it.
_ADDRESS = re.compile(
    r"(.{2,}?(?:村民委员会|居民委员会|村委会|居委会|社区|村)?)"
    r"(第?[0-9一二三四五六七八九十]+(?:组|队|号|栋|幢|排|巷|楼|单元|室|户).*)"
)
_LEVELS = (2, 4, 6, 9, 12)


def canonical(code: str) -> str:
    """Return a code without the zeros of the lower levels: 419001000000 -> 419001."""
    for length in _LEVELS[:-1]:
        if not code[length:].strip("0"):
            return code[:length]
    return code


def national(code: str) -> str:
    """Return the 12-digit code of a canonical prefix: 419001 -> 419001000000."""
    return code.ljust(12, "0")


def level(code: str) -> int:
    """Return the level of a canonical code: 1 province to 5 village."""
    return _LEVELS.index(len(code)) + 1


@dataclass(frozen=True, slots=True)
class Destination:
    """A village as understood; `code` is None where `problem` bars it.

    `problem` is a code of the table of messages, or empty; `params` fill its sentence.
    """

    code: str | None
    problem: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class PlaceIndex:
    """Looks up villages below the importer's county and origins anywhere, by what people write.

    `rows` are (canonical code, name) of all places at hand, in any order; only the regions and the
    subtree of `home` are kept, so a whole country costs one pass and little memory.
    """

    def __init__(self, rows: Iterable[tuple[str, str]], home: str = "") -> None:
        root = home[:6]
        self.home = home
        self.regions: dict[str, str] = {}
        self.towns: dict[str, str] = {}
        self.villages: dict[str, str] = {}
        for code, name in rows:
            size = len(code)
            if size <= 6:
                self.regions[code] = name
            elif code.startswith(root):
                (self.towns if size == 9 else self.villages)[code] = name
        self.destination = lru_cache(maxsize=100_000)(self._destination)
        self._fronts: dict[str, list[list[str]]] = {}  # by county

    @cached_property
    def _origins(self) -> OriginIndex:
        return OriginIndex(self.regions)

    def origin(self, text: str) -> Origin:
        """Return the region a free text begins with: county, city or province."""
        return self._origins.find(text)

    @cached_property
    def _town_names(self) -> dict[str, list[str]]:
        """Townships by every name: official, without city and county in front, stem."""
        names: dict[str, list[str]] = {}
        for code, name in self.towns.items():
            bare = self._without_ancestors(name, code)
            for form in dict.fromkeys((name, bare, *town_forms(bare))):
                names.setdefault(form, []).append(code)
        return names

    @cached_property
    def _village_names(self) -> tuple[dict[str, list[str]], ...]:
        """Villages by official name, by name without committee, by stem."""
        degrees: tuple[dict[str, list[str]], ...] = ({}, {}, {})
        for code, name in self.villages.items():
            bare = self._without_ancestors(name, code)
            for names, form in zip(degrees, village_forms(bare), strict=True):
                names.setdefault(form, []).append(code)
        return degrees

    def towns_named(self, text: str) -> list[str]:
        """Return the codes of the townships a text names in full, by any of their names."""
        return self._find_towns(compact(text))

    def is_village(self, text: str) -> bool:
        """Say whether a text is the name of one village and nothing more."""
        return self._named("", compact(text)).code is not None

    def _ancestors(self, code: str) -> list[str]:
        found = (self.regions.get(code[:length], "") for length in (2, 4, 6))
        return [name for name in found if name]

    def _without_ancestors(self, text: str, code: str) -> str:
        """Take province, city and county off the front of a text, in full or short form."""
        for names in self._fronts_of(code[:6]):
            for name in names:
                if text.startswith(name) and len(text) > len(name):
                    text = text[len(name) :]
                    break
        return text

    def _fronts_of(self, county: str) -> list[list[str]]:
        """Return the names of a county and what is above it, the highest first, long ones first."""
        found = self._fronts.get(county)
        if found is None:
            found = self._fronts[county] = [
                sorted((name for name in region_names(one) if len(name) > 2), key=len, reverse=True)
                for one in self._ancestors(county)
            ]
        return found

    def bare_name(self, code: str) -> str:
        """Return the name of a township or village without province, city and county in front."""
        name = self.villages.get(code) or self.towns.get(code, "")
        return self._without_ancestors(name, code)

    def describe(self, codes: Iterable[str]) -> str:
        """Return the names of villages with their township, for a question."""
        shown = [self.towns.get(c[:9], "") + self.villages.get(c, "") for c in list(codes)[:6]]
        return "、".join(shown)

    def _find_towns(self, text: str) -> list[str]:
        bare = self._without_ancestors(text, self.home[:6])
        for form in dict.fromkeys((text, bare, *town_forms(bare))):
            if found := self._town_names.get(form):
                return found
        return []

    def _destination(self, township: str, village: str) -> Destination:
        """Return the village that two cells name together."""
        town, place = compact(township), compact(village)
        if is_nothing(place):
            return Destination(None, "village_missing")
        if place in self.villages:  # its code
            return Destination(place)
        found = self._named(town, place)
        if found.problem != "village_not_found" or not (address := _ADDRESS.fullmatch(place)):
            return found
        inner = self._named(town, address[1])
        if inner.code and not inner.problem:
            params = {"value": place, "village": address[1], "rest": address[2]}
            return Destination(inner.code, "village_with_address", params)
        return found if inner.problem == "village_not_found" else inner

    def _named(self, town: str, place: str) -> Destination:
        """Return the village that a township and a village name together."""
        towns = [] if is_nothing(town) else self._find_towns(town)
        if not towns and is_nothing(town):
            towns = [self.home[:9]] if len(self.home) >= 9 else []
            return self._anywhere(place, towns, "township_inferred", town)
        if not towns:
            return self._anywhere(place, [], "township_not_found", town)
        here = self._match(place, towns)
        if len(here) == 1:
            return Destination(here[0])
        if here:
            return self._ambiguous(place, here)
        elsewhere = self._match(place, [])
        if elsewhere:
            choices = self.describe(elsewhere)
            params = {"value": place, "township": town, "choices": choices}
            return Destination(None, "village_township_mismatch", params)
        return Destination(None, "village_not_found", {"value": place})

    def _anywhere(self, place: str, towns: list[str], remark: str, town: str) -> Destination:
        """Find a village without a township to go by, first below the importer's own."""
        found = self._match(place, towns) or self._match(place, [])
        if not found:
            return Destination(None, "village_not_found", {"value": place})
        if len(found) > 1:
            return self._ambiguous(place, found)
        township = self.towns.get(found[0][:9], "")
        return Destination(found[0], remark, {"township": township, "value": town})

    def _ambiguous(self, place: str, found: list[str]) -> Destination:
        params = {"value": place, "choices": self.describe(found), "codes": tuple(found)}
        return Destination(None, "village_ambiguous", params)

    def _match(self, place: str, towns: list[str]) -> list[str]:
        """Return the villages a text names, as written or with places above taken off its front."""
        bare = self._without_ancestors(place, self.home[:6])
        for text, within in self._readings(bare, towns):
            if found := self._by_degree(text, within):
                return found
        return self._by_degree(place, towns) if bare != place else []

    def _readings(self, text: str, towns: list[str]) -> list[tuple[str, list[str]]]:
        """Return the ways to read a text: a township's name in front, then as it stands.

        A township named in the text narrows the search where none was given.
        """
        readings: list[tuple[str, list[str]]] = []
        for size in range(min(len(text) - 1, 14), 1, -1):
            codes = self._town_names.get(text[:size], [])
            codes = [code for code in codes if not towns or code in towns]
            rest = text[size:]
            if codes and not rest.startswith(("镇", "乡", "街道", "办事处")):
                readings.append((rest, codes))
        full = [reading for reading in readings if text[: -len(reading[0])][-1] in "镇乡道处办"]
        return [*full, (text, towns), *(reading for reading in readings if reading not in full)]

    def _by_degree(self, text: str, towns: list[str]) -> list[str]:
        """Return the villages of the most faithful degree in which the text names any."""
        for names, form in zip(self._village_names, village_forms(text), strict=True):
            found = names.get(form, [])
            if towns:
                found = [code for code in found if code[:9] in towns]
            if found:
                return found
        return []
