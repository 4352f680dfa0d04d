"""The persons of many reports at once: found by document number, else by name and phone, else new.

Whoever is found is locked for the rest of the transaction, in one order, so that two reports about
the same person wait for each other instead of meeting at a constraint.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from grid import identity
from grid.bulk import copy_in, make, update_in
from grid.choices import CODE_LENGTHS, Level
from grid.errors import Refused
from grid.models import Person, id_hash, phone_hash
from returnees.services.inputs import ReportInput

VILLAGE = CODE_LENGTHS[Level.VILLAGE]
Key = tuple[bytes, str]  # hash of the document, or of the phone with the name beside it


class SamePersonTwiceError(Refused):
    """Two of the reports given together are about the same person."""


@dataclass(slots=True)
class PersonBook:
    """Persons by what a list says of them, loaded with at most two queries."""

    found: dict[Key, Person] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Iterable[Key], *, lock: bool = False) -> "PersonBook":
        """Load the persons with these keys, locked for the transaction where asked."""
        keys = set(keys)
        documents = [digest for digest, name in keys if not name]
        phones = [digest for digest, name in keys if name]
        condition = Q(id_hash__one_of=documents) if documents else Q()
        if phones:
            condition |= Q(id_hash=None, phone_hash__one_of=phones)
        rows = Person.objects.none() if not keys else Person.objects.filter(condition)
        if lock:
            rows = rows.select_for_update(of=("self",))
        book = cls()
        for person in rows.select_related(None).order_by("pk"):
            key = (
                (bytes(person.id_hash), "")
                if person.id_hash
                else (bytes(person.phone_hash), person.name)
            )
            book.found.setdefault(key, person)
        return book

    def get(self, key: Key) -> Person | None:
        """Return the person with this key, if known."""
        return self.found.get(key)


def key_of(*, id_number: str, phone: str, name: str) -> Key:
    """Return what tells a person: the document number; without one, name and phone together."""
    number = identity.normalise_id(id_number)
    return (id_hash(number), "") if number else (phone_hash(phone), name)


def resolve(reports: Sequence[ReportInput]) -> list[Person]:
    """Return the locked person of each report, in order; who is not known is registered.

    A known person gets the report's phone, household and village: that is where they are to be
    found. Someone who moves to another village leaves the household there.
    """
    keys = [
        key_of(id_number=report.id_number, phone=report.phone, name=report.name)
        if report.person is None
        else None
        for report in reports
    ]
    given = {report.person.pk: report.person for report in reports if report.person is not None}
    if given:
        locked = Person.objects.select_for_update(of=("self",)).filter(pk__in=given)
        given = {person.pk: person for person in locked.order_by("pk")}
    book = PersonBook.of((key for key in keys if key), lock=True)
    persons: list[Person] = []
    new: list[Person] = []
    for report, key in zip(reports, keys, strict=True):
        person = book.get(key) if key else given[report.person.pk] if report.person else None
        if person is None:
            person = _new(report)
            new.append(person)
            if key:
                book.found[key] = person
        persons.append(person)
    copy_in(new)
    _refuse_twice(persons)
    _follow(persons, reports, {id(person) for person in new})
    return persons


def _new(report: ReportInput) -> Person:
    return make(
        Person,
        {"household": report.household} if report.household else {},
        name=report.name.strip(),
        id_type=report.id_type,
        id_number=report.id_number,
        phone=report.phone,
        sex=report.sex,
        birth_date=report.birth_date,
        place_id=report.place_code,
    ).derive()


def _refuse_twice(persons: Sequence[Person]) -> None:
    seen: set[int] = set()
    for person in persons:
        if person.pk in seen:
            raise SamePersonTwiceError(
                _("%(name)s stands in the list twice; report each person once.")
                % {"name": person.name}
            )
        seen.add(person.pk)


def _follow(persons: Sequence[Person], reports: Sequence[ReportInput], new: set[int]) -> None:
    """Give known persons what the report says of their phone and their place."""
    changed = []
    for person, report in zip(persons, reports, strict=True):
        if id(person) in new:
            continue
        moved = move(person, report.place_code)
        if report.household and person.household_id != report.household.pk:
            person.household, moved = report.household, True
        if report.phone and report.phone != person.phone:
            person.phone, moved = report.phone, True
        if moved:
            changed.append(person)
    save_persons(changed)


def move(person: Person, place: str) -> bool:
    """Put a person into the village of a place; say whether that changed anything."""
    if person.place_id[:VILLAGE] == place[:VILLAGE]:
        return False
    person.place_id, person.household = place, None
    return True


def save_persons(persons: Sequence[Person]) -> None:
    """Write what follows from a report back to known persons."""
    update_in(
        [person.derive() for person in persons],
        ["name", "pinyin", "phone", "phone_hash", "phone_last4_hash", "place", "household"],
    )
