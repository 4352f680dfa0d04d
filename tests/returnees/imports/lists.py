"""Checking, committing and reading lists of returnees in tests."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.models import ImportBatch
from tests.cast import TOWN
from tests.factories.lists import HEADINGS, Line, a_list


def check(*lines: Line, place: str = TOWN, **more: Any) -> ImportBatch:
    """Check a list of these lines for a place, given by nobody."""
    given = {"content": a_list(*lines), "file_name": "名单.csv", "place_code": place, "by": None}
    return check_file(**{**given, **more})


def commit(*lines: Line, by: Any = None, **more: Any) -> ImportBatch:
    """Check and commit a list of these lines."""
    return commit_batch(batch=check(*lines, **more), by=by)


def commit_file(content: bytes, *, by: Any = None, place: str = TOWN, **more: Any) -> ImportBatch:
    """Check and commit a file as it is."""
    batch = check_file(content=content, file_name="名单", place_code=place, by=by, **more)
    return commit_batch(batch=batch, by=by)


def actions(batch: ImportBatch) -> list[str]:
    """Return what becomes of each row, in their order."""
    return list(batch.rows.filter(kind="data").order_by("number").values_list("action", flat=True))


def codes(batch: ImportBatch, number: int = 2) -> set[str]:
    """Return the codes of what is said about a row; the first stands in row 2."""
    return {one["code"] for one in batch.rows.get(number=number).problems}


def as_workbook(*lines: Line) -> bytes:
    """Return the same list as a workbook."""
    book = Workbook()
    book.active.append(HEADINGS)
    for line in lines:
        book.active.append([line.get(heading, "") for heading in HEADINGS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
