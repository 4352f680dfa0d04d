"""From the bytes of a file to rows of cells, bounded in memory whatever the file claims."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from grid.imports import workbook
from grid.imports.cells import FORMULA_STARTS
from grid.imports.chains import MAX_CHAIN, is_chain
from grid.imports.messages import refuse
from grid.imports.results import Cell, Problem
from grid.imports.sniffing import (
    delimiter_of,
    encoding_of,
    is_workbook,
    refuse_other_kinds,
    sep_of,
)

MAX_BYTES = 100 << 20
_MAX_FIELD = 32_768  # what a cell of Excel holds
_MAX_LINES_IN_RECORD = 60
_MAX_LINE = 1 << 20  # characters
_MAX_COLUMNS = 16_384  # what a sheet of Excel holds


@dataclass(slots=True)
class Table:
    """One sheet as rows of cells; row n (from 1) of the sheet is the n-th that `rows` yields.

    `merges` are ranges (first row, first column, last row, last column), all from 0. `filled` is
    the number of rows that hold something, None where it takes reading them to know;
    `hidden_sheets` are the sheets left out, with theirs. A sign-up chain brings the kinds of its
    rows and, by row from 0, what is to be asked about them.
    """

    encoding: str
    sheet: str
    rows: Iterator[list[Cell]]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    epoch_1904: bool = False
    problems: list[Problem] = field(default_factory=list)
    filled: int | None = None
    hidden_sheets: tuple[tuple[str, int], ...] = ()
    kinds: Sequence[str] = ()
    notes: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)


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


def chain_of(data: bytes) -> tuple[str, str] | None:
    """Return (encoding, text) of a file that is a sign-up chain pasted as text, else None.

    Raises `UnreadableFileError` like `read`.
    """
    if len(data) > 4 * MAX_CHAIN or is_workbook(data):
        return None
    refuse_other_kinds(data)
    encoding = encoding_of(data)
    text = data.decode(encoding).removeprefix("\ufeff")
    return (encoding, text) if len(text) <= MAX_CHAIN and is_chain(text) else None


def _sheet_table(found: workbook.Sheet) -> Table:
    return Table(
        "xlsx",
        found.name,
        found.rows(),
        found.merges,
        found.hidden_rows,
        found.epoch_1904,
        list(found.problems),
        found.filled,
        found.hidden_sheets,
    )


def _text_table(data: bytes) -> Table:
    encoding = encoding_of(data)
    return Table(encoding, "", _text_rows(data, encoding, delimiter_of(_head(data, encoding))))


def _head(data: bytes, encoding: str) -> str:
    return data[:65536].decode(encoding, errors="ignore").removeprefix("\ufeff")


def delimiter(data: bytes) -> str:
    """Return what separates the cells of a text file."""
    return delimiter_of(_head(data, encoding_of(data)))


def declared_delimiter(data: bytes) -> str:
    """Return the delimiter a text file declares in a sep= line, "" where it has none."""
    return sep_of(_head(data, encoding_of(data)))


class _Lines:
    """The lines of a text, each of bounded length, its quotation marks counted on the way.

    `record` counts the records the reader has made so far, `begun` the lines of the one it is at.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self.stream = stream
        self.quotes = 0
        self.record = 0
        self.begun = 0
        self.guarded = False

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(_MAX_LINE + 1):
            if len(line) > _MAX_LINE:
                refuse("line_too_long", row=self.record + 1)
            self.begun += 1
            if self.begun > _MAX_LINES_IN_RECORD:
                refuse("quotes_unbalanced", row=self.record + 1)
            if '"' in line:
                self.quotes += line.count('"')
            if "'" in line or "\t" in line:
                self.guarded = True
            yield line


def _text_rows(data: bytes, encoding: str, delimiter: str) -> Iterator[list[Cell]]:
    """Yield the records of a text; a sep= line is row 1, a record with line breaks is one row."""
    lines = _Lines(io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=""))
    csv.field_size_limit(_MAX_FIELD)
    spanned = 0
    try:
        for record in csv.reader(iter(lines), delimiter=delimiter):
            lines.record += 1
            spanned, lines.begun = lines.begun, 0
            if len(record) > _MAX_COLUMNS:
                refuse("line_too_long", row=lines.record)
            if lines.record == 1 and record and record[0].lower().startswith("sep="):
                yield [""]
                continue
            if lines.guarded:
                record, lines.guarded = [_bare(cell) for cell in record], False
            yield cast("list[Cell]", record)
    except csv.Error:
        refuse("quotes_unbalanced", row=lines.record + 1)
    if lines.quotes % 2 and spanned > 1:
        refuse("quotes_unbalanced", row=lines.record)


def _bare(cell: str) -> str:
    """Return a cell without what keeps spreadsheets from taking it for a formula or a number.

    That is an apostrophe in front, or a tab behind a long number.
    """
    if cell[-1:] == "\t" and cell[:-2].isdigit():
        cell = cell[:-1]
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell
