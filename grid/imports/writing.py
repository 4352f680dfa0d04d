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

from grid.imports.cells import like_a_formula, plain, safe
from grid.imports.looking import CHUNK, column_number
from grid.imports.quoting import with_quoted_style
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
    from that column on in an extended row is replaced. Texts are kept from being formulas, also
    when somebody edits them.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        wanted = sheet_parts(old)[sheet]
        quoted = with_quoted_style(old)
        style = quoted.style if quoted else None
        for info in old.infolist():
            target = zipfile.ZipInfo(info.filename, info.date_time)
            target.compress_type = zipfile.ZIP_DEFLATED
            with old.open(info) as source, new.open(target, "w", force_zip64=True) as copy:
                if quoted and info.filename == quoted.part:
                    copy.write(quoted.content)
                elif info.filename != wanted:
                    shutil.copyfileobj(source, copy, CHUNK)
                else:
                    chunks = iter(lambda: source.read(CHUNK), b"")
                    for piece in _extended(chunks, _Rows(first, cells_of, style)):
                        copy.write(piece)
    return out.getvalue()


def _extended(chunks: Iterator[bytes], rows: "_Rows") -> Iterator[bytes]:
    """Yield a sheet's XML with its rows extended."""
    rest = b""
    for chunk in chunks:
        rest = _DIMENSION.sub(b"", rest + chunk) if rows.number == 0 else rest + chunk
        cut = max(rest.rfind(b"</row>") + 6, rest.rfind(b":row>") + 5)
        if cut > 5:
            yield _ROW.sub(rows.extend, rest[:cut])
            rest = rest[cut:]
    yield _ROW.sub(rows.extend, rest)


class _Rows:
    """Extends rows one after the other; a row without a number follows the one before it.

    `quoted` is the style of texts that look like formulas; a workbook without styles has none, and
    they get an apostrophe in front.
    """

    def __init__(self, first: int, cells_of: Cells, quoted: int | None) -> None:
        self.first = first
        self.cells_of = cells_of
        self.quoted = quoted
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
        style = b""
        if self.quoted is None:
            text = safe(text)
        elif like_a_formula(text := plain(text)):
            style = b' s="%d"' % self.quoted
        inner = b'<%st xml:space="preserve">%s</%st>' % (prefix, escape(text).encode(), prefix)
        return b'<%sc r="%s"%s t="inlineStr"><%sis>%s</%sis></%sc>' % (
            (prefix, where, style, prefix, inner, prefix, prefix)
        )
