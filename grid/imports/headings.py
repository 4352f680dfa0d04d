"""Which column feeds which field: the header row or rows, and whole headings looked up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grid.imports.lists import Field, ListSpec, heading_forms, names_somebody_else, normal_heading
from grid.imports.mapping import Path, SavedMapping, column_keys, layout_key
from grid.imports.messages import problem
from grid.imports.results import OURS, Cell, Column, ColumnQuestion, Problem
from grid.imports.text import as_text, clean

_NAME_PARTS = frozenset(("姓名", "名字", "名称"))
_PHONE_PARTS = frozenset(("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"))
_JOINTS = re.compile(r"\s*[-—–－_＿>＞→|]+\s*")
_WIDEST = 1000  # columns among which headings are looked for
_GROUP_TAILS = ("信息", "情况")

Merges = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its rows (from 0), its columns, and what is unclear about them."""

    rows: tuple[int, ...]
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    questions: tuple[ColumnQuestion, ...] = ()

    @property
    def layout(self) -> str:
        """The digest under which a mapping for lists with these headings is kept."""
        return layout_key([column.key for column in self.columns if not column.is_ours])

    @property
    def fields(self) -> frozenset[str]:
        """The fields that some column feeds."""
        return frozenset(column.field for column in self.columns if column.field)


class HeadingIndex:
    """The headings of a list, looked up whole; what a mapping says of a column comes first."""

    def __init__(self, spec: ListSpec, mapping: SavedMapping | None = None) -> None:
        self.fields = spec.by_key()
        settled = mapping.columns.items() if mapping else ()
        self.settled = {key: to for key, to in settled if to is None or to in self.fields}
        self.sure = self._table([(field, field.headings) for field in spec.fields])
        self.doubtful = self._table([(field, field.doubtful) for field in spec.fields])

    @staticmethod
    def _table(pairs: list[tuple[Field, tuple[str, ...]]]) -> dict[str, list[str]]:
        table: dict[str, list[str]] = {}
        for field, headings in pairs:
            for heading in headings:
                key = ">".join(normal_heading(part) for part in heading.split(">"))
                table.setdefault(key, []).append(field.key)
        return table

    def _first(self, *texts: str) -> str | None:
        for text in texts:
            for form in heading_forms(text):
                if found := self.sure.get(form):
                    return found[0]
        return None

    def find(self, path: Path) -> str | None:
        """Return the field a heading path feeds for certain, or None."""
        if not path or path[-1].startswith(OURS):
            return None
        if len(path) < 2:
            return self._first(*path) or self._joined(path[0])
        return self._under(path[0], path[-1])

    def _joined(self, heading: str) -> str | None:
        """Return the field of a group and its sub-heading written in one: 返乡信息-出发地."""
        parts = [part for part in _JOINTS.split(heading) if part]
        return self._under(parts[0], parts[-1]) if len(parts) > 1 else None

    def _under(self, group: str, sub: str) -> str | None:
        """Return the field a sub-heading feeds under its group."""
        explicit = self.sure.get(f"{normal_heading(group)}>{normal_heading(sub)}")
        if explicit:
            return explicit[0]
        topic = normal_heading(group)
        for tail in _GROUP_TAILS:
            topic = topic.removesuffix(tail)
        return (
            self._under_group(group, sub)
            or self._first(group + sub, topic + sub)
            or (None if names_somebody_else(group) else self._first(sub))
        )

    def _under_group(self, group: str, sub: str) -> str | None:
        """Return the field a group stands for where the sub-heading is one of its parts."""
        key = self._first(group)
        if key is None:
            return None
        forms = frozenset(heading_forms(sub))
        if not forms.isdisjoint(self.fields[key].parts):
            return key
        if not names_somebody_else(group):
            return None
        if forms & _NAME_PARTS:
            return key
        return f"{key}_phone" if forms & _PHONE_PARTS and f"{key}_phone" in self.fields else None

    def maybe(self, path: Path) -> list[str]:
        """Return the fields a doubtful heading may feed, in the order they are tried."""
        if not path or (len(path) > 1 and names_somebody_else(path[0])):
            return []
        return [key for form in heading_forms(path[-1]) for key in self.doubtful.get(form, ())]


def find_header(head: Sequence[list[Cell]], merges: Merges, index: HeadingIndex) -> Header | None:
    """Return the header among the first rows: the row, or pair of rows, that feeds most fields."""
    texts = [[clean(as_text(cell)) for cell in row[:_WIDEST]] for row in head]
    best: Header | None = None
    for number, row in enumerate(texts):
        if not any(row):
            continue
        pair = texts[number + 1] if number + 1 < len(texts) else []
        for below in ([], pair):
            rows = (number, number + 1) if below else (number,)
            header = _map(_paths(row, below, number, merges), rows, index)
            if best is None or _rank(header) > _rank(best):
                best = header
    return best if best and len(best.fields) >= 2 else None


def _rank(header: Header) -> tuple[int, int]:
    """Prefer the header that feeds more fields, and of two alike the one of fewer rows."""
    return len(header.fields), -len(header.rows)


def _paths(row: list[str], below: list[str], number: int, merges: Merges) -> list[Path]:
    """Return the heading path of each column; group headings reach over the columns they cover."""
    width = max(len(row), len(below))
    upper = row + [""] * (width - len(row))
    lower = below + [""] * (width - len(below))
    covered = {
        column: upper[left]
        for top, left, _bottom, right in merges
        if top == number and left < width
        for column in range(left, min(right + 1, width))
    }
    paths: list[Path] = []
    group = ""
    for column in range(width):
        if upper[column]:
            group = upper[column] if lower[column] else ""
        above = upper[column] or covered.get(column, "") or (group if lower[column] else "")
        paths.append(tuple(dict.fromkeys(part for part in (above, lower[column]) if part)))
    return paths


class _Mapper:
    """Gives every column its field: settled ones first, then sure headings, then doubtful ones."""

    def __init__(self, paths: list[Path], index: HeadingIndex) -> None:
        self.paths = paths
        self.index = index
        self.keys = column_keys(paths)
        self.settled = {place for place, key in enumerate(self.keys) if key in index.settled}
        self.found: list[str | None] = [None] * len(paths)
        self.open: dict[int, tuple[Problem, tuple[str, ...]]] = {}
        self.taken: set[str] = set()

    def run(self) -> None:
        for place in sorted(self.settled):
            self._take(place, self.index.settled[self.keys[place]])
        others = [place for place in range(len(self.paths)) if place not in self.settled]
        for place in others:
            self._sure(place, self.index.find(self.paths[place]))
        for place in others:
            if self.found[place] is None:
                self._doubtful(place)

    def _take(self, place: int, key: str | None) -> None:
        self.found[place] = key
        if key:
            self.taken.add(key)

    def _sure(self, place: int, key: str | None) -> None:
        """Take a column for its field; the first of two columns for one field wins."""
        if key in self.taken and not self.index.fields[key].joins:
            by_hand = any(self.found[other] == key for other in self.settled)
            if not by_hand:
                told = problem("/".join(self.paths[place]), "column_duplicate")
                self.open[place] = (told, (*self._beside(place, key), key))
            return
        self._take(place, key)

    def _beside(self, place: int, key: str | None) -> tuple[str, ...]:
        """Return whose a second phone may be: that of whoever stands in the column before it."""
        before = self.found[place - 1] if place else None
        fields = self.index.fields
        if key is None or fields[key].kind != "phone" or f"{before}_phone" not in fields:
            return ()
        return (f"{before}_phone",)

    def _doubtful(self, place: int) -> None:
        """Take a column with several readings for a field nothing better feeds, and ask."""
        path = self.paths[place]
        readings = tuple(dict.fromkeys(self.index.maybe(path)))
        key = next((key for key in readings if key not in self.taken), None)
        if key is None:
            return
        self._take(place, key)
        first = self.index.fields[key].headings[0]
        self.open[place] = (problem("/".join(path), "column_ambiguous", field=first), readings)


def _map(paths: list[Path], rows: tuple[int, ...], index: HeadingIndex) -> Header:
    """Give every column its field, and gather what is to be asked or told about the columns."""
    mapper = _Mapper(paths, index)
    mapper.run()
    columns = tuple(
        Column(place, path, key, column_key)
        for place, (path, key, column_key) in enumerate(
            zip(paths, mapper.found, mapper.keys, strict=True)
        )
    )
    questions = tuple(
        ColumnQuestion(columns[place], told.code, readings)
        for place, (told, readings) in sorted(mapper.open.items())
    )
    problems = [told for told, _readings in mapper.open.values()]
    problems += _unknown(columns, {*mapper.open, *mapper.settled})
    return Header(rows, columns, tuple(problems), questions)


def _unknown(columns: tuple[Column, ...], told: set[int]) -> list[Problem]:
    return [
        problem(column.label, "column_unknown")
        for column in columns
        if column.path and column.field is None and column.index not in told and not column.is_ours
    ]
