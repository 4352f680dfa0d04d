"""Names of persons: blanks, dots and notes taken off; what is no name is refused."""

import re
from dataclasses import dataclass, field
from typing import Any

from grid.imports.text import NOTHING, clean, compact, is_nothing

_PLAIN = re.compile("(?!.*(?:某|未知|不详|匿名))[\u4e00-\u9fff]{2,4}")
_DOTS = re.compile("[.．•●・‧∙⋅･。˙]")
_NOTE = re.compile(r"[(（\[【<《]([^()（）\[\]【】<>《》]*)[)）\]】>》]")
_SEVERAL = re.compile(r"[、，,;；/\n\r|]|和(?=[\u4e00-\u9fff]{2})")
# CJK with all extensions, the private area where old systems keep rare characters, the iteration
# circle, and the dot between the parts of a Uyghur or Tibetan name.
_HAN = "\u3400-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff〇"
_CHINESE = re.compile(rf"[{_HAN}]{{2,}}(?:·[{_HAN}]+)*|[{_HAN}](?:·[{_HAN}]+)+")
_LATIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’,. -]+")
_ANONYMOUS = re.compile("某|未知|不详|匿名")
_CHILD = re.compile(
    "小孩|儿童|婴儿|幼儿|孩子|新生儿|宝宝|未成年|未上户|没上户|未落户|无身份证|没有身份证|"
    "未办身份证|未办理身份证|(?<![0-9])(?:[0-9]|1[0-5])周?岁|个月大"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as understood; `code` is empty where nothing is to say about it."""

    name: str | None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def is_plain(value: str) -> bool:
    """Say whether a text is one name as it should be: two to four Chinese characters."""
    return _PLAIN.fullmatch(value) is not None and value not in NOTHING


def names_several(value: str) -> bool:
    """Say whether a cell holds several persons' names."""
    if is_plain(value):
        return False
    parts = [compact(_NOTE.sub("", part)) for part in _SEVERAL.split(value.strip())]
    names = [part for part in parts if _CHINESE.fullmatch(part)]
    return len(names) > 1 and len(names) == len([part for part in parts if part])


def speaks_of_a_child(*texts: str) -> bool:
    """Say whether a remark explains that a child has no ID number yet."""
    return any(_CHILD.search(text) for text in texts if text)


def read_name(value: str) -> Name:
    """Understand a name. A note in brackets is taken out and named in the warning."""
    if is_plain(value):
        return Name(value)
    value = clean(value)
    notes = _NOTE.findall(value)
    name = _whole(_NOTE.sub("", value))
    if is_nothing(name):
        return Name(None, "name_missing")
    if not _is_name(name):
        return _invalid(value)
    if notes:
        return Name(name, "name_annotated", {"note": "、".join(notes), "name": name})
    return Name(name)


def _whole(value: str) -> str:
    """Return a Chinese name without blanks and with middle dots; a Latin one with single blanks."""
    latin = " ".join(value.split())
    if _LATIN.fullmatch(latin):
        return latin
    return _DOTS.sub("·", "".join(value.split())).strip("·")


def _is_name(name: str) -> bool:
    if _ANONYMOUS.search(name):
        return False
    return _CHINESE.fullmatch(name) is not None or _LATIN.fullmatch(name) is not None


def _invalid(value: str) -> Name:
    return Name(None, "name_invalid", {"value": value})
