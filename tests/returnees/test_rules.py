"""From a plan to rows, and how what happened moves a plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.facts import Facts
from policies.planner import plan
from policies.schema import load
from returnees.rules import Lived, as_lived, current_kind, wanted_stages, wanted_tests

ARRIVAL = date(2021, 1, 20)


def a_plan(risk: str = "mid", **facts: Any) -> dict[str, Any]:
    given_ = {
        "arrives_at": f"{ARRIVAL}T12:00:00+08:00",
        "history": [{"place": "9801", "last_day": ARRIVAL.isoformat(), "risk": risk}],
        "health_code": "green",
        **facts,
    }
    return plan(load("JY"), Facts.parse(given_)).as_dict()


@pytest.mark.clause("A-13")
def test_a_test_on_arrival_belongs_to_the_first_stage() -> None:
    (arrival, *_rest) = wanted_tests(a_plan())

    assert arrival.purpose == "arrival"
    assert arrival.stage == wanted_stages(a_plan())[0].key


def test_a_stage_rests_on_its_clause() -> None:
    assert [stage.clause for stage in wanted_stages(a_plan())] == ["JY-2d", "JY-2e"]


def test_follow_ups_that_are_no_tests_make_no_rows() -> None:
    overseas = {"entered_on": "2021-01-05", "quarantine_days": 14, "quarantine_proof": True}
    made = a_plan("low", overseas=overseas)

    follow_ups = [test for test in wanted_tests(made) if test.purpose == "follow_up"]

    assert [test.n for test in follow_ups] == [15, 30, 60, 90]
    assert all(test.stage is None for test in follow_ups)


@given(late=st.integers(0, 20))
def test_a_late_end_moves_what_follows_by_as_much_and_leaves_its_length(late: int) -> None:
    before = a_plan()
    first, second = wanted_stages(before)
    assert first.last_day is not None

    after = as_lived(before, [Lived(first.kind, first.day0, first.last_day + timedelta(late))])

    kept, moved = wanted_stages(after)
    assert kept == first
    assert moved.day0 - second.day0 == timedelta(late)
    assert (moved.days, moved.last_day) == (second.days, moved.day0 + timedelta(second.days or 0))
    assert after["observation_ends"] == moved.last_day.isoformat()
    assert after["daily_checks"]["count"] == before["daily_checks"]["count"] + late


def test_a_held_stage_has_no_end() -> None:
    before = a_plan()
    held = wanted_stages(before)[0].key

    after = as_lived(before, [], held=held)

    assert (after["observation_ends"], after["free_from"]) == (None, None)
    assert after["daily_checks"]["last"] is None
    assert after["stages"] == before["stages"]


def test_a_stage_of_another_plan_moves_nothing() -> None:
    before = a_plan()

    after = as_lived(before, [Lived("centralised", ARRIVAL - timedelta(9), ARRIVAL)])

    assert after == before


def test_the_running_stage_is_the_first_that_is_not_closed() -> None:
    made = a_plan()
    first, second = wanted_stages(made)

    assert current_kind(made, set()) == "centralised"
    assert current_kind(made, {first.key}) == "home_single_room"
    assert current_kind(made, {first.key, second.key}) == ""
