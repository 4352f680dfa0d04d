"""The rows of a list as the batch keeps them: verdict, problems, what will be done with each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from grid.batches.groups import settle_groups
from grid.batches.kinds import Book, Frame, Judged, ListKind, Values
from grid.batches.reading import heading_of
from grid.batches.repeats import SAME, SOUND, Met, Repeats
from grid.batches.running import CHUNK
from grid.batches.sentences import named, problem, stored
from grid.bulk import copy_in, make
from grid.choices import RowAction
from grid.collecting import seldom
from grid.imports.cleaning import MAX_UNKNOWN
from grid.imports.duplicates import Duplicate
from grid.imports.lists import Context
from grid.imports.results import Problem, Row, Seen, Understood
from grid.models import ImportBatch, ImportRow

RECENT = 4  # parts told of; who has been away for longer reads their rows


@dataclass(slots=True)
class Part:
    """Some rows of the file, read, what is known of whom they are about, and what to store.

    `ready` is what becomes of each row unless it turns out to repeat an earlier one.
    """

    rows: list[Row]
    values: list[Values]
    book: Book
    ready: list[ImportRow]


@dataclass(slots=True)
class SoFar:
    """What the parts stored by now add up to.

    `unknown` counts by field the texts that stand for none of its values; `groups` links a row with
    the later ones that update it. `recent` tells of the last parts whom their rows are about, so
    that whoever stores the next one need not read them again.
    """

    parts: int = 0
    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)
    groups: dict[int, list[int]] = field(default_factory=dict)
    recent: list[tuple[int, Met]] = field(default_factory=list)  # by number of the part

    def count(self, part: Part, unknown: Mapping[str, Mapping[str, int]], met: Met) -> None:
        """Add a part, the unknown texts met since the last one, and whom its rows are about."""
        self.recent = [*self.recent, (self.parts, met)][-RECENT:]
        self.parts += 1
        self.rows += len(part.rows)
        self.verdicts.update(row.verdict for row in part.rows if row.verdict)
        for key, texts in unknown.items():
            counts = self.unknown.setdefault(key, {})
            for text, number in texts.items():
                if text in counts or len(counts) < MAX_UNKNOWN:
                    counts[text] = counts.get(text, 0) + number


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
        self.so_far = SoFar()
        self.met = 0  # parts whose rows `repeats` has met

    def run(self) -> None:
        """Store every row that is not blank, alone and in the caller's transaction."""
        for seen in self.parts():
            with seldom():
                self.store(self.read(seen))
        self.finish()

    def parts(self) -> Iterator[list[Seen]]:
        """Yield the rows that are not blank as they stand, a thousand at a time."""
        rows = (row for row in self.understood.seen if row.kind != "blank")
        while part := list(islice(rows, CHUNK)):
            yield part

    def read(self, seen: Sequence[Seen]) -> Part:
        """Say of some rows what they mean, and load what is known; needs no row before them."""
        rows = [self.understood.read(one) for one in seen]
        values = [self.kind.values(row, self.context) if row.kind == "data" else {} for row in rows]
        sound = (values[n] for n, row in enumerate(rows) if row.verdict in SOUND)
        book = self.kind.book(list(sound), self.frame)
        ready = [self._row(row, one, None, book) for row, one in zip(rows, values, strict=True)]
        return Part(rows, values, book, ready)

    def store(self, part: Part) -> None:
        """Judge the rows of a part and store them: all before it are stored already."""
        rows, values = part.rows, part.values
        if self.so_far.parts > self.met:
            self._catch_up(before=rows[0].number)
        found = self.repeats.classify(rows, values)
        copy_in(
            [
                ready if dup is None else self._row(row, one, dup, part.book)
                for row, one, dup, ready in zip(rows, values, found, part.ready, strict=True)
            ]
        )
        unknown = self.understood.unknown_values
        self.so_far.count(part, unknown, self.repeats.fresh)
        self.met = self.so_far.parts
        unknown.clear()

    def _catch_up(self, before: int) -> None:
        """Meet the rows of parts that others have stored since ours."""
        recent = dict(self.so_far.recent)
        parts = range(self.met, self.so_far.parts)
        if recent.keys() >= set(parts):
            self.repeats.take([one for part in parts for one in recent[part]], before)
        else:
            self.repeats.catch_up(before)

    def finish(self) -> None:
        """Settle what rows say together; what was understood of the file is whole then."""
        settle_groups(self.batch, self.so_far.groups, self.kind, self.frame)
        # Whoever helped has counted what they read.
        self.understood.counts = {**self.understood.counts, **self.so_far.verdicts}
        self.understood.unknown_values |= self.so_far.unknown

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
            self.so_far.groups.setdefault(duplicate.of, []).append(row.number)
        return RowAction.UPDATE
