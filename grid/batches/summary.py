"""The figures of a batch, and what its rows have to say."""

from typing import Any

from django.db.models import Count, Q

from grid.batches.repeats import SAME
from grid.batches.sentences import RowProblem, shown
from grid.choices import RowAction
from grid.models import ImportBatch, ImportRow

FIGURES = {
    "created": RowAction.CREATE,
    "updated": RowAction.UPDATE,
    "unchanged": RowAction.UNCHANGED,
    "waiting": RowAction.ASK,
    "invalid": RowAction.REFUSE,
    "skipped": RowAction.SKIP,
}


def summary_of(batch: ImportBatch) -> dict[str, Any]:
    """Return the figures of the contract, counted from the rows as they stand; one query."""
    data = batch.rows.filter(kind="data").order_by()
    found: dict[str, int] = {}
    duplicates = 0
    rows = data.values_list("action").annotate(
        number=Count("pk"), again=Count("pk", filter=Q(duplicate__in=SAME))
    )
    for action, number, again in rows:
        found[action] = number
        duplicates += again
    figures = {name: found.get(action, 0) for name, action in FIGURES.items()}
    return {
        "rows": sum(found.values()),
        **figures,
        "duplicates": duplicates,
        "batch": str(batch.pk),
    }


def row_problems(row: ImportRow, lang: str | None = None) -> list[RowProblem]:
    """Return a row's problems with their sentences (column, code, severity, message)."""
    params = (row.values or {}).get("_params") or [{} for _one in row.problems]
    return shown(row.problems, params, lang)
