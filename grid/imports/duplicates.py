"""The same person twice: in the list, and among the persons known already.

A person is told by document number alone. The same phone or the same name is no duplicate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grid.imports.messages import problem
from grid.imports.results import Column, Problem, Row

DuplicateKind = Literal["exact", "reformatted", "update", "cross_village"]
Identity = tuple[str, str]  # id_type, id_number
_PLACE = "dest_code"
_UNCOMPARED = frozenset(("id_type", "id_number", "sex", "birth", "origin_level"))


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row about a person met before: in row `of`, or known already where `of` is None.

    `changed` gives the new value of each field that differs; a blank never changes anything.
    """

    kind: DuplicateKind
    of: int | None
    changed: dict[str, Any]

    def as_problem(self, column: str = "", *, fields: str = "") -> Problem:
        """Return the sentence to show with the row; `fields` names what differs, by heading."""
        fields = fields or "、".join(self.changed)
        if self.of is None:
            return problem(column, f"known_{self.kind}", fields=fields)
        return problem(column, f"duplicate_{self.kind}", of=self.of, fields=fields)


@dataclass(slots=True)
class _Met:
    first: int
    latest: int
    raws: set[int]
    values: dict[str, Any]


class Duplicates:
    """Classifies importable rows, in the order of the file, against all before them.

    `known` gives the canonical values a person already has, by (id_type, id_number), or None.
    """

    def __init__(
        self,
        columns: tuple[Column, ...],
        known: Callable[[Identity], Mapping[str, Any] | None] = lambda _identity: None,
        *,
        seq_key: str = "seq",
    ) -> None:
        self.ignored = {column.label for column in columns if column.field == seq_key}
        self.known = known
        self.met: dict[Identity, _Met] = {}

    def classify(self, row: Row) -> Duplicate | None:
        """Return how a row repeats an earlier one, else how it stands to what is known, or None.

        Rows that cannot be imported as they stand, or without a document number, are passed over.
        """
        number = row.values.get("id_number")
        if row.verdict not in ("ok", "warn") or not number:
            return None
        identity = (row.values.get("id_type") or "", number)
        ignored = self.ignored
        raw = hash(tuple([item for item in row.raw.items() if item[0] not in ignored]))
        met = self.met.get(identity)
        if met is None:
            self.met[identity] = _Met(row.number, row.number, {raw}, row.values)
            facts = self.known(identity)
            return None if facts is None else compare(row.values, facts, None)
        if raw in met.raws:
            return Duplicate("exact", met.first, {})
        found = compare(row.values, met.values, met.latest)
        met.raws.add(raw)
        if found.kind == "update":
            kept = {key: value for key, value in row.values.items() if value is not None}
            met.values = {**met.values, **kept}
            met.latest = row.number
        return found


def compare(
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    of: int | None,
    *,
    place: str = _PLACE,
    never: frozenset[str] = _UNCOMPARED,
) -> Duplicate:
    """Tell what a row would change of the facts known about its subject.

    `place` is the field whose change means another place (none for ""), `never` those that name the
    subject.
    """
    changed = {
        key: value
        for key, value in values.items()
        if key not in never and value is not None and value != facts.get(key)
    }
    if place in changed and facts.get(place) is not None:
        return Duplicate("cross_village", of, changed)
    return Duplicate("update" if changed else "reformatted", of, changed)
