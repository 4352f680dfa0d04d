"""The gaps: who has nobody, whose cadre cannot act, who has too many."""

from datetime import date, timedelta

import pytest

from grid.choices import Tier, Use
from grid.coverage import (
    away_holders,
    inactive_holders,
    overloaded,
    uncovered_households,
    uncovered_persons,
    without_landlord,
)
from tests.factories.grid import (
    OTHER_VILLAGE,
    TOWN,
    VILLAGE,
    AssignmentFactory,
    HouseholdFactory,
    LeaveFactory,
    PersonFactory,
    UserFactory,
    place,
)

pytestmark = pytest.mark.django_db
DAY = date(2021, 2, 8)
GRID, BUILDING = VILLAGE + "001", VILLAGE + "001002"


def gaps(day: date = DAY, under: str = TOWN) -> tuple[set, set]:
    return (
        set(uncovered_households(under=under, day=day)),
        set(uncovered_persons(under=under, day=day)),
    )


@pytest.mark.clause("JY-2l")
def test_a_household_and_a_person_without_a_cadre_are_named() -> None:
    home, covered = HouseholdFactory(), HouseholdFactory()
    lonely, member = PersonFactory(household=home), PersonFactory(household=covered)
    AssignmentFactory(household=covered)
    far = HouseholdFactory(place=place("970102101201"))

    assert gaps() == ({home}, {lonely})
    assert gaps(under=far.place_id) == ({far}, set())

    AssignmentFactory(person=lonely)
    assert gaps() == ({home}, set())
    assert member.household == covered


@pytest.mark.clause("JX57-9c", "GZ-14a", "JY-2l")
@pytest.mark.parametrize("code", [VILLAGE, GRID, BUILDING])
def test_a_cadre_of_village_grid_or_building_covers_every_household_in_it(code: str) -> None:
    home = HouseholdFactory(place=place(BUILDING))
    person = PersonFactory(household=home)
    other = PersonFactory(place=place(OTHER_VILLAGE))
    assert gaps() == ({home}, {person, other})

    AssignmentFactory(place=place(code))

    assert gaps() == (set(), {other})


@pytest.mark.clause("JY-2l", "JY-16c")
def test_a_leader_of_a_wider_tier_covers_no_household() -> None:
    home = HouseholdFactory()
    AssignmentFactory(place=place(VILLAGE), tier=Tier.VILLAGE)

    assert gaps() == ({home}, set())


@pytest.mark.clause("JY-2l")
def test_a_cadre_who_cannot_act_covers_nobody() -> None:
    homes = [HouseholdFactory() for _n in range(5)]
    inactive = AssignmentFactory(household=homes[0], cadre=UserFactory(inactive=True))
    ended = AssignmentFactory(household=homes[1], until=DAY)
    not_yet = AssignmentFactory(household=homes[2], since=DAY + timedelta(days=1))
    away = AssignmentFactory(household=homes[3])
    LeaveFactory(user=away.cadre, cover=UserFactory(inactive=True))
    covered = AssignmentFactory(household=homes[4])
    LeaveFactory(user=covered.cadre)

    assert gaps()[0] == set(homes[:4])
    assert set(inactive_holders(under=TOWN, day=DAY)) == {inactive}
    assert set(away_holders(under=TOWN, day=DAY)) == {away, covered}
    assert gaps(DAY - timedelta(days=1))[0] == set(homes) - {ended.household, covered.household}
    assert not_yet.household not in gaps(DAY + timedelta(days=1))[0]


@pytest.mark.clause("JY-2k")
@pytest.mark.parametrize("use", Use.values)
def test_tenants_and_shops_are_missed_like_residents(use: str) -> None:
    home = HouseholdFactory(use=use)
    assert gaps()[0] == {home}

    AssignmentFactory(household=home)
    assert gaps()[0] == set()


@pytest.mark.clause("JY-2k")
def test_a_let_dwelling_without_its_landlord_is_named() -> None:
    landlord = PersonFactory()
    homes = {use: HouseholdFactory(use=use) for use in Use.values}
    HouseholdFactory(use=Use.RENTED, landlord=landlord)

    named = set(without_landlord(under=TOWN))

    assert named == {homes[use] for use in (Use.RENTED, Use.SHOP, Use.DORMITORY)}
    assert [home.use for home in landlord.lets.all()] == [Use.RENTED]


def test_a_household_given_up_is_no_gap_from_that_day_on() -> None:
    home = HouseholdFactory(closed_on=DAY)

    assert gaps(DAY - timedelta(days=1))[0] == {home}
    assert gaps(DAY)[0] == set()


def test_overloaded_counts_the_persons_one_answers_for() -> None:
    busy, calm = AssignmentFactory(place=place(VILLAGE)), HouseholdFactory()
    other = AssignmentFactory(household=calm)
    [PersonFactory() for _n in range(4)]
    [PersonFactory(household=calm) for _n in range(2)]

    loads = overloaded(under=TOWN, day=DAY, limit=1)

    assert [(load.user, load.persons) for load in loads] == [(busy.cadre, 4), (other.cadre, 2)]
    assert [load.user for load in overloaded(under=TOWN, day=DAY, limit=2)] == [busy.cadre]
