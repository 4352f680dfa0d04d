"""Readings that several notices share: lesser contacts, settings, the two samples."""

import pytest

from tests.policies.people import arriving, contact, event, overseas, stages, stay

LAST_TWO = {"JX57": (1, 14), "JL": (1, 7, 14), "GZ": (1, 14)}


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
