"""Duty spans of the Jiyuan notice: which, when, how often, until when (the six and the four)."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from policies.facts import Facts
from policies.plan import Plan
from policies.planner import plan
from policies.schema import load
from policies.spans import OPEN, Span, duty_spans
from policies.stored import stored_plan
from tests.policies.people import contact, event, overseas, returnee, stay


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2021-01-{text}:00+08:00")


def spans(facts: dict[str, Any], **more: Any) -> list[Span]:
    known = Facts.parse(facts)
    reported = known.reported_at
    registered = reported or known.arrives_at
    assert registered is not None
    given = {
        "reported_at": reported,
        "departs_at": known.departs_at,
        "arrives_at": known.arrives_at,
        "registered_on": registered.date(),
        "registered_at": registered,
        **more,
    }
    return list(duty_spans(load("JY"), plan(load("JY"), known), **given))


def of(found: list[Span], duty: str, occasion: str | None = None) -> list[Span]:
    return [
        span for span in found
        if span.duty == f"JY.{duty}" and occasion in (None, span.occasion)
    ]  # fmt: skip


def days(span: Span) -> tuple[str, str, int]:
    return (f"{span.first:%m-%d}", f"{span.last:%m-%d}", span.every)


@pytest.mark.clause("JY-2n")
def test_the_policy_text_is_due_four_hours_after_the_report_and_before_departure() -> None:
    (early,) = of(spans(returnee()), "six-1")
    (short,) = of(spans(returnee(reported_at="2021-01-20T06:00:00+08:00")), "six-1")

    assert (early.due_at, early.late) == (at("18T12:00"), False)
    assert (short.due_at, short.late) == (at("20T08:00"), False)
    assert early.occasion == "JY.OTHER@2021.1"


@pytest.mark.clause("JY-2n", "JY-2o", "JY-2p")
def test_after_departure_the_first_three_are_due_two_hours_after_the_report_and_late() -> None:
    found = spans(returnee(reported_at="2021-01-20T09:00:00+08:00"))

    told = of(found, "six-1") + of(found, "six-2", "before_departure") + of(found, "six-3")
    assert [(span.due_at, span.late) for span in told] == [(at("20T11:00"), True)] * 3


@pytest.mark.clause("JY-2n")
def test_the_policy_text_is_owed_again_when_the_class_changes() -> None:
    raised = event("area_risk_changed", "2021-01-25", place="Somewhere", to="high")
    facts = returnee(history=stay("key_concern"), events=[raised])

    (again,) = of(spans(facts, replanned_at=at("25T10:00")), "six-1")

    assert (again.occasion, again.due_at) == ("JY.MIDHIGH@2021.1", at("25T14:00"))


@pytest.mark.clause("JY-2o")
def test_the_person_is_reached_before_departure_and_on_arrival() -> None:
    found = of(spans(returnee()), "six-2")

    assert [(span.occasion, span.due_at) for span in found] == [
        ("before_departure", at("19T08:00")),
        ("arrival", at("21T00:00")),
    ]


@pytest.mark.clause("JY-2p")
def test_the_travel_reminder_comes_twelve_hours_before_and_once_for_each_further_day() -> None:
    (one,) = of(spans(returnee()), "six-3")
    long_way = spans(returnee(departs_at="2021-01-18T20:00:00+08:00"))

    assert (one.first, one.due_at) == (date(2021, 1, 19), at("20T08:00"))
    assert [span.due_at for span in of(long_way, "six-3")] == [at("18T20:00"), at("19T20:00")]


@pytest.mark.clause("JY-2q", "A-58")
def test_observation_is_supervised_daily_but_not_for_self_monitoring() -> None:
    (seen,) = of(spans(returnee(overseas=overseas())), "six-4")

    assert days(seen) == ("01-20", "02-05", 1)
    assert seen.missable
    assert seen.due_time is None
    other = spans(returnee())
    assert of(other, "six-4") == []
    assert len(of(other, "move-less")) == 1


@pytest.mark.clause("JY-2r", "A-44")
def test_health_is_due_at_eight_in_the_evening_on_every_day_of_the_period() -> None:
    (daily,) = of(spans(returnee()), "six-5")

    assert days(daily) == ("01-20", "02-03", 1)
    assert (daily.due_time, daily.missable, daily.evidence) == (time(20), True, "health_log")


@pytest.mark.clause("JY-2r")
def test_daily_duties_begin_on_the_later_of_arrival_and_registration() -> None:
    (daily,) = of(spans(returnee(), registered_on=date(2021, 1, 23)), "six-5")
    never = of(spans(returnee(), registered_on=date(2021, 3, 1)), "six-5")

    assert daily.first == date(2021, 1, 23)
    assert never == []


@pytest.mark.clause("JY-2u")
def test_needs_are_asked_at_once_and_then_every_second_day() -> None:
    found = of(spans(returnee(history=stay(risk="mid"))), "four-2")

    assert [days(span) for span in found] == [("01-20", "01-20", 1), ("01-22", "02-10", 2)]
    assert found[0].due_at == at("22T00:00")
    assert of(spans(returnee()), "four-2") == []


@pytest.mark.clause("JY-2v", "JX8-11a")
def test_waste_every_second_day_at_home_weekly_on_site_and_a_terminal_disinfection() -> None:
    found = of(spans(returnee(history=stay(risk="mid"))), "four-3")

    assert [days(span) for span in found] == [
        ("02-04", "02-10", 2),
        ("01-20", "02-03", 7),
        ("02-11", "02-11", 1),
    ]
    assert of(spans(returnee()), "four-3") == []


@pytest.mark.clause("JY-2w", "JY-1g")
def test_follow_up_tests_are_overdue_after_three_days() -> None:
    found = of(spans(returnee(overseas=overseas())), "four-4")

    assert [f"{span.first:%m-%d}" for span in found] == ["02-20", "03-07", "04-06", "05-06"]
    assert {(span.clause, span.evidence) for span in found} == {("JY-1g", "follow_up_test")}
    assert found[0].due_at == datetime.fromisoformat("2021-02-24T00:00:00+08:00")


@pytest.mark.clause("JY-2w")
def test_whoever_owes_no_follow_up_test_is_called_once_a_fortnight_after() -> None:
    (call,) = of(spans(returnee()), "four-4")

    assert (call.first, call.evidence) == (date(2021, 2, 17), "follow_up_call")


@pytest.mark.clause("JY-2e", "JY-2d", "A-13")
def test_each_test_is_owed_on_its_date_under_its_own_clause() -> None:
    found = of(spans(returnee(history=stay(risk="mid"), certificate=None)), "test")

    assert [(f"{span.first:%m-%d}", span.clause) for span in found] == [
        ("01-20", "A-13"), ("01-21", "JY-2d"), ("02-03", "JY-2d"), ("02-10", "JY-2e"),
    ]  # fmt: skip
    assert found[0].due_at == at("22T00:00")
    assert len({(span.first, span.occasion) for span in found}) == 4


@pytest.mark.clause("JY-2m")
def test_before_arrival_only_the_journey_and_the_confirmation_are_owed() -> None:
    found = spans(returnee(overseas=overseas()), arrived=False)

    assert [(span.duty, span.occasion) for span in found] == [
        ("JY.six-1", "JY.OVERSEAS@2021.1"),
        ("JY.six-2", "before_departure"),
        ("JY.six-2", "arrival"),
        ("JY.six-3", "journey"),
    ]


@pytest.mark.clause("JY-2m", "JY-14c")
def test_a_contact_who_is_already_here_makes_no_journey() -> None:
    placed = at("20T10:00")
    found = duty_spans(
        load("JY"),
        contact("JY", "close"),
        reported_at=None,
        departs_at=None,
        arrives_at=None,
        registered_on=placed.date(),
        registered_at=placed,
    )

    assert {span.duty for span in found} == {
        f"JY.{key}" for key in ("six-1", "six-2", "six-4", "six-5", "four-2", "four-3", "four-4",
                                "test")
    }  # fmt: skip


@pytest.mark.clause("JY-2i")
def test_what_a_superseded_stage_asked_before_the_change_stays_owed() -> None:
    found_on = event("contact_identified", "2021-01-30", level="close")
    found = spans(returnee(overseas=overseas(), events=[found_on]))

    (home, site_before, site_after, _end) = of(found, "four-3")
    assert days(home) == ("01-28", "01-29", 2)
    assert days(site_before) == ("01-20", "01-27", 7)
    assert days(site_after) == ("01-30", "02-13", 7)
    assert [f"{span.first:%m-%d}" for span in of(found, "test")] == ["01-27", "01-31", "02-13"]


@pytest.mark.clause("C-8")
def test_a_held_stage_goes_on_day_by_day() -> None:
    missing = event("test_missing_at_end", "2021-02-10")
    found = spans(returnee(history=stay(risk="mid"), events=[missing]))

    assert [span.last for span in of(found, "six-4") + of(found, "six-5")] == [OPEN, OPEN]
    assert of(found, "four-3", "terminal") == []


def test_a_stored_plan_owes_the_same() -> None:
    facts = Facts.parse(returnee(history=stay(risk="mid")))
    made: Plan = plan(load("JY"), facts)
    given = {
        "reported_at": facts.reported_at, "departs_at": facts.departs_at,
        "arrives_at": facts.arrives_at, "registered_on": date(2021, 1, 18),
        "registered_at": at("18T08:00"),
    }  # fmt: skip

    again = stored_plan(made.as_dict())

    assert again == made
    assert duty_spans(load("JY"), again, **given) == duty_spans(load("JY"), made, **given)


def test_every_figure_of_a_duty_names_what_it_rests_on() -> None:
    for key in ("JY", "JX57", "JX8", "JL", "GZ"):
        for duty in load(key).duties:
            assert duty.ground.rests_on
            if duty.at in ("report", "journey", "arrival", "call", "end"):
                assert {"hours", "days"} & set(duty.grounds), duty.key
    assert timedelta(hours=load("JY").duty("JY.six-6").hours) == timedelta(hours=2)
