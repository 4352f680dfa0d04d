"""The two Jiangxi notices, the later one lying over the earlier one."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from policies.errors import FactsError
from policies.schema import load
from tests.policies.people import (
    arriving,
    contact,
    event,
    overseas,
    planned,
    rests_on,
    stages,
    stay,
)

RISKS = [
    stay(risk="mid"), stay(risk="high"), stay("key_concern"), stay("local_cases"),
    stay("land_border"),
]  # fmt: skip


@pytest.mark.clause("JX57-1a", "JX57-1c", "JX57-1d")
def test_fourteen_proven_days_leave_fourteen_at_home() -> None:
    plan = arriving("JX57", overseas=overseas())

    assert plan.classification == "JX57.OVERSEAS"
    assert stages(plan) == [("home_isolation", 14, ())]
    assert plan.restrictions == ("stay_home",)


@pytest.mark.clause("JX57-1b", "A-48")
def test_overseas_arrivals_are_tested_once_on_arrival() -> None:
    plan = arriving("JX57", overseas=overseas())

    assert [(test.n, (test.due - test.date).days) for test in plan.arrival_tests] == [(1, 1)]
    assert rests_on(plan, "arrival_tests[0]") == "JX57-1b"


@pytest.mark.clause("JX57-2c", "A-49", "A-37")
@pytest.mark.parametrize(
    ("served", "first"), [(0, (14, (1, 14))), (10, (4, (1, 4))), (13, (1, (1,)))]
)
def test_the_balance_is_served_centrally_and_then_fourteen_days_at_home(
    served: int, first: tuple[int, tuple[int, ...]]
) -> None:
    plan = arriving("JX57", overseas=overseas(served))

    assert plan.classification == "JX57.IRREGULAR"
    assert stages(plan) == [("centralised", *first), ("home_isolation", 14, (1,))]
    assert "police_joint_handling" not in plan.flags


@pytest.mark.clause("JX57-1e", "JX57-1c")
@pytest.mark.parametrize("served", [0, 5, 13, 14])
def test_from_the_arrival_on_no_day_of_an_overseas_arrival_is_without_a_stage(served: int) -> None:
    plan = arriving("JX57", overseas=overseas(served))

    days = [
        one.first_day + timedelta(days=number)
        for one in plan.stages
        for number in range((one.last_day - one.first_day).days + 1)
    ]
    assert days[0] == date(2021, 1, 20)
    assert [(after - before).days for before, after in pairwise(days)] == [1] * (len(days) - 1)
    assert plan.daily_checks is not None
    assert plan.daily_checks.count == len(days)


@pytest.mark.clause("JX57-3b", "A-03")
@pytest.mark.parametrize("history", RISKS)
@pytest.mark.parametrize(("left", "counts"), [("2021-01-06", True), ("2021-01-05", False)])
def test_every_kind_of_risk_stay_counts_for_fourteen_days(
    history: list[dict[str, object]], left: str, counts: bool
) -> None:
    stays = [{**one, "last_day": left} for one in history]

    plan = arriving("JX57", history=stays, certificate=None)

    assert (plan.classification == "JX57.RISK_NO_PAPERS") is counts


@pytest.mark.clause("JX57-2b")
def test_only_an_irregular_entry_is_handled_with_the_police() -> None:
    plan = arriving("JX57", overseas=overseas(irregular=True), contact="close")

    assert plan.classification == "JX57.IRREGULAR"
    assert "police_joint_handling" in plan.flags


@pytest.mark.clause("JX57-3b", "A-16")
@pytest.mark.parametrize("history", RISKS)
def test_both_papers_exempt_a_stay_in_a_risk_area(history: list[dict[str, object]]) -> None:
    plan = arriving("JX57", history=history)

    assert plan.classification == "JX57.RISK_WITH_PAPERS"
    assert plan.stages == ()
    assert plan.observation_ends is None
    assert str(plan.free_from) == "2021-01-20"


@pytest.mark.clause("JX57-3c", "A-15")
@pytest.mark.parametrize("lacking", [{"health_code": "yellow"}, {"certificate": None}])
def test_either_paper_missing_means_a_test_at_once_and_a_closed_loop(
    lacking: dict[str, object],
) -> None:
    plan = arriving("JX57", history=stay("land_border"), **lacking)

    assert plan.classification == "JX57.RISK_NO_PAPERS"
    assert len(plan.arrival_tests) == 1
    assert plan.flags == ("closed_loop_until_negative",)


@pytest.mark.clause("JX57-3d")
def test_they_leave_home_for_work_only_for_fourteen_days() -> None:
    plan = arriving("JX57", history=stay(risk="mid"), certificate=None)

    assert stages(plan) == [("commute_only", 14, ())]
    assert plan.restrictions == ("commute_only",)


@pytest.mark.clause("JX57-6a", "A-47")
@pytest.mark.parametrize("role", ["student", "school_staff"])
def test_school_people_isolate_whatever_their_papers(role: str) -> None:
    plan = arriving("JX57", history=stay("local_cases"), role=role)

    assert plan.classification == "JX57.SCHOOL"
    assert stages(plan) == [("home_isolation", 14, (14,))]
    assert plan.flags == ("campus_entry_blocked_until_closed",)
    assert plan.arrival_tests == ()


@pytest.mark.clause("JX57-6a")
def test_a_land_border_alone_is_no_school_case_and_a_paper_missing_costs_a_test() -> None:
    border = arriving("JX57", history=stay("land_border"), role="student")
    lacking = arriving("JX57", history=stay(risk="mid"), role="student", health_code=None)

    assert border.classification == "JX57.RISK_WITH_PAPERS"
    assert len(lacking.arrival_tests) == 1


@pytest.mark.clause("A-47")
def test_a_pupil_from_overseas_keeps_the_overseas_row_and_stays_off_the_campus() -> None:
    plan = arriving("JX57", overseas=overseas(), role="student")

    assert plan.classification == "JX57.OVERSEAS"
    assert plan.flags == ("campus_entry_blocked_until_closed",)


@pytest.mark.clause("JX57-9a")
def test_everyone_else_is_registered_only() -> None:
    plan = arriving("JX57", history=stay(), certificate=None)

    assert (plan.classification, plan.stages) == ("JX57.OTHER", ())
    assert rests_on(plan, "classification") == "JX57-9a"


@pytest.mark.clause("JX57-11e")
def test_close_contacts_are_isolated_centrally() -> None:
    assert stages(contact("JX57", "close")) == [("centralised", 14, (1, 14))]


@pytest.mark.clause("JX57-11a", "A-50")
def test_discharged_patients_are_followed_for_half_a_year() -> None:
    plan = planned("JX57", patient="discharged", patient_anchor="2020-08-17")

    assert stages(plan) == [("home_isolation", 14, ())]
    assert plan.flags == ("admin_must_confirm",)
    assert [(item.days, item.months) for item in plan.follow_ups] == [
        (14, 0), (28, 0), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6),
    ]  # fmt: skip
    assert str(plan.follow_ups[-1].date) == "2021-02-28"
    with pytest.raises(FactsError, match="no rule"):
        planned("JX57", patient="asymptomatic_released", patient_anchor="2020-08-17")


@pytest.mark.clause("A-07")
@pytest.mark.parametrize("pack", ["JX57", "JX8"])
def test_no_report_is_asked_before_arrival(pack: str) -> None:
    assert arriving(pack, reported_at=None).report.as_dict() == {"status": "not_required"}


@pytest.mark.clause("A-10")
def test_the_window_after_entry_is_twenty_eight_days() -> None:
    inside = arriving("JX57", overseas=overseas(entered_on="2020-12-23"))
    outside = arriving("JX57", overseas=overseas(entered_on="2020-12-22"))

    assert (inside.classification, outside.classification) == ("JX57.OVERSEAS", "JX57.OTHER")


@pytest.mark.clause("A-22")
def test_secondary_contacts_are_assessed_and_tested_or_isolated() -> None:
    assessed = contact("JX57", "secondary")
    isolated = contact("JX57", "secondary", risk_assessment="isolate")

    assert assessed.classification == "JX57.SECONDARY_TEST"
    assert assessed.flags == ("risk_assessment_required",)
    assert len(assessed.arrival_tests) == 1
    assert stages(isolated) == [("centralised", 14, (1, 14))]


@pytest.mark.clause("JX8-7b")
@pytest.mark.parametrize("level", ["close", "general"])
def test_close_and_general_contacts_spend_fourteen_central_days_alone(level: str) -> None:
    plan = contact("JX8", level)

    assert plan.classification == "JX8.CONTACT"
    assert [(one.kind, one.days) for one in plan.stages] == [("centralised", 14)]
    assert plan.flags == ("single_room",)


@pytest.mark.clause("JX8-7c", "A-23")
def test_their_two_tests_stand_a_day_apart_at_the_end() -> None:
    early = event(
        "samples", "2021-02-03", at=["2021-02-02T09:00:00+08:00", "2021-02-03T08:59:00+08:00"]
    )
    plan = contact("JX8", "close", events=[early])

    assert [test.day for test in plan.stages[0].tests] == [13, 14]
    assert "resample no earlier than 2021-02-03T09:00:00+08:00" in plan.event_result


@pytest.mark.clause("JX8-7d")
def test_secondary_contacts_are_held_for_a_test_or_isolated_where_needed() -> None:
    assert contact("JX8", "secondary").classification == "JX8.SECONDARY_TEST"
    isolated = contact("JX8", "secondary", risk_assessment="isolate")
    assert stages(isolated) == [("centralised", 14, (13, 14))]


@pytest.mark.clause("JX8-7e", "A-24")
def test_crossed_tracks_are_isolated_for_fourteen_days() -> None:
    assert stages(contact("JX8", "trajectory")) == [("centralised", 14, (13, 14))]


@pytest.mark.clause("JX8-7f")
@pytest.mark.parametrize("level", ["close", "trajectory", "secondary"])
def test_people_unfit_for_central_isolation_isolate_at_home(level: str) -> None:
    plan = contact("JX8", level, risk_assessment="isolate", fit_for_centralised=False)

    assert stages(plan) == [("home_isolation", 14, (13, 14))]
    assert rests_on(plan, "stages[0]") == "JX8-7f"


@pytest.mark.clause("JX8-16d", "A-18", "A-20")
def test_risk_areas_of_an_outbreak_city_mean_fourteen_days_whatever_the_papers() -> None:
    plan = arriving("JX8", history=stay("outbreak_city", risk="mid"))

    assert plan.matched == ("JX8.MIDHIGH",)
    assert stages(plan) == [("centralised", 14, (13, 14))]


@pytest.mark.clause("JX8-16e", "A-21")
def test_its_low_risk_areas_ask_for_a_certificate_or_a_test() -> None:
    history = stay("outbreak_city", "key_concern")

    free = arriving("JX8", history=history, health_code=None)
    held = arriving("JX8", history=history, certificate=None)

    assert (free.matched, free.stages) == (("JX8.LOW_WITH_CERT",), ())
    assert held.matched == ("JX8.LOW_NO_CERT",)
    assert [one.kind for one in held.stages] == ["hold_for_test"]
    assert str(held.stages[0].result_due) == "2021-01-21"


@pytest.mark.clause("A-18")
def test_everything_else_is_judged_by_the_earlier_notice() -> None:
    history = stay("outbreak_city", risk="low") + stay("local_cases")

    plan = arriving("JX8", history=history, certificate=None, overseas=overseas())

    assert plan.classification == "JX57.OVERSEAS"
    assert plan.matched == ("JX8.LOW_NO_CERT", "JX57.OVERSEAS", "JX57.RISK_NO_PAPERS")
    assert not any(row.name == "JX57.CONTACT" for row in load("JX8").rows)
