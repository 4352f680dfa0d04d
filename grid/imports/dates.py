"""Dates in every form people and spreadsheets write them; what has two readings is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from grid.imports.results import Cell
from grid.imports.text import compact, is_nothing

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"(?:T|\s|日|号)\s*(?:上午|下午|早上|早晨|中午|晚上|傍晚|凌晨|晚间|晚|早)?\s*"
    r"(?:[0-9]{1,2}\s*(?::|时|点)\s*(?:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]+)?)?\s*分?|半)?\s*"
    r"(?:左右|前|许|Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?$")
_YEAR_FIRST = re.compile(r"([0-9]{4}|[0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NO_YEAR = re.compile(r"([0-9]{1,2})(?:[-/]|月)([0-9]{1,2})[日号]?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})[日号]?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_FIRST_SERIAL, _LAST_SERIAL = 40_000, 50_000
_DAY_0 = date(1899, 12, 30)
_DAYS_TO_1904 = 1462
# Days told from the day on which they are told; the longest first, 大后天 holds 后天.
AWAY = {
    "大后天": 3, "后天": 2, "明天": 1, "明日": 1, "今天": 0, "今日": 0, "昨天": -1, "前天": -2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """A date as understood; `code` is empty where nothing is to say about it."""

    day: date | None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def read_day(cell: Cell, value: str, *, as_of: date, epoch_1904: bool = False) -> Day:
    """Understand a date cell. A date without a year gets the year that brings it next to `as_of`.

    Codes: date_missing, date_unparseable, date_ambiguous; date_no_year and date_year_2digit come
    with a date.
    """
    if isinstance(cell, datetime):
        return Day(cell.date())
    if isinstance(cell, date):
        return Day(cell)
    return _read_text(value, as_of, epoch_1904)


@lru_cache(maxsize=20_000)
def _read_text(value: str, as_of: date, epoch_1904: bool) -> Day:  # noqa: FBT001 - cached
    if _ISO.fullmatch(value):
        return _made(value, value[:4], value[5:7], value[8:])
    # The time goes first: without its blank 2021/2/2 15:45 would be 21 February.
    without_time = _TIME.sub("", _normal(value))
    plain = _WEEKDAY.sub("", compact(without_time))
    if is_nothing(compact(value)):
        return Day(None, "date_missing")
    if _SERIAL.fullmatch(plain):
        return _serial(value, float(plain), epoch_1904)
    for form, read in _FORMS:
        match = form.fullmatch(plain)
        if match:
            return read(value, match, as_of)
    return _unparseable(value)


def day_told(text: str, as_of: date) -> date | None:
    """Return the day that 明天 and the like stood for when they were told; None for another text.

    For chains alone: a file goes from hand to hand, and nobody knows on which day a cell was typed.
    """
    away = next((days for word, days in AWAY.items() if text.startswith(word)), None)
    return None if away is None else as_of + timedelta(days=away)


def _normal(value: str) -> str:
    """Return the text in plain digits, its blanks kept but those around 年 月 日."""
    spaced = " ".join(compact(part) for part in value.split())
    return re.sub(r"\s*([年月日号])\s*", r"\1", spaced)


def _unparseable(value: str) -> Day:
    return Day(None, "date_unparseable", {"value": value})


def _made(value: str, year: str, month: str, day: str) -> Day:
    try:
        return Day(date(int(year), int(month), int(day)))
    except ValueError:
        return _unparseable(value)


def _serial(value: str, number: float, epoch_1904: bool) -> Day:  # noqa: FBT001 - private
    if not _FIRST_SERIAL <= number + (_DAYS_TO_1904 if epoch_1904 else 0) < _LAST_SERIAL:
        return _unparseable(value)
    return Day(_DAY_0 + timedelta(days=int(number) + (_DAYS_TO_1904 if epoch_1904 else 0)))


def _year_first(value: str, match: re.Match[str], as_of: date) -> Day:
    year, month, day = match.groups()
    if len(year) == 4:
        return _made(value, year, month, day)
    found = _made(value, f"{as_of.year // 100}{year}", month, day)
    return Day(found.day, "date_year_2digit", {"date": found.day}) if found.day else found


def _year_last(value: str, match: re.Match[str], as_of: date) -> Day:
    """Read day/month/year where only one order makes a date."""
    first, second, year = match.groups()
    orders = {
        found.day
        for found in (_made(value, year, first, second), _made(value, year, second, first))
        if found.day
    }
    if len(orders) == 1:
        return Day(orders.pop())
    return Day(None, "date_ambiguous", {"value": value}) if orders else _unparseable(value)


def _eight_digits(value: str, match: re.Match[str], as_of: date) -> Day:
    return _made(value, *match.groups())


def _no_year(value: str, match: re.Match[str], as_of: date) -> Day:
    month, day = match.groups()
    found = (_made(value, str(as_of.year + k), month, day).day for k in (-1, 0, 1))
    near = sorted((abs(day - as_of), day) for day in found if day)
    if not near:
        return _unparseable(value)
    return Day(near[0][1], "date_no_year", {"date": near[0][1]})


def _dotted(value: str, match: re.Match[str], as_of: date) -> Day:
    """Read 1.28; 1.2 may be the 2nd or, its nought lost by Excel, the 20th."""
    if len(match[2]) == 1 and match[2] in "123" and not value.endswith(("日", "号")):
        return Day(None, "date_ambiguous", {"value": value})
    return _no_year(value, match, as_of)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str], date], Day]], ...] = (
    (_YEAR_FIRST, _year_first),
    (_COMPACT, _eight_digits),
    (_NO_YEAR, _no_year),
    (_DOTTED, _dotted),
    (_YEAR_LAST, _year_last),
)
