"""Readings that several notices share: lesser contacts, settings, the two samples."""

from pathlib import Path
from typing import Any

import pytest

from policies.schema import load
from tests.policies.people import (
    arriving,
    contact,
    event,
    overseas,
    planned,
    rests_on,
    returnee,
    stages,
    stay,
)

Facts = dict[str, Any]
ALL = ("JY", "JX57", "JX8", "JL", "GZ")
CLOSED = {"since": "2021-01-15", "last_day": "2021-02-10", "place": "97 云溪小区"}

LAST_TWO = {"JX57": (1, 14), "JL": (1, 7, 14), "GZ": (1, 14)}


def negative(sampled_on: str) -> dict[str, str]:
    return {"sampled_on": sampled_on, "result": "negative"}


@pytest.mark.clause("A-22")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JL", "GZ"])
def test_general_contacts_are_monitored_at_home_where_the_notice_is_silent(pack: str) -> None:
    plan = contact(pack, "general")

    assert plan.classification == f"{pack}.GENERAL_CONTACT"
    assert stages(plan) == [("home_monitoring", 14, (14,))]


@pytest.mark.clause("A-22")
@pytest.mark.parametrize(("pack", "tests"), LAST_TWO.items())
def test_secondary_contacts_are_tested_and_isolated_only_when_assessed(
    pack: str, tests: tuple[int, ...]
) -> None:
    assessed = contact(pack, "secondary")
    isolated = contact(pack, "secondary", risk_assessment="isolate")

    assert [one.kind for one in assessed.stages] == ["hold_for_test"]
    assert len(assessed.arrival_tests) == 1
    assert "risk_assessment_required" in assessed.flags
    assert stages(isolated) == [("centralised", 14, tests)]
    assert "risk_assessment_required" not in isolated.flags


@pytest.mark.clause("A-22")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JL", "GZ"])
def test_crossed_tracks_are_held_for_one_test_where_the_notice_is_silent(pack: str) -> None:
    plan = contact(pack, "trajectory")

    assert [one.kind for one in plan.stages] == ["hold_for_test"]
    assert len(plan.arrival_tests) == 1


@pytest.mark.clause("A-03", "C-5")
@pytest.mark.parametrize(
    ("pack", "row"),
    [("JX57", "RISK_NO_PAPERS"), ("JL", "RISK"), ("GZ", "RISK_NO_PAPERS")],
)
def test_the_look_back_is_fourteen_days_in_every_notice(pack: str, row: str) -> None:
    inside = arriving(pack, history=stay(risk="mid", left="2021-01-06"), certificate=None)
    outside = arriving(pack, history=stay(risk="mid", left="2021-01-05"), certificate=None)

    assert inside.classification == f"{pack}.{row}"
    assert outside.classification.endswith(".OTHER")


@pytest.mark.clause("A-05", "C-6")
@pytest.mark.parametrize("pack", ["JX57", "GZ"])
def test_a_certificate_lasts_seven_days_where_it_exempts(pack: str) -> None:
    held = {"result": "negative", "sampled_on": "2021-01-13"}
    old = {"result": "negative", "sampled_on": "2021-01-12"}

    assert arriving(pack, history=stay(risk="mid"), certificate=held).classification.endswith(
        "WITH_PAPERS"
    )
    assert arriving(pack, history=stay(risk="mid"), certificate=old).classification.endswith(
        "NO_PAPERS"
    )


@pytest.mark.clause("A-35")
@pytest.mark.parametrize("pack", ["JX57", "JL", "GZ"])
@pytest.mark.parametrize(("on", "changed"), [("2021-02-02", True), ("2021-02-03", False)])
def test_a_raised_area_counts_for_fourteen_days_after_leaving(
    pack: str, on: str, changed: bool
) -> None:
    raised = event("area_risk_changed", on, place="Somewhere", to="high")

    plan = arriving(pack, history=stay(), certificate=None, events=[raised])

    assert (plan.stages != ()) is changed


@pytest.mark.clause("A-23", "A-11")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
@pytest.mark.parametrize(
    ("second", "counts"),
    [("2021-02-03T09:00:00+08:00", True), ("2021-02-03T08:59:00+08:00", False)],
)
def test_two_samples_count_when_a_full_day_apart(pack: str, second: str, counts: bool) -> None:
    taken = event("samples", "2021-02-03", at=["2021-02-02T09:00:00+08:00", second])

    result = contact(pack, "close", events=[taken]).event_result

    assert result.startswith("both samples count") is counts


@pytest.mark.clause("C-13")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
def test_a_test_on_arrival_is_due_the_day_after(pack: str) -> None:
    (test,) = contact(pack, "trajectory" if pack != "JX8" else "secondary").arrival_tests

    assert (test.due - test.date).days == 1


@pytest.mark.clause("A-37")
@pytest.mark.parametrize("pack", ["JX57", "JL", "GZ"])
def test_days_without_proof_are_not_credited(pack: str) -> None:
    plan = arriving(pack, overseas=overseas(quarantine_proof=False))

    assert plan.stages[0].days == 14


# Of every setting: a value other than the shipped one, and somebody whose plan it changes.
LOW_OUTBREAK: Facts = {"history": stay("outbreak_city"), "certificate": negative("2021-01-12")}
RAISED = event("area_risk_changed", "2021-02-03", place="Somewhere", to="high")
SAMPLED = event(
    "samples", "2021-02-03", at=["2021-02-02T09:00:00+08:00", "2021-02-03T09:00:00+08:00"]
)
NAMED = event("contact_identified", "2021-01-25", level="close")
NO_PAPER: Facts = {"certificate": None}
CHANGES: dict[str, tuple[str | int, Facts]] = {
    "day_count": ("same_day", {"contact": "close"}),
    "look_back_days": (15, {"history": stay(risk="mid", left="2021-01-05"), **NO_PAPER}),
    "certificate_days": (
        8,
        {"history": stay(risk="mid"), "certificate": negative("2021-01-12")},
    ),
    "overseas_window_days": (40, {"overseas": overseas(3, entered_on="2020-12-15")}),
    "entry_quarantine_days": (10, {"overseas": overseas(8)}),
    "arrival_test_days": (2, {"contact": "trajectory"}),
    "sample_interval_hours": (25, {"events": [SAMPLED]}),
    "negatives_needed": (2, {"overseas": overseas(14, negative_tests=2)}),
    "reclass_days": (15, {"history": stay(), "events": [RAISED], **NO_PAPER}),
    "reclass_anchor": ("arrival", {"events": [NAMED]}),
    "contact_anchor": (
        "last_exposure",
        {"contact": "close", "placed_on": "2021-01-20", "exposed_on": "2021-01-15"},
    ),
    "restrict_with_papers": ("yes", {"history": stay(risk="mid")}),
    "zone_rounds": (2, {"zone": CLOSED}),
    "zone_round_days": (7, {"zone": CLOSED}),
}
ELSE = {
    ("JX8", "certificate_days"): LOW_OUTBREAK,
    ("JX8", "arrival_test_days"): {"contact": "secondary"},
}
# Papers change nothing in Jilin; there the setting only stands for the shape of the pack.
IDLE = {("JL", "certificate_days")}
SETTINGS = [(key, name) for key in ALL for name in load(key).settings if (key, name) not in IDLE]


@pytest.mark.clause("A-01", "A-25", "A-35")
@pytest.mark.parametrize(("key", "name"), SETTINGS)
def test_every_reading_that_is_changed_changes_somebodys_plan(key: str, name: str) -> None:
    value, facts = CHANGES[name]
    facts = ELSE.get((key, name), facts)
    pack = load(key)
    person = facts if "placed_on" in facts else returnee(**facts)
    if name == "zone_round_days":
        pack = pack.with_settings(zone_rounds=2)

    shipped = planned(pack, **person).as_dict()
    other = planned(pack.with_settings(**{name: value}), **person).as_dict()

    assert shipped != other


def test_every_setting_of_every_pack_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")

    for key in ALL:
        for name in load(key).settings:
            assert f"`{name}`" in text


@pytest.mark.clause("A-25")
@pytest.mark.parametrize(
    ("exposed", "first", "last", "tests"),
    [
        ("2021-01-20", "2021-01-20", "2021-02-03", ["01-21", "02-03"]),
        ("2021-01-15", "2021-01-20", "2021-01-29", ["01-20", "01-29"]),
        # Fourteen days ago and more: one day is left, with its test.
        ("2020-12-01", "2021-01-20", "2021-01-21", ["01-20", "01-21"]),
    ],
)
def test_a_contacts_days_may_count_from_the_last_exposure(
    exposed: str, first: str, last: str, tests: list[str]
) -> None:
    pack = load("GZ").with_settings(contact_anchor="last_exposure")

    (stage,) = contact(pack, "close", exposed_on=exposed).stages

    assert (str(stage.first_day), str(stage.last_day), stage.days) == (first, last, 14)
    assert [str(test.date)[5:] for test in stage.tests] == tests


@pytest.mark.clause("A-25")
def test_the_checks_and_reasons_follow_the_placement() -> None:
    pack = load("JL").with_settings(contact_anchor="last_exposure")

    plan = contact(pack, "close", exposed_on="2021-01-08")

    assert [str(test.date)[5:] for test in plan.stages[0].tests] == ["01-20", "01-22"]
    assert plan.daily_checks is not None
    assert (str(plan.daily_checks.first), plan.daily_checks.count) == ("2021-01-20", 3)
    assert rests_on(plan, "stages[0].day0") == "A-25"
    items = [one.item for one in plan.why if one.item.startswith("stages[0].tests")]
    assert sorted(items) == ["stages[0].tests[0]", "stages[0].tests[1]"]


@pytest.mark.clause("A-25")
def test_who_arrives_and_who_is_only_tested_is_not_anchored_at_the_exposure() -> None:
    pack = load("GZ").with_settings(contact_anchor="last_exposure")
    exposed = {"exposed_on": "2021-01-15"}

    arrived = arriving(pack, contact="close", **exposed)
    tested = contact(pack, "trajectory", **exposed)

    assert str(arrived.stages[0].day0) == "2021-01-20"
    assert str(tested.stages[0].day0) == "2021-01-20"
    assert contact("GZ", "close", **exposed).stages == contact("GZ", "close").stages


@pytest.mark.clause("A-16", "JX57-3d")
@pytest.mark.parametrize("key", ["JX57", "JX8"])
def test_those_with_both_papers_may_be_kept_to_home_and_work_as_well(key: str) -> None:
    pack = load(key).with_settings(restrict_with_papers="yes")

    plan = arriving(pack, history=stay(risk="mid"))

    assert plan.classification == "JX57.RISK_WITH_PAPERS"
    assert stages(plan) == [("commute_only", 14, ())]
    assert plan.restrictions == ("commute_only",)
    assert plan.arrival_tests == ()
    assert arriving(key, history=stay(risk="mid")).restrictions == ()
