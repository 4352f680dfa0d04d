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
from openpyxl.utils import get_column_letter

from grid.imports.cells import LONG_NUMBER, kept, text_cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    if is_number(value):
        return WriteOnlyCell(sheet, value)
    return text_cell(sheet, text_of(value), bold=bold)


def csv_of(table: Table) -> bytes:
    """Return CSV with a byte-order mark, so that Excel reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(heading) for heading in table.headings])
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    """Return a CSV value that is neither a formula nor a number to be rounded."""
    return value if is_number(value) else kept(text_of(value))


def is_number(value: Any) -> bool:
    """Say whether a value leaves as a number; a long one would be rounded and is text."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return isinstance(value, float) or abs(value) < 10**LONG_NUMBER


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
