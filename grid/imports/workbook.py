"""XLSX: cells by calamine, bounds and what calamine does not show by a look at the parts."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast
from xml.etree import ElementTree  # nosec B405

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from grid.imports.looking import Look, bound_other_parts, look, small_part
from grid.imports.messages import problem, refuse
from grid.imports.results import Cell, Problem

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT_NS = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_LIST_FILES = (".csv", ".xls", ".xlsx", ".txt", ".et")
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet, parsed; `filled` counts the rows that hold something.

    `hidden_sheets` are the names of the sheets left out, with the rows they hold.
    """

    name: str
    hidden_rows: frozenset[int]
    epoch_1904: bool
    problems: tuple[Problem, ...]
    filled: int
    hidden_sheets: tuple[tuple[str, int], ...]
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
            yield pad + cast("list[Cell]", row) if pad else cast("list[Cell]", row)


@dataclass(frozen=True, slots=True)
class _Names:
    """The worksheets of a workbook by name, in their order."""

    visible: tuple[str, ...]
    hidden: tuple[str, ...]


def sheets(data: bytes, *, wanted: str = "") -> Iterator[Sheet]:
    """Yield the visible worksheets, each parsed when its turn comes.

    Hidden sheets are left out and named. Raises `UnreadableFileError` for what is damaged,
    encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = sheet_parts(archive)
            epoch_1904 = _is_1904(archive)
            looks = {name: look(archive, part) for name, part in parts.items()}
            bound_other_parts(archive, set(parts.values()))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = _names(book)
        for name in _wanted(names, wanted):
            yield _sheet(book, name, looks, names, epoch_1904=epoch_1904)
    except _DAMAGED:
        refuse("workbook_damaged")
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the parser's own, not an Exception
            refuse("workbook_damaged")
        raise


def _names(book: Any) -> _Names:
    worksheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    shown = [meta.visible == SheetVisibleEnum.Visible for meta in worksheets]
    return _Names(
        tuple(meta.name for meta, is_shown in zip(worksheets, shown, strict=True) if is_shown),
        tuple(meta.name for meta, is_shown in zip(worksheets, shown, strict=True) if not is_shown),
    )


def _wanted(names: _Names, wanted: str) -> tuple[str, ...]:
    if wanted and wanted not in names.visible:
        refuse("sheet_missing", sheet=wanted, sheets="、".join(names.visible))
    return (wanted,) if wanted else names.visible


def _sheet(
    book: Any, name: str, looks: dict[str, Look], names: _Names, *, epoch_1904: bool
) -> Sheet:
    problems = []
    seen = looks.get(name, Look())
    if names.hidden:
        problems.append(problem("", "sheets_hidden", sheets="、".join(names.hidden)))
    if seen.hidden:
        problems.append(problem("", "rows_hidden", rows=len(seen.hidden)))
    if seen.bare_formulas:
        problems.append(problem("", "formulas_without_values", cells=seen.bare_formulas))
    if seen.error_cells:
        problems.append(problem("", "cells_in_error", cells=seen.error_cells))
    grid = book.get_sheet_by_name(name)
    return Sheet(
        name,
        frozenset(seen.hidden),
        epoch_1904,
        tuple(problems),
        seen.filled,
        tuple((other, looks[other].filled if other in looks else 0) for other in names.hidden),
        grid,
    )


def _elements(root: Any, tag: str) -> Iterator[Any]:
    return chain(root.iter(f"{_NS}{tag}"), root.iter(f"{_STRICT_NS}{tag}"))


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by its name, through the workbook's relations."""
    listed = archive.namelist()
    names = {name.lower(): name for name in listed}
    if len(names) < len(listed):  # two parts of one name: who reads which is anybody's guess
        refuse("workbook_damaged")
    if "xl/workbook.xml" not in listed:
        what = "OpenDocument/Word/其他文件" if "xl/workbook.bin" not in names else ".xlsb"
        inside = [name for name in listed if name.lower().endswith(_LIST_FILES)]
        if inside:
            refuse("file_archive", names="、".join(inside[:3]))
        refuse("file_not_a_list", what=what)
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in small_part(archive, "xl/_rels/workbook.xml.rels")
    }
    parts: dict[str, str] = {}
    for sheet in _elements(small_part(archive, "xl/workbook.xml"), "sheet"):
        target = targets.get(sheet.get(_REL) or sheet.get(_STRICT_REL), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found = names.get(part.lower())
        if found and "worksheets/" in part:
            parts[sheet.get("name", "")] = found
    return parts


def _is_1904(archive: zipfile.ZipFile) -> bool:
    for settings in _elements(small_part(archive, "xl/workbook.xml"), "workbookPr"):
        return settings.get("date1904") in ("1", "true")
    return False
