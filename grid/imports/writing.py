"""Adds columns to a sheet of a workbook, leaving everything else in it as it is.

The sheet's XML is streamed and rows are extended as they pass, so that a workbook of 100,000 rows
costs no more memory than a piece of it.
"""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape  # nosec B406

from openpyxl.utils import get_column_letter

from grid.imports.cells import safe
from grid.imports.looking import CHUNK, column_number
from grid.imports.workbook import sheet_parts

Cells = Callable[[int], "tuple[str, ...] | None"]
_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
_NUMBER = re.compile(rb"""\br=["'](\d{1,9})["']""")
_SPANS = re.compile(rb"""\s+spans=["'][^"']*["']""")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?(?:/>|></(?:\w+:)?dimension>)")
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Za-z]{1,3})\d""")


def add_columns(content: bytes, sheet: str, first: int, cells_of: Cells) -> bytes:
    """Return the workbook with text cells from column `first` (0 = A) on in a sheet's rows.

    `cells_of` gives the texts for a row number, None for a row that stays as it is. What stood
    from that column on in an extended row is replaced. Texts are kept from being formulas.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        wanted = sheet_parts(old)[sheet]
        for info in old.infolist():
            target = zipfile.ZipInfo(info.filename, info.date_time)
            target.compress_type = zipfile.ZIP_DEFLATED
            with old.open(info) as source, new.open(target, "w", force_zip64=True) as copy:
                if info.filename != wanted:
                    shutil.copyfileobj(source, copy, CHUNK)
                    continue
                for piece in _extended(iter(lambda: source.read(CHUNK), b""), first, cells_of):
                    copy.write(piece)
    return out.getvalue()


def _extended(chunks: Iterator[bytes], first: int, cells_of: Cells) -> Iterator[bytes]:
    """Yield a sheet's XML with its rows extended."""
    rows = _Rows(first, cells_of)
    rest = b""
    for chunk in chunks:
        rest = _DIMENSION.sub(b"", rest + chunk) if rows.number == 0 else rest + chunk
        cut = max(rest.rfind(b"</row>") + 6, rest.rfind(b":row>") + 5)
        if cut > 5:
            yield _ROW.sub(rows.extend, rest[:cut])
            rest = rest[cut:]
    yield _ROW.sub(rows.extend, rest)


class _Rows:
    """Extends rows one after the other; a row without a number follows the one before it."""

    def __init__(self, first: int, cells_of: Cells) -> None:
        self.first = first
        self.cells_of = cells_of
        self.number = 0

    def extend(self, row: re.Match[bytes]) -> bytes:
        prefix, attributes, content = row[1], row[2], row[3] or b""
        number = _NUMBER.search(attributes)
        self.number = int(number[1]) if number else self.number + 1
        texts = self.cells_of(self.number)
        if texts is None:
            return row[0]
        return b"<%srow%s>%s%s</%srow>" % (
            prefix,
            _SPANS.sub(b"", attributes),
            content[: self._end(content)],
            b"".join(self._cell(prefix, place, text) for place, text in enumerate(texts)),
            prefix,
        )

    def _end(self, content: bytes) -> int:
        """Return where the cells end that stand before our first column."""
        for cell in _CELL.finditer(content):
            if column_number(cell[1]) > self.first:
                return cell.start()
        return len(content)

    def _cell(self, prefix: bytes, place: int, text: str) -> bytes:
        where = f"{get_column_letter(self.first + place + 1)}{self.number}".encode()
        shown = escape(safe(text)).encode()
        inner = b'<%st xml:space="preserve">%s</%st>' % (prefix, shown, prefix)
        return b'<%sc r="%s" t="inlineStr"><%sis>%s</%sis></%sc>' % (
            (prefix, where, prefix, inner, prefix, prefix)
        )
