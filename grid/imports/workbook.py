"""XLSX: cells by calamine, bounds and what calamine does not show by a look at the parts.

The sheet's XML is streamed once before it is parsed: it tells hidden rows, formulas without a
stored value and how far the cells reach, and stops at parts that unpack to far too much.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from xml.etree import ElementTree  # nosec B405

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from grid.imports.messages import problem, refuse
from grid.imports.results import Cell, Problem

MAX_PART = 400 << 20  # bytes of one unpacked part; 100,000 rows of 25 columns are about 150 MB
_FREE_PART = 20 << 20  # below this no ratio is asked for
_MAX_RATIO = 200  # tables of text shrink to a tenth or twentieth, bombs to a thousandth
_MAX_CELLS = 40_000_000  # calamine holds the rectangle around the cells that hold something
_CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_FAR_COLUMNS = (
    (re.compile(rb'r="[A-Z]{3}[0-9]'), 1 << 14),
    (re.compile(rb'r="[A-Z]{2}[0-9]'), 26 * 27),
)
_BARE_FORMULA = re.compile(rb"</(?:\w+:)?f>\s*(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>")
_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*\bt="e"')
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DAMAGED = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    LookupError,
    RuntimeError,
    OSError,
    ValueError,
    EOFError,
)
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet, parsed."""

    name: str
    hidden_rows: frozenset[int]
    epoch_1904: bool
    problems: tuple[Problem, ...]
    grid: Any

    @property
    def merges(self) -> tuple[tuple[int, int, int, int], ...]:
        """Return the merged ranges as (first row, first column, last row, last column)."""
        ranges = self.grid.merged_cell_ranges or ()
        return tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)

    def rows(self) -> Iterator[list[Cell]]:
        """Yield every row from the first of the sheet on, blank ones included."""
        # The parser leaves out blank columns on the left, not blank rows above.
        pad: list[Cell] = [""] * (self.grid.start or (0, 0))[1]
        for row in self.grid.iter_rows():
            yield pad + cast("list[Cell]", row)


def sheets(data: bytes, *, wanted: str = "") -> Iterator[Sheet]:
    """Yield the visible worksheets, each parsed when its turn comes.

    Raises `UnreadableFileError` for what is damaged, encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _sheet_parts(archive)
            epoch_1904 = _is_1904(archive)
            looks = {name: _look(archive, part) for name, part in parts.items()}
            _bound_other_parts(archive, set(parts.values()))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in _visible_names(book, wanted):
            yield _sheet(book, name, looks.get(name, _Look()), epoch_1904=epoch_1904)
    except _DAMAGED:
        refuse("workbook_damaged")
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the parser's own, not an Exception
            refuse("workbook_damaged")
        raise


def _visible_names(book: Any, wanted: str) -> list[str]:
    names = [
        meta.name
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
    ]
    if wanted and wanted not in names:
        refuse("sheet_missing", sheet=wanted, sheets="、".join(names))
    return [wanted] if wanted else names


@dataclass(slots=True)
class _Look:
    """What one pass over a sheet's XML tells."""

    hidden: frozenset[int] = frozenset()
    bare_formulas: int = 0
    error_cells: int = 0


def _sheet(book: Any, name: str, look: _Look, *, epoch_1904: bool) -> Sheet:
    problems = []
    if look.bare_formulas:
        problems.append(problem("", "formulas_without_values", cells=look.bare_formulas))
    if look.error_cells:
        problems.append(problem("", "cells_in_error", cells=look.error_cells))
    grid = book.get_sheet_by_name(name)
    return Sheet(name, look.hidden, epoch_1904, tuple(problems), grid)


def _small_part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """Parse a part that is small by nature; a document type, the carrier of bombs, is refused."""
    with archive.open(name) as part:
        content = part.read(_CHUNK)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        refuse("workbook_damaged")
    return ElementTree.fromstring(content)  # noqa: S314 # nosec B314


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by its name, through the workbook's relations."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        what = "OpenDocument/Word/其他文件" if "xl/workbook.bin" not in names else ".xlsb"
        refuse("file_not_a_list", what=what)
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _small_part(archive, "xl/_rels/workbook.xml.rels")
    }
    parts: dict[str, str] = {}
    for sheet in _small_part(archive, "xl/workbook.xml").iter(f"{_NS}sheet"):
        target = targets.get(sheet.get(_REL), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names and "worksheets/" in part:
            parts[sheet.get("name", "")] = part
    return parts


def _is_1904(archive: zipfile.ZipFile) -> bool:
    for settings in _small_part(archive, "xl/workbook.xml").iter(f"{_NS}workbookPr"):
        return settings.get("date1904") in ("1", "true")
    return False


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a part in chunks that end between cells; stop a part that explodes."""
    packed = max(archive.getinfo(name).compress_size, 1)
    unpacked = 0
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            unpacked += len(chunk)
            too_dense = unpacked > _FREE_PART and unpacked > packed * _MAX_RATIO
            if unpacked > MAX_PART or too_dense:
                refuse("workbook_too_large")
            chunk = rest + chunk
            cut = max(chunk.rfind(b"</c>") + 4, chunk.rfind(b"<row"), chunk.rfind(b"<c "))
            if cut < 4 or len(chunk) - cut > _CHUNK:
                cut = len(chunk)
            rest = chunk[cut:]
            yield chunk[:cut]
    yield rest


def _bound_other_parts(archive: zipfile.ZipFile, seen: set[str]) -> None:
    """Unpack once, keeping nothing, the parts the parser will hold whole (shared texts, styles)."""
    for info in archive.infolist():
        if info.filename not in seen and info.filename.endswith((".xml", ".rels")):
            for _chunk in _chunks(archive, info.filename):
                pass


def _look(archive: zipfile.ZipFile, part: str) -> _Look:
    """Stream a sheet once: hidden rows, bare formulas, error cells; refuse a huge rectangle."""
    hidden: set[int] = set()
    bare = errors = last_row = 0
    columns = 26
    for chunk in _chunks(archive, part):
        for row in _ROW.finditer(chunk):
            number = _ROW_NUMBER.search(row[1])
            last_row = max(last_row, int(number[1]) if number else 0)
            if number and _HIDDEN.search(row[1]):
                hidden.add(int(number[1]))
        bare += len(_BARE_FORMULA.findall(chunk)) if b"</f>" in chunk else 0
        errors += len(_ERROR_CELL.findall(chunk)) if b't="e"' in chunk else 0
        columns = max(columns, _columns_in(chunk))
    if last_row * columns > _MAX_CELLS:
        _refuse_huge_rectangle(archive, part)
    return _Look(frozenset(hidden), bare, errors)


def _columns_in(chunk: bytes) -> int:
    """Return how many columns there may be at most, by the longest letters of a cell."""
    for letters, columns in _FAR_COLUMNS:
        if letters.search(chunk):
            return columns
    return 26


def _refuse_huge_rectangle(archive: zipfile.ZipFile, part: str) -> None:
    """Refuse a sheet whose filled cells span more than the parser should hold."""
    rows = columns = 0
    for chunk in _chunks(archive, part):
        for letters, number in _FILLED.findall(chunk):
            rows = max(rows, int(number))
            columns = max(columns, _column(letters))
        if rows * columns > _MAX_CELLS:
            refuse("workbook_too_large")


def _column(letters: bytes) -> int:
    """Return the number (A = 1) of a column's letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
