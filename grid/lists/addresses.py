"""Addresses within a village, made comparable: 3号楼2单元0301室, 3-2-301 and 3栋2单元301 are one.

Pure. What is compared are the parts an address names; what one address leaves out and another
says is no difference, but a reason to ask.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from grid.imports.text import compact, is_nothing

T = TypeVar("T")
_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+(?=[组队社排巷栋幢楼号#单门梯室房户区座])")
_PARTS = (
    ("group", re.compile(r"第?(\d+)(?:[村居]民小?组|生产队|小?组|队|社(?!区))")),
    ("row", re.compile(r"第?([A-Z]?\d+)(?:排|巷|胡同|弄)")),
    ("building", re.compile(r"第?([A-Z]?\d+[A-Z]?|[A-Z])(?:号?楼栋?|号?栋楼?|号?幢|座|#楼?)")),
    ("unit", re.compile(r"第?([A-Z]?\d+|[甲乙丙丁])(?:号?单元|#单元|门洞|门(?!牌)|梯)")),
    ("house", re.compile(r"第?(\d+)(?:号院|号附\d+|号(?!房|室))")),
    ("room", re.compile(r"([A-Z]?\d+)(?:号?室|号?房间?|户)")),
)  # fmt: skip
_DASHED = re.compile(r"([A-Z]?\d+)[-~_/、](\d+)(?:[-~_/、](\d+))?$")
_TAIL = re.compile(r"(\d+)$")
_WORDS = re.compile(r"(?:小区|家园小区|住宅区|自然村|门牌)$|[-~_/、,，.·#()]")
_NAMES = ("group", "row", "building", "unit", "house", "room")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address: names (estate, hamlet, street) and numbers, "" where not said."""

    name: str = ""
    group: str = ""
    row: str = ""
    building: str = ""
    unit: str = ""
    house: str = ""
    room: str = ""

    def __bool__(self) -> bool:
        """Say whether the address says anything."""
        return any(getattr(self, part) for part in self.__slots__)

    @property
    def key(self) -> str:
        """The address as one text, the same for every way of writing it."""
        return "|".join(getattr(self, part) for part in ("name", *_NAMES))

    def near(self, other: "Address") -> bool:
        """Say whether the two may be one: nothing contradicts, the last number is the same.

        "3号楼301" and "阳光小区3号楼2单元301" are near; two rooms or two estates are not.
        """
        if self == other or not self.last or self.last != other.last:
            return False
        if Address(room=self.room) in (self, other):
            return False  # a room of no house says too little
        for part in _NAMES:
            mine, theirs = getattr(self, part), getattr(other, part)
            if mine and theirs and mine != theirs:
                return False
        mine, theirs = self.name, other.name
        return not mine or not theirs or mine in theirs or theirs in mine

    @property
    def last(self) -> tuple[str, str] | None:
        """The narrowest number: a room or house; nothing wider names one dwelling."""
        for part in ("room", "house"):
            if number := getattr(self, part):
                return part, number
        return None


def read_address(*texts: str | None) -> Address:
    """Understand an address given in one text or several, the widest first."""
    rest = " ".join(_normal(text) for text in texts if text and not is_nothing(text))
    found: dict[str, str] = {}
    for part, pattern in _PARTS:
        match = pattern.search(rest)
        if match:
            found[part] = _number(match[1])
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    rest = _read_tail(rest.strip(), found)
    if "room" in found and {"group", "row"} & found.keys() and "building" not in found:
        found.setdefault("house", found.pop("room"))  # 3组12: nobody lives in a room of a group
    return Address(name=_name(rest), **found)


def _read_tail(rest: str, found: dict[str, str]) -> str:
    """Understand what stands at the end without a word: 3-2-301, 2-301, 301."""
    dashed = _DASHED.search(rest)
    if dashed:
        numbers = [_number(one) for one in dashed.groups() if one]
        free = [part for part in ("building", "unit", "room") if part not in found]
        wanted = free if len(numbers) == len(free) else ["building", "room"][-len(numbers) :]
        if len(numbers) == 2 and "building" in found and "room" not in found:
            wanted = ["unit", "room"]
        for part, number in zip(wanted, numbers, strict=False):
            found.setdefault(part, number)
        return rest[: dashed.start()]
    bare = _TAIL.search(rest)
    if bare and "room" not in found and "house" not in found:
        found["room"] = _number(bare[1])
        return rest[: bare.start()]
    return rest


def _normal(text: str) -> str:
    """Return a text in compatibility form, capitals, Chinese numbers before a counter as digits."""
    return _CHINESE.sub(lambda match: _arabic(match[0]), compact(text).upper().replace("—", "-"))


def _arabic(text: str) -> str:
    """Return a Chinese number below a hundred, or digits read one by one, in digits: 十二 -> 12."""
    if "十" not in text:
        return "".join(_DIGITS[one] for one in text)
    tens, _ten, ones = text.partition("十")
    return f"{_DIGITS.get(tens, '1') if len(tens) < 2 else ''}{_DIGITS.get(ones, '0')}"


def _number(text: str) -> str:
    """Return a number without leading zeros; letters stay."""
    return text.lstrip("0") or "0"


def _name(rest: str) -> str:
    text = "".join(rest.split())
    while (shorter := _WORDS.sub("", text)) != text:
        text = shorter
    return text


def near_ones(address: Address, known: Iterable[tuple[Address, T]]) -> list[T]:
    """Return those of the known addresses that may be the same, and are written otherwise."""
    return [value for other, value in known if address.near(other)]
