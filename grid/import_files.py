"""The file of an import: its sheets to choose from, its answer, and its problems as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grid.batches.kinds import ListKind
from grid.import_rows import told
from grid.models import ImportBatch
from grid.tables import Table

SHOWN = ("error", "warning", "question")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A sheet of the file: what it is called, what is in it, and whether it is the one read."""

    name: str
    rows: int
    fields: int
    looks_like: str
    is_read: bool


def sheet_lines(batch: ImportBatch, told_sheets: list[dict[str, Any]] | None) -> list[SheetLine]:
    """Return the sheets of the file, the one that was read marked; none where reading failed."""
    read = batch.understood.get("sheet", "") if batch.checked_at else None
    return [
        SheetLine(
            name=one["name"],
            rows=one["rows"],
            fields=one["fields"],
            looks_like=one["looks_like"],
            is_read=one["name"] == read,
        )
        for one in told_sheets or ()
    ]


def problem_table(batch: ImportBatch, kind: ListKind) -> Table:
    """Return what is to be mended or decided, row by row, for whoever keeps the list."""
    headings = [_("Row"), _("Name"), _("Column"), _("Fault"), _("What to do"), _("Code")]
    return Table(title=_("Problems"), headings=headings, rows=_problem_rows(batch))


def _problem_rows(batch: ImportBatch) -> Iterator[list[Any]]:
    severities = {"error": _("error"), "warning": _("warning"), "question": _("question")}
    rows = batch.rows.filter(kind="data").exclude(problems=[]).order_by("number")
    for row in rows.iterator(chunk_size=1000):
        name = str((row.values or {}).get("name") or "")
        for one in told(row):
            if one.severity in SHOWN:
                yield [
                    row.number,
                    name,
                    one.column,
                    severities[one.severity],
                    one.message,
                    one.code,
                ]
