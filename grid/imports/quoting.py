"""Adds to the styles of a workbook the one that marks a text as quoted: no formula, ever.

A cell of that style is what Excel makes of a text typed with an apostrophe in front: the value is
the text alone, and it stays text when somebody edits it.
"""

import re
import zipfile
from dataclasses import dataclass

from grid.imports.looking import small_part

_STYLES = "/styles"  # what the relation of a workbook to its styles ends with
_FORMATS = re.compile(rb"(<((?:\w+:)?)cellXfs\b)([^>]*)(?:/>|>(.*?)</\2cellXfs>)", re.DOTALL)
_COUNT = re.compile(rb"""\s+count=["']\d*["']""")
_FORMAT = re.compile(rb"<(?:\w+:)?xf\b")
_LARGEST = 16 << 20  # bytes of styles that are looked at


@dataclass(frozen=True, slots=True)
class Quoted:
    """The styles part with the added style, and the number by which cells name it."""

    part: str
    content: bytes
    style: int


def with_quoted_style(archive: zipfile.ZipFile) -> Quoted | None:
    """Return the styles of a workbook with one more, or None where it has none to be extended."""
    part = _styles_part(archive)
    if part is None or archive.getinfo(part).file_size > _LARGEST:
        return None
    content = archive.read(part)
    found = _FORMATS.search(content)
    if found is None:
        return None
    opening, prefix, attributes, formats = found[1], found[2], found[3], found[4] or b""
    number = len(_FORMAT.findall(formats))
    added = (
        b'<%sxf numFmtId="49" fontId="0" fillId="0" borderId="0" quotePrefix="1" '
        b'applyNumberFormat="1"/>'
    ) % prefix
    whole = b'%s%s count="%d">%s%s</%scellXfs>' % (
        opening,
        _COUNT.sub(b"", attributes),
        number + 1,
        formats,
        added,
        prefix,
    )
    return Quoted(part, content[: found.start()] + whole + content[found.end() :], number)


def _styles_part(archive: zipfile.ZipFile) -> str | None:
    """Return the name of the part that holds the styles."""
    listed = {name.lower(): name for name in archive.namelist()}
    for relation in small_part(archive, "xl/_rels/workbook.xml.rels"):
        if relation.get("Type", "").endswith(_STYLES):
            target = relation.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return listed.get(part.lower())
    return None
