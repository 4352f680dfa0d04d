"""Telephone numbers: mobiles of eleven digits, landlines told apart, nothing cut or padded."""

import re
from dataclasses import dataclass, field
from typing import Any

from grid.imports.text import clean, compact, is_nothing

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PREFIXED = re.compile(r"(?:\+|00)?86(1[3-9][0-9]{9})")
_PUNCTUATION = re.compile(r"[-—–_.()\[\]·]")
_AREA = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([0-9]{7,8})")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_SEVERAL = re.compile(r"[/、,，;；\n\r|]|(?<=[0-9]{7})\s+(?=1[3-9][0-9])|或")
_SCIENTIFIC = re.compile(r"[0-9]\.[0-9]+E\+?1[0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as understood; `code` is empty where nothing is to say about it."""

    number: str | None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def is_plain_mobile(value: str) -> bool:
    """Say whether a text is a mobile number as it should be: eleven digits."""
    return _MOBILE.fullmatch(value) is not None


def is_mobile(value: str) -> bool:
    """Say whether a text is a mobile number in any of its forms."""
    return len(value) >= 11 and read_phone(value).code == "" and not is_nothing(compact(value))


def read_phone(value: str) -> Phone:
    """Understand a telephone number: +86, 0086, blanks, dashes and float tails are taken off."""
    if _MOBILE.fullmatch(value):
        return Phone(value)
    plain = compact(value).lstrip("'’").removesuffix(".0")
    if is_nothing(plain):
        return Phone(None, "phone_missing")
    found = _single(plain)
    if found.number or _SCIENTIFIC.fullmatch(plain):
        return found
    numbers = [_single(compact(part)).number for part in _SEVERAL.split(value)]
    known = [number for number in numbers if number]
    if len(known) > 1 and len(known) == len(numbers):
        return Phone(known[0], "phone_several", {"others": "、".join(known[1:])})
    return found


def _single(plain: str) -> Phone:
    digits = _PUNCTUATION.sub("", plain)
    if _MOBILE.fullmatch(digits):
        return Phone(digits)
    prefixed = _PREFIXED.fullmatch(digits)
    if prefixed:
        return Phone(prefixed[1])
    area = _AREA.fullmatch(digits)
    if area:
        return Phone(f"{area[1]}-{area[2]}", "phone_landline")
    if _LOCAL.fullmatch(digits):
        return Phone(digits, "phone_landline")
    return Phone(None, "phone_invalid", {"value": clean(plain)})
