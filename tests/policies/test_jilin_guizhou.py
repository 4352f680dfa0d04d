"""The Jilin and the Guizhou notice, row by row."""

import pytest

from policies.errors import FactsError
from policies.schema import load
from tests.policies.people import arriving, contact, overseas, planned, rests_on, stages, stay

GATE = ("landing_report", "one_to_one_baobao", "three_negative_gate")


@pytest.mark.clause("JL-4c", "A-26")
@pytest.mark.parametrize(
    ("served", "stage"),
    [(0, (14, (1, 7, 14))), (6, (8, (1, 8))), (13, (1, (1,)))],
)
def test_overseas_arrivals_serve_the_balance(
    served: int, stage: tuple[int, tuple[int, ...]]
) -> None:
    plan = arriving("JL", overseas=overseas(served))

    assert plan.classification == "JL.OVERSEAS"
    assert stages(plan) == [("centralised", *stage)]
    assert plan.flags == GATE


@pytest.mark.clause("JL-6.2b", "JL-3i")
@pytest.mark.parametrize("negatives", [0, 1, 2])
def test_missing_negatives_are_taken_a_day_apart_before_release(negatives: int) -> None:
    plan = arriving("JL", overseas=overseas(negative_tests=negatives))

    assert plan.classification == "JL.OVERSEAS_TESTS_DUE"
    days = [test.date.day - 20 for test in plan.arrival_tests]
    assert days == list(range(3 - negatives))
    assert all((test.due - test.date).days == 1 for test in plan.arrival_tests)
    assert plan.stages[0].result_due == plan.arrival_tests[-1].due
    assert "three_negative_gate" in plan.flags


@pytest.mark.clause("JL-3i", "A-27")
def test_the_number_of_negatives_is_a_setting() -> None:
    pack = load("JL").with_settings(negatives_needed=4)

    assert len(arriving(pack, overseas=overseas(negative_tests=3)).arrival_tests) == 1


@pytest.mark.clause("JL-4b")
def test_quarantine_and_tests_done_elsewhere_are_recognised() -> None:
    plan = arriving("JL", overseas=overseas(negative_tests=3))

    assert (plan.classification, plan.stages) == ("JL.OVERSEAS_DONE", ())


@pytest.mark.clause("JL-2.2c", "A-17")
@pytest.mark.parametrize("history", [stay(risk="mid"), stay(risk="high"), stay("key_concern")])
def test_risk_and_key_areas_mean_fourteen_central_days_with_three_tests(
    history: list[dict[str, object]],
) -> None:
    plan = arriving("JL", history=history)

    assert stages(plan) == [("centralised", 14, (1, 7, 14))]
    assert plan.flags == GATE
    assert arriving("JL", history=stay("local_cases")).classification == "JL.OTHER"


@pytest.mark.clause("JL-5b")
def test_close_contacts_are_isolated_with_three_tests() -> None:
    plan = contact("JL", "close")

    assert stages(plan) == [("centralised", 14, (1, 7, 14))]
    assert rests_on(plan, "classification") == "JL-5b"
    isolated = contact("JL", "secondary", risk_assessment="isolate")
    assert stages(isolated) == [("centralised", 14, (1, 7, 14))]


@pytest.mark.clause("JL-2.2d", "JL-2.2e")
def test_every_returnee_makes_a_landing_report_and_has_one_cadre() -> None:
    plan = arriving("JL", history=stay())

    assert plan.classification == "JL.OTHER"
    assert plan.flags == ("landing_report", "one_to_one_baobao")


@pytest.mark.clause("JL-2.2d", "A-07")
@pytest.mark.parametrize(
    ("reported_at", "status"),
    [
        ("2021-01-20T10:00:00+08:00", "on_time"),
        ("2021-01-21T15:30:00+08:00", "on_time"),
        ("2021-01-21T15:30:01+08:00", "late"),
        (None, "missing"),
    ],
)
def test_the_landing_report_is_due_within_a_day(reported_at: str | None, status: str) -> None:
    report = arriving("JL", reported_at=reported_at).report

    assert report.as_dict() == {"status": status, "basis": "landing"}


@pytest.mark.clause("GZ-1b", "A-31")
@pytest.mark.parametrize("history", [stay(risk="mid"), stay("hubei", "wuhan")])
def test_the_first_station_answers_for_people_from_risk_areas_and_wuhan(
    history: list[dict[str, object]],
) -> None:
    plan = arriving("GZ", history=history)

    assert plan.matched == ("GZ.RISK_WITH_PAPERS",)
    assert plan.flags == ("first_station",)


@pytest.mark.clause("GZ-1c")
def test_both_papers_cost_one_test_and_no_isolation() -> None:
    plan = arriving("GZ", history=stay(risk="high"))

    assert [one.kind for one in plan.stages] == ["hold_for_test"]
    assert len(plan.arrival_tests) == 1
    assert plan.free_from == "on_negative_result"


@pytest.mark.clause("GZ-1d", "A-28")
@pytest.mark.parametrize("lacking", [{"health_code": None}, {"certificate": None}])
def test_either_paper_missing_means_fourteen_central_days(lacking: dict[str, object]) -> None:
    plan = arriving("GZ", history=stay("wuhan"), **lacking)

    assert plan.classification == "GZ.RISK_NO_PAPERS"
    assert stages(plan) == [("centralised", 14, (1, 14))]


@pytest.mark.clause("GZ-2a")
def test_the_rest_of_hubei_goes_free_with_both_papers() -> None:
    plan = arriving("GZ", history=stay("hubei"))

    assert (plan.classification, plan.stages) == ("GZ.HUBEI_WITH_PAPERS", ())
    assert plan.arrival_tests == ()


@pytest.mark.clause("GZ-2b", "A-29")
@pytest.mark.parametrize("lacking", [{"health_code": None}, {"certificate": None}])
def test_the_rest_of_hubei_is_tested_without_them(lacking: dict[str, object]) -> None:
    plan = arriving("GZ", history=stay("hubei"), **lacking)

    assert plan.classification == "GZ.HUBEI_TEST"
    assert len(plan.arrival_tests) == 1


@pytest.mark.clause("GZ-1b", "GZ-2a")
def test_a_risk_stay_and_another_in_hubei_both_match() -> None:
    plan = arriving("GZ", history=stay(risk="mid") + stay("hubei"), certificate=None)

    assert plan.matched == ("GZ.RISK_NO_PAPERS", "GZ.HUBEI_TEST")


@pytest.mark.clause("GZ-3a", "A-30")
def test_overseas_arrivals_serve_the_balance_in_the_province() -> None:
    plan = arriving("GZ", overseas=overseas(4))

    assert stages(plan) == [("centralised", 10, (1, 10))]


@pytest.mark.clause("GZ-3b")
def test_fourteen_days_elsewhere_leave_one_test() -> None:
    plan = arriving("GZ", overseas=overseas())

    assert plan.classification == "GZ.OVERSEAS_DONE"
    assert len(plan.arrival_tests) == 1


@pytest.mark.clause("GZ-4c", "A-33")
@pytest.mark.parametrize(
    ("reported_at", "status"),
    [
        ("2021-01-20T15:29:59+08:00", "on_time"),
        ("2021-01-20T15:30:00+08:00", "late"),
        (None, "missing"),
    ],
)
def test_people_from_risk_areas_report_before_they_arrive(
    reported_at: str | None, status: str
) -> None:
    asked = arriving("GZ", history=stay("hubei"), reported_at=reported_at)
    others = arriving("GZ", history=stay(), reported_at=reported_at)

    assert asked.report.as_dict() == {"status": status}
    assert others.report.as_dict() == {"status": "not_required"}


@pytest.mark.clause("GZ-7a")
def test_close_contacts_spend_fourteen_central_days() -> None:
    assert stages(contact("GZ", "close")) == [("centralised", 14, (1, 14))]


@pytest.mark.clause("GZ-8b", "A-32")
@pytest.mark.parametrize("patient", ["discharged", "asymptomatic_released"])
def test_after_discharge_hospital_then_home_then_a_year_of_visits(patient: str) -> None:
    plan = planned("GZ", patient=patient, patient_anchor="2024-02-01")

    assert stages(plan) == [("hospital_rehab", 14, ()), ("home_isolation", 14, ())]
    assert [item.months for item in plan.follow_ups] == [3, 6, 9, 12]
    assert str(plan.follow_ups[-1].date) == "2025-02-28"
    assert plan.daily_checks is not None
    assert plan.daily_checks.count == 14


@pytest.mark.clause("GZ-4a")
def test_everyone_else_is_registered_only() -> None:
    plan = arriving("GZ", history=stay("key_concern"))

    assert (plan.classification, plan.stages) == ("GZ.OTHER", ())


@pytest.mark.clause("A-10")
@pytest.mark.parametrize("pack", ["JL", "GZ"])
def test_the_window_after_entry_is_twenty_eight_days(pack: str) -> None:
    outside = arriving(pack, overseas=overseas(entered_on="2020-12-22"))
    inside = arriving(pack, overseas=overseas(entered_on="2020-12-23"))

    assert outside.classification == f"{pack}.OTHER"
    assert inside.classification != f"{pack}.OTHER"


def test_jilin_has_no_rule_for_patients() -> None:
    with pytest.raises(FactsError, match="no rule"):
        planned("JL", patient="discharged", patient_anchor="2021-01-20")


@pytest.mark.clause("JL-1c", "A-26")
def test_no_day_of_jilin_claims_a_clause_since_another_notice_states_them() -> None:
    stages = [stage for row in load("JL").rows for stage in row.stages]

    grounds = [stage.days_ground for stage in stages if stage.days_ground]
    assert grounds
    assert all(ground.rests_on.startswith("A-") for ground in grounds)
    assert all(test.ground.rests_on.startswith("A-") for stage in stages for test in stage.tests)
