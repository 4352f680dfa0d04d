"""Initials for search: 张小明 -> zxm. Surnames with a reading of their own come first."""

import os
from functools import lru_cache

# Only single characters are read: the dictionary of phrases would cost each process 45 MB and a
# part of a second.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

# pypinyin reads these as common words; as surnames they are read otherwise.
SURNAME_INITIALS = {
    "单": "s", "仇": "q", "曾": "z", "解": "x", "朴": "p", "查": "z", "区": "o", "盖": "g",
    "尉": "y", "种": "c", "缪": "m", "乐": "y", "任": "r", "翟": "z", "召": "s", "乜": "n",
    "覃": "q", "谌": "c", "令": "l", "盛": "s", "冼": "x", "牟": "m", "佴": "n", "员": "y",
    "祭": "z", "繁": "p", "黑": "h", "车": "c", "石": "s", "重": "c", "秘": "b", "万": "w",
    "长": "z", "幺": "y", "折": "s", "隗": "k", "适": "k", "郇": "x", "燕": "y", "应": "y",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def _initial(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    (readings,) = pinyin(char, style=Style.NORMAL, errors="ignore") or [[""]]
    return readings[0][:1]


def initials(text: str) -> str:
    """Return the lower-case initials of a Chinese name, at most 30 letters."""
    if not text:
        return ""
    first = SURNAME_INITIALS.get(text[0]) or _initial(text[0])
    return (first + "".join(_initial(char) for char in text[1:]))[:30]
