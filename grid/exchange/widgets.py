"""Cells of the back office's files, to values and back: what people type is understood or refused.

A widget raises ValueError with a sentence; import_export puts it beside the row.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.widgets import Widget

from grid.imports.choices import YES_NO
from grid.imports.text import clean, compact

_BETWEEN = re.compile(r"[\s,，、;；]+")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def in_every_language(text: Any) -> set[str]:
    """Return a lazy text in every language of the portal."""
    found = set()
    for language in LANGUAGES:
        with override(language):
            found.add(str(text))
    return found


def shown(value: Any) -> str:
    """Return a cell as it stands, for a sentence about it."""
    return str(value)[:40]


class Text(Widget):  # type: ignore[misc]  # import_export has no types
    """A text; nothing for none."""

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> str:
        return "" if value is None else str(value)

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> Any:
        return "" if value is None else value


class Code(Text):
    """A code or name that must be found again: without blanks around it."""

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> str:
        return clean(super().clean(value))


class Choice(Widget):  # type: ignore[misc]
    """One of several values, written as its label; every language and the value itself is read."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__()
        self.labels = dict(choices)
        self.values = {str(value).lower(): value for value in self.labels}
        for value, label in self.labels.items():
            self.values |= {compact(text).lower(): value for text in in_every_language(label)}

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> Any:
        text = compact(str("" if value is None else value)).lower()
        if not text:
            return None
        if text not in self.values:
            raise ValueError(
                _("“%(value)s” is none of: %(choices)s.")
                % {"value": shown(value), "choices": "、".join(map(str, self.labels.values()))}
            )
        return self.values[text]

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:
        return "" if value in (None, "") else str(self.labels.get(value, value))


class YesNo(Widget):  # type: ignore[misc]
    """Yes or no; a blank means unknown where that may be, and no elsewhere."""

    def __init__(self, *, unknown: bool = False) -> None:
        super().__init__()
        self.unknown = unknown

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        text = compact(str("" if value is None else value)).lower()
        if not text:
            return None if self.unknown else False
        for answer, words in YES_NO.items():
            if text in words:
                return answer == "yes"
        raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": shown(value)})

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:
        if value is None:
            return ""
        return YES_NO["yes" if value else "no"][0]


class Whole(Widget):  # type: ignore[misc]
    """A whole number."""

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> int | None:
        text = compact(str("" if value is None else value)).removesuffix(".0")
        if not text:
            return None
        if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
            raise ValueError(_("“%(value)s” is no whole number.") % {"value": shown(value)})
        return int(text)

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> Any:
        return "" if value is None else value


class Day(Widget):  # type: ignore[misc]
    """A day, written 2021-02-08; a date cell and 2021/2/8 are read as well."""

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = compact(str("" if value is None else value))
        if not text:
            return None
        parts = text.replace("/", "-").replace(".", "-").split("-")
        try:
            found = parse_date("-".join(part.zfill(2) for part in parts))
        except ValueError:
            found = None
        if found is None:
            raise ValueError(
                _("“%(value)s” is no date: write it as 2021-02-08.") % {"value": shown(value)}
            )
        return found

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> Any:
        return "" if value is None else value


class Several(Widget):  # type: ignore[misc]
    """Several codes in one cell, in the order of the codes; blanks, commas and 、 separate them."""

    def clean(self, value: Any, row: Any = None, **_kwargs: Any) -> list[str]:
        return sorted({code for code in _BETWEEN.split(clean(str(value or ""))) if code})

    def render(self, value: Any, obj: Any = None, **_kwargs: Any) -> str:
        return "、".join(map(str, value or ()))
