"""The answer to a list: the file as it came with what became of each row, and what is wrong."""

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grid.batches.files import content_of
from grid.batches.kinds import ListKind
from grid.batches.registry import kind_of
from grid.batches.summary import row_problems
from grid.choices import BatchState, RowAction
from grid.imports.answers import Answer, AnswerFile, annotate, problem_table
from grid.models import ImportBatch, ImportRow

CHUNK = 1000
PLANNED = (BatchState.CHECKING, BatchState.CHECKED, BatchState.DISCARDED)


def answer_file(batch: ImportBatch) -> AnswerFile:
    """Return the file of a batch with our columns added: result, reason, cadre, class.

    Raises Refused where the file was not kept. Holds one short text for each row.
    """
    kind = kind_of(batch.list_name)
    answers = dict(_answers(batch, kind))
    return annotate(
        content_of(batch),
        answers,
        header_rows=batch.understood.get("header_rows") or (1,),
        sheet=batch.understood.get("sheet") or "",
    )


def problems(
    batch: ImportBatch, kind: Literal["xlsx", "csv"] = "xlsx", lang: str | None = None
) -> bytes:
    """Return a table of everything to be mended or decided: row, heading, code, sentence."""
    lang = lang or get_language() or "zh"
    return problem_table(problem_lines(batch, lang), kind, lang)


def problem_lines(batch: ImportBatch, lang: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield (row number, heading, code, sentence) of every error, question and warning."""
    for row in _rows(batch).exclude(problems=[]).iterator(chunk_size=CHUNK):
        for one in row_problems(row, lang):
            if one.severity != "note":
                yield str(row.number), one.column, one.code, one.message


def _rows(batch: ImportBatch) -> "QuerySet[ImportRow]":
    return batch.rows.filter(kind="data").defer("raw", "before").order_by("number")


def _answers(batch: ImportBatch, kind: ListKind) -> Iterator[tuple[int, Answer]]:
    """Yield what became of each row, a constant number of queries for each thousand."""
    rows = _rows(batch).iterator(chunk_size=CHUNK)
    while part := list(islice(rows, CHUNK)):
        responsible, category = kind.responsible(part), kind.category(part)
        for row in part:
            yield (
                row.number,
                Answer(
                    result=_result(row, batch),
                    reason=" ".join(one.message for one in row_problems(row)),
                    responsible=responsible.get(row.number, ""),
                    category=category.get(row.number, ""),
                ),
            )


def _result(row: ImportRow, batch: ImportBatch) -> str:
    """Return what became of a row, or would become of it, in a word or two."""
    if row.undone:
        return _("Taken back")
    planned = batch.state in PLANNED
    words = {
        RowAction.CREATE: _("Would be created") if planned else _("Created"),
        RowAction.UPDATE: _("Would be updated") if planned else _("Updated"),
        RowAction.UNCHANGED: _("Unchanged"),
        RowAction.ASK: _("Waiting for a decision"),
        RowAction.REFUSE: _("Not importable"),
        RowAction.SKIP: _("Left out"),
    }
    if not planned and not row.done and row.action in (RowAction.CREATE, RowAction.UPDATE):
        return _("Not imported yet")
    return words[RowAction(row.action)]
