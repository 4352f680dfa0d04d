"""What several lists check beyond single fields: what is missing, and the hour beside a day."""

import re
from datetime import datetime, time

from grid.imports.draft import Draft
from grid.imports.messages import problem
from grid.imports.text import compact

# Codes whose sentence speaks of a return; the lists here are about something else.
_MISSING = frozenset(("date_missing", "village_missing", "origin_missing"))
_CLOCK = re.compile(
    r"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚)?\s*([0-9]{1,2})(?::|时|点)([0-9]{1,2}|半)?"
)
_LATER = frozenset(("下午", "傍晚", "晚上", "晚间", "晚"))
_NOON = "中午"
_DAY = re.compile(r"^(?:[0-9]{2,4}[-/.年])?[0-9]{1,2}[-/.月][0-9]{1,2}[日号T]?|^[0-9]{8}")
MINUTES = 1440  # of a day
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)")


def missing_by_heading(draft: Draft) -> None:
    """Say of a missing value which heading it stands under, not that it is about a return."""
    draft.problems = [
        problem(one.column, "value_missing") if one.code in _MISSING else one
        for one in draft.problems
    ]


def hour_of(draft: Draft, key: str) -> str | None:
    """Return the hour that a date cell states as HH:MM, or None where it states a day alone."""
    place = draft.layout.first.get(key, -1)
    cell = draft.cells[place] if place >= 0 else ""
    if isinstance(cell, datetime):
        return None if cell.time() == time() else f"{cell:%H:%M}"
    return hour_in(draft.text_at(key))


def hour_in(text: str) -> str | None:
    """Return the hour that a text states as HH:MM: 14:30, 下午2点半, the fraction of a serial."""
    # The blank between day and hour stays: without it 2021/2/2 15:45 would be 21 February.
    text = " ".join(compact(part) for part in text.split())
    if match := _SERIAL.fullmatch(text):
        hour, minute = divmod(round(float(match[1]) * MINUTES) % MINUTES, 60)
        return f"{hour:02d}:{minute:02d}"
    if not (match := _CLOCK.search(_DAY.sub("", text))):
        return None
    part, hour, rest = match[1] or "", int(match[2]), match[3] or "0"
    minutes = 30 if rest == "半" else int(rest)
    if (part in _LATER and hour < 12) or (part == _NOON and hour < 11):
        hour += 12
    return f"{hour:02d}:{minutes:02d}" if hour < 24 and minutes < 60 else None
