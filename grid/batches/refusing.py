"""What a commit is refused for before it begins; nothing is written then."""

from django.utils.translation import gettext as _

from grid.batches.mappings import missing_columns, open_questions
from grid.batches.registry import kind_of
from grid.batches.running import BatchRefusedError
from grid.choices import RowAction
from grid.models import ImportBatch

OPEN = (RowAction.ASK, RowAction.REFUSE)


class QuestionsOpenError(BatchRefusedError):
    """A column still asks which field it feeds, and nobody has said "as understood"."""


class BarredError(BatchRefusedError):
    """Nothing of the list could be written now: what it needs is not there."""


def refuse_open(batch: ImportBatch, *, as_understood: bool) -> None:
    """Refuse a list whose columns ask which field they feed, unless taken as understood."""
    if sentence := missing_columns(batch):  # understood as nothing: there is nothing to accept
        raise QuestionsOpenError(sentence)
    if open_questions(batch) and not as_understood:
        raise QuestionsOpenError(
            _("First settle which field each column feeds, or take them as understood.")
        )


def refuse_barred(batch: ImportBatch) -> None:
    """Refuse a list of which nothing could be written now, with the sentence of its kind."""
    if sentence := kind_of(batch.list_name).bar(batch):
        raise BarredError(sentence)


def refuse_unless_whole(batch: ImportBatch) -> None:
    """Refuse a list that is all or nothing as long as a row asks or is bad."""
    rows = batch.rows.filter(kind="data", action__in=OPEN).order_by("number")
    numbers = list(rows.values_list("number", flat=True)[:5])
    if numbers:
        raise BatchRefusedError(
            _("All or nothing: %(count)s rows ask or cannot be imported (rows %(numbers)s …).")
            % {"count": rows.count(), "numbers": ", ".join(map(str, numbers))}
        )
