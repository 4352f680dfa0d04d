"""What the XLSX parser does not show, by one streaming pass over the parts of a workbook.

Which rows are hidden, which formulas carry no value, how many rows hold something and how far the
cells reach; and a stop at parts that unpack to more than the parser should hold.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from xml.etree import ElementTree  # nosec B405

from grid.imports.messages import refuse

CHUNK = 1 << 20
MAX_SHEET = 400 << 20  # bytes of an unpacked sheet; 100,000 rows of 25 columns are about 150 MB
MAX_PART = 120 << 20  # bytes of any other part: shared texts, styles
MAX_CELLS = 12_000_000  # the parser holds the rectangle around the cells that hold something
_MAX_TEXTS = 3_000_000
_FREE_PART = 20 << 20  # below this no ratio is asked for
_MAX_RATIO = 200  # tables of text shrink to a tenth or twentieth, bombs to a thousandth
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"""\br=["'](\d{1,9})["']""")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']|\bht=["']0(?:\.0*)?["']""")
_VALUE_END = (b"</v>", b"</t>", b":v>", b":t>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_PLACED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Za-z]{1,9})(\d{1,9})["'][^>]*(?<!/)>""")
_FAR_COLUMN = re.compile(rb"""\br=["']([A-Za-z]{2,9})\d""")
_BARE_FORMULA = re.compile(rb"</(?:\w+:)?f>\s*(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>")
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*\bt=["']e["']""")


@dataclass(slots=True)
class Look:
    """What a pass over a sheet tells; `hidden` are the numbers of hidden rows that hold something.

    `filled` counts the rows that hold something, `last` is the number of the last of them,
    `width` bounds the columns from above; `unplaced` says that some cells have no reference.
    """

    hidden: set[int] = field(default_factory=set)
    bare_formulas: int = 0
    error_cells: int = 0
    filled: int = 0
    last: int = 0
    width: int = 26
    unplaced: bool = False
    _number: int = 0
    _is_hidden: bool = False
    _has_value: bool = False
    _cells: int = 0  # in the row at hand, counted only where some have no reference

    def take(self, chunk: bytes) -> None:
        """Take note of the next piece of a sheet's XML, which ends between two tags."""
        self.bare_formulas += len(_BARE_FORMULA.findall(chunk)) if b"f>" in chunk else 0
        self.error_cells += len(_ERROR_CELL.findall(chunk))
        for letters in set(_FAR_COLUMN.findall(chunk)):
            self.width = max(self.width, column_number(letters))
        unplaced = len(_CELL.findall(chunk)) != len(_PLACED.findall(chunk))
        start = 0
        for row in _ROW.finditer(chunk):
            self._within(chunk, start, row.start(), unplaced=unplaced)
            self._begin(row[1])
            start = row.end()
        self._within(chunk, start, len(chunk), unplaced=unplaced)

    def _begin(self, attributes: bytes) -> None:
        number = _ROW_NUMBER.search(attributes)
        self._number = int(number[1]) if number else self._number + 1
        self._is_hidden = _HIDDEN.search(attributes) is not None
        self._has_value = False
        self._cells = 0

    def _within(self, chunk: bytes, start: int, end: int, *, unplaced: bool) -> None:
        """Take note of what stands between two row tags."""
        if unplaced:
            self.unplaced = True
            self._cells += len(_CELL.findall(chunk, start, end))
            self.width = max(self.width, self._cells)
        if self._has_value or all(chunk.find(tag, start, end) < 0 for tag in _VALUE_END):
            return
        self._has_value = True
        self.filled += 1
        self.last = max(self.last, self._number)
        if self._is_hidden:
            self.hidden.add(self._number)


def column_number(letters: bytes) -> int:
    """Return the number (A = 1) of a column's letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def look(archive: zipfile.ZipFile, part: str) -> Look:
    """Stream a sheet once; refuse it where its cells span more than the parser should hold."""
    found = Look()
    for chunk in chunks(archive, part, MAX_SHEET):
        found.take(chunk)
    if found.last * found.width > MAX_CELLS:
        if found.unplaced:
            refuse("sheet_too_wide", row=found.last, last_column=found.width)
        _refuse_huge_rectangle(archive, part)
    return found


def _refuse_huge_rectangle(archive: zipfile.ZipFile, part: str) -> None:
    """Refuse a sheet whose filled cells span more than the parser should hold."""
    rows = columns = 1
    for chunk in chunks(archive, part, MAX_SHEET):
        for letters, number in _FILLED.findall(chunk):
            rows = max(rows, int(number))
            columns = max(columns, column_number(letters))
        if rows * columns > MAX_CELLS:
            refuse("sheet_too_wide", row=rows, last_column=columns)


def chunks(archive: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    """Yield a part in pieces that end between tags; stop a part that explodes."""
    packed = max(archive.getinfo(name).compress_size, 1)
    unpacked = 0
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            unpacked += len(chunk)
            too_dense = unpacked > _FREE_PART and unpacked > packed * _MAX_RATIO
            if unpacked > most or too_dense:
                refuse("workbook_too_large")
            chunk = rest + chunk
            cut = max(chunk.rfind(b"</c>") + 4, chunk.rfind(b":c>") + 3, chunk.rfind(b"<row"))
            if cut < 4 or len(chunk) - cut > CHUNK:
                cut = max(chunk.rfind(b"<"), 0) or len(chunk)
            rest = chunk[cut:]
            yield chunk[:cut]
    yield rest


def bound_other_parts(archive: zipfile.ZipFile, seen: set[str]) -> None:
    """Unpack once, keeping nothing, the parts the parser will hold whole (shared texts, styles)."""
    for name in archive.namelist():
        if name in seen or not name.lower().endswith((".xml", ".rels")):
            continue
        texts = 0
        for chunk in chunks(archive, name, MAX_PART):
            texts += chunk.count(b"<si")
            if texts > _MAX_TEXTS:
                refuse("workbook_too_large")


def small_part(archive: zipfile.ZipFile, name: str) -> Any:
    """Parse a part that is small by nature; a document type, the carrier of bombs, is refused."""
    with archive.open(name) as part:
        content = part.read(CHUNK)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        refuse("workbook_damaged")
    return cast("Any", ElementTree.fromstring(content))  # noqa: S314 # nosec B314
