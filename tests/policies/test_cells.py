"""Flags, restrictions and settings of every notice, cell by cell."""

from datetime import datetime
from typing import Any

import pytest

from policies.schema import load
from tests.policies.people import arriving, contact, event, overseas, stay
from tests.policies.test_spans import of, spans

LANDED = ("landing_report", "one_to_one_baobao")
GATE = "three_negative_gate"


@pytest.mark.clause("JY-2g", "A-13")
@pytest.mark.parametrize(
    ("lacking", "flags", "tests"),
    [
        ({"certificate": None}, ("certificate_missing_or_expired",), 1),
        ({"health_code": "red"}, ("health_code_not_green",), 0),
        ({}, (), 0),
    ],
)
@pytest.mark.parametrize("history", [stay("key_concern"), stay(risk="high")])
def test_a_paper_missing_is_flagged_in_both_rows_that_ask_for_papers(
    history: list[dict[str, Any]], lacking: dict[str, Any], flags: tuple[str, ...], tests: int
) -> None:
    plan = arriving("JY", history=history, **lacking)

    assert plan.flags == flags
    assert len(plan.arrival_tests) == tests


@pytest.mark.clause("JY-2g", "A-17")
@pytest.mark.parametrize("risk", ["mid", "high"])
def test_a_stay_already_rated_is_no_key_concern(risk: str) -> None:
    assert arriving("JY", history=stay("key_concern", risk=risk)).matched == ("JY.MIDHIGH",)


@pytest.mark.clause("JY-2c", "JY-2e", "JY-14c")
@pytest.mark.parametrize(
    ("facts", "restrictions"),
    [
        ({"history": stay(risk="mid")}, ("dissuade_before_coming", "single_room_at_home")),
        ({"history": stay("key_concern")}, ("single_room_at_home",)),
        ({"contact": "close"}, ("single_room",)),
        ({"overseas": overseas()}, ("stay_home_outings_agreed",)),
        ({}, ("move_less",)),
    ],
)
def test_each_row_of_jiyuan_says_what_a_person_may_not_do(
    facts: dict[str, Any], restrictions: tuple[str, ...]
) -> None:
    assert arriving("JY", **facts).restrictions == restrictions


@pytest.mark.clause("JX57-1d", "JX8-7b", "A-21")
def test_the_restrictions_of_jiangxi() -> None:
    low = stay("outbreak_city")

    assert arriving("JX57", overseas=overseas(3)).restrictions == ("stay_home",)
    assert contact("JX8", "close").restrictions == ("single_room",)
    assert arriving("JX8", history=low, certificate=None).restrictions == (
        "stay_put_until_negative",
    )


@pytest.mark.clause("JX8-7d")
def test_a_secondary_contact_in_an_outbreak_needs_an_assessment() -> None:
    assert contact("JX8", "secondary").flags == ("risk_assessment_required",)


@pytest.mark.clause("JX8-7b", "A-34")
def test_the_single_room_stays_when_another_row_wins() -> None:
    plan = arriving("JX8", contact="close", overseas=overseas(0))

    assert plan.classification == "JX57.IRREGULAR"
    assert "single_room" in plan.flags


@pytest.mark.clause("JX8-16d", "JX8-16e")
@pytest.mark.parametrize(
    ("risk", "row"), [("low", "LOW_WITH_CERT"), ("mid", "MIDHIGH"), ("high", "MIDHIGH")]
)
def test_the_level_within_the_outbreak_city_decides(risk: str, row: str) -> None:
    plan = arriving("JX8", history=stay("outbreak_city", risk=risk))

    assert plan.matched == (f"JX8.{row}",)


@pytest.mark.clause("JX8-16e", "A-05")
@pytest.mark.parametrize(
    ("sampled", "row"), [("2021-01-13", "LOW_WITH_CERT"), ("2021-01-12", "LOW_NO_CERT")]
)
def test_the_certificate_of_an_outbreak_city_lasts_seven_days(sampled: str, row: str) -> None:
    paper = {"sampled_on": sampled, "result": "negative"}

    plan = arriving("JX8", history=stay("outbreak_city"), certificate=paper)

    assert plan.classification == f"JX8.{row}"


@pytest.mark.clause("JX57-6a", "A-47")
@pytest.mark.parametrize(
    "history",
    [stay(risk="mid"), stay(risk="high"), stay("key_concern"), stay("local_cases")],
)
@pytest.mark.parametrize("found", [None, "close"])
def test_a_pupil_stays_off_the_campus_whichever_row_wins(
    history: list[dict[str, Any]], found: str | None
) -> None:
    plan = arriving("JX57", history=history, role="student", contact=found)

    assert "JX57.SCHOOL" in plan.matched
    assert "campus_entry_blocked_until_closed" in plan.flags


@pytest.mark.clause("JX57-6a", "A-47")
@pytest.mark.parametrize("served", [0, 13, 14])
@pytest.mark.parametrize("role", ["student", "cadre"])
@pytest.mark.parametrize("found", [None, "close"])
def test_an_overseas_pupil_stays_off_the_campus_and_nobody_else(
    served: int, role: str, found: str | None
) -> None:
    plan = arriving("JX57", overseas=overseas(served), role=role, contact=found)

    assert ("campus_entry_blocked_until_closed" in plan.flags) is (role == "student")


@pytest.mark.clause("JL-2.2d", "JL-2.2e", "JL-3i")
@pytest.mark.parametrize(
    ("facts", "row", "gate"),
    [
        ({"contact": "close"}, "CONTACT", True),
        ({"contact": "general"}, "GENERAL_CONTACT", False),
        ({"contact": "secondary"}, "SECONDARY_TEST", False),
        ({"contact": "secondary", "risk_assessment": "isolate"}, "SECONDARY_ISOLATE", True),
        ({"contact": "trajectory"}, "TRAJECTORY", False),
        ({"overseas": overseas(3)}, "OVERSEAS", True),
        ({"overseas": overseas()}, "OVERSEAS_TESTS_DUE", True),
        ({"overseas": overseas(negative_tests=3)}, "OVERSEAS_DONE", False),
        ({"history": stay(risk="mid")}, "RISK", True),
        ({}, "OTHER", False),
    ],
)
def test_every_row_of_jilin_has_landing_report_and_cadre_and_isolation_the_gate(
    facts: dict[str, Any], row: str, gate: bool
) -> None:
    plan = arriving("JL", **facts)

    assert plan.classification == f"JL.{row}"
    assert set(LANDED) <= set(plan.flags)
    assert (GATE in plan.flags) is gate


@pytest.mark.clause("JL-2.2d")
@pytest.mark.parametrize("level", ["close", "general", "secondary", "trajectory"])
def test_a_contact_who_does_not_arrive_makes_no_landing_report(level: str) -> None:
    assert "landing_report" not in contact("JL", level).flags


@pytest.mark.clause("GZ-1b", "A-31")
@pytest.mark.parametrize("code", ["green", "red"])
def test_the_first_station_is_flagged_with_and_without_papers(code: str) -> None:
    plan = arriving("GZ", history=stay(risk="mid"), health_code=code)

    assert plan.flags == ("first_station",)


@pytest.mark.clause("A-10")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JL", "GZ"])
@pytest.mark.parametrize(("entered", "passed"), [("2020-12-01", True), ("2021-01-10", False)])
def test_an_entry_long_ago_is_flagged_for_review(pack: str, entered: str, passed: bool) -> None:
    plan = arriving(pack, overseas=overseas(entered_on=entered))

    assert ("overseas_window_passed" in plan.flags) is passed


@pytest.mark.clause("A-01")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
def test_a_stage_ends_on_day_n_after_the_arrival_in_every_notice(pack: str) -> None:
    as_shipped = contact(pack, "close")
    other = contact(load(pack).with_settings(day_count="same_day"), "close")

    assert [str(as_shipped.observation_ends), str(other.observation_ends)] == [
        "2021-02-03",
        "2021-02-02",
    ]


@pytest.mark.clause("A-35")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
def test_a_new_plan_counts_from_the_day_of_the_change_in_every_notice(pack: str) -> None:
    found = event("contact_identified", "2021-01-25", level="close")

    plan = arriving(pack, history=stay(), events=[found])

    assert str(plan.stages[0].day0) == "2021-01-25"


@pytest.mark.clause("JY-2p")
def test_the_travel_reminder_comes_up_twelve_hours_before_departure() -> None:
    (reminder,) = of(spans({**_leaving("12:30")}), "six-3")
    (earlier,) = of(spans({**_leaving("11:30")}), "six-3")

    assert [str(reminder.first), str(earlier.first)] == ["2021-01-20", "2021-01-19"]


def _leaving(clock: str) -> dict[str, Any]:
    return {
        "arrives_at": "2021-01-20T15:30:00+08:00",
        "departs_at": f"2021-01-20T{clock}:00+08:00",
        "reported_at": "2021-01-18T08:00:00+08:00",
    }


@pytest.mark.clause("JY-2h", "JY-2w", "A-38")
def test_one_off_duties_have_their_grace() -> None:
    found = spans(_leaving("08:00"))

    (less,), (call,) = of(found, "move-less"), of(found, "four-4")
    assert less.due_at == datetime.fromisoformat("2021-01-22T00:00:00+08:00")
    assert call.due_at == datetime.fromisoformat("2021-02-21T00:00:00+08:00")
    assert load("JY").duty("JY.six-6").hours == 2


@pytest.mark.clause("JY-2u", "JY-2v")
def test_support_and_waste_of_a_day_are_missed_when_the_day_is_over() -> None:
    found = spans({**_leaving("08:00"), "history": stay(risk="mid")})

    repeated = of(found, "four-2", "support") + of(found, "four-3")[:2]
    assert [span.missable for span in repeated] == [True, True, True]
