"""A row set by people: it wins, says so, and never hides what happened after it."""

from typing import Any

import pytest

from policies.errors import FactsError
from policies.facts import Facts
from policies.plan import Plan, Reason
from policies.planner import plan
from policies.schema import load
from tests.policies.people import (
    arriving,
    contact,
    event,
    overseas,
    planned,
    returnee,
    stages,
    stay,
)

WHY = "误报，实际未离家"


def told(plan: Plan, item: str) -> Reason:
    return next(reason for reason in plan.why if reason.item == item)


def decided(row: str, **fields: Any) -> dict[str, Any]:
    return {"row": row, "why": WHY, **fields}


def test_the_row_set_by_people_wins_though_it_does_not_match() -> None:
    usual = arriving("JY", history=stay(risk="mid"))

    plan = arriving("JY", history=stay(risk="mid"), override=decided("JY.OTHER"))

    assert plan.classification == "JY.OTHER"
    assert stages(plan) == [("self_monitoring", 14, ())]
    assert plan.matched == usual.matched == ("JY.MIDHIGH",)


def test_the_class_rests_on_the_decision_and_names_the_row_set_aside() -> None:
    plan = arriving("JY", history=stay(risk="mid"), override=decided("JY.OTHER"))

    assert told(plan, "classification") == Reason(
        "classification",
        "override",
        f"人工认定为其他地区返（来）济人员：{WHY}",
        f"decided: returnees from other areas ({WHY})",
        "",
    )
    assert told(plan, "overridden.JY.MIDHIGH").rests_on == "JY-2d"
    assert [reason.item for reason in plan.why].count("classification") == 1


def test_a_decision_for_the_row_that_wins_anyway_sets_nothing_aside() -> None:
    plan = arriving("JY", history=stay(risk="mid"), override=decided("JY.MIDHIGH"))

    assert told(plan, "classification").rests_on == "override"
    assert not any(reason.item.startswith("overridden.") for reason in plan.why)
    assert plan.stages == arriving("JY", history=stay(risk="mid")).stages


def test_flags_and_follow_ups_of_the_matched_rows_are_kept() -> None:
    from_abroad = arriving(
        "JY", overseas=overseas(), contact="close", override=decided("JY.GENERAL_CONTACT")
    )

    assert [item.days for item in from_abroad.follow_ups] == [15, 30, 60, 90]
    assert from_abroad.flags == ("single_room",)


def test_other_people_of_the_kind_are_not_given_the_reason_of_one() -> None:
    facts = {"history": stay(risk="mid")}
    arriving("JY", **facts, override=decided("JY.OTHER"))

    other = arriving("JY", **facts, override={"row": "JY.OTHER", "why": "another"})

    assert "another" in told(other, "classification").text
    assert told(arriving("JY", **facts), "classification").rests_on == "JY-2d"


@pytest.mark.parametrize("key", ["JY", "JX57", "JX8", "JL", "GZ"])
def test_every_row_of_every_notice_can_be_set_for_anybody(key: str) -> None:
    for row in load(key).rows:
        for facts in ({}, {"overseas": overseas(14, negative_tests=3)}):
            made = arriving(key, **facts, override=decided(row.name))
            assert made.classification == row.name
            assert all(one.last_day or made.arrival_tests for one in made.stages)


def test_an_entry_nobody_stated_is_served_in_full() -> None:
    plan = arriving("JX57", override=decided("JX57.IRREGULAR"))

    assert stages(plan) == [("centralised", 14, (1, 14)), ("home_isolation", 14, (1,))]
    due = arriving("JL", override=decided("JL.OVERSEAS_TESTS_DUE"))
    assert len(due.arrival_tests) == 3


def test_a_patient_without_a_rule_may_be_given_one_by_people() -> None:
    plan = planned(
        "JY", patient="discharged", patient_anchor="2021-01-20", override=decided("JY.OTHER")
    )

    assert (plan.classification, plan.matched) == ("JY.OTHER", ())


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ({"row": "JY.NOBODY", "why": "x"}, "facts.override.row: is 'JY.NOBODY', which pack JY"),
        ({"row": "JY.NOBODY", "why": "x"}, "use one of JY.CONTACT, JY.OVERSEAS, JY.MIDHIGH"),
        ({"row": "JY.OTHER"}, "facts.override.why: is missing; give a text"),
        ({"row": "JY.OTHER", "why": "  "}, "facts.override.why: is missing; give a text"),
        ({"why": "x"}, "facts.override.row: is missing"),
        ({"row": "JY.OTHER", "why": "x", "decidd_on": 1}, "did you mean decided_on"),
        ("JY.OTHER", "facts.override: is 'JY.OTHER'; give an object"),
    ],
)
def test_an_override_that_cannot_be_is_refused(override: Any, sentence: str) -> None:
    with pytest.raises(FactsError) as caught:
        plan(load("JY"), Facts.parse(returnee(override=override)))
    assert sentence in str(caught.value)


CLOSE = event("contact_identified", "2021-01-25", level="close")
RAISED = event("area_risk_changed", "2021-01-25", place="Somewhere", to="high")


@pytest.mark.parametrize(("happened", "row"), [(CLOSE, "JY.CONTACT"), (RAISED, "JY.MIDHIGH")])
def test_what_is_stricter_and_comes_later_ends_the_decision(
    happened: dict[str, Any], row: str
) -> None:
    plan = arriving(
        "JY", history=stay("key_concern"), override=decided("JY.OTHER"), events=[happened]
    )

    assert plan.classification == row
    assert str(plan.stages[0].day0) == "2021-01-25"
    assert plan.event_result == f"reclassified:{row} (override JY.OTHER dropped)"
    assert WHY in told(plan, "override").text
    assert [one.kind for one in plan.superseded_stages] == ["self_monitoring"]


def test_a_raised_area_that_asks_nothing_new_leaves_the_decision() -> None:
    higher = event("area_risk_changed", "2021-01-25", place="Somewhere", to="high")

    plan = arriving("JY", history=stay(risk="mid"), override=decided("JY.OTHER"), events=[higher])

    assert plan.classification == "JY.OTHER"
    assert plan.event_result == "no_change: the plan would not be stricter"


def test_a_decision_stricter_than_the_new_contact_goes_on_from_that_day() -> None:
    general = event("contact_identified", "2021-01-25", level="general")

    plan = arriving("JY", override=decided("JY.CONTACT"), events=[general])

    assert plan.classification == "JY.CONTACT"
    assert str(plan.stages[0].day0) == "2021-01-25"
    assert told(plan, "classification").rests_on == "override"
    assert plan.event_result == "reclassified:JY.CONTACT"


def test_a_decision_made_after_an_event_knew_of_it() -> None:
    early = arriving("JY", override=decided("JY.OTHER"), events=[CLOSE])
    late = arriving("JY", override=decided("JY.OTHER", decided_on="2021-01-25"), events=[CLOSE])

    assert early.classification == "JY.CONTACT"
    assert late.classification == "JY.OTHER"
    assert str(late.stages[0].day0) == "2021-01-25"
    assert [one.kind for one in late.superseded_stages] == ["self_monitoring"]
    assert told(late, "overridden.JY.CONTACT").rests_on == "JY-14c"


def test_and_an_event_after_it_ends_it_again() -> None:
    general = event("contact_identified", "2021-01-22", level="general")
    override = decided("JY.OTHER", decided_on="2021-01-23")

    plan = arriving("JY", override=override, events=[CLOSE, general])

    assert plan.classification == "JY.CONTACT"
    assert plan.event_result.endswith("reclassified:JY.CONTACT (override JY.OTHER dropped)")


def test_a_decision_for_a_contact_who_made_no_journey_counts_from_the_placement() -> None:
    plan = contact("JX8", "close", override=decided("JX8.TRAJECTORY"))

    assert plan.classification == "JX8.TRAJECTORY"
    assert str(plan.stages[0].day0) == "2021-01-20"
