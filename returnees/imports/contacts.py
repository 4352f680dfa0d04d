"""Contacts to verify (协查名单) as a list: taken over, shared among villages, taken back."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from grid.areas import short_name
from grid.batches.kinds import Figure, Frame, Values
from grid.batches.records import RecordKind
from grid.batches.sentences import Messages
from grid.choices import RowAction
from grid.imports.lists import Context
from grid.imports.results import Row
from grid.models import ImportBatch, ImportRow, Place, User
from returnees.imports.contacts_book import LetterBook, load
from returnees.imports.contacts_list import CONTACTS
from returnees.imports.contacts_values import (
    COLUMNS,
    LetterContext,
    Sharer,
    columns_of,
    known_values,
    made_of,
)
from returnees.imports.people import BEYOND, VILLAGE, people_of
from returnees.imports.values import key_of_values
from returnees.models import Verification
from returnees.services.verifications import correct, take_over

SHARED = "letter_shared"


class ContactsKind(RecordKind):
    """协查名单: persons whom another place asks to have found and answered for."""

    name = "contacts"
    title = gettext_lazy("Contacts to verify")
    spec = CONTACTS
    model = Verification
    place_key = "dest_code"
    shows: ClassVar[tuple[str, ...]] = (
        "name", "id_number", "phone", "dest_code", "relation", "exposure", "letter_no",
    )  # fmt: skip
    decides: ClassVar[tuple[str, ...]] = ("dest_code",)
    follows = gettext_lazy(
        "Each goes to the cadre of its village; those without a village are shared evenly."
    )
    never_compared: ClassVar[frozenset[str]] = frozenset(
        ("id_type", "id_number", "sex", "birth", "seq", "age", "hukou", "shared", "town_code",
         "received_time")
    )  # fmt: skip
    read_as: ClassVar[Mapping[str, str]] = {
        "dest_code": "village",
        "received_time": "received_on",
    }
    messages: ClassVar[Messages] = {
        **BEYOND,
        SHARED: (
            "note",
            gettext_noop("Names no village: shared out; it can be given to another one."),
        ),
        "letter_managed": (
            "note",
            gettext_noop("Known as a returnee: expected or under management now."),
        ),
        "letter_returnee": ("note", gettext_noop("Known as a returnee, no longer managed.")),
        "letter_before": (
            "note",
            gettext_noop("Asked about before within half a year (%(day)s): %(outcome)s."),
        ),
    }

    def context(self, place: str, as_of: date) -> Context:
        """Return what letters for a place are judged by, with who shares the rows."""
        base = super().context(place, as_of)
        villages = sorted(code for code in base.places.villages if code.startswith(place))
        return LetterContext(
            as_of=base.as_of,
            places=base.places,
            home=base.home,
            days_before=base.days_before,
            days_after=base.days_after,
            sharer=Sharer(villages),
        )

    def values(self, row: Row, context: Context) -> Values:
        """Return what a row says, cut to what is kept; without a village it gets one of ours."""
        values = super().values(row, context)
        for key, (_column, length) in COLUMNS.items():
            if values.get(key):
                values[key] = values[key][:length]
        values["shared"] = not values.get("dest_code") and row.verdict != "error"
        if values["shared"] and isinstance(context, LetterContext):
            town = values.get("town_code") or ""
            values["dest_code"] = context.sharer.village_for(key_of_values(values), town)
        return values

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return person and letter: two letters may ask about one person."""
        return self.key_of(values)

    def key_of(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return what tells a person of a letter."""
        key = key_of_values(values)
        return None if key is None else (key, values.get("letter_no") or "")

    def records(self, keys: Collection[Any], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Letters are found by `book` alone: one without a number is told by its day."""
        return {}

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> LetterBook:
        """Load persons and earlier letters; with `lock` one import of a place at a time.

        A row that was shared out and is about somebody of the place goes to their own village.
        """
        if lock:
            Place.objects.select_for_update().get(pk=frame.home)
        book = LetterBook(self, frame, {}, persons=people_of(values))
        if not lock:
            for one in values:
                _home_of(one, book, frame.home)
        load(book, values, frame)
        return book

    def known(self, obj: Verification) -> Values:
        """Return a verification as a row would say it."""
        return known_values(obj)

    def make_many(
        self, values: Sequence[Values], frame: Frame, *, by: User | None
    ) -> Sequence[Verification]:
        """Take persons of letters over."""
        persons = people_of(values)
        rows = []
        for one in values:
            key = key_of_values(one)
            rows.append(made_of(one, persons.get(key) if key else None, frame))
        return take_over(verifications=rows, by=by, day=frame.as_of, why="import")

    def change_many(
        self, changes: Sequence[tuple[Any, Values]], frame: Frame, *, by: User | None
    ) -> None:
        """Change what letters say."""
        columns = {obj.pk: columns_of(values, frame) for obj, values in changes}
        correct(changes=columns, by=by, day=frame.as_of, why="import")

    def shown_at(self, batch: ImportBatch) -> str:
        """Return the contacts to verify narrowed to the batch."""
        return f"{reverse('verification-list')}?batch={batch.pk}"

    def figures(self, batch: ImportBatch) -> Sequence[Figure]:
        """Return among how many villages the rows are split, and how many named none."""
        rows = batch.rows.filter(kind="data", action__in=(RowAction.CREATE, RowAction.UPDATE))
        villages = rows.exclude(village="").order_by().values("village").distinct()
        shared = rows.filter(problems__contains=[{"code": SHARED}])
        return [
            Figure(_("Villages asked"), villages.count()),
            Figure(_("Shared out evenly"), shared.count(), code=SHARED),
        ]

    def responsible(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return who verifies; two queries."""
        keys = [row.target_key for row in rows if row.target_key]
        found = Verification.objects.filter(pk__in=keys).select_related("responsible", "place")
        names = {
            one.pk: one.responsible.name if one.responsible else short_name(one.place.name)
            for one in found
        }
        return {row.number: names[row.target_key] for row in rows if row.target_key in names}


def _home_of(values: Values, book: LetterBook, home: str) -> None:
    """Give a row that was shared out the village where its person lives, if that is ours."""
    key = key_of_values(values)
    person = book.persons.get(key) if key and values.get("shared") else None
    if person is not None and person.place_id.startswith(home) and len(person.place_id) >= VILLAGE:
        values["dest_code"] = person.place_id[:VILLAGE]
