"""A row in the making: what stands in its cells by field, and what has been made of it."""

from collections.abc import Mapping
from typing import Any

from grid.imports.lists import Context, Field, ListSpec
from grid.imports.mapping import value_key
from grid.imports.messages import problem
from grid.imports.results import Cell, Column, Problem
from grid.imports.text import is_nothing

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
        self.single = [(key, at[0]) for key, at in self.places.items() if len(at) == 1]
        self.joined = [(key, at) for key, at in self.places.items() if len(at) > 1]
        self.keys_of: dict[str, list[str]] = {}
        for field in spec.fields:
            self.keys_of.setdefault(field.kind, []).append(field.key)

    def column_of(self, kind: str) -> int:
        """Return the column of the first field of a kind, or -1."""
        return next((self.first[k] for k in self.keys_of.get(kind, ()) if k in self.first), -1)

    def texts_by_field(self, texts: list[str]) -> dict[str, str]:
        """Lay the texts of a row out by field; several columns of one field are joined."""
        if len(texts) < self.width:
            texts = texts + [""] * (self.width - len(texts))
        found = {key: texts[place] for key, place in self.single}
        for key, places in self.joined:
            parts = [texts[place] for place in places]
            found[key] = "".join(part for part in parts if not is_nothing(part))
        return found


class Draft:
    """One row while it is cleaned. Checks across fields read `values` and call `add`."""

    __slots__ = ("cells", "context", "layout", "problems", "texts", "values")

    def __init__(
        self, layout: Layout, context: Context, cells: list[Cell], texts: dict[str, str]
    ) -> None:
        self.layout = layout
        self.context = context
        self.cells = cells
        self.texts = texts
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
        return self.texts.get(field.key, "")

    def settled(self, field: Field, *texts: str) -> str | None:
        """Return what people have settled that the texts of a field stand for, or None."""
        known = self.layout.settled.get(field.key)
        return known.get(value_key(*texts)) if known else None

    def cell(self, field: Field) -> Cell:
        """Return the typed cell of a field's first column."""
        place = self.layout.first.get(field.key, -1)
        return self.cells[place] if 0 <= place < len(self.cells) else ""

    def raw(self, key: str) -> str:
        """Return the text of a field's first column as it stands, line breaks included."""
        place = self.layout.first.get(key, -1)
        cell = self.cells[place] if 0 <= place < len(self.cells) else ""
        return cell if isinstance(cell, str) else self.texts.get(key, "")

    def text_of(self, kind: str) -> str:
        """Return the text of the first field of a kind that the file has, or nothing."""
        for key in self.layout.keys_of.get(kind, ()):
            if key in self.texts:
                return self.texts[key]
        return ""

    def key_of(self, kind: str) -> str:
        """Return the key of the first field of a kind."""
        return self.layout.keys_of.get(kind, [""])[0]
