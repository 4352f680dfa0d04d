"""From what follows a county in a line to its township and village; the rest is a part. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grid.imports.place_names import region_names, town_forms, village_forms
from returnees.risk_lists.regions import EDGE, ZONE, Reach
from returnees.risk_lists.words import is_whole, tidy

_LONGEST = 18
_JOINT, _AND = tuple("、,"), tuple("和及与")
_TOWN = re.compile(r".*(?:街道|办事处|街道办|镇|乡|苏木|农场|林场|地区|街)")
_VILLAGE = re.compile(r".*(?:村|社区|居委会|村委会|委员会|居民区)")
_OTHER_ENDS = ("镇", "乡", "街道", "地区", "街")
# What no place is called: a sentence about a change has come into the line.
_SENTENCE = re.compile(r"风险(?:降|升|调|变|等)|[降升]低?为|调整为|更新情况|解除")


@dataclass(frozen=True, slots=True)
class Found:
    """The deepest place a line names, and the part of it that it is about, "" for the whole."""

    place: str
    part: str
    open: bool = False
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class _Names:
    """Places by their names: `sure` may be followed by more text, `whole` must end the text."""

    sure: dict[str, set[str]] = field(default_factory=dict)
    whole: dict[str, set[str]] = field(default_factory=dict)

    def add(self, code: str, sure: Iterable[str], whole: Iterable[str]) -> None:
        for form in sure:
            self.sure.setdefault(form, set()).add(code)
        for form in whole:
            self.whole.setdefault(form, set()).add(code)

    def goes_on(self, rest: str) -> bool:
        """Say whether what follows a name goes on to name another place beside it."""
        return rest.startswith(_JOINT) or (rest.startswith(_AND) and bool(self.front(rest[1:])[0]))

    def front(self, text: str) -> tuple[str, int]:
        """Return the one place a text begins with and where its name ends; "" for none or two."""
        end = len(text.split(EDGE, maxsplit=1)[0])
        for size in range(min(end, _LONGEST), 1, -1):
            found = self.sure.get(text[:size]) or (
                self.whole.get(text[:size]) if size == end else None
            )
            if found:
                return (next(iter(found)), size) if len(found) == 1 else ("", 0)
        return "", 0


class Inside:
    """Townships and villages by every name they go by, within a county or city."""

    def __init__(self, regions: Mapping[str, str]) -> None:
        self.regions = regions
        self.names: dict[str, str] = {}
        self._towns: dict[str, _Names] = {}
        self._villages: dict[str, _Names] = {}

    def add_towns(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take code and name of townships."""
        for code, name in rows:
            self.names[code] = name
            bare = self._bare(code, name)
            short, *stems = town_forms(bare)
            sure = {name, bare, short, *self._offices(short)}
            other = {stem + end for stem in stems for end in _OTHER_ENDS} - sure
            for scope in (code[:2], code[:4], code[:6]):
                known = self._towns.setdefault(scope, _Names())
                known.add(code, (form for form in sure if _TOWN.fullmatch(form)), {*sure, *stems})
                # A township becomes a town, a town a street: its former name still finds it.
                known.add(code, (form for form in other if len(form) > 2), ())

    def add_villages(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take code and name of villages and communities."""
        for code, name in rows:
            self.names[code] = name
            official, base, stem = village_forms(self._bare(code, name))
            sure = {official, stem + "村", stem + "社区", stem + "居委会", stem + "村委会"}
            sure |= {base} if _VILLAGE.fullmatch(base) else set()
            for scope in (code[:6], code[:9]):
                known = self._villages.setdefault(scope, _Names())
                known.add(code, sure, {base, stem} if len(stem) > 1 else {base})

    def town(self, reach: Reach) -> tuple[str, int]:
        """Return the township a reach goes on to and where its name ends in the rest."""
        names = self._towns.get(reach.code)
        if names is None:
            return "", 0
        code, end = names.front(reach.rest)
        zone = ZONE.match(reach.rest)
        if code or zone is None or len(reach.code) == 6:
            return code, end
        # 金普新区 is no division, but its streets lie in one.
        start = zone.end() + reach.rest.startswith(EDGE, zone.end())
        code, end = names.front(reach.rest[start:])
        return (code, start + end) if code else ("", 0)

    def find(self, reach: Reach) -> Found:
        """Return the place and part of a line whose region is known."""
        if reach.open:
            return Found("", tidy(reach.rest), open=True, choices=reach.choices)
        if is_whole(reach.rest):
            return Found(reach.code, "")
        if _SENTENCE.search(reach.rest):
            return Found("", tidy(reach.rest), open=True, choices=(reach.code,))
        town, end = self.town(reach)
        if not town:
            return self._village(reach.code, reach.rest)
        rest = reach.rest[end:].removeprefix("办事处")
        if self._towns[reach.code].goes_on(rest):
            return Found(reach.code, tidy(reach.rest))
        return self._village(town, rest.removeprefix(EDGE))

    def _village(self, above: str, text: str) -> Found:
        if is_whole(text):
            return Found(above, "")
        names = self._villages.get(above)
        code, end = names.front(text) if names else ("", 0)
        rest = text[end:]
        if not names or not code or names.goes_on(rest):
            return Found(above, tidy(text))
        return Found(code, "" if is_whole(rest) else tidy(rest))

    def _bare(self, code: str, name: str) -> str:
        """Return a name without the city or county in front: 济源市克井镇."""
        for size in (6, 4, 2):
            above = self.regions.get(code[:size], "")
            for form in sorted(region_names(above), key=len, reverse=True) if above else ():
                rest = name.removeprefix(form)
                if len(form) > 2 and rest != name and len(rest) > 1:
                    return rest
        return name

    @staticmethod
    def _offices(name: str) -> tuple[str, ...]:
        if name.endswith("街道"):
            return name + "办事处", name[:-1], name + "办"
        return (name.removesuffix("办事处"),) if name.endswith("办事处") else ()
