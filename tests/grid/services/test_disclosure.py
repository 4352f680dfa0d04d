"""Personal data in full: who may, under which condition, always on record (JY-18d)."""

import pytest

from grid.choices import Role, Tier
from grid.models import Event, Person, User
from grid.services.disclosure import (
    NotDisclosedError,
    ReasonMissingError,
    record_export,
    reveal,
)
from tests.factories.grid import (
    LONG_AGO,
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    LeaveFactory,
    PersonFactory,
    PostFactory,
    UserFactory,
    place,
)

pytestmark = [pytest.mark.django_db, pytest.mark.clause("JY-18d")]
PLACES = {
    Role.TOWNSHIP_ADMIN: TOWN,
    Role.COUNTY_ADMIN: "970101",
    Role.SUPERVISOR: "970101",
    Role.LEADER: TOWN,
}


def holder(role: str, code: str | None = None) -> User:
    return PostFactory(role=role, place=place(code or PLACES.get(role, VILLAGE))).user


@pytest.fixture
def person() -> Person:
    return PersonFactory(household=HouseholdFactory())


@pytest.mark.parametrize("role", [Role.VILLAGE_HEAD, Role.TOWNSHIP_ADMIN, Role.COUNTY_ADMIN])
def test_heads_and_admins_see_their_area_in_full_and_it_is_written_down(
    person: Person, role: str
) -> None:
    user = holder(role)

    shown = reveal(person=person, by=user, reason=" 核对 ")

    assert (shown.id_number, shown.phone) == (person.id_number, person.phone)
    event = Event.objects.get()
    assert (event.kind, event.actor_id, event.subject_key, event.place_id, event.reason) == (
        Event.Kind.REVEAL,
        user.pk,
        f"person:{person.pk}",
        VILLAGE,
        "核对",
    )
    assert person.id_number not in f"{event.subject} {event.data}"


def test_a_supervisor_must_say_why(person: Person) -> None:
    user = holder(Role.SUPERVISOR)

    with pytest.raises(ReasonMissingError):
        reveal(person=person, by=user, reason="  ")
    assert not Event.objects.exists()
    assert reveal(person=person, by=user, reason="督导抽查").phone == person.phone


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.LEADER, TOWN),
        (Role.GRID_WORKER, VILLAGE),
        (Role.VILLAGE_CADRE, VILLAGE),
        (Role.VILLAGE_HEAD, "970101101202"),
        (Role.TOWNSHIP_ADMIN, "970101102"),
    ],
)
def test_others_do_not_see_in_full(person: Person, role: str, code: str) -> None:
    with pytest.raises(NotDisclosedError):
        reveal(person=person, by=holder(role, code), reason="想看")

    assert not Event.objects.exists()


@pytest.mark.parametrize("target", ["person", "household", "place"])
def test_a_cadre_sees_those_answered_for_alone(person: Person, target: str) -> None:
    rows = {"person": person, "household": person.household, "place": person.place}
    cadre = AssignmentFactory(**{target: rows[target]}).cadre

    assert reveal(person=person, by=cadre).id_number == person.id_number
    other = PersonFactory(household=HouseholdFactory())
    AssignmentFactory(household=other.household)
    with pytest.raises(NotDisclosedError):
        reveal(person=other, by=cadre)


def test_a_deputy_and_a_cover_see_too_and_a_leaders_tier_does_not(person: Person) -> None:
    lead = AssignmentFactory(household=person.household)
    deputy = AssignmentFactory(household=person.household, deputy=True).cadre
    leave = LeaveFactory(user=lead.cadre)
    leader = AssignmentFactory(place=place(TOWN), tier=Tier.BLOCK).cadre

    for user in (deputy, leave.cover):
        assert reveal(person=person, by=user).phone == person.phone
    with pytest.raises(NotDisclosedError):
        reveal(person=person, by=leader)


def test_a_past_cadre_no_longer_sees(person: Person) -> None:
    cadre = AssignmentFactory(person=person, until=LONG_AGO).cadre

    with pytest.raises(NotDisclosedError):
        reveal(person=person, by=cadre)


@pytest.mark.parametrize(
    ("role", "masked", "full"),
    [
        (Role.GRID_WORKER, False, False),
        (Role.VILLAGE_CADRE, False, False),
        (Role.VILLAGE_HEAD, True, False),
        (Role.TOWNSHIP_ADMIN, True, True),
        (Role.LEADER, True, False),
        (Role.SUPERVISOR, True, False),
        (Role.COUNTY_ADMIN, True, True),
    ],
)
def test_exports_are_written_down_or_refused(*, role: str, masked: bool, full: bool) -> None:
    user = holder(role)

    for in_full, allowed in ((False, masked), (True, full)):
        Event.objects.all().delete()
        words = {"what": "returnees", "rows": 7, "full": in_full, "place": place(VILLAGE)}
        if not allowed:
            with pytest.raises(NotDisclosedError):
                record_export(**words, by=user)
            assert not Event.objects.exists()
            continue
        record_export(**words, by=user, reason="上报")
        event = Event.objects.get()
        assert (event.kind, event.actor_id, event.data, event.place_id) == (
            Event.Kind.EXPORT,
            user.pk,
            {"rows": 7, "full": in_full},
            VILLAGE,
        )


def test_somebody_without_a_post_takes_and_sees_nothing(person: Person) -> None:
    with pytest.raises(NotDisclosedError):
        reveal(person=person, by=UserFactory())


def test_who_stays_in_a_village_is_shown_to_its_head_wherever_they_are_registered(
    person: Person,
) -> None:
    class Stay:
        def scope_keys(self) -> tuple[str, int | None, int | None]:
            return "970101999201", person.household_id, person.pk

    head = holder(Role.VILLAGE_HEAD, place("970101999201").code)

    with pytest.raises(NotDisclosedError):
        reveal(person=person, by=head)
    shown = reveal(person=person, by=head, row=Stay())

    assert shown.phone == person.phone
