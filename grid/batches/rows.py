"""The rows of a list as the batch keeps them: verdict, problems, what will be done with each."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction

from grid.batches.groups import settle_groups
from grid.batches.kinds import Book, Frame, Judged, ListKind, Values
from grid.batches.reading import heading_of
from grid.batches.repeats import SAME, Repeats
from grid.batches.running import CHUNK
from grid.batches.sentences import named, problem, stored
from grid.bulk import copy_in, make
from grid.choices import RowAction
from grid.collecting import seldom
from grid.imports.duplicates import Duplicate
from grid.imports.lists import Context
from grid.imports.results import Problem, Row, Understood
from grid.models import ImportBatch, ImportRow


class Check:
    """One pass over a file, a thousand rows at a time."""

    def __init__(
        self,
        batch: ImportBatch,
        kind: ListKind,
        understood: Understood,
        frame: Frame,
        context: Context,
    ) -> None:
        self.batch, self.kind, self.understood = batch, kind, understood
        self.frame, self.context = frame, context
        columns = [{"field": column.field, "label": column.label} for column in understood.columns]
        self.heading = heading_of(columns, kind)
        seq = frozenset(str(one["label"]) for one in columns if one["field"] == "seq")
        self.repeats = Repeats(batch, kind, seq)
        self.groups: dict[int, list[int]] = {}  # first row: its later rows

    def run(self) -> Iterator[int]:
        """Store every row that is not blank; yield the number of rows seen after each thousand."""
        rows = (row for row in self.understood.rows if row.kind != "blank")
        done = 0
        while chunk := self._read(rows):
            with transaction.atomic(), seldom():
                copy_in(self._stored(chunk))
            done += len(chunk)
            yield done
        with transaction.atomic():
            settle_groups(self.batch, self.groups, self.kind, self.frame)

    @seldom()
    def _read(self, rows: Iterator[Row]) -> list[Row]:
        return list(islice(rows, CHUNK))

    def _stored(self, rows: Sequence[Row]) -> list[ImportRow]:
        values = [self.kind.values(row, self.context) if row.kind == "data" else {} for row in rows]
        found = self.repeats.classify(rows, values)
        open_ = [
            one
            for one, row, dup in zip(values, rows, found, strict=True)
            if dup is None and row.verdict in ("ok", "warn")
        ]
        book = self.kind.book(open_, self.frame)
        return [
            self._row(row, one, dup, book)
            for row, one, dup in zip(rows, values, found, strict=True)
        ]

    def _row(self, row: Row, values: Values, duplicate: Duplicate | None, book: Book) -> ImportRow:
        problems = list(row.problems)
        judged = self._judged(row, values, duplicate, book, problems)
        kept, params = stored(problems)
        is_data = row.kind == "data"
        return make(
            ImportRow,
            {"batch": self.batch},
            number=row.number,
            kind=row.kind,
            verdict=row.verdict or "",
            action=judged.action,
            duplicate=duplicate.kind if duplicate else "",
            village=self.kind.village(values) if is_data else "",
            raw=row.raw,
            values={**values, "_params": params} if is_data else None,
            problems=kept,
            target_key=judged.key,
            person_key=judged.person,
        )

    def _judged(
        self,
        row: Row,
        values: Values,
        duplicate: Duplicate | None,
        book: Book,
        problems: list[Problem],
    ) -> Judged:
        """Say what will be done with a row, adding what there is to say about it."""
        if row.kind != "data":
            return Judged(RowAction.SKIP)
        severities = {one.severity for one in problems}
        if "error" in severities:
            return Judged(RowAction.REFUSE)
        if "question" in severities:
            return Judged(RowAction.ASK)
        if duplicate is not None:
            return Judged(self._again(row, duplicate, problems))
        judged = book.judge(values, home=self.frame.home)
        problems += [named(one, self.heading) for one in judged.problems]
        if judged.action == RowAction.UPDATE:
            problems.append(problem("known_update", fields=self._headings(judged.changes)))
        return judged

    def _headings(self, keys: Iterable[str]) -> str:
        """Return fields by the headings under which they stand in this file."""
        return "、".join(dict.fromkeys(self.heading(key) for key in keys))

    def _again(self, row: Row, duplicate: Duplicate, problems: list[Problem]) -> RowAction:
        """Say what will be done with a row about a subject of an earlier row."""
        problems.append(duplicate.as_problem(fields=self._headings(duplicate.changed)))
        if duplicate.kind in SAME:
            return RowAction.UNCHANGED
        if duplicate.kind == "cross_village":
            return RowAction.ASK
        if duplicate.of is not None:
            self.groups.setdefault(duplicate.of, []).append(row.number)
        return RowAction.UPDATE
