"""Who a row is about, for lists beside that of returnees: known persons, and those made of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from grid.batches.sentences import Messages, problem
from grid.bulk import copy_in, make
from grid.choices import CODE_LENGTHS, IdType, Level
from grid.days import today
from grid.imports import common
from grid.imports.draft import Draft
from grid.imports.results import Problem
from grid.models import Household, ImportRow, Person, User
from grid.responsibility import responsible_for
from grid.scope import under
from returnees.imports.values import key_of_values
from returnees.services.persons import Key, PersonBook

# Laboratories and other places send what they have: a number may be missing.
LOOSE_PHONE = replace(common.PHONE, required=False)
LOOSE_ID = replace(common.ID_NUMBER, required=False)
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
Rows = Sequence[Mapping[str, Any]]


def somebody(draft: Draft) -> None:
    """Refuse a row that tells of nobody: neither an ID number nor a phone."""
    values = draft.values
    is_anonymous = values["name"] and not values["id_number"] and not values["phone"]
    if is_anonymous and not any(one.severity == "error" for one in draft.problems):
        draft.add("id_number", "id_missing")


def people_of(rows: Rows, *, lock: bool = False) -> PersonBook:
    """Return the known persons of some rows; one query."""
    return PersonBook.of((key for row in rows if (key := key_of_values(row))), lock=lock)


def day_of(text: Any) -> date | None:
    """Return the day of a canonical value, or None for none."""
    return date.fromisoformat(text) if text else None


def registered(rows: Rows) -> tuple[list[Person], set[int]]:
    """Return the locked person of each row, in order, and the ids of those registered now.

    Whoever is not known is registered in the village of the row, in the household that its address
    names. At most four queries.
    """
    book = people_of(rows, lock=True)
    houses = _Houses.of([row for row in rows if book.found.get(_key(row)) is None])
    new: dict[Key, Person] = {}
    for row in rows:
        key = _key(row)
        if key not in book.found and key not in new:
            new[key] = _person(row, houses)
    copy_in(list(new.values()))
    found = {**book.found, **new}
    return [found[_key(row)] for row in rows], {person.pk for person in new.values()}


def _key(row: Mapping[str, Any]) -> Key:
    key = key_of_values(row)
    if key is None:  # refused where the row was cleaned
        raise ValueError("a row about nobody")
    return key


def _person(row: Mapping[str, Any], houses: "_Houses") -> Person:
    home = houses.named_by(row)
    return make(
        Person,
        {"household": home} if home else {},
        name=row["name"],
        id_type=(row.get("id_type") if row.get("id_number") else None) or IdType.NONE,
        id_number=row.get("id_number") or "",
        phone=row.get("phone") or "",
        sex=row.get("sex") or "",
        birth_date=day_of(row.get("birth")),
        place_id=home.place_id if home else row["dest_code"],
    ).derive()


class _Houses:
    """Households by village and by what rows write as the address: the number or the address."""

    def __init__(self, found: Mapping[tuple[str, str], list[Household]]) -> None:
        self.found = found

    @classmethod
    def of(cls, rows: Rows) -> "_Houses":
        """Load those that the rows name; one query."""
        texts = {row["home_address"] for row in rows if row.get("home_address")}
        villages = {row["dest_code"] for row in rows if row.get("home_address")}
        found: dict[tuple[str, str], list[Household]] = {}
        if texts:
            inside = Q(pk__in=[])
            for village in villages:
                inside |= under(village)
            named = Q(number__in=texts) | Q(address__in=texts)
            for home in Household.objects.filter(inside, named, closed_on=None):
                for text in {home.number, home.address}:
                    found.setdefault((home.place_id[:VILLAGE], text), []).append(home)
        return cls(found)

    def named_by(self, row: Mapping[str, Any]) -> Household | None:
        """Return the one household that the address of a row names, if there is just one."""
        homes = self.found.get((row["dest_code"], row.get("home_address") or ""), [])
        return homes[0] if len(homes) == 1 else None


def drop_unused(keys: Collection[int]) -> int:
    """Delete those of these persons of whom nothing else speaks by now; a query per relation."""
    left = set(keys)
    for relation in Person._meta.related_objects:
        model: Any = relation.related_model
        if left and not hasattr(model, "pgh_obj"):
            name = relation.field.name
            used = model.objects.filter(**{f"{name}__in": left})
            left -= set(used.values_list(name, flat=True))
    Person.objects.filter(pk__in=left).delete()
    return len(left)


def responsible_names(rows: Sequence[ImportRow]) -> dict[int, str]:
    """Return by row number the cadre who answers for the row's person today; two queries."""
    holders = responsible_for([row.person_key for row in rows if row.person_key], today())
    names = dict(
        User.objects.filter(pk__in={key for key in holders.values() if key}).values_list(
            "pk", "name"
        )
    )
    found = {row.number: names.get(holders.get(row.person_key or 0) or 0, "") for row in rows}
    return {number: name for number, name in found.items() if name}


def beyond(values: Mapping[str, Any], home: str) -> Problem | None:
    """Ask about a row whose village lies outside the place the list was given for."""
    place = values.get("dest_code")
    return None if not place or place.startswith(home) else problem("village_beyond")


BEYOND: Messages = {
    "village_beyond": (
        "question",
        gettext_noop(
            "The village lies outside the place of this list; choose one inside, or pass the row "
            "on to the county."
        ),
    )
}
