"""Cleaning of a single cell's text: invisible characters, full-width forms, words for nothing."""

import re
import unicodedata
from datetime import date, datetime, time
from typing import cast

from grid.imports.results import Cell

# Controls, every kind of blank but the plain one, joiners, directional marks (Unicode Cc, Cf, Zs).
_ODD = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    "\ufff9-\ufffb]"
)
_SPACES = re.compile(r"\s+")
_INVISIBLE = {"Cc", "Cf"}


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, for declarations: none of them holds a blank."""
    return tuple(text.split())


NOTHING = frozenset(
    words(
        "无 没有 暂无 空 未填 不详 未知 不清楚 未办 未办理 无证 / ／ \\ - -- — —— － 、 . "
        "n/a N/A na NA none None null NULL #n/a #N/A"
    )
) | {""}


def _plain(char: str) -> str:
    """Map a line break, tab or foreign blank to a space and an invisible character to nothing."""
    if char in "\n\r\t\v\f":
        return " "
    category = unicodedata.category(char)
    if category in _INVISIBLE:
        return ""
    return " " if category.startswith("Z") else char


def clean(value: str) -> str:
    """Return the text with invisible characters removed and blanks at the ends stripped."""
    if _ODD.search(value) is None:
        return value.strip()
    return "".join(_plain(char) for char in value).strip()


def clean_row(cells: list[Cell]) -> list[str]:
    """Return the cleaned texts of a row; a row of plain texts is looked at only once."""
    try:
        whole = "|".join(cast("list[str]", cells))
        texts = cast("list[str]", cells[:])
    except TypeError:  # dates and numbers of a workbook
        texts = [cell if isinstance(cell, str) else as_text(cell) for cell in cells]
        whole = "|".join(texts)
    if not whole.isprintable() and _ODD.search(whole):
        return [text.strip() if text.isprintable() else clean(text) for text in texts]
    if " |" in whole or "| " in whole or whole[:1] == " " or whole[-1:] == " ":
        return [text.strip() for text in texts]
    return texts


def compact(value: str) -> str:
    """Return the cleaned text in compatibility form (NFKC) without any blanks."""
    value = clean(value)
    if value.isascii():
        return _SPACES.sub("", value) if " " in value else value
    return _SPACES.sub("", unicodedata.normalize("NFKC", value))


def is_nothing(value: str) -> bool:
    """Say whether a cleaned text is blank or one of the words people write for "nothing"."""
    return value in NOTHING


def as_text(value: Cell) -> str:
    """Return a cell as a person reads it: whole floats without .0, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
