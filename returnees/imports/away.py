"""The ledger of residents who are away, as a list: entries made, changed, ended, taken back."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.utils.translation import gettext_lazy, gettext_noop

from grid.batches.kinds import Frame, Judged, Values
from grid.batches.records import RecordKind, plain
from grid.batches.sentences import Messages, problem
from grid.choices import RowAction
from grid.imports.lists import Context
from grid.imports.results import Problem, Row
from grid.models import ImportBatch, ImportRow, Person, User
from grid.permissions import Permission
from returnees.choices import OPEN_STATES
from returnees.imports.away_book import (
    COLUMNS,
    ENDED,
    OF_PERSON,
    AwayBook,
    entries_of,
    fields_of,
    is_reopened,
    kept_of,
    known_values,
)
from returnees.imports.away_list import AWAY
from returnees.imports.people import (
    BEYOND,
    VILLAGE,
    drop_unused,
    people_of,
    registered,
    responsible_names,
)
from returnees.imports.values import key_of_values
from returnees.models import Away, Episode
from returnees.services.away import end_all, note_all, update_all
from returnees.services.persons import Key, PersonBook, move, save_persons


class AwayKind(RecordKind):
    """外出人员台账: who is away, where, since when, back when."""

    name = "away"
    title = gettext_lazy("Residents away")
    spec = AWAY
    model = Away
    permission = Permission.IMPORT
    place_key = "dest_code"
    shows: ClassVar[tuple[str, ...]] = (
        "name", "id_number", "phone", "dest_code", "where", "left_on", "returns_on", "status",
    )  # fmt: skip
    decides: ClassVar[tuple[str, ...]] = ("dest_code", "where_code")
    follows = gettext_lazy("Whoever is in an area that is raised to a risk is found at once.")
    never_compared: ClassVar[frozenset[str]] = frozenset(
        ("id_type", "id_number", "sex", "birth", "seq", "age", "where_level", "status",
         "returned_on", "ended_on")
    )  # fmt: skip
    read_as: ClassVar[Mapping[str, str]] = {
        "dest_code": "home_village",
        "where_code": "where",
        "ended_on": "status",
    }
    messages: ClassVar[Messages] = {
        **BEYOND,
        "away_managed": (
            "error",
            gettext_noop("Has reported the return or is under management here: not away."),
        ),
        "away_ended": (
            "question",
            gettext_noop("Was in the ledger until %(day)s; is the person away again?"),
        ),
        "away_not_listed": (
            "note",
            gettext_noop("Is back and does not stand in the ledger: nothing to be done."),
        ),
    }

    def values(self, row: Row, context: Context) -> Values:
        """Return what a row says, cut to what the ledger keeps; `ended_on` for who is back."""
        values = super().values(row, context)
        for key, (_column, length) in COLUMNS.items():
            if values.get(key):
                values[key] = values[key][:length]
        if values.get("where_code") not in context.places.regions:
            values["where_code"] = None  # told of already; the text is kept
        values["ended_on"] = None
        if values.get("status") in ENDED or values.get("returned_on"):
            values["ended_on"] = values.get("returned_on") or context.as_of.isoformat()
        return values

    def key_of(self, values: Mapping[str, Any]) -> Key | None:
        """Return what tells the person."""
        return key_of_values(values)

    def records(self, keys: Collection[Any], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Return the open entries of these persons; two queries."""
        return entries_of(PersonBook.of(keys, lock=lock), lock=lock)

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> AwayBook:
        """Load persons, their entries, and who is under management."""
        persons = people_of(values, lock=lock)
        ids = [person.pk for person in persons.found.values()]
        managed = Episode.objects.filter(person__in=ids, state__in=OPEN_STATES)
        ended = Away.objects.filter(person__in=ids, ended_on__isnull=False).order_by("ended_on")
        book = AwayBook(
            self,
            frame,
            entries_of(persons, lock=lock),
            persons=persons,
            managed=frozenset(managed.values_list("person", flat=True)),
            ended=dict(ended.values_list("person", "ended_on")),
        )
        book.look_back(values)
        return book

    def known(self, obj: Away) -> Values:
        """Return an entry as a row would say it."""
        return known_values(obj)

    def asks(self, values: Mapping[str, Any], obj: Away, *, home: str) -> Problem | None:
        """Ask about somebody whose entry stands in another village."""
        place = obj.home_id[:VILLAGE]
        if place == values.get("dest_code"):
            return None
        return problem("known_cross_village" if place.startswith(home) else "known_elsewhere")

    def before(self, values: Mapping[str, Any], judged: Judged) -> Values:
        """Return what a row replaces; of a person taken in, how they were known."""
        if judged.action == RowAction.CREATE:
            return {"replaced": {}, "put": {}, "person": kept_of(judged.subject)}
        put = dict(judged.changes)
        replaced = {key: judged.known.get(key) for key in put}
        person = kept_of(judged.subject.person) if set(OF_PERSON) & set(put) else None
        return {"replaced": replaced, "put": put, "person": person}

    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Take people into the ledger; who is not known is registered in the village."""
        said = [plain(row) for row, _judged in rows]
        persons, _new = registered(said)
        _follow_all(list(zip(persons, said, strict=True)))
        entries = [
            (person, fields_of({**values, "dest_code": None}, {}))
            for person, values in zip(persons, said, strict=True)
        ]
        made = note_all(entries=entries, by=by, day=frame.as_of)
        for (row, _judged), away in zip(rows, made, strict=True):
            row.target_key, row.person_key = away.pk, away.person_id

    def change_many(
        self, changes: Sequence[tuple[Any, Values]], frame: Frame, *, by: User | None
    ) -> None:
        """Change and end entries, or open them again; a constant number of queries."""
        again = [obj.pk for obj, values in changes if is_reopened(values)]
        if again:
            other = Away.objects.open().filter(person=OuterRef("person"))
            Away.objects.filter(~Exists(other), pk__in=again).update(ended_on=None)
        prefetch_related_objects([obj for obj, _values in changes], "person")
        _follow_all([(obj.person, values) for obj, values in changes])
        fields = {
            obj.pk: fields_of(values, obj.extra or {})
            for obj, values in changes
            if set(values) - {"ended_on", "name", "phone"}
        }
        if fields:
            update_all(changes=fields, by=by, day=frame.as_of, why="import")
        ends = {
            obj.pk: date.fromisoformat(values["ended_on"])
            for obj, values in changes
            if values.get("ended_on")
        }
        if ends:
            end_all(ends=ends, by=by, why="import", day=frame.as_of)

    def remove(self, keys: Collection[int], *, by: User | None) -> None:
        """Delete entries an import had made."""
        Away.objects.filter(pk__in=keys).delete()

    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Delete what was made, with persons nobody else speaks of; give values back."""
        super().take_back(batch, rows, frame, by=by)
        noted = [(row.person_key, row) for row in rows if row.person_key and row.before]
        known = {key: row.before["person"] for key, row in noted if row.before["person"]}
        made = {key for key, row in noted if row.action == RowAction.CREATE}
        drop_unused(made - known.keys())
        persons = list(Person.objects.filter(pk__in=known))
        for person in persons:
            was = known[person.pk]
            person.phone, person.name = was["phone"], was["name"]
            person.place_id, person.household_id = was["place"], was["household"]
        save_persons(persons)

    def responsible(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return who answers for each person."""
        return responsible_names(rows)


def _follow_all(said: Sequence[tuple[Person, Mapping[str, Any]]]) -> None:
    """Give known persons the name, the phone and the village that rows say; one query."""
    changed = []
    for person, values in said:
        before = (person.name, person.phone, person.place_id)
        person.name = values.get("name") or person.name
        person.phone = values.get("phone") or person.phone
        if values.get("dest_code"):
            move(person, values["dest_code"])
        if before != (person.name, person.phone, person.place_id):
            changed.append(person)
    save_persons(changed)
