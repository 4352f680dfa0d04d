"""From the texts of a line to the province, city or county they begin with. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from grid.imports.place_names import MUNICIPALITIES, region_names
from grid.imports.text import compact

EDGE = "\n"  # between two columns; no name holds it
_LEVELS = (2, 4, 6)
_LONGEST = 16
_FILLER = re.compile(r"市辖区|[^\n]{0,4}直辖县(?:级)?(?:行政区划|行政单位)?")
_SUFFIXES = "省市区县旗州盟"
_STREET = tuple("路街道巷村镇弄")
# Zones that run a part of a city, but are no division of the national code.
ZONE = re.compile(
    r"[^\n()、,]{0,14}?(?:开发区|高新区|新区|新城|园区|经开区|产业区|管理区|合作区|示范区|试验区|保税区|度假区)"
)
_IN_BRACKETS = re.compile(rf"(?:{ZONE.pattern})\n?\(([^()]{{2,12}}?[区县市旗])\)")
_COUNTY_LIKE = re.compile(r"[\u4e00-\u9fff]{1,8}?[县市区旗]")
_NO_COUNTY = re.compile(r".*(?:[小社校片库厂东西南北园]区|城市|超市|门市|夜市)")
_JOINT = re.compile(r"[、,和及与]")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a line's texts lead: the region's code and what follows it.

    `open` says that a person has to choose; `choices` are codes it may be, the likeliest first.
    """

    code: str
    rest: str
    open: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cut:
    code: str
    end: int
    full: int


class Regions:
    """Provinces, cities and counties by every name they go by, searched below a context."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take code -> name of every place down to the county."""
        self.names = {code: name for code, name in names.items() if len(code) in _LEVELS}
        self._forms: dict[int, dict[str, list[tuple[str, bool]]]] = {2: {}, 4: {}, 6: {}}
        for code, name in self.names.items():
            if _FILLER.fullmatch(name) or name == "县":
                continue
            for form in region_names(name):
                self._forms[len(code)].setdefault(form, []).append((code, form == name))
        self._counties: dict[str, list[str]] = {}
        for code in sorted(self.names):
            for size in (2, 4) if len(code) == 6 else ():
                self._counties.setdefault(code[:size], []).append(code)
        self.reach = lru_cache(maxsize=20_000)(self._reach)

    def label(self, code: str) -> str:
        """Return a region's name with those above it, without fillers."""
        above = [self.names.get(code[:n], "") for n in _LEVELS if n <= len(code)]
        return "".join(name for name in above if name != "县" and not _FILLER.fullmatch(name))

    def from_province(self, text: str) -> bool:
        """Say whether a text begins with a province, so that it says in full where it is."""
        value = compact(text)
        return any(value.startswith(form) for form in self._forms[2])

    def is_city(self, code: str) -> bool:
        """Say whether a code is as fine as a city: municipalities are."""
        return len(code) >= 4 or code in MUNICIPALITIES

    def counties_in(self, code: str) -> list[str]:
        """Return the counties below a city or province."""
        return self._counties.get(code, [])

    def _reach(self, path: tuple[str, ...], context: str = "") -> Reach:
        """Return the region the texts lead to, from the context or from what is around it."""
        text = EDGE.join(compact(part) for part in path)
        for start in _around(context):
            cuts = [cut for cut in self._cuts(text, 0, start) if cut.code != start]
            if cuts:
                return self._judge(text, cuts)
        return self._beyond(context, text, structured=len(path) > 1)

    def begins(self, text: str, context: str = "") -> str:
        """Return the code of the region a text begins with, "" where it begins with none."""
        value = compact(text)
        for start in _around(context):
            cuts = [cut for cut in self._cuts(value, 0, start) if cut.code != start]
            if cuts:
                return max(cuts, key=_rank).code
        return ""

    def _judge(self, text: str, cuts: Sequence[_Cut]) -> Reach:
        best = max(_rank(cut) for cut in cuts)
        codes = sorted({cut.code for cut in cuts if _rank(cut) == best})
        if len(codes) > 1:
            return Reach("", text, open=True, choices=tuple(codes))
        end = max(cut.end for cut in cuts if cut.code == codes[0])
        return self._beyond(codes[0], text[end:], structured=EDGE in text)

    def _beyond(self, code: str, rest: str, *, structured: bool) -> Reach:
        """Look for a county in what follows a city: in brackets, of elsewhere, or misspelt."""
        rest = rest.lstrip(EDGE)
        if len(code) == 6 or not rest.strip(EDGE):
            return self._second(code, rest)
        bracket = _IN_BRACKETS.match(rest)
        if bracket and (inner := self._named(bracket[1], code)):
            return self._second(inner[0], rest[bracket.end() :])
        head = rest.split(EDGE)[0] if structured else _first(_COUNTY_LIKE.match(rest))
        if not head or not _COUNTY_LIKE.fullmatch(head) or _NO_COUNTY.fullmatch(head):
            return self._stop(code, rest)
        return self._elsewhere(code, rest, head, structured=structured)

    def _elsewhere(self, code: str, rest: str, head: str, *, structured: bool) -> Reach:
        """Judge a county's name that the city does not have."""
        others = self._named(head, "")
        same = [other for other in others if code and other.startswith(code[:2])]
        # Counties and county-level cities move between cities of a province; district names repeat.
        if len(same) == 1 and head[-1] in "县市旗":
            return self._second(same[0], rest[len(head) :])
        if others:
            return Reach(code, rest, open=True, choices=(*same, *_without(others, same))[:6])
        doubtful = structured or head[-1] in "县旗"
        if ZONE.fullmatch(head) or not doubtful or not code:
            return self._stop(code, rest)
        near = {self.names[c]: c for c in self.counties_in(code)}
        found = tuple(near[name] for name in get_close_matches(head, near, n=4, cutoff=0.5))
        return Reach(code, rest, open=True, choices=(*found, code))

    def _stop(self, code: str, rest: str) -> Reach:
        """Stay at the city; where not even that is known, somebody has to look."""
        unknown = not self.is_city(code) and bool(rest.strip(EDGE))
        if not unknown:
            return Reach(code, rest)
        return Reach(code, rest, open=True, choices=(code,) if code else self._inside(rest))

    def _inside(self, text: str) -> tuple[str, ...]:
        """Return counties named further inside a text that begins with something unknown."""
        for start in range(1, min(len(text), _LONGEST)):
            for end in range(min(len(text), start + _LONGEST), start + 2, -1):
                if found := self._named(text[start:end], ""):
                    return tuple(found[:6])
        return ()

    def _second(self, code: str, rest: str) -> Reach:
        """Give a line that goes on to name another county of the city to a person."""
        rest = rest.lstrip(EDGE)
        if len(code) == 6 and _JOINT.search(rest):
            above = code[:4] if code[:2] not in MUNICIPALITIES else code[:2]
            names = {self.names[c]: c for c in self.counties_in(above) if c != code}
            others = [
                names[rest[joint.end() : joint.end() + size]]
                for joint in _JOINT.finditer(rest)
                for size in range(2, _LONGEST)
                if rest[joint.end() : joint.end() + size] in names
            ]
            if others:
                return Reach(code, rest, open=True, choices=(code, *others))
        return Reach(code, rest)

    def _named(self, name: str, below: str) -> list[str]:
        found = self._forms[6].get(name, [])
        return [code for code, full in found if full and code.startswith(below)]

    def _cuts(self, text: str, start: int, code: str) -> Iterator[_Cut]:
        """Yield every way to read the front of the text as regions below a code."""
        if code and start:
            yield _Cut(code, start, 0)
        past = self._past(text, start, code)
        if code and past > start:
            yield _Cut(code, past, 0)
        start = past
        if len(code) == 6:
            return
        for deeper, end, full in self._at(text, start, code):
            for cut in self._cuts(text, end, deeper):
                yield _Cut(cut.code, cut.end, cut.full + full)

    def _past(self, text: str, start: int, code: str) -> int:
        """Return where reading goes on after an edge, a filler or the name once more."""
        while text.startswith(EDGE, start):
            start += 1
        own = self.names.get(code, "")
        if own and start and text.startswith(own, start):
            return self._past(text, start + len(own), code)
        filler = _FILLER.match(text, start) if code else None
        if filler:
            return self._past(text, filler.end(), code)
        return start

    def _at(self, text: str, start: int, above: str) -> Iterator[tuple[str, int, int]]:
        for length in _LEVELS:
            if length <= len(above):
                continue
            for end in range(start + 2, min(len(text), start + _LONGEST) + 1):
                for code, full in self._forms[length].get(text[start:end], ()):
                    if code.startswith(above) and self._fits(text, end, length, above, full=full):
                        yield code, end, int(full)

    def _fits(self, text: str, end: int, length: int, above: str, *, full: bool) -> bool:
        """Say whether a name may be read there: a short one must not be a street's or estate's."""
        if full:
            return True
        following = text[end : end + 1]
        if following and following in _SUFFIXES:
            return False  # 朝阳区 is no part of 朝阳市
        closed = not following or following == EDGE
        if length == 6:
            return closed and bool(above)
        if length == 4:
            return closed or (bool(above) and not following.startswith(_STREET))
        return not following.startswith(_STREET)


def _around(context: str) -> tuple[str, ...]:
    """Return a code, what is above it, and the country."""
    return (*(context[:n] for n in (6, 4, 2) if len(context) >= n), "")


def _rank(cut: _Cut) -> tuple[int, int, int]:
    return len(cut.code), cut.full, cut.end


def _first(match: re.Match[str] | None) -> str:
    return match[0] if match else ""


def _without(codes: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in others)
