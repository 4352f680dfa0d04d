"""Several rows of one list about one person: the later ones update the earlier.

Against what the portal knows, such rows count as one, the later values over the earlier: otherwise
a list imported again would first take its own update back and then repeat it.
"""

from collections.abc import Mapping, Sequence

from grid.bulk import update_in
from grid.choices import RowAction
from grid.models import ImportBatch, ImportRow
from returnees.services.import_known import KnownBook
from returnees.services.import_messages import problem, stored
from returnees.services.import_values import Values, plain

CHUNK = 500


def settle_groups(batch: ImportBatch, links: Mapping[int, Sequence[int]]) -> None:
    """Give rows that update earlier rows of the batch, and those they update, their actions.

    `links` maps the number of a row to the rows that update it; an update may be updated itself.
    """
    groups = _groups(links)
    for start in range(0, len(groups), CHUNK):
        part = groups[start : start + CHUNK]
        numbers = [number for group in part for number in group]
        rows = {row.number: row for row in batch.rows.filter(number__in=numbers)}
        folded = [_fold([rows[number] for number in group]) for group in part]
        book = KnownBook.of(folded)
        changed = []
        for group, values in zip(part, folded, strict=True):
            changed += _settle([rows[number] for number in group], values, book, batch)
        update_in(changed, ["action", "problems", "values"])


def _groups(links: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Return the rows of each person in their order, from the links between rows."""
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


def _settle(
    rows: Sequence[ImportRow], values: Values, book: KnownBook, batch: ImportBatch
) -> list[ImportRow]:
    """Set the actions of one person's rows; return those that changed."""
    first, *later = rows
    judged = book.judge(values, home=batch.place_id)
    if judged.action == RowAction.CREATE:
        return []  # the first creates, the later ones update, as they stand
    if judged.action == RowAction.ASK or first.action == RowAction.ASK:
        if first.action != RowAction.ASK and judged.problem:
            first.action = RowAction.ASK
            _say(first, judged.problem.code, **judged.problem.params)
        for row in later:
            row.action = RowAction.ASK
            _say(row, "update_waits", of=first.number)
        return list(rows)
    for row in rows:
        row.action = RowAction.UNCHANGED
    if judged.action == RowAction.UPDATE:
        # The last row says it all, unless an earlier one says something it leaves blank.
        alone = all(rows[-1].values.get(key) == judged.changes[key] for key in judged.changes)
        for row in rows[-1:] if alone else rows:
            row.action = RowAction.UPDATE
    return list(rows)


def _say(row: ImportRow, code: str, **params: object) -> None:
    kept, filling = stored([problem(code, **params)])
    row.problems = [*row.problems, *kept]
    row.values = {**row.values, "_params": [*row.values["_params"], *filling]}
