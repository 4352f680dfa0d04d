"""Identity documents: the mainland number with its check digit, and the papers of others."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from stdnum.iso7064 import mod_11_2

from grid.imports.results import Cell
from grid.imports.text import compact, is_nothing, words

# The first two digits of a number are the province that first gave it (GB/T 2260); 81-83 are the
# residence permits of Hong Kong, Macau and Taiwan people.
PROVINCES = frozenset(
    words(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 "
        "65 71 81 82 83"
    )
)
_RESIDENCE = ("81", "82", "83")
_EARLIEST_YEAR = 1900

DOCUMENT_TYPES: dict[str, tuple[str, ...]] = {
    "id_card": (
        "居民身份证",
        "身份证",
        "二代身份证",
        "第二代身份证",
        "公民身份证",
        "户口簿",
        "户口本",
    ),
    "passport": ("护照", "普通护照", "中国护照", "外国护照", "passport"),
    "hkmo_permit": (
        "港澳居民来往内地通行证",
        "港澳通行证",
        "港澳居民通行证",
        "回乡证",
        "港澳回乡证",
        "港澳来往内地通行证",
    ),
    "tw_permit": ("台湾居民来往大陆通行证", "台胞证", "台湾通行证", "台湾居民通行证"),
    "hkmotw_residence": (
        "港澳台居民居住证",
        "港澳居民居住证",
        "台湾居民居住证",
        "港澳台居住证",
        "居住证",
    ),
}
_TYPE_OF = {name: kind for kind, names in DOCUMENT_TYPES.items() for name in names}
_DOCUMENT_FORMS = {
    "passport": re.compile(r"[A-Z0-9]{5,12}"),
    "hkmo_permit": re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    "tw_permit": re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?|T[0-9]{8}"),
}

_CARD = re.compile(r"[0-9]{17}[0-9X]")
_OLD_CARD = re.compile(r"[0-9]{15}")
_NUMERIC = re.compile(r"[0-9X]+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?1[0-9]")
_OTHER_PAPER = re.compile(r"(?=[A-Z0-9]*[0-9]{5})[A-Z]{0,2}[0-9]{5,11}[A-Z]?")
_SEVERAL = re.compile(r"[/、，,;；\n\r|]|\s和\s|和(?=[0-9])")
SHORTEST_PAIR = 30  # characters that two numbers in one cell take at least
_ID_LIKE = re.compile(r"[0-9]{14,17}[0-9X]")


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A document number as understood; `code` is empty where nothing is to say about it."""

    id_type: str | None
    number: str | None
    sex: str | None = None
    birth: date | None = None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def document_type(value: str) -> str | None:
    """Return the kind of document a text names, or None where it names none we know."""
    return _TYPE_OF.get(value) or _TYPE_OF.get(compact(value).lower())


def bare_number(value: str) -> str:
    """Return a number without blanks, dashes, a leading apostrophe and the tail of a float."""
    value = compact(value).upper().lstrip("'’‘`\"").rstrip("'’\"")
    if value.endswith(".0"):
        value = value[:-2]
    return value.replace("-", "").replace("—", "").replace("_", "")


def looks_like_id(value: str) -> bool:
    """Say whether a text has the shape of a mainland ID number of 15 to 18 characters."""
    if len(value) < 15:
        return False
    return _CARD.fullmatch(value) is not None or _ID_LIKE.fullmatch(bare_number(value)) is not None


def how_many(value: str) -> int:
    """Return how many ID numbers, even mutilated ones, share a cell."""
    if len(value) < SHORTEST_PAIR:
        return 1
    return sum(looks_like_id(part) for part in _SEVERAL.split(value))


def has_lost_digits(cell: Cell, number: str) -> bool:
    """Say whether Excel has kept only 15 digits of a longer number: never to be padded."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= 1e15:
        return True
    return _SCIENTIFIC.fullmatch(number) is not None or (
        len(number) == 18 and number.endswith("000")
    )


def read_id(cell: Cell, value: str, *, stated: str | None, as_of: date) -> IdNumber:
    """Understand a document number; `stated` is the kind of document the list names.

    Only what a number can prove is checked: length, province, birth date and check digit
    (ISO 7064 MOD 11-2). The county in it may have had another code at birth.
    """
    number = value if _CARD.fullmatch(value) else bare_number(value)
    if is_nothing(number):
        return IdNumber(stated or "id_card", None, code="id_missing")
    if stated and stated not in ("id_card", "hkmotw_residence"):
        return _other_document(number, stated)
    if has_lost_digits(cell, number):
        return IdNumber(
            stated or "id_card", None, code="id_precision_lost", params={"value": value}
        )
    kind = stated or ("hkmotw_residence" if number[:2] in _RESIDENCE else "id_card")
    if _CARD.fullmatch(number):
        return _card(number, kind, as_of)
    if _OLD_CARD.fullmatch(number):
        return _old_card(number, kind, as_of)
    if not stated and _OTHER_PAPER.fullmatch(number) and len(number) < 14:
        return IdNumber(None, number, code="id_type_missing", params={"value": number})
    if _NUMERIC.fullmatch(number) and len(number) != 18:
        return IdNumber(kind, None, code="id_length", params={"length": len(number)})
    return IdNumber(kind, None, code="id_characters", params={"value": value})


def _other_document(number: str, stated: str) -> IdNumber:
    if _DOCUMENT_FORMS[stated].fullmatch(number):
        return IdNumber(stated, number)
    return IdNumber(stated, None, code="doc_number_invalid", params={"value": number})


def _card(number: str, kind: str, as_of: date) -> IdNumber:
    if not _checks(number):
        return IdNumber(kind, None, code="id_checksum")
    if number[:2] not in PROVINCES:
        return IdNumber(kind, None, code="id_region", params={"value": number[:2]})
    birth = _birth(number[6:14], as_of)
    if birth is None:
        return IdNumber(kind, None, code="id_birthdate", params={"value": number[6:14]})
    return IdNumber(kind, number, "M" if int(number[16]) % 2 else "F", birth)


def _checks(number: str) -> bool:
    """Say whether the last of 18 characters is the check digit (ISO 7064 MOD 11-2).

    The weights are the powers of 2 modulo 11, and 13 is 2 modulo 11: the digits read to the base
    of 13 have the remainder of their weighted sum.
    """
    last = 10 if number[17] == "X" else int(number[17])
    return (2 * int(number[:17], 13) + last) % 11 == 1


def faultless_card(value: str, as_of: date) -> tuple[str, date] | None:
    """Return sex and birth of a mainland number written without fault in 18 characters, or None.

    None says nothing of the number: it has to be read by `read_id`.
    """
    if _CARD.fullmatch(value) is None or value[:2] not in PROVINCES or value[:2] in _RESIDENCE:
        return None
    birth = _birth(value[6:14], as_of)
    if birth is None or value.endswith("000") or not _checks(value):
        return None
    return "M" if value[16] in "13579" else "F", birth


def _old_card(number: str, kind: str, as_of: date) -> IdNumber:
    """Turn a number of the first generation (births of the 20th century) into 18 digits."""
    body = number[:6] + "19" + number[6:]
    found = _card(body + mod_11_2.calc_check_digit(body), kind, as_of)
    if found.number is None:
        return found
    return IdNumber(kind, found.number, found.sex, found.birth, "id15_legacy")


@lru_cache(maxsize=50_000)
def _birth(digits: str, as_of: date) -> date | None:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return birth if birth.year >= _EARLIEST_YEAR and birth <= as_of else None
