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

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Characters XML 1.0 has no place for.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767  # what a cell of Excel holds
_WIDEST = 60
_LONG_NUMBER = 12  # digits from which a spreadsheet rounds what it takes for a number


def plain(value: Any) -> str:
    """Return a value as the text of a cell, without characters a workbook cannot hold."""
    return "" if value is None else _ILLEGAL.sub("", str(value))[:_LONGEST]


def safe(value: Any) -> str:
    """Return a text that is no formula: one that begins like one gets an apostrophe in front."""
    text = plain(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


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
    """Return a cell of a write-only sheet that is text, and stays so when somebody edits it."""
    cell = WriteOnlyCell(sheet, safe(value))
    cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return CSV with a byte-order mark, its cells neither formulas nor numbers to be rounded."""
    return f"\ufeff{csv_text(chain([headings], rows))}".encode()


def csv_text(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> str:
    """Return rows as delimited text; long numbers get a tab behind them, which makes them text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([_kept(cell) for cell in row] for row in rows)
    return out.getvalue()


def _kept(value: Any) -> str:
    text = safe(value)
    return f"{text}\t" if len(text) >= _LONG_NUMBER and text[:-1].isdigit() else text
