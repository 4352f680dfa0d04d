"""Typed access to plain data from outside; every refusal is one sentence naming the field."""

from collections.abc import Mapping, Set
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from policies.errors import FactsError

# Wide enough for every notice, narrow enough that no sum of days leaves the calendar.
YEARS = range(1900, 2200)


class Fields:
    """A mapping of facts at a path such as `facts.overseas`; null counts as absent."""

    __slots__ = ("data", "where")

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        if not isinstance(data, Mapping):
            raise FactsError(f"{where}: is {data!r}; give an object.")
        self.data = data
        self.where = where

    def refuse_misspelt(self, known: Set[str]) -> None:
        """Refuse a key that looks like a known one; other keys are not ours and pass."""
        for key in self.data.keys() - known:
            if near := get_close_matches(str(key), known, 1, 0.85):
                raise FactsError(f"{self.where}.{key}: is not known; did you mean {near[0]}?")

    def moment(self, key: str) -> datetime | None:
        """Return a timestamp with its offset."""
        value = self.data.get(key)
        if value is None:
            return None
        moment = _parsed_moment(value)
        if moment is None or moment.tzinfo is None or moment.year not in YEARS:
            raise FactsError(
                f"{self.where}.{key}: is {value!r}; give a time with its offset, "
                "such as 2021-01-20T15:30:00+08:00."
            )
        return moment

    def day(self, key: str) -> date | None:
        """Return a date."""
        value = self.data.get(key)
        if value is None:
            return None
        day = _parsed_day(value)
        if day is not None and day.year in YEARS:
            return day
        raise FactsError(f"{self.where}.{key}: is {value!r}; give a date such as 2021-01-20.")

    def needed_day(self, key: str) -> date:
        """Return a date that must be there."""
        value = self.day(key)
        if value is None:
            raise FactsError(f"{self.where}.{key}: is missing; give a date such as 2021-01-20.")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.data.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        raise FactsError(f"{self.where}.{key}: is {value!r}; give true or false.")

    def count(self, key: str) -> int:
        """Return a whole number of 0 or more; 0 when absent."""
        value = self.data.get(key)
        if value is None:
            return 0
        if type(value) is not int or value < 0:
            raise FactsError(f"{self.where}.{key}: is {value!r}; give a whole number from 0 on.")
        return value

    def text(self, key: str) -> str:
        """Return a text; empty when absent."""
        value = self.data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise FactsError(f"{self.where}.{key}: is {value!r}; give a text.")
        return value

    def needed_text(self, key: str) -> str:
        """Return a text that must be there and say something."""
        value = self.text(key).strip()
        if not value:
            raise FactsError(f"{self.where}.{key}: is missing; give a text.")
        return value

    def word(self, key: str, options: tuple[str, ...]) -> str:
        """Return one of the options; empty when absent."""
        value = self.data.get(key)
        if value is None:
            return ""
        if value not in options:
            raise FactsError(f"{self.where}.{key}: is {value!r}; use one of {', '.join(options)}.")
        return str(value)

    def needed_word(self, key: str, options: tuple[str, ...]) -> str:
        """Return one of the options, which must be there."""
        value = self.word(key, options)
        if not value:
            raise FactsError(f"{self.where}.{key}: is missing; use one of {', '.join(options)}.")
        return value

    def words(self, key: str, options: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of options; empty when absent."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise FactsError(f"{self.where}.{key}: is {value!r}; give a list.")
        for word in value:
            if word not in options:
                raise FactsError(
                    f"{self.where}.{key}: holds {word!r}; use only {', '.join(options)}."
                )
        return tuple(value)

    def part(self, key: str) -> "Fields | None":
        """Return the object below a key, or None."""
        value = self.data.get(key)
        return None if value is None else Fields(value, f"{self.where}.{key}")

    def items(self, key: str) -> "list[Fields]":
        """Return the objects of a list; empty when absent."""
        value = self.data.get(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise FactsError(f"{self.where}.{key}: is {value!r}; give a list.")
        return [Fields(item, f"{self.where}.{key}[{index}]") for index, item in enumerate(value)]

    def moments(self, key: str, number: int) -> tuple[datetime, ...]:
        """Return a list of exactly so many timestamps."""
        value = self.data.get(key)
        if not isinstance(value, list | tuple) or len(value) != number:
            raise FactsError(f"{self.where}.{key}: give a list of {number} times with offset.")
        part = Fields({str(index): item for index, item in enumerate(value)}, f"{self.where}.{key}")
        found = tuple(part.moment(str(index)) for index in range(number))
        return tuple(moment for moment in found if moment is not None)


def _parsed_day(value: Any) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _parsed_moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
