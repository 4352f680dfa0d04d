"""Cells that leave the portal: text that no spreadsheet takes for a formula or a number."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# What a spreadsheet takes for the beginning of a formula; some evaluate the wide forms as well.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
# Characters XML 1.0 has no place for.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767  # what a cell of Excel holds
_WIDEST = 60
LONG_NUMBER = 12  # digits from which a spreadsheet rounds what it takes for a number


def plain(value: Any) -> str:
    """Return a value as the text of a cell, without characters a workbook cannot hold."""
    return "" if value is None else _ILLEGAL.sub("", str(value))[:_LONGEST]


def like_a_formula(text: str) -> bool:
    """Say whether a spreadsheet would take the text for a formula."""
    return text.startswith(FORMULA_STARTS)


def safe(value: Any) -> str:
    """Return a text that is no formula: one that begins like one gets an apostrophe in front.

    For files that know nothing but text; a workbook says it of the cell (see `text_cell`).
    """
    text = plain(value)
    return f"'{text}" if like_a_formula(text) else text


def workbook_of(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet whose cells are all text; its first row stays in view."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(plain(title)[:31])
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings, start=1):
        width = max(10, min(_WIDEST, 3 + 2 * len(heading)))
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([text_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([text_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """Return a cell of a write-only sheet that is text, and stays so when somebody edits it.

    What looks like a formula is marked as quoted, as if typed with an apostrophe in front: the
    value itself is the value.
    """
    text = plain(value)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = "@"
    if like_a_formula(text):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return CSV with a byte-order mark, its cells neither formulas nor numbers to be rounded."""
    return f"\ufeff{csv_text(chain([headings], rows))}".encode()


def csv_text(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> str:
    """Return rows as delimited text; long numbers get a tab behind them, which makes them text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([kept(cell) for cell in row] for row in rows)
    return out.getvalue()


def kept(value: Any) -> str:
    """Return the text of a CSV cell that is neither a formula nor a number to be rounded."""
    text = safe(value)
    return f"{text}\t" if len(text) >= LONG_NUMBER and text[:-1].isdigit() else text
