"""Many values as one text: an array as PostgreSQL reads it.

The driver asks of each value anew how it is written: of a thousand, that takes longer than the
statement they belong to.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_AS_TEXT = (str, date, datetime, time, timedelta, UUID, Decimal)


def array_text(values: Iterable[Any]) -> str:
    """Return values of one column as an array literal; TypeError for what is no plain value."""
    return "{" + ",".join(map(_cell, values)) + "}"


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int):
        return f"{value:d}"
    if isinstance(value, bytes | memoryview):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, _AS_TEXT):
        text = str(value).replace("\\", r"\\").replace('"', r"\"")
        return f'"{text}"'
    raise TypeError(f"{type(value).__name__} is no value of an array")
