"""From the bytes of a file to rows of cells, bounded in memory whatever the file claims."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from grid.imports import workbook
from grid.imports.messages import refuse
from grid.imports.results import Cell, Problem
from grid.imports.sniffing import delimiter_of, encoding_of, is_workbook, refuse_other_kinds

MAX_BYTES = 100 << 20
_MAX_FIELD = 32_768  # what a cell of Excel holds
_MAX_LINES_IN_FIELD = 60


@dataclass(slots=True)
class Table:
    """One sheet as rows of cells; row n (from 1) of the sheet is the n-th that `rows` yields.

    `merges` are ranges (first row, first column, last row, last column), all from 0.
    """

    encoding: str
    sheet: str
    rows: Iterator[list[Cell]]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    epoch_1904: bool = False
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, *, sheet: str = "") -> Iterator[Table]:
    """Yield the tables of a file: one of a text file, one per visible sheet of a workbook.

    Name and extension do not matter, only the content. `sheet` picks one sheet of a workbook.
    Raises `UnreadableFileError` with one sentence that says what to do.
    """
    if len(data) > MAX_BYTES:
        refuse("file_too_large", limit=MAX_BYTES >> 20)
    if is_workbook(data):
        yield from (_sheet_table(found) for found in workbook.sheets(data, wanted=sheet))
        return
    refuse_other_kinds(data)
    yield _text_table(data)


def _sheet_table(found: workbook.Sheet) -> Table:
    return Table(
        "xlsx",
        found.name,
        found.rows(),
        found.merges,
        found.hidden_rows,
        found.epoch_1904,
        list(found.problems),
    )


def _text_table(data: bytes) -> Table:
    encoding = encoding_of(data)
    head = data[:65536].decode(encoding, errors="ignore").removeprefix("\ufeff")
    return Table(encoding, "", _text_rows(data, encoding, delimiter_of(head)))


class _Lines:
    """The lines of a text, its quotation marks counted on the way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.quotes += line.count('"')
            yield line


def _text_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[list[Cell]]:
    """Yield the records of a text; a sep= line is row 1, a record with line breaks is one row."""
    lines = _Lines(io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=""))
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(iter(lines), delimiter=delimiter)
    number = line = spanned = 0
    try:
        for number, record in enumerate(reader, start=1):
            spanned, line = reader.line_num - line, reader.line_num
            if spanned > _MAX_LINES_IN_FIELD:
                refuse("quotes_unbalanced", row=number)
            if number == 1 and record and record[0].lower().startswith("sep="):
                yield [""]
                continue
            yield cast("list[Cell]", record)
    except csv.Error:
        refuse("quotes_unbalanced", row=number + 1)
    if lines.quotes % 2 and spanned > 1:
        refuse("quotes_unbalanced", row=number)
