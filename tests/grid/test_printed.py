"""Texts to print: all four tiers, every gap, zeros said."""

from datetime import date

import pytest
from django.utils import translation

from grid.choices import Tier
from grid.printed import gaps_text, household_card
from tests.factories.grid import (
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


@pytest.mark.clause("JY-16c")
def test_the_card_names_all_four_tiers_and_the_missing_one() -> None:
    home = HouseholdFactory(number="3号")
    rows = [
        AssignmentFactory(household=home),
        AssignmentFactory(place=place(VILLAGE), tier=Tier.VILLAGE),
        AssignmentFactory(place=place(TOWN), tier=Tier.COUNTY),
    ]
    names = [f"{row.cadre.name}, {row.cadre.phone}" for row in rows]

    with translation.override("en"):
        card = household_card(home, DAY).splitlines()

    assert card == [
        f"3号, 地{VILLAGE}",
        f"Household cadre: {names[0]}",
        f"Township cadre of the village: {names[1]}",
        "Leader of the block: nobody",
        f"County leader: {names[2]}",
    ]


@pytest.mark.clause("JY-2l")
def test_the_gaps_are_listed_and_zero_is_said() -> None:
    home = HouseholdFactory(number="3号")
    person = PersonFactory(household=home)
    covered = HouseholdFactory()
    away = AssignmentFactory(household=covered).cadre
    LeaveFactory(user=away)

    with translation.override("en"):
        lines = gaps_text(place(TOWN), DAY).splitlines()

    assert lines[1:] == [
        "Households without a cadre: 1 (3号)",
        f"Persons without a cadre: 1 ({person.name})",
        "Cadres no longer active: 0",
        f"Cadres on leave: 1 ({away.name})",
    ]
    gone = AssignmentFactory(household=home, cadre=UserFactory(inactive=True)).cadre
    with translation.override("en"):
        assert f"no longer active: 1 ({gone.name})" in gaps_text(place(TOWN), DAY)


def test_a_long_list_of_names_is_cut_and_still_counted() -> None:
    [HouseholdFactory() for _n in range(25)]

    with translation.override("en"):
        line = gaps_text(place(TOWN), DAY).splitlines()[1]

    assert line.startswith("Households without a cadre: 25 (")
    assert line.endswith("…)")
    assert line.count("号") == 20
