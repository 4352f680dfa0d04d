"""Many values as one text: an array as PostgreSQL reads it, or the rows that COPY reads.

The driver asks of each value anew how it is written: of a thousand, that takes longer than the
statement they belong to. Here each column is asked once.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_BARE = (bool, int)  # what an array need not quote
_AS_TEXT = (str, int, float, date, datetime, time, timedelta, UUID, Decimal)
_BREAKS = ("\t", "\n", "\r")


def array_text(values: Iterable[Any]) -> str:
    """Return values of one column as an array literal; TypeError for what is no plain value."""
    values = list(values)
    bare = all(issubclass(kind, _BARE) for kind in _kinds(values))
    found = texts(values) if bare else map(_quoted, texts(values))
    return "{" + ",".join("NULL" if text is None else text for text in found) + "}"


def copy_text(columns: Sequence[Sequence[Any]]) -> str:
    """Return the rows of some columns as COPY reads them; TypeError for what is no plain value."""
    lines = map("\t".join, zip(*map(_cells, columns), strict=True))
    return "".join(f"{line}\n" for line in lines)


def texts(values: Sequence[Any]) -> list[str | None]:
    """Return each value of one column as PostgreSQL reads it; None stays."""
    kinds = _kinds(values)
    if len(kinds) == 1:
        say = _saying(kinds.pop())
        return [None if value is None else say(value) for value in values]
    return [None if value is None else _saying(type(value))(value) for value in values]


def _kinds(values: Sequence[Any]) -> set[type[Any]]:
    return set(map(type, values)) - {type(None)}


def _saying(kind: type[Any]) -> Callable[[Any], str]:
    """Return how a value of this class is said."""
    if issubclass(kind, bool):
        return lambda value: "t" if value else "f"
    if issubclass(kind, bytes | memoryview):
        return lambda value: f"\\x{value.hex()}"
    if issubclass(kind, _AS_TEXT):
        return str
    raise TypeError(f"{kind.__name__} is no plain value")


def _quoted(text: str | None) -> str | None:
    if text is None:
        return None
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _cells(values: Sequence[Any]) -> list[str]:
    """Return the cells of one column, what would end a cell or a row written otherwise."""
    found = texts(values)
    whole = "".join(text for text in found if text is not None)
    if "\\" in whole:
        found = [text and text.replace("\\", r"\\") for text in found]
    for sign, written in zip(_BREAKS, (r"\t", r"\n", r"\r"), strict=True):
        if sign in whole:
            found = [text and text.replace(sign, written) for text in found]
    return [r"\N" if text is None else text for text in found]
