"""The same subject twice in one list: which row repeats which, however long the list.

Of each subject met only a number stays in memory; the earlier rows themselves are read again from
the batch when a later row repeats them, with one query for each thousand rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grid.batches.kinds import ListKind, Values
from grid.batches.records import plain
from grid.batches.running import key_of
from grid.imports.duplicates import Duplicate, compare
from grid.imports.results import Row
from grid.models import ImportBatch

MOST = 40  # earlier rows of one subject that a row is compared with
SAME = ("exact", "reformatted")
SOUND = ("ok", "warn")  # verdicts of rows that can be imported as they stand
Met = list[tuple[int, int]]  # a subject's key, the number of a row


@dataclass(slots=True)
class _Met:
    """A subject met before: its first and its latest row, and what its rows say together."""

    first: int
    latest: int
    raws: set[int]
    values: Values

    def take(
        self, number: int, raw: int, values: Mapping[str, Any], found: Duplicate | None
    ) -> None:
        self.raws.add(raw)
        if found is None or found.kind == "update":
            self.values |= {key: value for key, value in values.items() if value is not None}
            self.latest = number


@dataclass(slots=True)
class Repeats:
    """Classifies the rows of a list, thousand by thousand, against all rows before them."""

    batch: ImportBatch
    kind: ListKind
    ignored: frozenset[str]  # headings that do not count: running numbers
    met: dict[int, int | list[int]] = field(default_factory=dict)  # subject: its rows' numbers
    through: int = 0  # the last row met
    fresh: Met = field(default_factory=list)  # subjects, and rows about them, of the last rows

    def classify(self, rows: Sequence[Row], values: Sequence[Values]) -> list[Duplicate | None]:
        """Return how each row repeats an earlier one; None where it does not.

        Rows that cannot be imported as they stand, or without a sign of whom they are about, are
        passed over.
        """
        subjects = [
            self.kind.same(one) if row.kind == "data" and row.verdict in SOUND else None
            for row, one in zip(rows, values, strict=True)
        ]
        self.fresh = []
        known = self._known(subjects)
        found = [
            None if subject is None else self._one(row, one, subject, known)
            for row, one, subject in zip(rows, values, subjects, strict=True)
        ]
        self.through = rows[-1].number
        return found

    def take(self, met: Met, before: int) -> None:
        """Meet rows before this number by what another worker has met."""
        for subject, number in met:
            self._meet(subject, number)
        self.through = before - 1

    def catch_up(self, before: int) -> None:
        """Meet the rows before this number that others have stored since."""
        stored = self.batch.rows.filter(number__gt=self.through, number__lt=before, kind="data")
        new = stored.filter(verdict__in=SOUND).exclude(duplicate="exact").order_by("number")
        for row in new.only("batch", "number", "values").iterator(chunk_size=500):
            subject = self.kind.same(row.values or {})
            if subject is not None:
                self._meet(key_of(subject), row.number)
        self.through = before - 1

    def _one(
        self, row: Row, values: Values, subject: Any, known: dict[Any, _Met]
    ) -> Duplicate | None:
        raw = self._hash(row.raw)
        met = known.get(subject)
        if met is None:
            known[subject] = _Met(row.number, row.number, {raw}, dict(values))
            self._meet(key_of(subject), row.number)
            return None
        if raw in met.raws:
            return Duplicate("exact", met.first, {})
        found = self._compare(values, met)
        met.take(row.number, raw, values, found)
        self._meet(key_of(subject), row.number)
        return found

    def _meet(self, subject: int, number: int) -> None:
        self.fresh.append((subject, number))
        numbers = self.met.get(subject)
        if numbers is None:
            self.met[subject] = number
            return
        numbers = [numbers] if isinstance(numbers, int) else numbers
        # The first row and the latest ones: a list of one person alone must not take for ever.
        self.met[subject] = [*numbers[:1], *numbers[1:][-(MOST - 2) :], number]

    def _compare(self, values: Mapping[str, Any], met: _Met) -> Duplicate:
        return compare(
            values,
            met.values,
            met.latest,
            place=self.kind.place_key,
            never=self.kind.never_compared,
        )

    def _hash(self, raw: Mapping[str, str]) -> int:
        ignored = self.ignored
        return hash(tuple([item for item in raw.items() if item[0] not in ignored]))

    def _known(self, subjects: Sequence[Any]) -> dict[Any, _Met]:
        """Return what earlier rows of the list said of these subjects."""
        wanted: set[int] = set()
        for subject in subjects:
            numbers = self.met.get(key_of(subject)) if subject is not None else None
            if numbers is not None:
                wanted.update([numbers] if isinstance(numbers, int) else numbers)
        known: dict[Any, _Met] = {}
        if not wanted:
            return known
        rows = self.batch.rows.filter(number__in=wanted).defer("before").order_by("number")
        for row in rows.iterator(chunk_size=500):
            values = plain(row)
            subject, raw = self.kind.same(values), self._hash(row.raw or {})
            met = known.get(subject)
            if met is None:
                known[subject] = _Met(row.number, row.number, {raw}, values)
            else:
                met.take(row.number, raw, values, self._compare(values, met))
        return known
