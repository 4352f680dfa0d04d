"""Decisions about rows, kept while the file is read another way.

They stand with the file, sealed. A decision holds as long as its row says the same (number and raw
content), is about the same subject, and asks nothing new; else it lapses, and the row asks again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from grid.batches.kinds import ListKind
from grid.batches.records import plain
from grid.bulk import update_in
from grid.choices import RowAction
from grid.errors import Refused
from grid.models import ImportBatch, ImportFile, ImportRow

CHUNK = 1000
DECIDED_FIELDS = ("values", "village", "decided", "action")


def settle(
    row: ImportRow, action: str, answers: Mapping[str, Any], kind: ListKind, batch: ImportBatch
) -> None:
    """Put a decision into a row, not saved yet (DECIDED_FIELDS); Refused where it does not fit."""
    if action != RowAction.SKIP:
        row.values = {**(row.values or {}), **kind.answered(plain(row), answers, batch)}
        row.village = kind.village(row.values)
    row.decided = row.action = RowAction(action)


def remember(
    batch: ImportBatch, rows: Sequence[ImportRow], action: str, answers: Mapping[str, Any]
) -> None:
    """Keep a decision about rows with the file; the batch is locked by the caller."""
    told = {str(row.number): {"action": action, "answers": dict(answers)} for row in rows}
    _write(batch, {**_read(batch), **told})


def set_aside(batch: ImportBatch) -> None:
    """Note what the decided rows are and ask, before they are deleted and made anew."""
    kept = _read(batch)
    if not kept:
        return
    for row in batch.rows.exclude(decided="").defer("before").iterator(chunk_size=CHUNK):
        if str(row.number) in kept:
            kept[str(row.number)] |= {"row": _row(row), "asked": _asked(row)}
    _write(batch, kept)


def put_back(batch: ImportBatch, kind: ListKind) -> dict[str, int]:
    """Decide rows made anew as they were decided before, where that still holds.

    Returns how many decisions were kept and how many lapsed, nothing where there were none; what
    lapsed is forgotten.
    """
    before = _read(batch)
    if not before:
        return {}
    kept: dict[str, Any] = {}
    for rows in _asking(batch, [int(number) for number in before]):
        settled = [row for row in rows if _again(row, before[str(row.number)], kind, batch)]
        update_in(settled, DECIDED_FIELDS)
        kept |= {str(row.number): before[str(row.number)] for row in settled}
    _write(batch, kept)
    return {"decisions_kept": len(kept), "decisions_lapsed": len(before) - len(kept)}


def _again(row: ImportRow, decision: Mapping[str, Any], kind: ListKind, batch: ImportBatch) -> bool:
    """Decide a row as it was decided before; False where that no longer fits."""
    asked = _asked(row)
    if decision.get("row") != _row(row) or not all(one in decision["asked"] for one in asked):
        return False
    try:
        settle(row, decision["action"], decision["answers"], kind, batch)
    except Refused:
        return False
    return True


def _asking(batch: ImportBatch, numbers: Sequence[int]) -> Iterator[list[ImportRow]]:
    """Yield those of the rows that ask, a thousand at a time."""
    left = iter(sorted(numbers))
    while part := list(islice(left, CHUNK)):
        yield list(batch.rows.filter(number__in=part, action=RowAction.ASK).defer("before"))


def _row(row: ImportRow) -> list[Any]:
    """Return what tells a row: the digest of its cells, and whom or what it is about."""
    cells = json.dumps(row.raw, sort_keys=True, ensure_ascii=False).encode()
    return [hashlib.blake2b(cells, digest_size=16).hexdigest(), row.person_key, row.target_key]


def _asked(row: ImportRow) -> list[list[Any]]:
    """Return what a row asks: column, code, and what fills the sentence."""
    params = (row.values or {}).get("_params") or [{} for _one in row.problems]
    return [
        [one["column"], one["code"], filling]
        for one, filling in zip(row.problems, params, strict=True)
        if one["severity"] == "question"
    ]


def _read(batch: ImportBatch) -> dict[str, Any]:
    rows = ImportFile.objects.filter(batch=batch)
    file: Any = rows.values_list("decisions", flat=True).first()
    return file or {}


def _write(batch: ImportBatch, decisions: Mapping[str, Any]) -> None:
    ImportFile.objects.filter(batch=batch).update(decisions=decisions or None)
