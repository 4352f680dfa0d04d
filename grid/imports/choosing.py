"""Which sheet of a file holds the list: every candidate with its rows, and a guess."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from grid.imports.chains import parts, read_chain
from grid.imports.headings import Header, HeadingIndex, find_header
from grid.imports.lists import Context, ListSpec
from grid.imports.mapping import SavedMapping
from grid.imports.messages import refuse
from grid.imports.reading import Table, chain_of, read
from grid.imports.required import LIKE_A_LIST
from grid.imports.results import Cell, SheetInfo

HEAD_ROWS = 30
MAX_BLANKS = 2000  # blank rows in a row after which the rest of a sheet is taken as formatting
_OTHER = re.compile(
    "说明|须知|要求|注意|字典|代码|编码|选项|下拉|参数|数据源|示例|样例|样表|模板|目录|汇总|统计|合计"
)


@dataclass(slots=True)
class Found:
    """A table with its first rows read and its header found."""

    table: Table
    head: list[list[Cell]]
    header: Header

    @property
    def is_other(self) -> bool:
        """Whether the sheet's name says that it is no list: an explanation, a dictionary, a sum."""
        return _OTHER.search(self.table.sheet) is not None

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """How likely this is the list: by name, by headings, by rows below them, by fields."""
        below = self.head[max(self.header.rows, default=-1) + 1 :]
        fields = len(self.header.fields)
        filled = any(cell != "" for row in below for cell in row)
        return not self.is_other, fields >= LIKE_A_LIST, filled, fields


def choose(
    data: bytes,
    spec: ListSpec,
    context: Context,
    sheet: str = "",
    mapping: SavedMapping | None = None,
) -> tuple[Found, list[str]]:
    """Return the table that is likeliest the list, and the names of the others that look alike.

    Raises `UnreadableFileError` for a file without any header row.
    """
    pasted = _chain(data, spec, context)
    if pasted is not None:
        return pasted, []
    best: Found | None = None
    alike: list[str] = []
    for found in _candidates(data, spec, sheet, mapping):
        if len(found.header.fields) >= LIKE_A_LIST and not found.is_other:
            alike.append(found.table.sheet)
        if best is None or found.rank > best.rank:
            best = found
    if best is None:
        example = "、".join(field.headings[0] for field in spec.fields if field.required)
        refuse("header_not_found", rows=HEAD_ROWS, example=example)
    return best, [name for name in alike if name != best.table.sheet]


def _chain(data: bytes, spec: ListSpec, context: Context) -> Found | None:
    """Return a pasted sign-up chain as a table whose header is the list's own."""
    found = chain_of(data)
    if found is None:
        return None
    encoding, text = found
    told = read_chain(text, spec, context)
    table = Table(encoding, "", iter(told.rows), kinds=told.kinds, notes=told.notes)
    return Found(table, [], told.header)


def _candidates(
    data: bytes, spec: ListSpec, sheet: str, mapping: SavedMapping | None
) -> Iterator[Found]:
    index = HeadingIndex(spec, mapping)
    for table in read(data, sheet=sheet):
        head = list(islice(table.rows, HEAD_ROWS))
        header = find_header(head, table.merges, index)
        if header is not None:
            yield Found(table, head, header)


def sheets(data: bytes, spec: ListSpec, mapping: SavedMapping | None = None) -> list[SheetInfo]:
    """Return every worksheet of a file in its order, hidden ones last; a text file is one sheet.

    Raises `UnreadableFileError` where the file cannot be read. The rows of a text are counted by
    reading them once.
    """
    pasted = chain_of(data)
    if pasted is not None:
        entries = sum(part.kind == "data" for part in parts(pasted[1]))
        return [SheetInfo("", entries, len(spec.fields), "list", guess=True)]
    index = HeadingIndex(spec, mapping)
    infos: list[SheetInfo] = []
    best: tuple[tuple[bool, bool, bool, int], int] | None = None
    hidden: tuple[tuple[str, int], ...] = ()
    for table in read(data):
        head = list(islice(table.rows, HEAD_ROWS))
        header = find_header(head, table.merges, index)
        found = Found(table, head, header) if header else None
        if found and (best is None or found.rank > best[0]):
            best = found.rank, len(infos)
        infos.append(_info(table, head, found))
        hidden = table.hidden_sheets
    if best:
        place = best[1]
        told = infos[place]
        infos[place] = SheetInfo(told.name, told.rows, told.fields, told.looks_like, guess=True)
    return infos + [SheetInfo(name, rows, 0, "hidden") for name, rows in hidden]


def _filled(rows: Iterable[list[Cell]]) -> int:
    """Count the rows that hold something, as far as the list goes."""
    filled = blanks = 0
    for row in rows:
        blanks = 0 if any(row) else blanks + 1
        filled += not blanks
        if blanks > MAX_BLANKS:
            break
    return filled


def _info(table: Table, head: list[list[Cell]], found: Found | None) -> SheetInfo:
    rows = table.filled
    if rows is None:
        rows = _filled(chain(head, table.rows))
    fields = len(found.header.fields) if found else 0
    is_list = found is not None and not found.is_other and fields >= LIKE_A_LIST
    return SheetInfo(table.sheet, rows, fields, "list" if is_list else "other")
