"""Rooms, tests and checks of a stored plan by day."""

from datetime import date, timedelta
from typing import Any

import pytest

from policies.load import DayLoad, day_load, rooms_and_tests
from tests.policies.people import arriving, contact, event, overseas, planned, stay


def day(text: str) -> date:
    return date.fromisoformat(f"2021-{text}")


def test_two_central_stages_in_a_row_take_one_room_and_tests_stand_on_their_days() -> None:
    rooms, tests = rooms_and_tests(arriving("JY", overseas=overseas(10)).as_dict())

    assert rooms == [(day("01-20"), day("01-31"))]
    assert tests[:3] == [day("01-24"), day("01-31"), day("02-09")]
    assert [one - day("02-09") for one in tests[3:]] == [
        timedelta(days=days) for days in (15, 30, 60, 90)
    ]


def test_a_stay_at_home_takes_no_room_and_its_checks_run_to_the_end() -> None:
    load = day_load(arriving("JY", history=stay("key_concern"), certificate=None).as_dict())

    assert load == DayLoad(
        rooms=[],
        tests=[day("01-20"), day("02-04")],
        checks=(day("01-20"), day("02-03")),
    )


def test_a_hold_counts_its_test_once_whenever_it_began() -> None:
    at_arrival = contact("JX57", "trajectory").as_dict()
    found = event("contact_identified", "2021-01-25", level="trajectory")
    later = arriving("GZ", events=[found]).as_dict()

    assert rooms_and_tests(at_arrival) == ([], [day("01-20")])
    assert rooms_and_tests(later) == ([], [day("01-25")])
    assert day_load(later).checks is None


def test_a_stage_closed_early_gives_its_room_back_and_the_new_one_takes_it_on() -> None:
    found = event("contact_identified", "2021-01-30", level="close")

    rooms, tests = rooms_and_tests(
        arriving("JY", history=stay(risk="mid"), events=[found]).as_dict()
    )

    assert rooms == [(day("01-20"), day("02-13"))]
    assert tests == [day("01-21"), day("01-31"), day("02-13"), day("02-20")]


def test_rehabilitation_in_hospital_takes_a_room_and_an_open_end_leaves_the_checks_open() -> None:
    patient: dict[str, Any] = {"patient": "discharged", "patient_anchor": "2021-01-01"}
    missing = event("test_missing_at_end", "2021-02-03")

    assert day_load(planned("GZ", **patient).as_dict()).rooms == [(day("01-01"), day("01-15"))]
    assert day_load(contact("GZ", "close", events=[missing]).as_dict()).checks == (
        day("01-20"),
        None,
    )


@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
def test_every_day_of_a_central_stage_has_a_room(pack: str) -> None:
    plan = contact(pack, "close")

    assert rooms_and_tests(plan.as_dict())[0] == [
        (plan.stages[0].first_day, plan.stages[-1].last_day)
    ]
