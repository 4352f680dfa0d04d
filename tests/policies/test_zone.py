"""Closed zones: in, not out, home observation until the last day, without a gap to the rest."""

from datetime import date
from typing import Any

import pytest

from policies.errors import FactsError
from policies.facts import Facts
from policies.plan import Plan
from policies.schema import load, read_pack
from policies.spans import duty_spans
from tests.policies.people import (
    arriving,
    built,
    contact,
    event,
    overseas,
    pack_data,
    planned,
    rests_on,
    returnee,
    row_of,
    stay,
)

NO_PAPERS: dict[str, Any] = {"history": stay(risk="mid"), "certificate": None}  # commute_only 14 d


def closed(since: str, last_day: str) -> dict[str, str]:
    return {"since": f"2021-{since}", "last_day": f"2021-{last_day}", "place": "97 云溪小区"}


def dated(plan: Plan) -> list[tuple[str, str, str]]:
    return [
        (one.kind, str(one.first_day)[5:], str(one.last_day)[5:] if one.last_day else "open")
        for one in plan.stages
    ]


@pytest.mark.clause("JX8-12b")
def test_who_lives_in_a_closed_zone_goes_in_not_out_and_is_observed_at_home() -> None:
    plan = arriving("JX8", zone=closed("01-15", "02-10"))

    assert plan.classification == "JX57.OTHER"
    assert dated(plan) == [("home_isolation", "01-20", "02-10")]
    assert plan.flags == ("zone_closed",)
    assert plan.restrictions == ("in_not_out",)
    assert [str(test.date) for test in plan.stages[0].tests] == ["2021-01-21"]
    assert str(plan.observation_ends) == "2021-02-10"
    assert str(plan.free_from) == "2021-02-11"
    assert (str(plan.daily_checks.first), plan.daily_checks.count) == ("2021-01-20", 22)


@pytest.mark.clause("JX8-12b", "JX8-18", "A-42")
def test_every_item_of_the_zone_rests_on_its_clause() -> None:
    plan = arriving("JX8", zone=closed("01-15", "02-10"))

    items = ("zone", "stages[0]", "stages[0].tests[0]", "flags.zone_closed", "restrictions[0]")
    assert {rests_on(plan, item) for item in items} == {"JX8-12b"}
    assert rests_on(plan, "stages[0].last_day") == "JX8-18"
    assert "97 云溪小区" in next(one.text for one in plan.why if one.item == "zone")


@pytest.mark.parametrize(
    ("zone", "stages"),
    [
        (closed("01-01", "01-19"), [("commute_only", "01-20", "02-03")]),
        (closed("01-15", "02-10"), [("home_isolation", "01-20", "02-10")]),
        (
            closed("01-25", "02-10"),
            [("commute_only", "01-20", "01-24"), ("home_isolation", "01-25", "02-10")],
        ),
        (
            closed("01-25", "01-30"),
            [
                ("commute_only", "01-20", "01-24"),
                ("home_isolation", "01-25", "01-30"),
                ("commute_only", "01-31", "02-03"),
            ],
        ),
        (
            closed("01-15", "01-30"),
            [("home_isolation", "01-20", "01-30"), ("commute_only", "01-31", "02-03")],
        ),
        # Nothing but day 0 would be left of a stage: the zone takes that day as well.
        (closed("01-21", "02-03"), [("home_isolation", "01-20", "02-03")]),
        (
            closed("02-03", "02-05"),
            [("commute_only", "01-20", "02-02"), ("home_isolation", "02-03", "02-05")],
        ),
        (
            closed("02-10", "02-20"),
            [("commute_only", "01-20", "02-03"), ("home_isolation", "02-10", "02-20")],
        ),
    ],
)
def test_the_zone_takes_the_days_that_a_laxer_stage_would_have(
    zone: dict[str, str], stages: list[tuple[str, str, str]]
) -> None:
    plan = arriving("JX8", **NO_PAPERS, zone=zone)

    assert dated(plan) == stages
    for before, after in zip(plan.stages, plan.stages[1:], strict=False):
        if before.last_day and (after.first_day - before.last_day).days == 1:
            assert after.day0 == before.last_day
            assert after.days == (after.last_day - after.day0).days


@pytest.mark.parametrize(
    ("plan", "stages"),
    [
        (
            contact("JX8", "close", zone=closed("01-15", "02-10")),
            [("centralised", "01-20", "02-03"), ("home_isolation", "02-04", "02-10")],
        ),
        (
            contact("JX8", "close", zone=closed("01-15", "02-01")),
            [("centralised", "01-20", "02-03")],
        ),
        (
            arriving("JX8", overseas=overseas(), zone=closed("01-25", "02-06")),
            [("home_isolation", "01-20", "02-03"), ("home_isolation", "02-04", "02-06")],
        ),
    ],
)
def test_a_stage_as_strict_covers_its_days(plan: Plan, stages: list[tuple[str, str, str]]) -> None:
    assert dated(plan) == stages
    assert "zone_closed" in plan.flags


@pytest.mark.parametrize(("since", "begins"), [("01-15", "01-21"), ("01-25", "01-25")])
def test_a_hold_keeps_its_test_and_ends_where_the_zone_begins(since: str, begins: str) -> None:
    plan = contact("JX8", "secondary", zone=closed(since, "02-10"))

    assert dated(plan) == [("hold_for_test", "01-20", "open"), ("home_isolation", begins, "02-10")]
    assert str(plan.stages[0].closed_early_on) == f"2021-{begins}"
    assert len(plan.arrival_tests) == 1
    assert str(plan.observation_ends) == "2021-02-10"


def test_a_test_of_a_stage_taken_by_the_zone_keeps_its_day_and_its_clause() -> None:
    data = pack_data("JX57")
    row_of(data, "RISK_NO_PAPERS")["stage"][0]["test"] = [{"day": 3, "rests_on": "A-16"}]
    upper = pack_data("JX8")
    pack = read_pack(upper, where="changed.toml", base=built(data))

    taken = arriving(pack, **NO_PAPERS, zone=closed("01-15", "01-30")).stages[0]
    kept = arriving(pack, **NO_PAPERS, zone=closed("01-25", "01-30")).stages[0]

    assert [(test.day, str(test.date)) for test in taken.tests] == [
        (1, "2021-01-21"),
        (3, "2021-01-23"),
    ]
    assert [(test.day, str(test.date)) for test in kept.tests] == [(3, "2021-01-23")]
    plan = arriving(pack, **NO_PAPERS, zone=closed("01-15", "01-30"))
    assert rests_on(plan, "stages[0].tests[1]") == "A-16"


def test_a_day_of_zone_is_a_stage_of_one_day() -> None:
    plan = arriving("JX8", zone=closed("01-20", "01-20"))

    (only,) = plan.stages
    assert (only.first_day, only.last_day, only.days) == (date(2021, 1, 20), date(2021, 1, 20), 1)
    assert [test.date for test in only.tests] == [date(2021, 1, 20)]


@pytest.mark.parametrize(
    ("readings", "tests"),
    [
        ({"zone_rounds": 0}, []),
        ({"zone_rounds": 3}, ["01-21", "01-23", "01-25"]),
        ({"zone_rounds": 3, "zone_round_days": 7}, ["01-21", "01-28", "02-04"]),
        ({"zone_rounds": 10, "zone_round_days": 14}, ["01-21", "02-04"]),
    ],
)
def test_there_is_a_test_for_each_round_while_the_zone_lasts(
    readings: dict[str, int], tests: list[str]
) -> None:
    pack = load("JX8").with_settings(**readings)

    (stage,) = arriving(pack, zone=closed("01-15", "02-10")).stages

    assert [str(test.date)[5:] for test in stage.tests] == tests


def test_follow_ups_stay_where_the_notices_own_stages_put_them() -> None:
    patient = {"patient": "discharged", "patient_anchor": "2021-01-01"}

    free = planned("JX8", **patient)
    zoned = planned("JX8", **patient, zone=closed("01-10", "02-20"))

    assert zoned.follow_ups == free.follow_ups
    assert dated(zoned) == [
        ("home_isolation", "01-01", "01-15"),
        ("home_isolation", "01-16", "02-20"),
    ]


@pytest.mark.parametrize("pack", ["JY", "JX57", "JL", "GZ"])
def test_a_notice_without_zones_leaves_the_fact_aside(pack: str) -> None:
    zone = closed("01-15", "02-10")

    assert arriving(pack, zone=zone).as_json() == arriving(pack).as_json()


def test_an_event_closes_the_zones_stage_and_what_follows_fills_the_rest() -> None:
    found = event("contact_identified", "2021-01-25", level="close")

    plan = arriving("JX8", zone=closed("01-22", "02-20"), events=[found])

    assert [
        (one.kind, str(one.first_day), str(one.closed_early_on)) for one in plan.superseded_stages
    ] == [("home_isolation", "2021-01-22", "2021-01-25")]
    assert dated(plan) == [("centralised", "01-25", "02-08"), ("home_isolation", "02-09", "02-20")]
    assert rests_on(plan, "superseded_stages[0]") == "JX8-12b"


@pytest.mark.clause("JX8-17a", "JX8-12b")
def test_the_closed_estate_is_supervised_daily_and_supplied() -> None:
    facts = returnee(zone=closed("01-15", "02-10"))
    plan = planned("JX8", **facts)
    known = Facts.parse(facts)
    assert known.arrives_at is not None

    spans = duty_spans(
        load("JX8"),
        plan,
        reported_at=None,
        departs_at=None,
        arrives_at=known.arrives_at,
        registered_on=date(2021, 1, 20),
        registered_at=known.arrives_at,
    )

    last = date(2021, 2, 10)
    support = [span for span in spans if span.duty == "JX8.support"]
    supervise = [span for span in spans if span.duty == "JX8.supervise"]
    tests = [span for span in spans if span.duty == "JX8.test"]
    assert [(one.first, one.every, one.clause) for one in support] == [
        (date(2021, 1, 20), 1, "JX8-17a"),
        (date(2021, 1, 22), 2, "JX8-17a"),
    ]
    assert [(one.first, one.last) for one in supervise] == [(date(2021, 1, 20), last)]
    assert [(one.first, one.clause) for one in tests] == [(date(2021, 1, 21), "JX8-12b")]


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        (closed("02-10", "01-15"), "facts.zone.last_day: 2021-01-15 lies before facts.zone.since"),
        ({"since": "2021-01-15"}, "facts.zone.last_day: is missing; give a date"),
        ({"last_day": "2021-01-15"}, "facts.zone.since: is missing"),
        ({**closed("01-15", "02-10"), "lastday": "x"}, "did you mean last_day"),
        ([1], "facts.zone: is \\[1\\]; give an object"),
    ],
)
def test_a_zone_that_cannot_be_is_refused(zone: Any, sentence: str) -> None:
    with pytest.raises(FactsError, match=sentence):
        Facts.parse(returnee(zone=zone))
