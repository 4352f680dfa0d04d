"""A row in the making: what stands in its cells by field, and what has been made of it."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from grid.imports.lists import Context, Field, ListSpec
from grid.imports.mapping import value_key
from grid.imports.messages import problem
from grid.imports.results import Cell, Column, Problem
from grid.imports.text import is_nothing

T = TypeVar("T")
NO_VALUES: Mapping[str, Mapping[str, str]] = {}


class Layout:
    """Where the fields of a list stand in the columns of one file, and under which headings.

    `settled` gives by field what further texts stand for (see `SavedMapping.values`).
    """

    def __init__(
        self,
        spec: ListSpec,
        columns: tuple[Column, ...],
        *,
        epoch_1904: bool,
        settled: Mapping[str, Mapping[str, str]] = NO_VALUES,
    ) -> None:
        self.epoch_1904 = epoch_1904
        self.settled = settled
        self.places: dict[str, list[int]] = {}
        self.labels: dict[str, str] = {}
        for column in columns:
            if column.field:
                self.places.setdefault(column.field, []).append(column.index)
                self.labels.setdefault(column.field, column.label)
        self.width = len(columns)
        self.first = {key: at[0] for key, at in self.places.items()}
        self.single = {key: at[0] for key, at in self.places.items() if len(at) == 1}
        self.joined = {key for key, at in self.places.items() if len(at) > 1}
        # The parts of an address make one word, other texts stay apart.
        self.between = {field.key: "" if field.kind == "origin" else " " for field in spec.fields}
        self.keys_of: dict[str, list[str]] = {}
        for field in spec.fields:
            self.keys_of.setdefault(field.kind, []).append(field.key)
        self.key_of = {kind: keys[0] for kind, keys in self.keys_of.items()}
        self.read_as = {
            kind: next((key for key in keys if key in self.places), "")
            for kind, keys in self.keys_of.items()
        }

    def widened(self, cells: list[T]) -> list[T]:
        """Return a row that reaches over all columns."""
        missing = self.width - len(cells)
        return cells if missing <= 0 else [*cells, *cast("list[T]", [""] * missing)]

    def column_of(self, kind: str) -> int:
        """Return the column of the first field of a kind, or -1."""
        return next((self.first[k] for k in self.keys_of.get(kind, ()) if k in self.first), -1)


class Draft:
    """One row while it is cleaned. Checks across fields read `values` and call `add`.

    `cells` are those of the file, `row` their cleaned texts; both reach over all columns.
    """

    __slots__ = ("cells", "context", "layout", "problems", "row", "values")

    def __init__(self, layout: Layout, context: Context, cells: list[Cell], row: list[str]) -> None:
        self.layout = layout
        self.context = context
        self.cells = cells
        self.row = row
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def add(self, key: str, code: str, **params: Any) -> None:
        """Add a problem about a field, under the heading it has in the file."""
        self.problems.append(problem(self.layout.labels.get(key, ""), code, **params))

    def has(self, code: str) -> bool:
        """Say whether a problem of this code was found."""
        return any(found.code == code for found in self.problems)

    def text(self, field: Field) -> str:
        """Return the cleaned text of a field, empty where the file has no such column."""
        place = self.layout.single.get(field.key)
        return self.text_at(field.key) if place is None else self.row[place]

    def text_at(self, key: str) -> str:
        """Return the cleaned text of a field by key; several columns of one field are joined."""
        layout = self.layout
        place = layout.single.get(key)
        if place is not None:
            return self.row[place]
        parts = [self.row[place] for place in layout.places.get(key, ())]
        return layout.between[key].join(part for part in parts if not is_nothing(part))

    def settled(self, field: Field, *texts: str) -> str | None:
        """Return what people have settled that the texts of a field stand for, or None."""
        known = self.layout.settled.get(field.key)
        return known.get(value_key(*texts)) if known else None

    def cell(self, field: Field) -> Cell:
        """Return the typed cell of a field's first column."""
        place = self.layout.first.get(field.key, -1)
        return self.cells[place] if place >= 0 else ""

    def raw(self, key: str) -> str:
        """Return the text of a field's first column as it stands, line breaks included."""
        place = self.layout.first.get(key, -1)
        if place < 0:
            return ""
        cell = self.cells[place]
        return cell if isinstance(cell, str) else self.row[place]

    def text_of(self, kind: str) -> str:
        """Return the text of the first field of a kind that the file has, or nothing."""
        key = self.layout.read_as.get(kind)
        return self.text_at(key) if key else ""

    def key_of(self, kind: str) -> str:
        """Return the key of the first field of a kind."""
        return self.layout.key_of.get(kind, "")
