"""Households and persons: registered, corrected, moved; their history is written by triggers."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grid import identity
from grid.announce import responsibility_changed
from grid.audit import acting
from grid.choices import IdType, Sex, Use
from grid.days import today
from grid.errors import Refused
from grid.models import Household, Person, Place, User, id_hash
from grid.places import fill_pinyin, need_in_village
from grid.services.responsibility import follow_places

PERSON_FIELDS = frozenset(
    {"name", "id_type", "id_number", "phone", "sex", "birth_date", "place", "household"}
)
HOUSEHOLD_FIELDS = frozenset(
    {
        "place",
        "number",
        "address",
        "use",
        "head_name",
        "phone",
        "size",
        "landlord",
        "landlord_name",
        "landlord_phone",
        "note",
        "closed_on",
    }
)


class PersonDataError(Refused):
    """What was entered cannot be a person's."""


class AlreadyRegisteredError(Refused):
    """This ID number belongs to a registered person."""


class HouseholdDataError(Refused):
    """What was entered cannot be a household's."""


class HouseholdExistsError(Refused):
    """This door number stands in this place already."""


@transaction.atomic
def register_person(
    *,
    name: str,
    id_type: str,
    id_number: str,
    phone: str,
    place: Place,
    by: User | None,
    household: Household | None = None,
    sex: str = "",
    birth_date: date | None = None,
) -> Person:
    """Register a person in a village, grid or building, or in one of its households.

    One person per ID number; of a resident ID card, sex and birth date are what the number says.
    """
    person = Person(
        name=name,
        id_type=id_type,
        id_number=id_number,
        phone=phone,
        place=place,
        household=household,
        sex=sex,
        birth_date=birth_date,
    )
    return _save_person(person, by=by, why="")


@transaction.atomic
def update_person(*, person: Person, by: User | None, why: str = "", **changes: Any) -> Person:
    """Correct or move a person: any of name, id_type, id_number, phone, sex, birth_date, place,
    household. Open assignments follow a move, and whoever answers for the new home is told.
    """
    _need_known(changes, PERSON_FIELDS)
    row: Person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    before = row.place_id, row.household_id
    for field, value in changes.items():
        setattr(row, field, value)
    if "household" in changes and row.household is not None and "place" not in changes:
        row.place = row.household.place
    _save_person(row, by=by, why=why)
    if (row.place_id, row.household_id) != before:
        follow_places(Person, [row.pk], row.place_id)
        responsibility_changed([before[0], row.place_id])
    return row


def _save_person(person: Person, *, by: User | None, why: str) -> Person:
    _check_person(person)
    try:
        with acting(by=by, why=why), transaction.atomic():
            person.derive().save()
    except IntegrityError as error:
        if "one_person_per_id_number" not in str(error):
            raise
        raise _already_registered(person, by) from error
    return person


def _check_person(person: Person) -> None:
    """Put the words in order and refuse what cannot be true."""
    person.name = " ".join(person.name.split())
    person.id_number = identity.normalise_id(person.id_number)
    person.phone = person.phone.replace(" ", "")
    if not person.name or len(person.name) > 60:
        raise PersonDataError(_("A person needs a name of at most 60 characters."))
    _check_document(person)
    if person.phone and not identity.is_phone(person.phone):
        raise PersonDataError(
            _("The phone number is neither a mobile (1xxxxxxxxxx) nor a landline (0391-xxxxxxx).")
        )
    if person.sex not in ("", *Sex.values):
        raise PersonDataError(_("Sex is M, F or empty."))
    if person.birth_date and person.birth_date > today():
        raise PersonDataError(
            _("The birth date %(day)s lies in the future.") % {"day": person.birth_date}
        )
    need_in_village(person.place)
    _check_home(person)


def _check_document(person: Person) -> None:
    number = person.id_number
    if person.id_type not in IdType.values:
        raise PersonDataError(
            _("There is no such kind of document: %(kind)s.") % {"kind": person.id_type}
        )
    if person.id_type == IdType.NONE:
        if number:
            raise PersonDataError(_("An ID number is given: choose its kind of document."))
    elif person.id_type == IdType.ID_CARD:
        if not identity.is_valid(number):
            raise PersonDataError(
                _(
                    "This is no valid resident ID number: eighteen places, the last of which "
                    "checks the others. Compare it with the card."
                )
            )
        born = identity.birth_of(number)
        if born is not None and born > today():
            raise PersonDataError(_("The birth date %(day)s lies in the future.") % {"day": born})
    elif not number or len(number) > 30:
        raise PersonDataError(
            _("Enter the number of the document (at most 30 characters), or choose “none yet”.")
        )


def _check_home(person: Person) -> None:
    home = person.household
    if home is None:
        return
    if home.closed_on is not None:
        raise PersonDataError(
            _("The household %(home)s was given up on %(day)s: choose another.")
            % {"home": home, "day": home.closed_on}
        )
    if not home.place_id.startswith(person.place.village_code):
        raise PersonDataError(
            _("The household %(home)s lies in %(there)s, not in %(place)s.")
            % {"home": home, "there": home.place, "place": person.place}
        )
    # A person is where the home is, down to the building: scope and lists go by this column.
    person.place = home.place


def _already_registered(person: Person, by: User | None) -> AlreadyRegisteredError:
    """Say that the person is known, and where only to those who may see that place."""
    other = Person.objects.select_related("place").get(id_hash=id_hash(person.id_number))
    visible = by is None or Person.objects.visible_to(by).filter(pk=other.pk).exists()
    if visible:
        return AlreadyRegisteredError(
            _("This ID number is registered already: %(name)s, %(place)s.")
            % {"name": other.name, "place": other.place}
        )
    return AlreadyRegisteredError(
        _("This ID number is registered already, in a place outside your area: ask the county.")
    )


@transaction.atomic
def register_household(*, place: Place, number: str, by: User | None, **fields: Any) -> Household:
    """Register a dwelling in a village, grid or building (JY-2j, JY-2k).

    Fields: address, use, head_name, phone, size (persons), landlord (a person), landlord_name,
    landlord_phone, note.
    """
    _need_known(fields, HOUSEHOLD_FIELDS - {"place", "number", "closed_on"})
    household = Household(place=place, number=number, **fields)
    _save_household(household, by=by, why="")
    fill_pinyin(place.code)
    responsibility_changed([place.code])
    return household


@transaction.atomic
def update_household(
    *, household: Household, by: User | None, why: str = "", **changes: Any
) -> Household:
    """Correct, move or give up a household; members and open assignments move along."""
    _need_known(changes, HOUSEHOLD_FIELDS)
    row: Household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    before = row.place_id
    for field, value in changes.items():
        setattr(row, field, value)
    _save_household(row, by=by, why=why)
    if row.place_id != before:
        with acting(by=by, why=why):
            members = list(row.members.values_list("pk", flat=True))
            row.members.update(place=row.place)
            follow_places(Household, [row.pk], row.place_id)
            follow_places(Person, members, row.place_id)
        fill_pinyin(row.place_id)
        responsibility_changed([before, row.place_id])
    return row


def _save_household(household: Household, *, by: User | None, why: str) -> None:
    household.number = household.number.strip()
    if not household.number or len(household.number) > 40:
        raise HouseholdDataError(_("A household needs a door number of at most 40 characters."))
    if household.use not in Use.values:
        raise HouseholdDataError(_("There is no such use: %(use)s.") % {"use": household.use})
    if household.closed_on and household.closed_on > today():
        raise HouseholdDataError(_("A household cannot be given up in the future."))
    _check_phones(household)
    need_in_village(household.place)
    try:
        with acting(by=by, why=why), transaction.atomic():
            household.save()
    except IntegrityError as error:
        if "household_number_in_place" not in str(error):
            raise
        raise HouseholdExistsError(
            _("%(number)s in %(place)s is registered already: open that household instead.")
            % {"number": household.number, "place": household.place}
        ) from error


def _check_phones(household: Household) -> None:
    for field in ("phone", "landlord_phone"):
        number = getattr(household, field).replace(" ", "")
        if number and not identity.is_phone(number):
            raise HouseholdDataError(
                _(
                    "The phone number is neither a mobile (1xxxxxxxxxx) nor a landline "
                    "(0391-xxxxxxx)."
                )
            )
        setattr(household, field, number)


@transaction.atomic
def assess_home(
    *, household: Household, suitable: bool, by: User | None, day: date | None = None
) -> Household:
    """Note whether the home allows one person alone in one room (JY-2f), as seen on `day`."""
    day = day or today()
    if day > today():
        raise HouseholdDataError(_("A home cannot be assessed in the future."))
    row: Household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    row.home_suitable, row.assessed_on = suitable, day
    with acting(by=by):
        row.save(update_fields=["home_suitable", "assessed_on"])
    return row


def _need_known(given: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse a programmer's slip; forms never send other fields."""
    if unknown := given.keys() - known:
        raise TypeError(f"Not fields to be set here: {', '.join(sorted(unknown))}.")
