"""Where people come from: free texts such as 广东深圳 or 苏州市吴江区某路 to region codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from grid.imports.place_names import MUNICIPALITIES, PROVINCES, region_names
from grid.imports.text import compact, is_nothing

_LONGEST = 16
_CODE = re.compile(r"[1-9][0-9]{5}(?:[0-9]{3}){0,2}")
_PASS_THROUGH = re.compile(r"市辖区|县|.*直辖县级行政区划")
# A street may bear a city's name: 南京路 does not lie in Nanjing.
_STREET = re.compile(r"^(?:东|西|南|北|中)?(?:路|街|大道|大街|巷|胡同|村|镇)")
_REGION_LIKE = re.compile(r"^[\u4e00-\u9fff]{2,7}?(?:省|自治区|市|自治州|地区|盟|县|区|旗)")
_VAGUE = re.compile(r"^(?:外|本|全|省|市|县|区|内地|各|其他|某)")
_WHOLE_COUNTRY = 31


@dataclass(frozen=True, slots=True)
class Origin:
    """A region as understood: canonical code and level (1 province, 2 city, 3 county).

    `problem` is a code of the table of messages, or empty; `params` fill its sentence.
    """

    code: str | None
    level: int | None
    problem: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way to cut a text: the region reached, how much of the text it took, in full or short."""

    code: str
    end: int
    full: int

    @property
    def rank(self) -> tuple[int, int, int]:
        return len(self.code), self.full, self.end


class OriginIndex:
    """Provinces, cities and counties by every name they go by."""

    def __init__(self, regions: dict[str, str]) -> None:
        self.regions = regions
        self.names: dict[int, dict[str, list[tuple[str, bool]]]] = {2: {}, 4: {}, 6: {}}
        known = {**PROVINCES, **{c: n for c, n in regions.items() if len(c) == 2}}
        for code, name in [*known.items(), *((c, n) for c, n in regions.items() if len(c) > 2)]:
            if len(code) == 4 and _PASS_THROUGH.fullmatch(name):
                continue
            for form in region_names(name):
                full = form == name
                self.names[len(code)].setdefault(form, []).append((code, full))
        self.provinces = {code for code in regions if len(code) == 2}
        self.complete = len(self.provinces & set(PROVINCES)) >= _WHOLE_COUNTRY
        self.find = lru_cache(maxsize=50_000)(self._find)

    def _find(self, text: str) -> Origin:
        """Return the region a text begins with, the cut that leaves a known county preferred."""
        value = compact(text)
        if is_nothing(value):
            return Origin(None, None, "origin_missing")
        if code := self._code(value):
            return self._judge(code, value, "")
        cuts = list(self._cuts(value))
        if not cuts:
            return self._unknown(value)
        best = max(cut.rank for cut in cuts)
        codes = sorted({cut.code for cut in cuts if cut.rank == best})
        if len(codes) > 1:
            choices = "、".join(self._path(code) for code in codes[:6])
            params = {"value": value, "choices": choices, "codes": tuple(codes)}
            return Origin(None, None, "origin_ambiguous", params)
        end = max(cut.end for cut in cuts if cut.code == codes[0])
        return self._judge(codes[0], value, value[end:])

    def _code(self, value: str) -> str:
        """Return the region a national code of 6, 9 or 12 digits lies in, "" for any other text."""
        if _CODE.fullmatch(value) is None:
            return ""
        cuts = (value[:6], value[:4] if value[4:6] == "00" else "", value[:2])
        return next((code for code in cuts if code in self.regions), "")

    def _judge(self, code: str, value: str, rest: str) -> Origin:
        level = len(code) // 2
        if level > 1 or code in MUNICIPALITIES:
            return Origin(code, level)
        if not rest or code in self.provinces:
            return Origin(code, level, "origin_too_coarse", {"value": value})
        return Origin(code, level, "origin_outside_tree", {"value": value})

    def _unknown(self, value: str) -> Origin:
        """Tell a region that is merely not loaded from a text that is no region at all."""
        if not self.complete and _REGION_LIKE.match(value) and not _VAGUE.match(value):
            return Origin(None, None, "origin_outside_tree", {"value": value})
        return Origin(None, None, "origin_not_found", {"value": value})

    def _path(self, code: str) -> str:
        return "".join(self.regions.get(code[:n], "") for n in (2, 4, 6) if n <= len(code))

    def _at(self, level: int, text: str, start: int) -> Iterator[tuple[str, int, bool]]:
        """Yield (code, end, in full) of the regions of a level whose name stands at a place."""
        names = self.names[level]
        for end in range(start + 2, min(len(text), start + _LONGEST) + 1):
            for code, full in names.get(text[start:end], ()):
                yield code, end, full

    def _cuts(self, text: str) -> Iterator[_Cut]:
        """Yield every way to cut the front of the text into province, city and county."""
        for province, end, full in self._at(2, text, 0):
            yield _Cut(province, end, int(full))
            yield from self._below(text, province, end)
            # 北京市北京市东城区 and 北京市市辖区东城区 name the city level once more.
            for again in (self.regions.get(province, ""), "市辖区", "县"):
                if again and text.startswith(again, end):
                    yield from self._counties(text, province, end + len(again))
        yield from self._without_province(text)

    def _below(self, text: str, province: str, start: int) -> Iterator[_Cut]:
        yield from self._counties(text, province, start)
        for city, end, full in self._at(4, text, start):
            if city.startswith(province):
                yield _Cut(city, end, int(full))
                yield from self._counties(text, city, end)

    def _counties(self, text: str, above: str, start: int) -> Iterator[_Cut]:
        cities = self.names[4] if len(above) == 2 else {}
        for county, end, full in self._at(6, text, start):
            # 河南新乡 is the city of Xinxiang before it is the county of that name.
            if county.startswith(above) and (full or text[start:end] not in cities):
                yield _Cut(county, end, int(full))

    def _without_province(self, text: str) -> Iterator[_Cut]:
        """Yield cuts that begin with a city or county; a short name must not be a street's."""
        for city, end, full in self._at(4, text, 0):
            rest = text[end:]
            if not full and (text[:end] in self.names[2] or _STREET.match(rest)):
                continue
            yield _Cut(city, end, int(full))
            yield from self._counties(text, city, end)
        for county, end, full in self._at(6, text, 0):
            short_whole = end == len(text) and text not in self.names[2]
            if full or (short_whole and text not in self.names[4]):
                yield _Cut(county, end, int(full))
