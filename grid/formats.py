"""File formats of the back office: what Chinese Excel writes is read, what we write it opens."""

import csv
from typing import Any

import tablib
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export.formats.base_formats import CSV, XLSX

from grid.imports.cells import like_a_formula
from grid.imports.messages import text as sentence
from grid.imports.results import UnreadableFileError as FileError
from grid.imports.workbook import sheets
from grid.tables import Table, csv_of, xlsx_of

ENCODINGS = ("utf-8-sig", "gb18030")


class UnreadableFileError(ValueError):
    """The file is not what it says; the message is a sentence for the user."""


class ChineseCSV(CSV):  # type: ignore[misc]  # import_export has no types
    """CSV read as UTF-8 or GB18030, written as UTF-8 with a mark that Excel understands."""

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> Any:
        for encoding in ENCODINGS:
            try:
                text = in_stream.decode(encoding)
            except UnicodeDecodeError:
                continue
            return self._read(text, **kwargs)
        raise UnreadableFileError(
            _(
                "This file is neither UTF-8 nor GB18030: save it as “CSV UTF-8” in Excel and try "
                "again."
            )
        )

    def _read(self, text: str, **kwargs: Any) -> Any:
        try:
            return plain(super().create_dataset(text, **kwargs))
        except (tablib.InvalidDimensions, csv.Error) as error:
            raise UnreadableFileError(
                _("A row has more cells than there are headings: open the file in Excel and check.")
            ) from error

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        return csv_of(table_of(dataset))


class QuickXLSX(XLSX):  # type: ignore[misc]  # import_export has no types
    """XLSX read through calamine; written with cells of text that no spreadsheet evaluates."""

    def create_dataset(self, in_stream: Any, **_kwargs: Any) -> Any:
        data = in_stream if isinstance(in_stream, bytes) else in_stream.read()
        try:
            first = next(sheets(data))
        except FileError as error:
            raise UnreadableFileError(sentence(error.problem, get_language() or "zh")) from error
        rows = first.rows()
        dataset = tablib.Dataset(headers=[str(cell) for cell in next(rows, [])])
        for row in rows:
            dataset.append(row)
        return plain(dataset)

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        return xlsx_of(table_of(dataset))


FORMATS = [ChineseCSV, QuickXLSX]


def table_of(dataset: Any) -> Table:
    """Return a dataset as a table of ours, whose cells leave as text."""
    return Table(title=dataset.title or "", headings=dataset.headers or [], rows=list(dataset))


def plain(dataset: Any) -> Any:
    """Take off what an export of ours put around a cell, so that it comes back as it was.

    Blank rows at the end, as spreadsheets leave them, are no rows.
    """
    read = tablib.Dataset(headers=[_plain(heading) for heading in dataset.headers or []])
    rows = [[_plain(cell) for cell in row] for row in dataset]
    while rows and not any(cell not in ("", None) for cell in rows[-1]):
        rows.pop()
    read.extend(rows)
    return read


def _plain(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a code in a cell that Excel took for a number
    if not isinstance(cell, str):
        return cell
    if cell.startswith("'") and like_a_formula(cell[1:]):
        return cell[1:]
    return cell if like_a_formula(cell.lstrip(" ")) else cell.strip()
