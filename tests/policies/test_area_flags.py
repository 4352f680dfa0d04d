"""Areas whose flags change after somebody left them (A-35, A-36)."""

from typing import Any

import pytest

from policies.errors import FactsError
from policies.facts import Facts
from tests.policies.people import arriving, event, returnee, stages, stay


def flagged(*flags: str, day: str = "2021-01-25", to: str = "low") -> dict[str, Any]:
    return event("area_risk_changed", day, place="Somewhere", to=to, flags=list(flags))


@pytest.mark.clause("A-35", "JY-2g")
def test_a_flag_newly_set_on_the_place_makes_a_new_plan_from_that_day() -> None:
    plan = arriving("JY", history=stay(), events=[flagged("key_concern")])

    assert plan.event_result == "reclassified:JY.KEYCONCERN"
    assert stages(plan) == [("home_single_room", 14, ())]
    assert str(plan.stages[0].day0) == "2021-01-25"
    assert [one.kind for one in plan.superseded_stages] == ["self_monitoring"]


@pytest.mark.clause("A-35")
@pytest.mark.parametrize(("on", "changed"), [("2021-02-02", True), ("2021-02-03", False)])
def test_a_flag_counts_for_fourteen_days_after_leaving(on: str, changed: bool) -> None:
    plan = arriving("JY", history=stay(), events=[flagged("key_concern", day=on)])

    assert (plan.classification == "JY.KEYCONCERN") is changed


@pytest.mark.parametrize(
    ("history", "happened", "result"),
    [
        (stay("hubei"), flagged("hubei"), "no_change: neither level nor flag is new to the stay"),
        (stay(), flagged("hubei"), "no_change: the plan would not be stricter"),
        (stay(risk="mid"), flagged("hubei"), "no_change: the plan would not be stricter"),
        (stay(risk="mid"), flagged(), "no_change: lowered level never shortens a stage"),
        (stay(), flagged(), "no_change: the level is not raised"),
    ],
)
def test_a_flag_that_changes_nothing_says_so(
    history: list[dict[str, Any]], happened: dict[str, Any], result: str
) -> None:
    assert arriving("JY", history=history, events=[happened]).event_result.startswith(result)


@pytest.mark.clause("A-36")
@pytest.mark.parametrize("pack", ["JY", "JX57", "JX8", "JL", "GZ"])
@pytest.mark.parametrize("flags", [(), ("land_border",)])
def test_a_lowered_level_never_shortens_what_is_asked(pack: str, flags: tuple[str, ...]) -> None:
    before = arriving(pack, history=stay(risk="high"), certificate=None)

    lowered = arriving(
        pack, history=stay(risk="high"), certificate=None, events=[flagged(*flags, to="low")]
    )

    assert lowered.stages == before.stages
    assert lowered.observation_ends == before.observation_ends


@pytest.mark.clause("A-35", "A-36")
def test_a_flag_set_while_the_level_is_lowered_counts_beside_the_old_level() -> None:
    lowered = flagged("outbreak_city", to="low")

    plan = arriving("JX8", history=stay(risk="mid"), certificate=None, events=[lowered])

    assert plan.classification == "JX8.MIDHIGH"


def test_the_same_flag_again_changes_nothing() -> None:
    once = arriving("JY", history=stay(), events=[flagged("key_concern")])
    twice = arriving("JY", history=stay(), events=[flagged("key_concern")] * 2)
    later = [flagged("key_concern"), flagged("key_concern", day="2021-01-26")]
    again = arriving("JY", history=stay(), events=later)

    assert twice.stages == again.stages == once.stages
    assert twice.event_result.endswith("no_change: this is stated twice")
    assert again.event_result.endswith("neither level nor flag is new to the stay")


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(FactsError, match=r"events\[0\].flags: holds 'famous'; use only key_conc"):
        Facts.parse(returnee(events=[flagged("famous")]))


def test_a_misspelt_field_of_an_event_is_refused() -> None:
    misspelt = event("area_risk_changed", "2021-01-25", place="A", to="low", flag=["hubei"])

    with pytest.raises(FactsError, match=r"events\[0\].flag: is not known; did you mean flags"):
        Facts.parse(returnee(events=[misspelt]))
