"""Tables that leave the portal: workbooks and CSV whose cells are text and never formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONG_NUMBER = 12  # digits from which a spreadsheet rounds what it takes for a number


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings and rows; numbers stay numbers, everything else leaves as text."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def as_response(table: Table, *, kind: str, name: str) -> HttpResponse:
    """Return the table as a download; kind is "xlsx" or "csv", name the file's stem."""
    content, mime = (
        (csv_of(table), "text/csv; charset=utf-8") if kind == "csv" else (xlsx_of(table), XLSX)
    )
    file_name = f"{name}.{'csv' if kind == 'csv' else 'xlsx'}"
    return HttpResponse(
        content,
        content_type=mime,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def xlsx_of(table: Table) -> bytes:
    """Return a workbook of one sheet with a heading row that stays in view."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.title[:31])
    sheet.freeze_panes = "A2"
    for n, heading in enumerate(table.headings, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = max(10, min(30, 3 + 2 * len(heading)))
    sheet.append([_cell(sheet, heading, bold=True) for heading in table.headings])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """Return a cell: numbers as numbers, the rest as text that no spreadsheet evaluates."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text_of(value)))
    cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def csv_of(table: Table) -> bytes:
    """Return CSV with a byte-order mark, so that Excel reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(heading) for heading in table.headings])
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    """Return a CSV value that is neither a formula nor a number to be rounded."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = text_of(value)
    if text.startswith(FORMULA_STARTS):
        return f"'{text}"
    if len(text) >= LONG_NUMBER and text[:-1].isdigit():
        return f"{text}\t"  # the tab makes it text for spreadsheets
    return text


def text_of(value: Any) -> str:
    """Return a value as people read it: local times to the minute, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{local:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return str(value)
