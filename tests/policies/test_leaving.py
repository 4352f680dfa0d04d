"""Who may leave where they live, and with which papers."""

from typing import Any

import pytest

from policies.errors import FactsError
from policies.leaving import ExitVerdict, judge_exit
from policies.schema import load


def asked(**facts: Any) -> ExitVerdict:
    return judge_exit(load("JX8"), {"leaves_on": "2021-01-20", **facts})


def low(**facts: Any) -> ExitVerdict:
    facts = {"necessity": "手术", "certificate": paper("2021-01-18"), "leaves_city": True} | facts
    return asked(place_marks=["low", "outbreak_city"], **facts)


def paper(sampled_on: str, result: str = "negative") -> dict[str, str]:
    return {"sampled_on": sampled_on, "result": result}


@pytest.mark.clause("JX8-16a")
@pytest.mark.parametrize("level", ["mid", "high"])
@pytest.mark.parametrize("leaves_city", [False, True])
def test_people_in_risk_areas_may_not_leave_whatever_they_hold(
    level: str, leaves_city: bool
) -> None:
    verdict = asked(
        place_marks=[level],
        leaves_city=leaves_city,
        necessity="手术",
        certificate=paper("2021-01-20"),
    )

    assert (verdict.rule, verdict.allowed, verdict.needs) == ("JX8.leave.MIDHIGH", False, ())
    assert verdict.why[0].rests_on == "JX8-16a"
    assert verdict.why[0].quote == "禁止离开所在辖区"


@pytest.mark.clause("JX8-16b")
@pytest.mark.parametrize(
    ("facts", "allowed", "needs"),
    [
        ({}, True, ()),
        ({"necessity": " "}, False, ("necessity",)),
        ({"certificate": None}, False, ("certificate",)),
        ({"necessity": "", "certificate": None}, False, ("necessity", "certificate")),
        ({"certificate": paper("2021-01-18", "positive")}, False, ("certificate",)),
    ],
)
def test_people_in_low_risk_parts_need_a_reason_and_a_certificate(
    facts: dict[str, Any], allowed: bool, needs: tuple[str, ...]
) -> None:
    verdict = low(**facts)

    assert (verdict.rule, verdict.allowed, verdict.needs) == ("JX8.leave.LOW", allowed, needs)
    assert [one.item for one in verdict.why] == [
        "JX8.leave.LOW",
        *(f"needs.{need}" for need in needs),
    ]


@pytest.mark.clause("JX8-16b", "A-05")
@pytest.mark.parametrize(
    ("sampled_on", "allowed"),
    [
        ("2021-01-13", True),
        ("2021-01-12", False),
        ("2021-01-20", True),
        ("2021-01-21", False),
        (None, False),
    ],
)
def test_the_certificate_counts_by_the_day_of_leaving(
    sampled_on: str | None, allowed: bool
) -> None:
    assert low(certificate={"sampled_on": sampled_on, "result": "negative"}).allowed is allowed


@pytest.mark.clause("JX8-16b")
def test_inside_the_city_they_move_freely() -> None:
    verdict = low(leaves_city=False, certificate=None)

    assert (verdict.rule, verdict.allowed, verdict.why) == ("", None, ())


@pytest.mark.clause("JX8-12b")
@pytest.mark.parametrize("marks", [["low", "outbreak_city"], ["high"], []])
def test_nobody_leaves_a_closed_zone(marks: list[str]) -> None:
    verdict = asked(place_marks=marks, in_zone=True, leaves_city=True, necessity="手术")

    assert (verdict.rule, verdict.allowed) == ("JX8.leave.ZONE", False)
    assert verdict.why[0].quote == "人员只进不出"


@pytest.mark.clause("JX8-16c")
def test_others_are_advised_not_to_go_to_the_outbreak_city() -> None:
    unsaid = asked(place_marks=["low"], to_marks=["outbreak_city"])
    needed = asked(place_marks=["low"], to_marks=["outbreak_city"], necessity="奔丧")
    inside = asked(place_marks=["low", "outbreak_city"], to_marks=["outbreak_city"])

    assert (unsaid.rule, unsaid.allowed, unsaid.advised, unsaid.needs) == (
        "JX8.leave.TO_OUTBREAK",
        True,
        True,
        ("necessity",),
    )
    assert needed.needs == ()
    assert inside.rule == ""


def test_a_place_on_no_list_is_low() -> None:
    assert asked(place_marks=["outbreak_city"], leaves_city=True).rule == "JX8.leave.LOW"


@pytest.mark.parametrize("pack", ["JY", "JX57", "JL", "GZ"])
def test_a_notice_that_says_nothing_has_nothing_to_ask(pack: str) -> None:
    verdict = judge_exit(load(pack), {"leaves_on": "2021-01-20", "place_marks": ["high"]})

    assert verdict.as_dict() == {
        "rule": "",
        "allowed": None,
        "needs": [],
        "advised": False,
        "why": [],
    }


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"leaves_on": None}, "facts.leaves_on: is missing; give a date"),
        ({"place_marks": ["severe"]}, "facts.place_marks: holds 'severe'; use only low"),
        ({"place_marks": "mid"}, "facts.place_marks: is 'mid'; give a list"),
        ({"in_zone": "yes"}, "facts.in_zone: is 'yes'; give true or false"),
        ({"neccessity": "x"}, "did you mean necessity"),
        ({"certificate": {"sampledon": "2021-01-01"}}, "did you mean sampled_on"),
    ],
)
def test_a_wrong_fact_is_refused(facts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FactsError) as caught:
        asked(**facts)
    assert sentence in str(caught.value)
