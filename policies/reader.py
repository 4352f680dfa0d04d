"""Read tables of a pack file, collecting a sentence for each fault instead of stopping at one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from typing import Any

from policies.ground import Ground, Words


class Reader:
    """One table of the file: typed access by key, faults named by path, unknown keys reported."""

    def __init__(self, data: Mapping[str, Any], where: str, faults: list[str]) -> None:
        self.data = data
        self.where = where
        self.faults = faults
        self.seen: set[str] = set()

    def fault(self, key: str, sentence: str) -> None:
        """Note one fault of this table."""
        self.faults.append(f"{self.where}, field {key}: {sentence}")

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self.data

    def _take(self, key: str, kinds: type | tuple[type, ...], words: str, default: Any) -> Any:
        self.seen.add(key)
        if key not in self.data:
            if default is None:
                self.fault(key, f"is missing; give {words}.")
            return default
        value = self.data[key]
        wrong_bool = isinstance(value, bool) and kinds is not bool
        if not isinstance(value, kinds) or wrong_bool:
            self.fault(key, f"is {value!r}; give {words}.")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text, or the default; a required text must not be empty."""
        value = self._take(key, str, "a text", default)
        if value == "" and default is None:
            self.fault(key, "is empty; give a text.")
        return str(value or "")

    def number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between low and high, both included."""
        value = self._take(key, int, f"a whole number from {low} to {high}", default)
        if value is not None and value != default and not low <= value <= high:
            self.fault(key, f"is {value}; give a whole number from {low} to {high}.")
        return low if value is None else int(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return bool(self._take(key, bool, "true or false", default))

    def day(self, key: str) -> date | None:
        """Return a date, or None where the file has an empty text (an undated notice)."""
        self.seen.add(key)
        value = self.data.get(key)
        if value == "":
            return None
        if type(value) is not date:
            self.fault(key, f'is {value!r}; give a date such as 2021-01-17, or "" when unknown.')
            return None
        return value

    def clock(self, key: str) -> time | None:
        """Return a time of day, or None where the key is absent (24:00)."""
        self.seen.add(key)
        value = self.data.get(key)
        if value is not None and not isinstance(value, time):
            self.fault(key, f"is {value!r}; give a time such as 20:00:00.")
            return None
        return value

    def one_of(self, key: str, options: Iterable[str], default: str | None = None) -> str:
        """Return one of the allowed words."""
        value = self.text(key, default)
        allowed = sorted(options)
        if value and value != default and value not in allowed:
            self.fault(key, f'is "{value}"; use one of: {", ".join(allowed)}.')
        return value

    def words_of(self, key: str, options: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts, each among the options where these are given."""
        value = self._take(key, list, "a list of texts", [])
        allowed = None if options is None else sorted(options)
        for word in value:
            if not isinstance(word, str) or (allowed is not None and word not in allowed):
                known = "texts" if allowed is None else ", ".join(allowed)
                self.fault(key, f"holds {word!r}; use: {known}.")
        return tuple(str(word) for word in value)

    def words(self, key: str, *, required: bool = True) -> Words | None:
        """Return the same words in Chinese and English."""
        self.seen.add(key)
        if key not in self.data:
            if required:
                self.fault(key, "is missing; give both zh and en.")
            return None
        pair = self.table(key)
        both = Words(zh=pair.text("zh"), en=pair.text("en"))
        pair.close()
        return both

    def table(self, key: str) -> "Reader":
        """Return a table below this one; an empty one, with a fault, when it is no table."""
        value = self._take(key, dict, "a table", None)
        return Reader(value or {}, f"{self.where}, {key}", self.faults)

    def tables(self, key: str, name: Callable[[int, Any], str] | None = None) -> Iterator["Reader"]:
        """Yield the tables of a list below this one."""
        value = self._take(key, list, "a list of tables", [])
        for index, item in enumerate(value):
            where = name(index, item) if name else f"{self.where}, {key} {index + 1}"
            if isinstance(item, dict):
                yield Reader(item, where, self.faults)
            else:
                self.faults.append(f"{where}: is {item!r}; give a table.")

    def ground(self) -> Ground:
        """Return what this cell rests on: a clause with its quote, or a reading."""
        rests_on = self.text("rests_on")
        quote = self.text("quote", "")
        reading = self.text("reading", "")
        text = self.words("text", required=False)
        if rests_on and not rests_on.startswith("A-") and not quote:
            self.fault("quote", f"is missing; quote the words of {rests_on} it rests on.")
        if reading and not reading.startswith("A-"):
            self.fault("reading", f'is "{reading}"; name an entry of the register such as A-11.')
        return Ground(rests_on, quote, reading, text, silent=self.flag("silent"))

    def close(self) -> None:
        """Report every key nobody asked for."""
        for key in self.data:
            if key not in self.seen:
                near = get_close_matches(key, self.seen, 1)
                hint = f'did you mean "{near[0]}"?' if near else "remove it."
                self.fault(key, f"is not known; {hint}")
