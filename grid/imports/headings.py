"""Which column feeds which field: the header row or rows, and whole headings looked up."""

from collections.abc import Sequence
from dataclasses import dataclass

from grid.imports.lists import Field, ListSpec, heading_forms, names_somebody_else, normal_heading
from grid.imports.messages import problem
from grid.imports.results import Cell, Column, Problem
from grid.imports.text import as_text, clean

_NAME_PARTS = frozenset(("姓名", "名字", "名称"))
_PHONE_PARTS = frozenset(("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"))
_GROUP_TAILS = ("信息", "情况")

Merges = tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its rows (from 0), its columns, and what is unclear about them."""

    rows: tuple[int, ...]
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that some column feeds."""
        return frozenset(column.field for column in self.columns if column.field)


class HeadingIndex:
    """The headings of a list, looked up whole."""

    def __init__(self, spec: ListSpec) -> None:
        self.fields = spec.by_key()
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

    def find(self, path: tuple[str, ...]) -> str | None:
        """Return the field a heading path feeds for certain, or None."""
        if len(path) < 2:
            return self._first(*path)
        group, sub = path[0], path[-1]
        explicit = self.sure.get(f"{normal_heading(group)}>{normal_heading(sub)}")
        if explicit:
            return explicit[0]
        topic = normal_heading(group)
        for tail in _GROUP_TAILS:
            topic = topic.removesuffix(tail)
        return (
            self._under_group(group, normal_heading(sub))
            or self._first(group + sub, topic + sub)
            or (None if names_somebody_else(group) else self._first(sub))
        )

    def _under_group(self, group: str, sub: str) -> str | None:
        """Return the field a group stands for where the sub-heading is one of its parts."""
        key = self._first(group)
        if key is None:
            return None
        if sub in self.fields[key].parts:
            return key
        if not names_somebody_else(group):
            return None
        if sub in _NAME_PARTS:
            return key
        return f"{key}_phone" if sub in _PHONE_PARTS and f"{key}_phone" in self.fields else None

    def maybe(self, path: tuple[str, ...]) -> list[str]:
        """Return the fields a doubtful heading may feed, in the order they are tried."""
        if not path or (len(path) > 1 and names_somebody_else(path[0])):
            return []
        return [key for form in heading_forms(path[-1]) for key in self.doubtful.get(form, ())]


def find_header(head: Sequence[list[Cell]], merges: Merges, index: HeadingIndex) -> Header | None:
    """Return the header among the first rows: the row, or pair of rows, that feeds most fields."""
    texts = [[clean(as_text(cell)) for cell in row] for row in head]
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


def _paths(row: list[str], below: list[str], number: int, merges: Merges) -> list[tuple[str, ...]]:
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
    paths: list[tuple[str, ...]] = []
    group = ""
    for column in range(width):
        if upper[column]:
            group = upper[column] if lower[column] else ""
        above = upper[column] or covered.get(column, "") or (group if lower[column] else "")
        paths.append(tuple(dict.fromkeys(part for part in (above, lower[column]) if part)))
    return paths


def _map(paths: list[tuple[str, ...]], rows: tuple[int, ...], index: HeadingIndex) -> Header:
    """Give every column its field; the first of two columns for one field wins."""
    found: list[str | None] = [index.find(path) for path in paths]
    problems: list[Problem] = []
    taken: set[str] = set()
    for place, key in enumerate(found):
        if key in taken and not index.fields[key].joins:
            problems.append(problem("/".join(paths[place]), "column_duplicate"))
            found[place] = None
        elif key:
            taken.add(key)
    for place, path in enumerate(paths):
        if found[place] is None:
            found[place] = key = next((k for k in index.maybe(path) if k not in taken), None)
            if key:
                taken.add(key)
                first = index.fields[key].headings[0]
                problems.append(problem("/".join(path), "column_ambiguous", field=first))
    columns = tuple(
        Column(place, path, key) for place, (path, key) in enumerate(zip(paths, found, strict=True))
    )
    problems += _unknown(columns, problems)
    return Header(rows, columns, tuple(problems))


def _unknown(columns: tuple[Column, ...], problems: list[Problem]) -> list[Problem]:
    told = {found.column for found in problems}
    return [
        problem(column.label, "column_unknown")
        for column in columns
        if column.path and column.field is None and column.label not in told
    ]
