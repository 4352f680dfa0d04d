"""Reading a risk list from the rows of a table, as ministries and sites hand them out. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grid.imports.headings import Header, HeadingIndex, find_header
from grid.imports.messages import text as sentence
from grid.imports.reading import Table, read
from grid.imports.results import Cell, UnreadableFileError
from grid.imports.text import as_text, clean, is_nothing
from returnees.choices import Aspect
from returnees.risk_lists.reading import (
    MOST_LINES,
    Reading,
    UnreadableListError,
    aspects_in,
    cut,
)
from returnees.risk_lists.words import TABLE, RiskLine, mark_of

_HEAD = 30  # rows within which a header is looked for
_INDEX = HeadingIndex(TABLE)
_PLACES = ("province", "city", "county", "area")
_DAY = re.compile(r"(?:(\d{4})\D{0,2})?(\d{1,2})\D(\d{1,2})\D?(?:[ T日].*)?|(\d{4})(\d{2})(\d{2})")
_TOTAL = re.compile(r"(?:合计|总计|小计|共计|填表人|备注|注|说明|数据来源|来源)[:：]?.*")


@dataclass(slots=True)
class _Rows:
    """The rows of one table below its header."""

    columns: dict[str, int]
    wanted: date
    section: str = ""  # the level of a title or of a row that states nothing else
    above: dict[str, str] = field(default_factory=dict)
    lines: list[RiskLine] = field(default_factory=list)
    days: set[date] = field(default_factory=set)
    passed_over: int = 0

    def take(self, number: int, cells: list[Cell]) -> None:
        texts = [clean(as_text(cell)) for cell in cells]
        values = {
            key: "" if place >= len(texts) or is_nothing(texts[place]) else texts[place]
            for key, place in self.columns.items()
        }
        alone = [text for text in texts if text]
        if len(set(alone)) == 1 and (mark := mark_of(alone[0].split("（")[0])):
            self.section = mark
        elif any(values[key] for key in _PLACES if key in values):
            self._line(number, self._carried(values))

    def _carried(self, values: dict[str, str]) -> dict[str, str]:
        """Fill what stands empty before the first place of a row from the row above."""
        carried = dict(values)
        for key in _PLACES:
            if key not in carried:
                continue
            if carried[key]:
                break
            carried[key] = self.above.get(key, "")
        if not carried.get("level") and "level" in carried and not carried.get("flag"):
            carried["level"] = self.above.get("level", "")
        self.above = carried
        return carried

    def _line(self, number: int, values: dict[str, str]) -> None:
        named = [values[key] for key in _PLACES if values.get(key)]
        if len(named) == 1 and _TOTAL.fullmatch(named[0]):
            return
        counts = self._counts(values)
        if counts is False:
            self.passed_over += 1
            return
        if len(self.lines) >= MOST_LINES:
            raise UnreadableListError(_("A list may hold 20,000 areas; split this one."))
        path = tuple(values.get(key, "") for key in _PLACES)
        text = cut(" ".join(dict.fromkeys(part for part in path if part)))
        for mark in self._marks(values):
            self.lines.append(RiskLine(number, mark, text, path, doubt=counts is None))

    def _marks(self, values: dict[str, str]) -> list[str]:
        """Return what the row states: a level, flags, or "" where neither can be read."""
        cells = [values[key] for key in ("level", "flag") if values.get(key)]
        words = [word for cell in cells for word in re.split(r"[、,，;；/\s]+", cell) if word]
        marks = list(dict.fromkeys(mark_of(word) for word in words))
        return marks or [self.section]

    def _counts(self, values: dict[str, str]) -> bool | None:
        """Say whether the row is of the wanted day; None where its date cannot be read."""
        if "day" in values:
            found = day_of(values["day"], self.wanted)
            if found is not None:
                self.days.add(found)
            return None if found is None else found == self.wanted
        if "first" not in values:
            return True
        first = day_of(values["first"], self.wanted)
        last = day_of(values["last"], self.wanted) if values.get("last") else self.wanted
        if first is None or last is None:
            return None
        self.days |= {first, last}
        return first <= self.wanted <= last


def day_of(text: str, wanted: date) -> date | None:
    """Return the day a cell states, the year taken from the wanted day where it is left out."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (
        (found[1], found[2], found[3]) if found[2] else (found[4], found[5], found[6])
    )
    try:
        return date(int(year or wanted.year), int(month), int(day))
    except ValueError:
        return None


def read_table(content: bytes, day: date) -> Reading:
    """Return the lines of a file that are of a day; UnreadableListError with what to do."""
    try:
        found = [rows for table in read(content) if (rows := _table(table, day)) is not None]
    except UnreadableFileError as error:
        raise UnreadableListError(sentence(error.problem, get_language() or "zh")) from error
    if not found:
        raise UnreadableListError(
            _(
                "No row of headings was found; a risk list needs a row with headings such as "
                "风险等级, 省份, 城市, 区县, 社区, or paste the notice as text."
            )
        )
    lines = [line for rows in found for line in rows.lines]
    if not lines:
        raise UnreadableListError(_no_line(found, day))
    aspects = aspects_in(line.mark for line in lines)
    if any("level" in rows.columns for rows in found):
        aspects |= {Aspect.LEVEL.value}
    return Reading(lines, aspects, passed_over=sum(rows.passed_over for rows in found))


def _table(table: Table, day: date) -> _Rows | None:
    rows = iter(table.rows)
    head = list(islice(rows, _HEAD))
    header = find_header(head, table.merges, _INDEX)
    if header is None or not header.fields & set(_PLACES):
        return None
    reader = _Rows(_columns(header), day, section=_section(head, header, table.sheet))
    for number, cells in _numbered(head, rows, header):
        reader.take(number, cells)
    return reader


def _columns(header: Header) -> dict[str, int]:
    return {column.field: column.index for column in header.columns if column.field}


def _section(head: list[list[Cell]], header: Header, sheet: str) -> str:
    """Return the level that the sheet's name or a title above the header states, if one does."""
    titles = [clean(as_text(cell)) for row in head[: header.rows[0]] for cell in row]
    for text in (*reversed(titles), sheet):
        levels = set(re.findall(r"([高中低])风险", text))
        if len(levels) == 1 and not re.search(r"中.?高风险|高.?中风险", text):
            return mark_of(levels.pop())
    return ""


def _numbered(
    head: list[list[Cell]], rows: Iterator[list[Cell]], header: Header
) -> Iterator[tuple[int, list[Cell]]]:
    below = header.rows[-1] + 1
    yield from enumerate(head[below:], start=below + 1)
    yield from enumerate(rows, start=len(head) + 1)


def _no_line(found: list[_Rows], day: date) -> str:
    days = sorted({one for rows in found for one in rows.days})
    if not days:
        return _("The file has headings but no row that names a place; choose the list itself.")
    return _(
        "The file has no row of %(day)s; its rows are of %(first)s to %(last)s. Choose one of "
        "these days."
    ) % {"day": day, "first": days[0], "last": days[-1]}
