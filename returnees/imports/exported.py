"""What our own export carries so that it can come back: a record number and the time of export.

Pure: knows rows and no database.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.timezone import get_default_timezone
from stdnum import luhn

from grid.imports.draft import Draft

RECORD, EXPORTED = "记录编号", "导出时间"
MASK = "*"
_FORMULA = frozenset("=+-@")
_FORM = re.compile(r"R([1-9][0-9]{0,17})-([0-9])")
_MOMENT = re.compile(
    r"([0-9]{4})\D([0-9]{1,2})\D([0-9]{1,2})\D+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
)
# In a row that says which record it is about, a blank says nothing.
_BLANK = frozenset(f"{what}_missing" for what in ("id", "phone", "origin", "village", "date")) | {
    "id_missing_child"
}


def record_number(key: int) -> str:
    """Return the number under which a return stands in exports: R, its key, a check digit."""
    return f"R{key}-{luhn.calc_check_digit(str(key))}"


def record_key(text: str | None) -> int | None:
    """Return the key of the return that a record number names; None where it is none of ours."""
    found = _FORM.fullmatch((text or "").strip().upper())
    if found is None or luhn.calc_check_digit(found[1]) != found[2]:
        return None
    return int(found[1])


def moment_of(text: str | None) -> str | None:
    """Return the moment of an export as ISO 8601, to the second or as exact as it is written."""
    found = _MOMENT.match((text or "").strip())
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=get_default_timezone())
    except ValueError:
        return None
    return moment.isoformat()


def unquoted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts that our CSV had quoted, lest a spreadsheet take them for formulas."""
    return {
        key: value[1:]
        for key, value in values.items()
        if isinstance(value, str) and value[:1] == "'" and value[1:2] in _FORMULA and value[1:]
    }


def from_export(draft: Draft) -> None:
    """Let masked and blank cells of a row with a record number say nothing.

    The masked number is kept: it has to fit the record it is told of.
    """
    if not draft.text_at("record"):
        return
    dropped = set(_BLANK)
    if MASK in (number := draft.text_at("id_number")):
        draft.values.update({"id_number": None, "birth": None, "id_masked": number})
        dropped |= {p.code for p in draft.problems if p.code.startswith(("id_", "doc_number"))}
    if MASK in draft.text_at("phone"):
        draft.values["phone"] = None
        dropped |= {p.code for p in draft.problems if p.code.startswith("phone_")}
    draft.problems = [found for found in draft.problems if found.code not in dropped]
