"""Rows that wait: what somebody decides about them, and imports that are given up."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import BatchState, RowAction
from grid.errors import Refused
from grid.models import ImportBatch, ImportRow, Place, User
from returnees.importing import summary_of
from returnees.services.imports import BatchRefusedError, apply_rows, frame_of

DECISIONS = (RowAction.CREATE, RowAction.UPDATE, RowAction.SKIP)


class RowRefusedError(Refused):
    """The row does not wait for a decision, or the decision does not fit it."""


@transaction.atomic
def decide(
    *, row: ImportRow, action: str, by: User | None, values: Mapping[str, Any] | None = None
) -> ImportRow:
    """Decide a waiting row: import it (create, update) or leave it out (skip).

    `values` answer what it asked, by field key (`dest_code`, `origin_code`). In a committed import
    the row is written at once; in a checked one it goes with the commit.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=row.batch_id)
    row = batch.rows.select_for_update(of=("self",)).get(pk=row.pk)
    if row.action != RowAction.ASK or batch.state not in (
        BatchState.CHECKED,
        BatchState.COMMITTED,
    ):
        raise RowRefusedError(_("Row %(number)s waits for no decision.") % {"number": row.number})
    if action not in DECISIONS:
        raise RowRefusedError(_("Choose whether the row is imported or left out."))
    with acting(by=by, why="decide row", batch=str(batch.pk)):
        row.values = {**row.values, **_answers(row, action, values or {})}
        row.decided = row.action = RowAction(action)
        row.save(update_fields=["values", "decided", "action"])
        if batch.state == BatchState.COMMITTED and action != RowAction.SKIP:
            apply_rows(batch, [row], frame_of(batch, timezone.now()), by=by)
        batch.summary = summary_of(batch)
        batch.save(update_fields=["summary"])
    return row


def _answers(row: ImportRow, action: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers, or refuse: an import needs a village and every place must be known."""
    answers = {key: values[key] for key in ("dest_code", "origin_code") if values.get(key)}
    if action == RowAction.SKIP:
        return answers
    known = set(Place.objects.filter(code__in=answers.values()).values_list("code", flat=True))
    if unknown := set(answers.values()) - known:
        raise RowRefusedError(_("Place %(code)s is not known.") % {"code": sorted(unknown)[0]})
    village = answers.get("dest_code") or row.values.get("dest_code")
    if not village or not village.startswith(row.batch.place_id):
        raise RowRefusedError(
            _("Choose the village of row %(number)s, one of %(place)s.")
            % {"number": row.number, "place": row.batch.place.name}
        )
    return answers


@transaction.atomic
def discard(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Give a checked import up; its rows are deleted, the batch says that it was there."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != BatchState.CHECKED:
        raise BatchRefusedError(
            _("This import is %(state)s; only a checked one can be discarded.")
            % {"state": batch.get_state_display()}
        )
    with acting(by=by, why="discard import"):
        batch.rows.all().delete()
        batch.state = BatchState.DISCARDED
        batch.save(update_fields=["state"])
    return batch
