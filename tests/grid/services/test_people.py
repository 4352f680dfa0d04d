"""Households and persons: registered once, corrected with history, moved with their cadres."""

from datetime import timedelta

import pytest

from grid.choices import IdType, Role, Use
from grid.days import today
from grid.errors import Refused
from grid.history import history_of
from grid.models import Assignment, Household, Person
from grid.responsibility import responsible_for
from grid.services import people
from tests.factories.grid import (
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    PersonFactory,
    PostFactory,
    UserFactory,
    id_number,
    place,
)

pytestmark = pytest.mark.django_db
GRID = VILLAGE + "001"


def register(**words) -> Person:
    plain = {
        "name": " 林 小满 ",
        "id_type": IdType.ID_CARD,
        "id_number": id_number(7),
        "phone": "139 1234 5678",
        "place": place(VILLAGE),
        "by": None,
    }
    return people.register_person(**{**plain, **words})


def test_a_person_is_registered_with_what_the_number_says() -> None:
    person = register(id_number=id_number(7).lower())

    person = Person.objects.get(pk=person.pk)
    assert (person.name, person.phone, person.id_number) == (
        "林 小满",
        "13912345678",
        id_number(7),
    )
    assert (person.sex, str(person.birth_date)) == ("M", "1980-01-01")
    assert Person.objects.matching("5678").get() == person


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"name": " "}, "60"),
        ({"id_number": "970101198001010079"}, "no valid resident ID"),
        ({"id_number": ""}, "no valid resident ID"),
        ({"id_type": IdType.NONE}, "choose its kind of document"),
        ({"id_type": "letter"}, "letter"),
        ({"id_type": IdType.PASSPORT, "id_number": ""}, "Enter the number"),
        ({"phone": "12345"}, "1xxxxxxxxxx"),
        ({"sex": "x"}, "Sex is"),
        (
            {"id_type": IdType.PASSPORT, "birth_date": today() + timedelta(days=1)},
            str(today().year),
        ),
        ({"id_number": id_number(1, today() + timedelta(days=1))}, "in the future"),
    ],
)
def test_what_cannot_be_a_person_is_refused(words: dict, sentence: str) -> None:
    with pytest.raises(people.PersonDataError, match=sentence):
        register(**words)

    assert not Person.objects.exists()


@pytest.mark.parametrize("code", ["970101", TOWN])
def test_a_person_lives_in_a_village_at_least(code: str) -> None:
    with pytest.raises(Refused, match="地" + code):
        register(place=place(code))


def test_a_closed_place_takes_nobody() -> None:
    shut = place(VILLAGE)
    shut.closed = True
    shut.save()

    with pytest.raises(Refused, match="地" + VILLAGE):
        register(place=shut)


@pytest.mark.clause("JY-18d")
def test_a_number_twice_is_refused_and_named_only_to_those_who_may_see() -> None:
    person = register()
    head = PostFactory(role=Role.VILLAGE_HEAD).user
    stranger = PostFactory(role=Role.VILLAGE_HEAD, place=place(OTHER_VILLAGE)).user

    with pytest.raises(people.AlreadyRegisteredError, match=person.name):
        register(by=head)
    with pytest.raises(people.AlreadyRegisteredError) as refusal:
        register(by=stranger, place=place(OTHER_VILLAGE))
    assert person.name not in str(refusal.value)
    assert str(person.place) not in str(refusal.value)
    assert Person.objects.count() == 1


@pytest.mark.clause("JX57-9c")
def test_a_member_is_where_the_household_is_down_to_the_building() -> None:
    home = HouseholdFactory(place=place(GRID + "002"))

    assert register(household=home).place_id == GRID + "002"
    with pytest.raises(people.PersonDataError, match=home.number):
        register(household=home, place=place(OTHER_VILLAGE), id_number=id_number(8))
    home.closed_on = today()
    home.save()
    with pytest.raises(people.PersonDataError, match=home.number):
        register(household=home, id_number=id_number(8))


@pytest.mark.clause("JY-2j")
def test_a_person_who_moves_is_answered_for_at_the_new_home_and_the_history_stays() -> None:
    old, new = HouseholdFactory(), HouseholdFactory(place=place(OTHER_VILLAGE))
    cadres = [AssignmentFactory(household=home).cadre for home in (old, new)]
    person = register(household=old)
    own = AssignmentFactory(person=person, deputy=True, ended=True)
    assert responsible_for([person.pk], today()) == {person.pk: cadres[0].pk}

    boss = UserFactory()
    people.update_person(person=person, household=new, by=boss, why="搬家")

    assert responsible_for([person.pk], today()) == {person.pk: cadres[1].pk}
    entry = history_of(Person.objects.get())[0]
    assert (entry.who, entry.why) == (boss.name, "搬家")
    assert {(change.before, change.after) for change in entry.changes} == {
        (str(old), str(new)),
        ("地" + VILLAGE, "地" + OTHER_VILLAGE),
    }
    own.refresh_from_db()
    assert own.at_id == VILLAGE  # what has ended keeps its place


def test_open_assignments_move_with_household_and_members() -> None:
    home = HouseholdFactory()
    person = PersonFactory(household=home)
    rows = [AssignmentFactory(household=home), AssignmentFactory(person=person)]

    people.update_household(household=home, place=place(GRID), by=None)

    person.refresh_from_db()
    assert person.place_id == GRID
    assert {row.at_id for row in Assignment.objects.filter(pk__in=[r.pk for r in rows])} == {GRID}


def test_an_update_checks_as_much_as_a_registration() -> None:
    person, other = register(), PersonFactory()

    with pytest.raises(people.AlreadyRegisteredError):
        people.update_person(person=person, id_number=other.id_number, by=None)
    with pytest.raises(people.PersonDataError):
        people.update_person(person=person, phone="1", by=None)
    with pytest.raises(TypeError, match="pinyin"):
        people.update_person(person=person, pinyin="x", by=None)
    people.update_person(person=person, phone="", by=None)
    person.refresh_from_db()
    assert (person.phone, person.phone_hash) == ("", None)


@pytest.mark.clause("JY-2k")
def test_a_rented_home_names_its_landlord() -> None:
    landlord = register()

    home = people.register_household(
        place=place(GRID), number=" 3-101 ", use=Use.RENTED, landlord=landlord, by=None
    )

    home = Household.objects.get(pk=home.pk)
    assert (home.number, home.use, home.landlord) == ("3-101", Use.RENTED, landlord)


def test_what_cannot_be_a_household_is_refused() -> None:
    here = place(VILLAGE)
    people.register_household(place=here, number="1号", by=None)

    for words in (
        {"number": "1号"},
        {"number": " "},
        {"number": "2号", "use": "castle"},
        {"number": "2号", "place": place(TOWN)},
    ):
        with pytest.raises(Refused):
            people.register_household(**{"place": here, "by": None, **words})
    assert Household.objects.count() == 1


@pytest.mark.clause("JY-2f")
def test_a_home_is_assessed_with_its_day_and_not_in_the_future() -> None:
    home = HouseholdFactory()

    with pytest.raises(people.HouseholdDataError):
        people.assess_home(household=home, suitable=True, by=None, day=today() + timedelta(days=1))
    people.assess_home(household=home, suitable=False, by=None)

    home.refresh_from_db()
    assert (home.home_suitable, home.assessed_on) == (False, today())
