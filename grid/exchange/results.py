"""What became of a file: rows numbered as the spreadsheet does, changes shown side by side."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.safestring import SafeString
from import_export.resources import Diff
from import_export.results import Result, RowResult

SHOWN = 200  # rows of a preview; the rest is counted


class NumberedResult(Result):  # type: ignore[misc]  # import_export has no types
    """The headings are row 1, so that the first row of data is row 2."""

    def append_invalid_row(self, number: int, row: Any, validation_error: ValidationError) -> None:
        super().append_invalid_row(number + 1, row, validation_error)

    def row_errors(self) -> list[tuple[int, Any]]:
        """Return (row number, errors) of every row that failed."""
        return [(row.number + 1, row.errors) for row in self.error_rows]

    def valid_rows(self) -> list[Any]:
        """Return the rows to be shown: those that change something first, not all of them."""
        rows: list[Any] = super().valid_rows()
        rows.sort(key=lambda row: row.import_type == RowResult.IMPORT_TYPE_SKIP)
        return rows[:SHOWN]

    @property
    def hidden(self) -> int:
        """How many rows a preview leaves out."""
        valid: int = sum(row.is_valid() for row in self.rows)
        return max(0, valid - SHOWN)


class PlainDiff(Diff):  # type: ignore[misc]
    """Shows a changed cell as it was and as it will be.

    Stock compares letter by letter, which takes more time than the import itself.
    """

    def as_html(self) -> "PlainDiff":
        """Return what gives the cells: they are made for the rows that a page shows."""
        return self

    def __iter__(self) -> Iterator[SafeString]:
        """Yield each cell of the row."""
        for was, is_now in zip(self.left, self.right, strict=False):
            yield self._cell(was, is_now)

    def _cell(self, was: Any, is_now: Any) -> SafeString:
        was, is_now = force_str(was), force_str(is_now)
        if was == is_now:
            return format_html("<span>{}</span>", is_now)
        if self.new or not was:
            return format_html("<ins>{}</ins>", is_now)
        return format_html("<del>{}</del> <ins>{}</ins>", was, is_now)
