"""What is known of the people of letters: this letter's rows, earlier ones, management here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q

from grid.batches.kinds import Frame, Judged
from grid.batches.records import RecordBook
from grid.batches.sentences import problem
from grid.choices import RowAction
from grid.imports.results import Problem
from grid.models import Person
from returnees.choices import OPEN_STATES
from returnees.clock import local_day
from returnees.imports.people import beyond, day_of
from returnees.imports.values import key_of_values
from returnees.models import Episode, Verification
from returnees.models.verifications import HALF_A_YEAR
from returnees.services.persons import Key, PersonBook

# A letter without a number that comes again within this time is the same one.
SAME_LETTER = timedelta(days=14)


@dataclass(slots=True)
class LetterBook(RecordBook):
    """The verifications and persons of some rows, with what is to be told of them."""

    persons: PersonBook = field(default_factory=PersonBook)
    earlier: dict[Key, list[Verification]] = field(default_factory=dict)  # the latest first
    managed: dict[int, bool] = field(default_factory=dict)  # by person: whether still

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Take a person of a letter over, or compare with what the letter said before."""
        if values.get("shared"):  # whoever got the row keeps it
            values = {**values, "dest_code": None}
        if self.found.get(self.kind.key_of(values)) is not None:
            return RecordBook.judge(self, values, home=home, decided=decided)
        key = key_of_values(values)
        person = self.persons.get(key) if key else None
        if outside := beyond(values, home):
            return Judged(RowAction.ASK, problems=[outside])
        told = self._told(key, person, values)
        return Judged(RowAction.CREATE, None, person.pk if person else None, problems=told)

    def _told(
        self, key: Key | None, person: Person | None, values: Mapping[str, Any]
    ) -> list[Problem]:
        told = []
        if values.get("shared"):
            told.append(problem("letter_shared"))
        if person is not None and person.pk in self.managed:
            told.append(problem("letter_managed" if self.managed[person.pk] else "letter_returnee"))
        if key is not None and (before := self.earlier.get(key)):
            last = before[0]
            day = local_day(last.verified_at or last.received_at).isoformat()
            told.append(problem("letter_before", day=day, outcome=last.get_state_display()))
        return told


def load(book: LetterBook, values: Sequence[Mapping[str, Any]], frame: Frame) -> None:
    """Fill a book: earlier verifications and management periods; two queries."""
    keys = {key for one in values if (key := key_of_values(one))}
    since = frame.moment - HALF_A_YEAR
    for row in _verifications(keys).filter(received_at__gte=since).order_by("-received_at", "-pk"):
        book.earlier.setdefault(_key_of(row), []).append(row)
    persons = [person.pk for person in book.persons.found.values()]
    episodes = Episode.objects.filter(person__in=persons).order_by("pk")
    for person, state in episodes.values_list("person", "state"):
        book.managed[person] = book.managed.get(person, False) or state in OPEN_STATES
    book.found = {
        letter: row
        for one in values
        if (letter := book.kind.key_of(one)) is not None and (row := _same_letter(one, book, frame))
    }
    book.look_back([dict(one) for one in values])


def _same_letter(values: Mapping[str, Any], book: LetterBook, frame: Frame) -> Verification | None:
    """Return what this letter said of the person before, if it did."""
    key = key_of_values(values)
    number = values.get("letter_no") or ""
    day = day_of(values.get("received_on")) or frame.as_of
    for row in book.earlier.get(key, ()) if key else ():
        if row.letter_no != number:
            continue
        origin = values.get("letter_from") or row.letter_from
        near = abs(local_day(row.received_at) - day) <= SAME_LETTER
        if number or (near and origin == (row.letter_from or origin)):
            return row
    return None


def _key_of(row: Verification) -> Key:
    if row.id_hash:
        return bytes(row.id_hash), ""
    return bytes(row.phone_hash or b""), row.name


def _verifications(keys: set[Key]) -> Any:
    documents = [digest for digest, name in keys if not name]
    phones = [digest for digest, name in keys if name]
    wanted = Q(id_hash__in=documents) | Q(id_hash=None, phone_hash__in=phones)
    return Verification.objects.filter(wanted).select_related("person")
