"""The usual list: each row writes one record of one model."""

from abc import abstractmethod
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from grid.batches.hands import Hands, by_hand, imported, touched
from grid.batches.kinds import Frame, Judged, ListKind, Merged, Touched, Values
from grid.batches.sentences import problem
from grid.choices import RowAction
from grid.imports.results import Problem
from grid.models import ImportBatch, ImportRow, User


class RecordKind(ListKind):
    """A list whose rows write one model: say how a record is found, told, made and changed.

    Comparing, later edits by hand, taking back and telling who touched a record come from here.
    """

    @abstractmethod
    def key_of(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return what tells the record of a row, or None where it names none."""

    @abstractmethod
    def records(self, keys: Collection[Any], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Return the known records by key, with a constant number of queries.

        With `lock` they are locked for the transaction, in the order of their primary keys.
        """

    @abstractmethod
    def known(self, obj: Any) -> Values:
        """Return what the portal knows of a record, as a row would say it; no query."""

    def make(self, values: Values, frame: Frame, *, by: User | None) -> Any:
        """Make and save one record; Refused where it cannot be."""
        raise NotImplementedError("a list makes records by make or by make_many")

    def make_many(
        self, values: Sequence[Values], frame: Frame, *, by: User | None
    ) -> Sequence[Any]:
        """Make and save the records of some rows, in their order: override it for long lists."""
        return [self.make(one, frame, by=by) for one in values]

    def change(self, obj: Any, changes: Values, frame: Frame, *, by: User | None) -> None:
        """Change and save one record; None takes a value away. Refused where it cannot be."""
        raise NotImplementedError("a list changes records by change or by change_many")

    def change_many(
        self, changes: Sequence[tuple[Any, Values]], frame: Frame, *, by: User | None
    ) -> None:
        """Change and save some records: override it for long lists."""
        for obj, values in changes:
            self.change(obj, values, frame, by=by)

    def remove(self, keys: Collection[int], *, by: User | None) -> None:
        """Delete records an import had made, when it is taken back."""
        self.model.objects.filter(pk__in=keys).delete()

    def person_of(self, obj: Any) -> int | None:
        """Return the key of the person a record is about, if it is about one."""
        key: int | None = getattr(obj, "person_id", None)
        return key

    def asks(self, values: Mapping[str, Any], obj: Any, *, home: str) -> Problem | None:
        """Return what to ask before a known record is changed; default: one of another place."""
        place = self.known(obj).get(self.place_key) if self.place_key else None
        if place and home and not str(place).startswith(home):
            return problem("known_elsewhere")
        return None

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> "RecordBook":
        """Load the records of these rows, and of those that differ what imports said before."""
        keys = {key for one in values if (key := self.key_of(one)) is not None}
        found = self.records(keys, frame.home, lock=lock) if keys else {}
        book = RecordBook(self, frame, found)
        book.look_back(values)
        return book

    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Make a record of each row."""
        made = self.make_many([plain(row) for row, _judged in rows], frame, by=by)
        for (row, _judged), obj in zip(rows, made, strict=True):
            row.target_key, row.person_key = obj.pk, self.person_of(obj)

    def update(self, merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
        """Change the known records."""
        self.change_many([(one.judged.subject, one.changes) for one in merged], frame, by=by)

    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Tell it from the history of the records and of what hangs below them."""
        return touched(batch, self.model, {row.target_key for row in rows if row.target_key})

    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Delete what was made; give known records the values back that were replaced."""
        made = {row.target_key for row in rows if row.action == RowAction.CREATE and row.target_key}
        back: dict[int, Values] = {}
        for row in rows:
            if row.action == RowAction.UPDATE and row.target_key and row.before:
                back.setdefault(row.target_key, {}).update(row.before["replaced"])
        kept = self.model.objects.filter(pk__in=back.keys() - made)
        objects = list(kept.select_for_update(of=("self",)).order_by("pk"))
        if objects:
            self.change_many([(obj, back[obj.pk]) for obj in objects], frame, by=by)
        if made:
            self.remove(made, by=by)


@dataclass(slots=True)
class RecordBook:
    """The known records of some rows, with what imports said of those that differ."""

    kind: RecordKind
    frame: Frame
    found: Mapping[Hashable, Any]
    told: dict[int, Values] = field(default_factory=dict)
    base: dict[int, dict[str, Any]] = field(default_factory=dict)
    hands: Hands = field(default_factory=dict)

    def look_back(self, values: Sequence[Values]) -> None:
        """Load what imports said before of the records that differ, and who changed them since."""
        differ: dict[int, set[str]] = {}
        for one in values:
            obj = self.found.get(self.kind.key_of(one))
            if obj is not None:
                known = self.told.setdefault(obj.pk, self.kind.known(obj))
                if changes := changed(one, known, self.kind.never_compared):
                    differ.setdefault(obj.pk, set()).update(changes)
        if not differ or self.frame.overwrite:
            return
        self.base = imported(self.kind.name, differ, batch=self.frame.batch)
        edited = [pk for pk, keys in differ.items() if any(self._by_hand(pk, k) for k in keys)]
        if edited:
            self.hands = by_hand(self.kind.model, edited)

    def _by_hand(self, pk: int, key: str) -> bool:
        """Say whether a field holds something else than the last import put there."""
        base = self.base.get(pk)
        return base is not None and (base.get(key) or None) != (self.told[pk].get(key) or None)

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Compare a row with its record; edits by hand since the last import win (see `book`)."""
        obj = self.found.get(self.kind.key_of(values))
        if obj is None:
            return Judged(RowAction.CREATE)
        known = self.told.get(obj.pk) or self.kind.known(obj)
        changes = changed(values, known, self.kind.never_compared)
        judged = Judged(RowAction.UNCHANGED, obj.pk, self.kind.person_of(obj), known, subject=obj)
        if not changes:
            return judged
        asked = None if decided else self.kind.asks(values, obj, home=home)
        if asked:
            judged.action, judged.problems = RowAction.ASK, [asked]
            return judged
        kept = [
            key
            for key in changes
            if self._by_hand(obj.pk, key) and self.base[obj.pk].get(key) == changes[key]
        ]
        judged.changes = {key: value for key, value in changes.items() if key not in kept}
        open_ = [key for key in judged.changes if self._by_hand(obj.pk, key)]
        if kept:
            judged.problems.append(problem("hand_edit_kept", keys=kept))
        if open_ and not decided:
            judged.action = RowAction.ASK
            judged.problems.append(self._conflict(obj.pk, open_))
        elif judged.changes:
            judged.action = RowAction.UPDATE
        return judged

    def _conflict(self, pk: int, keys: Sequence[str]) -> Problem:
        who, when = self.hands.get(pk, ("", None))
        day = timezone.localdate(when).isoformat() if when else ""
        return problem("hand_edit_conflict", keys=keys, who=who, when=day)


def plain(row: ImportRow) -> Values:
    """Return a row's values without what belongs to its problems."""
    values = dict(row.values or {})
    values.pop("_params", None)
    return values


def changed(values: Mapping[str, Any], known: Mapping[str, Any], never: Collection[str]) -> Values:
    """Return the values of a row that differ from what is known; blanks say nothing."""
    return {
        key: value
        for key, value in values.items()
        if value not in (None, "") and key not in never and value != known.get(key)
    }
