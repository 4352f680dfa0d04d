"""The Jiyuan notice, row by row: each test fails when its clause's rule in the pack changes."""

from datetime import date, timedelta

import pytest

from policies.errors import FactsError
from policies.schema import load
from tests.policies.people import arriving, contact, event, overseas, rests_on, stages, stay


def day(text: str) -> date:
    return date.fromisoformat(f"2021-{text}")


@pytest.mark.clause("JY-1d")
def test_days_missing_of_the_fourteen_at_the_entry_point_are_served_first() -> None:
    plan = arriving("JY", overseas=overseas(10))

    assert stages(plan)[0] == ("centralised", 4, (4,))
    assert plan.stages[0].note == "entry-point shortfall"
    assert "entry_quarantine_shortfall_4" in plan.flags


@pytest.mark.clause("JY-1e")
def test_overseas_returnees_spend_seven_central_days_with_one_test_on_the_last() -> None:
    plan = arriving("JY", overseas=overseas())

    assert stages(plan)[0] == ("centralised", 7, (7,))
    assert rests_on(plan, "stages[0]") == "JY-1e"


@pytest.mark.clause("JY-1f")
def test_then_nine_days_of_monitoring_at_home_with_one_test_on_the_last() -> None:
    plan = arriving("JY", overseas=overseas(), home_single_room=False)

    assert stages(plan)[1] == ("home_monitoring", 9, (9,))
    assert rests_on(plan, "stages[1]") == "JY-1f"


@pytest.mark.clause("JY-1g", "A-09")
def test_the_15369_tests_are_counted_from_the_end_of_the_observation() -> None:
    plan = arriving("JY", overseas=overseas())

    assert plan.observation_ends is not None
    distances = [(item.date - plan.observation_ends).days for item in plan.follow_ups]
    assert distances == [15, 30, 60, 90]
    assert {item.what for item in plan.follow_ups} == {"test"}
    assert rests_on(plan, "follow_ups[3]") == "JY-1g"


@pytest.mark.clause("JY-2a", "JY-1b", "A-06")
@pytest.mark.parametrize(
    ("reported_at", "status", "lead"),
    [
        ("2021-01-19T08:00:00+08:00", "on_time", 1440),
        ("2021-01-19T08:00:01+08:00", "late", 1439),
        ("2021-01-20T09:00:00+08:00", "late", -60),
        (None, "missing", None),
    ],
)
def test_a_report_is_in_time_24_hours_before_departure(
    reported_at: str | None, status: str, lead: int | None
) -> None:
    report = arriving("JY", reported_at=reported_at, overseas=overseas()).report

    assert (report.status, report.lead_minutes, report.basis) == (status, lead, "departure")


@pytest.mark.clause("A-06")
def test_the_lead_counts_to_the_arrival_where_the_departure_is_unknown() -> None:
    report = arriving("JY", departs_at=None, reported_at="2021-01-19T15:30:00+08:00").report

    assert (report.status, report.lead_minutes, report.basis) == ("on_time", 1440, "arrival")


@pytest.mark.clause("JY-2c")
def test_people_in_risk_areas_are_dissuaded_not_refused() -> None:
    plan = arriving("JY", history=stay(risk="high"))

    assert "dissuade_before_coming" in plan.restrictions
    assert plan.stages


@pytest.mark.clause("JY-2d")
@pytest.mark.parametrize("risk", ["mid", "high"])
def test_a_stay_in_a_risk_area_means_fourteen_central_days_with_two_tests(risk: str) -> None:
    plan = arriving("JY", history=stay(risk=risk))

    assert plan.classification == "JY.MIDHIGH"
    assert stages(plan)[0] == ("centralised", 14, (1, 14))
    assert plan.arrival_tests == ()


@pytest.mark.clause("JY-2d", "A-05", "A-13")
@pytest.mark.parametrize(
    ("paper", "missing"),
    [
        ({"sampled_on": "2021-01-13", "result": "negative"}, False),
        ({"sampled_on": "2021-01-12", "result": "negative"}, True),
        ({"sampled_on": "2021-01-21", "result": "negative"}, True),
        ({"sampled_on": "2021-01-19", "result": "positive"}, True),
        ({"result": "negative"}, True),
        (None, True),
    ],
)
def test_a_certificate_is_valid_for_seven_days_and_its_lack_costs_a_test(
    paper: dict[str, str] | None, missing: bool
) -> None:
    plan = arriving("JY", history=stay(risk="mid"), certificate=paper)

    assert ("certificate_missing_or_expired" in plan.flags) is missing
    assert len(plan.arrival_tests) == int(missing)
    assert stages(plan)[0] == ("centralised", 14, (1, 14))


@pytest.mark.clause("JY-2g", "A-13")
@pytest.mark.parametrize("code", ["yellow", "none", None])
def test_a_code_that_is_not_green_is_flagged_and_changes_no_stage(code: str | None) -> None:
    plan = arriving("JY", history=stay("key_concern"), health_code=code)

    assert plan.flags == ("health_code_not_green",)
    assert plan.arrival_tests == ()


@pytest.mark.clause("JY-2e", "A-12")
def test_then_seven_days_at_home_in_a_single_room_with_a_test_before_the_end() -> None:
    plan = arriving("JY", history=stay(risk="mid"))

    assert stages(plan)[1] == ("home_single_room", 7, (7,))
    assert plan.observation_ends == day("02-10")
    assert plan.follow_ups == ()


@pytest.mark.clause("JY-2f")
def test_where_the_home_does_not_suit_the_seven_days_are_central() -> None:
    plan = arriving("JY", history=stay(risk="mid"), home_single_room=False)

    assert stages(plan)[1] == ("centralised", 7, (7,))
    assert plan.flags == ("home_unsuitable_centralised",)
    assert rests_on(plan, "stages[1]") == "JY-2f"


@pytest.mark.clause("A-14")
def test_the_unsuitable_home_covers_the_fourteen_days_of_key_concern_too() -> None:
    plan = arriving("JY", history=stay("key_concern"), home_single_room=False)

    assert stages(plan) == [("centralised", 14, ())]
    assert plan.flags == ("home_unsuitable_centralised",)


@pytest.mark.clause("JY-2g", "A-12")
def test_key_concern_means_fourteen_days_at_home_and_a_test_the_day_after() -> None:
    plan = arriving("JY", history=stay("key_concern"))

    assert stages(plan) == [("home_single_room", 14, ())]
    assert [(item.what, item.days, item.date) for item in plan.follow_ups] == [
        ("test", 1, day("02-04"))
    ]


@pytest.mark.clause("A-17")
def test_local_cases_alone_are_not_key_concern_in_jiyuan() -> None:
    assert arriving("JY", history=stay("local_cases")).classification == "JY.OTHER"


@pytest.mark.clause("JY-2g")
def test_a_stay_that_is_already_mid_is_not_key_concern_as_well() -> None:
    plan = arriving("JY", history=stay("key_concern", risk="mid"))

    assert plan.matched == ("JY.MIDHIGH",)


@pytest.mark.clause("JY-2h", "A-44")
def test_everyone_else_watches_their_own_health_for_fourteen_days() -> None:
    plan = arriving("JY", history=stay(), certificate=None, health_code=None)

    assert plan.classification == "JY.OTHER"
    assert stages(plan) == [("self_monitoring", 14, ())]
    assert plan.restrictions == ("move_less",)
    assert plan.flags == ()


@pytest.mark.clause("JY-14c", "A-22", "A-25")
@pytest.mark.parametrize("level", ["close", "secondary"])
def test_contacts_and_their_contacts_are_isolated_in_single_rooms(level: str) -> None:
    plan = contact("JY", level)

    assert plan.classification == "JY.CONTACT"
    assert stages(plan) == [("centralised", 14, (1, 14))]
    assert plan.flags == ("single_room",)
    assert plan.stages[0].day0 == day("01-20")


@pytest.mark.clause("A-22")
def test_general_contacts_are_monitored_at_home_and_crossed_tracks_held_for_a_test() -> None:
    assert stages(contact("JY", "general")) == [("home_monitoring", 14, (14,))]
    crossed = contact("JY", "trajectory")
    assert [one.kind for one in crossed.stages] == ["hold_for_test"]
    assert len(crossed.arrival_tests) == 1
    assert crossed.free_from == "on_negative_result"
    assert crossed.observation_ends is None
    assert crossed.daily_checks is None


@pytest.mark.clause("JY-2r", "C-14")
def test_health_is_checked_every_day_from_arrival_to_the_end() -> None:
    checks = arriving("JY", overseas=overseas()).daily_checks

    assert checks is not None
    assert (checks.first, checks.last, checks.count) == (day("01-20"), day("02-05"), 17)
    assert rests_on(arriving("JY", overseas=overseas()), "daily_checks") == "JY-2r"


@pytest.mark.clause("A-01", "C-2", "C-3")
def test_day_0_is_the_arrival_and_each_stage_follows_on_the_last_day_of_the_one_before() -> None:
    first, second = arriving("JY", history=stay(risk="mid")).stages

    assert (first.day0, first.first_day, first.last_day) == (
        day("01-20"), day("01-20"), day("02-03"),
    )  # fmt: skip
    assert (second.day0, second.first_day, second.last_day) == (
        day("02-03"), day("02-04"), day("02-10"),
    )  # fmt: skip


@pytest.mark.clause("A-01")
def test_the_other_reading_counts_the_arrival_as_day_1() -> None:
    pack = load("JY").with_settings(day_count="same_day")

    plan = arriving(pack, history=stay(risk="mid"))

    assert plan.stages[0].last_day == day("02-02")
    assert [test.date for test in plan.stages[0].tests] == [day("01-20"), day("02-02")]
    assert plan.observation_ends == day("02-09")


@pytest.mark.clause("A-03", "A-04", "C-5")
@pytest.mark.parametrize(
    ("left", "row"), [("2021-01-06", "JY.MIDHIGH"), ("2021-01-05", "JY.OTHER")]
)
def test_a_stay_counts_up_to_fourteen_days_after_its_last_day(left: str, row: str) -> None:
    assert arriving("JY", history=stay(risk="mid", left=left)).classification == row


@pytest.mark.clause("A-10")
@pytest.mark.parametrize(
    ("entered", "row"), [("2020-12-21", "JY.OVERSEAS"), ("2020-12-20", "JY.OTHER")]
)
def test_someone_is_an_overseas_returnee_for_thirty_days_after_entry(
    entered: str, row: str
) -> None:
    plan = arriving("JY", overseas=overseas(entered_on=entered))

    assert plan.classification == row
    assert ("overseas_window_passed" in plan.flags) is (row == "JY.OTHER")


@pytest.mark.clause("A-37")
@pytest.mark.parametrize(
    ("facts", "served"),
    [
        ({"quarantine_days": 30}, 14),
        ({"quarantine_days": 9}, 9),
        ({"quarantine_days": 14, "quarantine_proof": False}, 0),
        ({"quarantine_days": 14, "irregular": True}, 0),
        ({"quarantine_days": 14, "entered_on": "2021-01-12"}, 8),
    ],
)
def test_days_served_elsewhere_count_with_proof_up_to_the_time_since_entry(
    facts: dict[str, object], served: int
) -> None:
    plan = arriving("JY", overseas=overseas(**facts))

    extra = plan.stages[0].days if len(plan.stages) == 3 else 0
    assert extra == 14 - served


@pytest.mark.clause("A-34", "C-9")
def test_the_strictest_row_wins_and_the_follow_ups_of_all_are_kept() -> None:
    plan = arriving("JY", overseas=overseas(), history=stay(risk="mid"), contact="close")

    assert plan.classification == "JY.MIDHIGH"
    assert plan.matched == ("JY.CONTACT", "JY.OVERSEAS", "JY.MIDHIGH")
    assert [item.days for item in plan.follow_ups] == [15, 30, 60, 90]
    assert plan.flags == ("single_room",)


@pytest.mark.clause("A-34")
def test_a_test_of_a_rows_own_stage_goes_with_that_row() -> None:
    history = stay("key_concern") + stay(risk="mid")

    plan = arriving("JY", history=history)

    assert plan.matched == ("JY.MIDHIGH", "JY.KEYCONCERN")
    assert plan.follow_ups == ()


@pytest.mark.clause("A-35")
def test_a_raised_area_starts_a_stricter_plan_on_the_day_of_the_change() -> None:
    raised = event("area_risk_changed", "2021-01-25", place="Somewhere", to="high")

    plan = arriving("JY", history=stay("key_concern"), events=[raised])

    assert plan.classification == "JY.MIDHIGH"
    assert plan.matched == ("JY.KEYCONCERN",)
    assert plan.stages[0].day0 == day("01-25")
    assert plan.superseded_stages[0].closed_early_on == day("01-25")
    assert plan.daily_checks is not None
    assert plan.daily_checks.first == day("01-20")
    assert plan.event_result == "reclassified:JY.MIDHIGH"


@pytest.mark.clause("A-35")
def test_the_other_reading_counts_the_new_plan_from_the_arrival() -> None:
    pack = load("JY").with_settings(reclass_anchor="arrival")
    raised = event("area_risk_changed", "2021-01-25", place="Somewhere", to="high")

    plan = arriving(pack, history=stay("key_concern"), events=[raised])

    assert plan.stages[0].day0 == day("01-20")


@pytest.mark.clause("A-35")
@pytest.mark.parametrize(("on", "changed"), [("2021-02-02", True), ("2021-02-03", False)])
def test_an_area_left_more_than_fourteen_days_before_changes_nothing(
    on: str, changed: bool
) -> None:
    raised = event("area_risk_changed", on, place="Somewhere", to="high")

    plan = arriving("JY", history=stay("key_concern"), events=[raised])

    assert (plan.classification == "JY.MIDHIGH") is changed


@pytest.mark.clause("A-36")
@pytest.mark.parametrize("to", ["low", "mid", "high"])
def test_a_lowered_area_or_one_no_stricter_changes_nothing(to: str) -> None:
    changed = event("area_risk_changed", "2021-01-25", place="Somewhere", to=to)

    plan = arriving("JY", history=stay(risk="mid"), events=[changed])

    assert plan.stages == arriving("JY", history=stay(risk="mid")).stages
    assert plan.superseded_stages == ()
    assert plan.event_result.startswith("no_change")


@pytest.mark.clause("A-35", "JY-14c")
def test_a_contact_found_later_starts_anew_and_keeps_what_was_done() -> None:
    found = event("contact_identified", "2021-01-30", level="secondary")

    plan = arriving("JY", overseas=overseas(), events=[found])

    assert plan.classification == "JY.CONTACT"
    done, running = plan.superseded_stages
    assert (done.last_day, done.closed_early_on, len(done.tests)) == (day("01-27"), None, 1)
    assert (running.closed_early_on, running.tests) == (day("01-30"), ())
    assert plan.observation_ends == day("02-13")
    assert [item.date - day("02-13") for item in plan.follow_ups] == [
        timedelta(days=n) for n in (15, 30, 60, 90)
    ]


@pytest.mark.clause("C-8", "A-56")
def test_a_test_missing_at_the_end_leaves_the_end_open() -> None:
    missing = event("test_missing_at_end", "2021-02-10")

    plan = arriving("JY", history=stay(risk="mid"), events=[missing])

    assert plan.stages == arriving("JY", history=stay(risk="mid")).stages
    assert (plan.observation_ends, plan.free_from) == (None, None)
    assert plan.daily_checks is not None
    assert (plan.daily_checks.last, plan.daily_checks.count) == (None, None)


def test_a_patient_has_no_rule_here() -> None:
    with pytest.raises(FactsError, match="no rule: pack JY"):
        arriving("JY", patient="discharged", patient_anchor="2021-01-20")
