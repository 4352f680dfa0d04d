"""What the import pages show: rows with their fate and reasons, and the problems as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grid.areas import short_name
from grid.batches.summary import row_problems
from grid.choices import BatchState, Level, RowAction
from grid.identity import mask_id, mask_phone
from grid.models import ImportBatch, ImportRow, Place
from grid.tables import Table

# Filter of the page -> condition on the rows; the figures of the summary lead to them.
SHOWS: dict[str, dict[str, Any]] = {
    "all": {},
    "create": {"action": RowAction.CREATE},
    "update": {"action": RowAction.UPDATE},
    "unchanged": {"action": RowAction.UNCHANGED},
    "ask": {"action": RowAction.ASK},
    "refuse": {"action": RowAction.REFUSE},
    "skip": {"action": RowAction.SKIP},
}
FIGURES = {
    "all": "rows",
    "create": "created",
    "update": "updated",
    "unchanged": "unchanged",
    "ask": "waiting",
    "refuse": "invalid",
    "skip": "skipped",
}
TONES = {"ask": "warning", "refuse": "danger"}


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of the list as people compare it with their spreadsheet."""

    row: ImportRow
    name: str
    number: str
    phone: str
    village: str
    day: str
    problems: list[Any]
    tone: str
    asks_village: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """A filter of the rows with its figure."""

    key: str
    label: str
    count: int
    tone: str


def tabs_of(batch: ImportBatch) -> list[Tab]:
    """Return the filters with the figures of the summary."""
    done = batch.state not in (BatchState.CHECKED, BatchState.DISCARDED)
    labels = {
        "all": _("Rows in all"),
        "create": _("Created") if done else _("Would be created"),
        "update": _("Updated") if done else _("Would be updated"),
        "unchanged": _("Unchanged"),
        "ask": _("Waiting for a decision"),
        "refuse": _("Not importable"),
        "skip": _("Left out"),
    }
    counts = {key: batch.summary.get(FIGURES[key], 0) for key in SHOWS}
    return [
        Tab(key, labels[key], counts[key], TONES.get(key, "") if counts[key] else "")
        for key in SHOWS
        if counts[key] or key != "skip"
    ]


def rows_of(batch: ImportBatch, show: str) -> QuerySet[ImportRow]:
    """Return the data rows that a filter shows."""
    return batch.rows.filter(kind="data", **SHOWS.get(show, {}))


def lines_of(rows: list[ImportRow]) -> list[RowLine]:
    """Return rows with their reasons in words, villages by name; one query for all."""
    codes = {code for row in rows if (code := (row.values or {}).get("dest_code"))}
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    return [line_of(row, names) for row in rows]


def line_of(row: ImportRow, names: Mapping[str, str]) -> RowLine:
    """Return a row with its reasons in words; numbers masked."""
    values, raw = row.values or {}, row.raw or {}
    severities = {problem.severity for problem in row_problems(row)}
    tone = "danger" if row.action == RowAction.REFUSE else ""
    if row.action == RowAction.ASK or (not tone and "warning" in severities):
        tone = "warning"
    return RowLine(
        row=row,
        name=values.get("name") or next(iter(raw.values()), ""),
        number=mask_id(values.get("id_number") or ""),
        phone=mask_phone(values.get("phone") or ""),
        village=short_name(names.get(values.get("dest_code") or "", "")),
        day=values.get("return_date") or "",
        problems=row_problems(row),
        tone=tone,
        asks_village=row.action == RowAction.ASK and not values.get("dest_code"),
    )


def villages_for(batch: ImportBatch, lines: list[RowLine]) -> list[tuple[str, str]]:
    """Return the villages to choose from, where a row on the page asks for its village."""
    if not any(line.asks_village for line in lines):
        return []
    rows = Place.objects.under(batch.place_id).filter(level=Level.VILLAGE, closed=False)
    return list(rows.order_by("code").values_list("code", "name"))


def problem_table(batch: ImportBatch) -> Table:
    """Return what is to be mended or decided, row by row, for whoever keeps the list."""
    headings = [_("Row"), _("Name"), _("Column"), _("Fault"), _("What to do"), _("Code")]
    return Table(title=_("Problems"), headings=headings, rows=_problem_rows(batch))


def _problem_rows(batch: ImportBatch) -> Iterator[list[Any]]:
    severities = {"error": _("error"), "warning": _("warning"), "question": _("question")}
    rows = batch.rows.filter(kind="data").exclude(problems=[]).order_by("number")
    for row in rows.iterator(chunk_size=1000):
        line = line_of(row, {})
        for problem in line.problems:
            if problem.severity in severities:
                yield [
                    row.number,
                    line.name,
                    problem.column,
                    severities[problem.severity],
                    problem.message,
                    problem.code,
                ]
