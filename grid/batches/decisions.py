"""Rows that wait: what somebody decides about them, and imports that are given up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.framing import frame_of
from grid.batches.keeping import DECIDED_FIELDS, remember, settle
from grid.batches.registry import kind_of
from grid.batches.running import CHUNK, BatchRefusedError, locked
from grid.batches.summary import summary_of
from grid.batches.writing import Writer
from grid.bulk import update_in
from grid.choices import BatchState, RowAction
from grid.errors import Refused
from grid.models import ImportBatch, ImportFile, ImportRow, User

DECISIONS = (RowAction.CREATE, RowAction.UPDATE, RowAction.SKIP)
DECIDABLE = (BatchState.CHECKED, BatchState.COMMITTED)
GIVEN_UP = (BatchState.CHECKED, BatchState.FAILED, BatchState.CANCELLED)


class RowRefusedError(Refused):
    """The row does not wait for a decision, or the decision does not fit it."""


def decide(
    *, row: ImportRow, action: str, by: User | None, values: Mapping[str, Any] | None = None
) -> ImportRow:
    """Decide a waiting row: import it (create, update) or leave it out (skip).

    `values` answer what it asked, by field key, as far as the list lets a decision fill them
    (`ListKind.decides`). In a committed import the row is written at once; in a checked one it goes
    with the commit.
    """
    rows = _decide(row.batch, [row.number], action, values or {}, by=by)
    return rows[0]


def decide_many(
    *, batch: ImportBatch, numbers: Sequence[int], action: str, by: User | None
) -> list[ImportRow]:
    """Decide several waiting rows in the same way, all or none; 1,000 at most."""
    if len(numbers) > CHUNK:
        raise RowRefusedError(_("Decide at most %(most)s rows at once.") % {"most": CHUNK})
    return _decide(batch, numbers, action, {}, by=by)


@transaction.atomic
def _decide(
    batch: ImportBatch,
    numbers: Sequence[int],
    action: str,
    values: Mapping[str, Any],
    *,
    by: User | None,
) -> list[ImportRow]:
    batch = locked(batch)
    found = batch.rows.select_for_update(of=("self",)).filter(number__in=numbers)
    rows = list(found.defer("raw").order_by("number"))
    _refuse_undecidable(batch, rows, numbers, action)
    kind = kind_of(batch.list_name)
    answers = {key: values[key] for key in kind.decides if values.get(key)}
    with acting(by=by, why="decide row", batch=str(batch.pk)):
        for row in rows:
            settle(row, action, answers, kind, batch)
        update_in(rows, DECIDED_FIELDS)
        if batch.state == BatchState.CHECKED:
            remember(batch, rows, action, answers)
        if batch.state == BatchState.COMMITTED and action != RowAction.SKIP:
            Writer(batch, kind, frame_of(batch, timezone.now()), by).apply(rows)
        batch.summary = {**batch.summary, **summary_of(batch)}
        batch.save(update_fields=["summary"])
        if batch.state == BatchState.COMMITTED and action != RowAction.SKIP:
            kind.after(batch, by=by)
    return rows


def _refuse_undecidable(
    batch: ImportBatch, rows: Sequence[ImportRow], numbers: Sequence[int], action: str
) -> None:
    waiting = {row.number for row in rows if row.action == RowAction.ASK}
    others = set(numbers) - waiting
    if others or batch.state not in DECIDABLE:
        raise RowRefusedError(
            _("Row %(number)s waits for no decision.") % {"number": min(others or numbers)}
        )
    if action not in DECISIONS:
        raise RowRefusedError(_("Choose whether the row is imported or left out."))


@transaction.atomic
def discard(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Give up an import of which nothing was written; its rows and its file are deleted.

    The batch says that it was there.
    """
    batch = locked(batch)
    if batch.state not in GIVEN_UP or batch.rows.filter(done=True).exists():
        raise BatchRefusedError(
            _("This import is %(state)s; only a checked one can be discarded.")
            % {"state": batch.get_state_display()}
        )
    with acting(by=by, why="discard import"):
        batch.rows.all().delete()
        ImportFile.objects.filter(batch=batch).delete()
        batch.state = BatchState.DISCARDED
        batch.save(update_fields=["state"])
    return batch
