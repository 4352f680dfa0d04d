"""Several rows of one list about one subject: the later ones update the earlier.

Against what the portal knows, such rows count as one, the later values over the earlier: otherwise
a list imported again would first take its own update back and then repeat it.
"""

from collections.abc import Mapping, Sequence

from grid.batches.kinds import Book, Frame, Judged, ListKind, Values
from grid.batches.records import plain
from grid.batches.sentences import problem
from grid.batches.writing import say
from grid.bulk import update_in
from grid.choices import RowAction
from grid.models import ImportBatch, ImportRow

PART = 500  # subjects settled with one book


def settle_groups(
    batch: ImportBatch, links: Mapping[int, Sequence[int]], kind: ListKind, frame: Frame
) -> None:
    """Give rows that update earlier rows of the batch, and those they update, their actions.

    `links` maps the number of a row to the rows that update it; an update may be updated itself.
    """
    groups = _groups(links)
    for start in range(0, len(groups), PART):
        part = groups[start : start + PART]
        numbers = [number for group in part for number in group]
        found = batch.rows.filter(number__in=numbers).defer("raw", "before")
        rows = {row.number: row for row in found}
        folded = [_fold([rows[number] for number in group]) for group in part]
        book = kind.book(folded, frame)
        changed: list[ImportRow] = []
        for group, values in zip(part, folded, strict=True):
            changed += _settle([rows[number] for number in group], values, book, frame)
        update_in(changed, ["action", "problems", "values", "target_key", "person_key"])


def _groups(links: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Return the rows of each subject in their order, from the links between rows."""
    groups: dict[int, list[int]] = {}
    head: dict[int, int] = {}
    for of in sorted(links):
        first = head.get(of, of)
        for number in links[of]:
            head[number] = first
            groups.setdefault(first, [first]).append(number)
    return [sorted(group) for group in groups.values()]


def _fold(rows: Sequence[ImportRow]) -> Values:
    values: Values = {}
    for row in rows:
        values |= {key: value for key, value in plain(row).items() if value is not None}
    return values


def _wait(first: ImportRow, later: Sequence[ImportRow], judged: Judged) -> None:
    """Have the first row ask, and the others wait for it."""
    if first.action != RowAction.ASK:
        first.action = RowAction.ASK
        say(first, judged.problems)
    for row in later:
        row.action = RowAction.ASK
        say(row, [problem("update_waits", of=first.number)])


def _settle(rows: Sequence[ImportRow], values: Values, book: Book, frame: Frame) -> list[ImportRow]:
    """Set the actions of one subject's rows; return those that changed."""
    first, *later = rows
    judged = book.judge(values, home=frame.home)
    if judged.action == RowAction.CREATE:
        return []  # the first creates, the later ones update, as they stand
    for row in rows:
        row.target_key, row.person_key = judged.key, judged.person
    if RowAction.ASK in (judged.action, first.action):
        _wait(first, later, judged)
        return list(rows)
    for row in rows:
        row.action = RowAction.UNCHANGED
    if judged.action == RowAction.UPDATE:
        # The last row says it all, unless an earlier one says something it leaves blank.
        alone = all(rows[-1].values.get(key) == judged.changes[key] for key in judged.changes)
        for row in rows[-1:] if alone else rows:
            row.action = RowAction.UPDATE
    return list(rows)
