"""Entries of the ledger as rows say them, and what is known of the people of some rows."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from grid.batches.kinds import Judged, Values
from grid.batches.records import RecordBook
from grid.batches.sentences import problem
from grid.choices import RowAction
from grid.imports.results import Problem
from grid.models import Person
from returnees.imports.people import VILLAGE, beyond, day_of
from returnees.imports.values import key_of_values
from returnees.models import Away
from returnees.services.persons import PersonBook

# field of the list: column of the ledger, and how much of it is kept
COLUMNS = {
    "where": ("text", 120),
    "employer": ("employer", 80),
    "occupation": ("occupation", 60),
    "remark": ("note", 200),
}
DAYS = {"left_on": "since", "returns_on": "returns_on"}
EXTRA = ("reason", "companions", "contact", "contact_phone", "head", "home_address")
OF_PERSON = ("name", "phone", "dest_code")
ENDED = ("returned", "moved")


@dataclass(slots=True)
class AwayBook(RecordBook):
    """Entries of the ledger with their persons: who is known, under management, or back."""

    persons: PersonBook = field(default_factory=PersonBook)
    managed: frozenset[int] = frozenset()
    ended: Mapping[int, date] = field(default_factory=dict)  # by person: the latest end

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """End an entry, compare it, or take somebody into the ledger."""
        key = key_of_values(values)
        away = self.found.get(key)
        if away is not None and values.get("ended_on"):
            known = self.told.get(away.pk) or self.kind.known(away)
            return Judged(
                RowAction.UPDATE,
                away.pk,
                away.person_id,
                known,
                {"ended_on": values["ended_on"]},
                subject=away,
            )
        if away is not None:
            return RecordBook.judge(self, values, home=home, decided=decided)
        person = self.persons.get(key) if key else None
        return self._absent(values, person, home=home, decided=decided)

    def _absent(
        self, values: Mapping[str, Any], person: Person | None, *, home: str, decided: str
    ) -> Judged:
        """Say what to do with a row about somebody without an open entry."""
        if outside := beyond(values, home):
            return Judged(RowAction.ASK, problems=[outside])
        pk = person.pk if person else None
        if values.get("ended_on"):
            told = [] if pk in self.ended else [problem("away_not_listed")]
            return Judged(RowAction.UNCHANGED, person=pk, problems=told)
        if person is None:
            return Judged(RowAction.CREATE)
        if person.pk in self.managed:
            return Judged(RowAction.REFUSE, person=pk, problems=[problem("away_managed")])
        asked = None if decided else self._asked(values, person, home)
        if asked:
            return Judged(RowAction.ASK, person=pk, problems=[asked])
        return Judged(RowAction.CREATE, person=pk, subject=person)

    def _asked(self, values: Mapping[str, Any], person: Person, home: str) -> Problem | None:
        if person.place_id[:VILLAGE] != values["dest_code"]:
            inside = person.place_id.startswith(home)
            return problem("known_cross_village" if inside else "known_elsewhere")
        ended = self.ended.get(person.pk)
        left = day_of(values.get("left_on"))
        if ended and not (left and left >= ended):
            return problem("away_ended", day=ended.isoformat())
        return None


def fields_of(values: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of the ledger that values come to; blank ones are emptied."""
    fields: dict[str, Any] = {
        column: values[key] or "" for key, (column, _length) in COLUMNS.items() if key in values
    }
    fields |= {column: day_of(values[key]) for key, column in DAYS.items() if key in values}
    if "where_code" in values:
        fields["place_id"] = values["where_code"]
    if said := {key: values[key] for key in EXTRA if key in values}:
        after = {key: value for key, value in {**extra, **said}.items() if value}
        fields["extra"] = after or None
    if values.get("dest_code"):
        fields["home_id"] = values["dest_code"]
    return fields


def known_values(away: Away) -> Values:
    """Return an entry as a row would say it; its person is loaded."""
    extra = away.extra or {}
    return {
        "name": away.person.name,
        "phone": away.person.phone,
        "dest_code": away.home_id[:VILLAGE],
        "where_code": away.place_id,
        **{key: getattr(away, column) for key, (column, _length) in COLUMNS.items()},
        **{key: _iso(getattr(away, column)) for key, column in DAYS.items()},
        **{key: extra.get(key) for key in EXTRA},
        "ended_on": _iso(away.ended_on),
    }


def entries_of(persons: PersonBook, *, lock: bool) -> dict[Hashable, Away]:
    """Return the open entries of persons by what tells the person; one query."""
    by_pk = {person.pk: (key, person) for key, person in persons.found.items()}
    rows = Away.objects.open().filter(person__in=by_pk).order_by("pk")
    found: dict[Hashable, Away] = {}
    for away in rows.select_for_update(of=("self",)) if lock else rows:
        key, away.person = by_pk[away.person_id]
        found[key] = away
    return found


def kept_of(person: Person | None) -> Values | None:
    """Return how a person was known, as a row keeps it."""
    if person is None:
        return None
    return {
        "name": person.name,
        "phone": person.phone,
        "place": person.place_id,
        "household": person.household_id,
    }


def is_reopened(values: Mapping[str, Any]) -> bool:
    """Say whether values take the end of an entry back."""
    return "ended_on" in values and values["ended_on"] is None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
