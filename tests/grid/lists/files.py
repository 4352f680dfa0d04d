"""Files of the foundation's lists, from headings and lines."""

from collections.abc import Sequence
from typing import Any

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.models import ImportBatch, ImportRow, User


def csv_of(headings: str, *lines: str) -> bytes:
    """Return a CSV as Chinese Excel writes it."""
    return "\r\n".join([headings, *lines]).encode("gb18030")


def checked(kind: str, content: bytes, *, by: User, place: str, **words: Any) -> ImportBatch:
    """Return the batch of a checked list."""
    return check_file(
        content=content, file_name="台账.csv", place_code=place, by=by, list_name=kind, **words
    )


def committed(kind: str, content: bytes, *, by: User, place: str, **words: Any) -> ImportBatch:
    """Return the batch of a list that was checked and committed."""
    batch = checked(kind, content, by=by, place=place, **words)
    commit_batch(batch=batch, by=by)
    batch.refresh_from_db()
    return batch


def rows(batch: ImportBatch) -> list[ImportRow]:
    """Return the data rows of a batch."""
    return list(batch.rows.filter(kind="data").order_by("number"))


def actions(batch: ImportBatch) -> list[str]:
    """Return what was or will be done with each data row."""
    return [str(row.action) for row in rows(batch)]


def codes(row: ImportRow) -> set[str]:
    """Return the codes of what there is to say about a row, but that its township was not named."""
    return {one["code"] for one in row.problems} - {"township_inferred"}


def figures(batch: ImportBatch, *names: str) -> Sequence[int]:
    """Return figures of a summary."""
    return [batch.summary[name] for name in names]
