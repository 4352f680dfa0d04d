"""Writing some rows of a batch: judged again, made or changed, each noted with what became of it.

Every row is judged again when its turn comes: somebody may have registered the subject meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from grid.batches.kinds import Frame, Judged, ListKind, Merged
from grid.batches.reading import heading_of
from grid.batches.records import plain
from grid.batches.sentences import named, problem, stored
from grid.bulk import update_in
from grid.choices import RowAction
from grid.errors import Refused
from grid.imports.results import Problem
from grid.models import ImportBatch, ImportRow, User

DONE_FIELDS = ("action", "done", "person_key", "target_key", "before")


def say(row: ImportRow, problems: Sequence[Problem]) -> None:
    """Add what there is to say to a row."""
    if not problems:
        return
    kept, params = stored(problems)
    row.problems = [*row.problems, *kept]
    row.values = {**row.values, "_params": [*row.values.get("_params", ()), *params]}


@dataclass(slots=True)
class Writer:
    """Writes rows of one batch, a chunk at a time, inside the caller's transaction."""

    batch: ImportBatch
    kind: ListKind
    frame: Frame
    by: User | None
    heading: Callable[[str], str] = field(init=False)

    def __post_init__(self) -> None:
        self.heading = heading_of(self.batch.understood.get("columns", []), self.kind)

    def apply(self, rows: Sequence[ImportRow]) -> None:
        """Make what is new, change what is known, note what became of each row.

        First everything new, then what later rows say of it: a subject's rows come in their order.
        """
        said = {row.pk: len(row.problems) for row in rows}
        turned = self._create([row for row in rows if row.action == RowAction.CREATE])
        updating = [row for row in rows if row.action == RowAction.UPDATE]
        self._update([*turned, *updating])
        for row in rows:
            row.done = row.action != RowAction.ASK
        update_in(rows, DONE_FIELDS)
        spoken = [row for row in rows if len(row.problems) != said[row.pk]]
        update_in(spoken, ["problems", "values"])

    def _judge(self, rows: Sequence[ImportRow]) -> list[tuple[ImportRow, Judged]]:
        """Judge rows against what is known by now; what it finds stays locked."""
        if not rows:
            return []
        values = [plain(row) for row in rows]
        book = self.kind.book(values, self.frame, lock=True)
        found = [
            (row, book.judge(one, home=self.frame.home, decided=row.decided))
            for row, one in zip(rows, values, strict=True)
        ]
        for row, judged in found:
            if row.decided and judged.action in (RowAction.CREATE, RowAction.UPDATE):
                self._say_more(row, judged)
        return found

    def _say_more(self, row: ImportRow, judged: Judged) -> None:
        """Say of a decided row what could not be seen while it asked: that a result is positive."""
        known = {one["code"] for one in row.problems}
        fresh = [one for one in judged.problems if one.code not in known]
        say(row, [named(one, self.heading) for one in fresh])

    def _create(self, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Make what is new; return the rows that turn out to be about something known."""
        new: list[tuple[ImportRow, Judged]] = []
        turned: list[ImportRow] = []
        for row, judged in self._judge(rows):
            if judged.action == RowAction.CREATE:
                new.append((row, judged))
            elif judged.action == RowAction.UPDATE:
                turned.append(row)
            else:
                self._note(row, judged)
        self._make(new)
        return turned

    def _make(self, new: Sequence[tuple[ImportRow, Judged]]) -> None:
        if not new:
            return
        for row, judged in new:
            row.before = self.kind.before(plain(row), judged) or None
        try:
            with transaction.atomic():
                self.kind.create(new, self.frame, by=self.by)
        except Refused as refusal:
            if len(new) == 1:
                self._refuse(new[0][0], refusal)
                return
            # One of them cannot be: halve until it is alone, the others go in.
            middle = len(new) // 2
            self._make(new[:middle])
            self._make(new[middle:])
            return
        for row, _judged in new:
            row.action = RowAction.CREATE

    def _update(self, rows: Sequence[ImportRow]) -> None:
        """Change exactly the values that differ; the rows about one subject together."""
        merged: dict[int, Merged] = {}
        for row, judged in self._judge(sorted(rows, key=lambda row: row.number)):
            if judged.action == RowAction.CREATE:
                self._make([(row, judged)])
            elif judged.action != RowAction.UPDATE or judged.key is None:
                self._note(row, judged)
            else:
                one = merged.setdefault(judged.key, Merged(judged))
                # Taken now: applying changes the records at hand.
                row.before = self.kind.before(plain(row), judged)
                row.target_key, row.person_key = judged.key, judged.person
                one.rows.append(row)
                one.changes |= judged.changes
        self._change(list(merged.values()))

    def _change(self, merged: Sequence[Merged]) -> None:
        if not merged:
            return
        try:
            with transaction.atomic():
                self.kind.update(merged, self.frame, by=self.by)
        except Refused as refusal:
            if len(merged) == 1:
                for row in merged[0].rows:
                    self._refuse(row, refusal)
                return
            middle = len(merged) // 2
            self._change(merged[:middle])
            self._change(merged[middle:])
            return
        for one in merged:
            for row in one.rows:
                row.action = RowAction.UPDATE

    def _note(self, row: ImportRow, judged: Judged) -> None:
        """Note a row that is not written after all: it asks, or there is nothing left to do."""
        row.action = judged.action
        row.target_key, row.person_key = judged.key, judged.person
        say(row, [named(one, self.heading) for one in judged.problems])

    def _refuse(self, row: ImportRow, refusal: Refused) -> None:
        row.action, row.before = RowAction.REFUSE, None
        row.target_key = row.person_key = None
        say(row, [problem("row_refused", sentence=str(refusal))])
