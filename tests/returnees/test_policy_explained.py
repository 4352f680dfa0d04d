"""Every item of a plan explains itself in both languages, with the clause's words or a reading."""

import re
from typing import Any

import pytest
from django.utils import translation

from policies.facts import Facts
from policies.planner import plan as make_plan
from policies.schema import keys, load
from returnees.explained import Explained, Reason, explain
from returnees.grounds import choices_of, grounds_in, option_words
from returnees.readings import READINGS
from tests.policies.people import event, overseas, returnee, stay

CHINESE = re.compile("[一-鿿]")
# People of every kind: what each pack makes of them is its own affair.
PEOPLE: dict[str, dict[str, Any]] = {
    "from elsewhere": returnee(),
    "without papers": returnee(certificate=None, health_code="yellow"),
    "late": returnee(reported_at="2021-01-20T07:00:00+08:00"),
    "from a mid-risk place": returnee(history=stay(risk="mid")),
    "from there without papers": returnee(
        history=stay(risk="high"), certificate=None, health_code="none"
    ),
    "home unsuitable": returnee(history=stay(risk="mid"), home_single_room=False),
    "from a key area": returnee(history=stay("key_concern")),
    "from a place with cases": returnee(history=stay("local_cases"), certificate=None),
    "from Hubei": returnee(history=stay("hubei"), health_code="yellow"),
    "from Wuhan": returnee(history=stay("wuhan", "hubei")),
    "from an outbreak city": returnee(history=stay("outbreak_city", risk="mid")),
    "from there, low risk": returnee(history=stay("outbreak_city"), certificate=None),
    "from the border": returnee(history=stay("land_border")),
    "from abroad": returnee(overseas=overseas()),
    "from abroad, days owed": returnee(overseas=overseas(7)),
    "from abroad, irregular": returnee(overseas=overseas(0, irregular=True)),
    "pupil from a mid-risk place": returnee(history=stay(risk="mid"), role="student"),
    "close contact": {"contact": "close", "placed_on": "2021-01-20"},
    "close contact, unfit": {
        "contact": "close",
        "placed_on": "2021-01-20",
        "fit_for_centralised": False,
    },
    "general contact": {"contact": "general", "placed_on": "2021-01-20"},
    "secondary contact": {
        "contact": "secondary",
        "placed_on": "2021-01-20",
        "risk_assessment": "isolate",
    },
    "crossed tracks": {"contact": "trajectory", "placed_on": "2021-01-20"},
    "raised on the way": returnee(
        history=stay(),
        events=[event("area_risk_changed", "2021-01-24", place="Somewhere", to="high")],
    ),
    "found a contact": returnee(events=[event("contact_identified", "2021-01-24", level="close")]),
    "test missing at the end": returnee(
        history=stay(risk="mid"), events=[event("test_missing_at_end", "2021-02-03")]
    ),
}


def explained(pack: str, facts: dict[str, Any], language: str) -> Explained:
    """Return the plan as an episode keeps it, without quotes, in words."""
    plan = make_plan(load(pack), Facts.parse(facts)).as_dict()
    plan["why"] = [{**why, "quote": ""} for why in plan["why"]]
    with translation.override(language):
        return explain(plan, facts, load(pack))


def shown(plan: Explained) -> list[Reason]:
    """Return every reason the page shows."""
    items = [reason for item in plan.items for reason in (item.reason, *item.because)]
    found = [plan.classification, *plan.others, *plan.flags, *plan.notes, plan.report, *items]
    return [*found, plan.daily, plan.end] if plan.daily_first else found


@pytest.mark.parametrize("pack", keys())
@pytest.mark.parametrize("who", PEOPLE)
def test_whatever_awaits_has_words_in_both_languages_and_something_it_rests_on(
    pack: str, who: str
) -> None:
    chinese = explained(pack, PEOPLE[who], "zh-hans")
    english = explained(pack, PEOPLE[who], "en")

    assert len(shown(chinese)) == len(shown(english)) > 1
    for reason in shown(chinese):
        assert CHINESE.search(reason.text), reason
        assert reason.is_grounded, reason
        assert not reason.says or CHINESE.search(reason.says), reason
    for reason in shown(english):
        assert reason.text, reason
        assert not CHINESE.search(reason.text + reason.says), reason
        assert reason.is_grounded, reason
    dated = [item for item in chinese.items if item.kind != "superseded"]
    assert all(item.when for item in dated)


def test_every_reading_a_pack_leans_on_has_a_sentence() -> None:
    cited = {
        name
        for key in keys()
        for ground in grounds_in(load(key))
        for name in (ground.rests_on, ground.reading)
        if name.startswith("A-")
    }

    assert len(cited) > 30
    assert cited - set(READINGS) == set()


@pytest.mark.clause("A-01", "A-35")
def test_a_reading_that_is_a_setting_names_its_value_and_what_else_it_may_be() -> None:
    plan = explained("JY", PEOPLE["from a mid-risk place"], "en")
    (choice,) = plan.end.choices
    anchor = {one.name: one for one in choices_of(load("JY"), "A-35")}["reclass_anchor"]

    assert plan.end.reading == "A-01"
    assert "day 0" in plan.end.says
    with translation.override("en"):
        assert choice.value == "the day of arrival is day 0"
        assert choice.alternatives == "the day of arrival is day 1"
    assert (anchor.value, anchor.alternatives) == ("from the day of the change", "from the arrival")


def test_every_alternative_of_a_shipped_pack_has_chinese_words() -> None:
    with translation.override("zh-hans"):
        options = {o for key in keys() for s in load(key).settings.values() for o in s.options}
        words = {option: option_words(option) for option in options}

    assert len(words) >= 8
    assert [option for option, said in words.items() if not CHINESE.search(said)] == []


@pytest.mark.clause("A-05")
def test_a_pack_under_another_reading_shows_the_other_value() -> None:
    pack = load("JY").with_settings(certificate_days=3)

    with translation.override("en"):
        (choice,) = choices_of(pack, "A-05")

    assert (choice.value, choice.alternatives) == ("3", "1 to 30")


def test_a_class_set_by_people_says_so_with_the_reason_and_what_it_set_aside() -> None:
    facts = returnee(override={"row": "JY.OTHER", "why": "村里核实"}, history=stay(risk="mid"))

    plan = explained("JY", facts, "zh-hans")

    assert plan.classification.decided
    assert plan.classification.is_grounded
    assert not plan.classification.clause
    assert "村里核实" in plan.classification.text
    assert any("中高风险" in other.text and other.clause == "JY-2d" for other in plan.others)


def test_a_closed_zone_is_explained_by_its_clause() -> None:
    zone = {"since": "2021-01-10", "last_day": "2021-01-30", "place": "东关村"}

    plan = explained("JX8", returnee(zone=zone), "en")

    clauses = {reason.clause for reason in shown(plan)}
    assert any(clause.startswith("JX8-12") for clause in clauses)
    assert all(reason.is_grounded for reason in shown(plan))


def test_a_stage_tells_its_days_and_how_they_are_counted() -> None:
    plan = explained("JY", PEOPLE["from a mid-risk place"], "en")
    stage = next(item for item in plan.items if item.kind == "stage")

    assert [reason.clause for reason in stage.because] == ["JY-2d", "A-01"]
    assert stage.because[0].quote == "实行集中隔离医学观察14天"


def test_a_stage_replaced_by_a_later_plan_is_still_shown() -> None:
    plan = explained("JY", PEOPLE["raised on the way"], "en")

    kinds = [item.kind for item in plan.items]
    assert "superseded" in kinds
    assert kinds.index("superseded") < kinds.index("stage")


def test_quotes_are_found_when_the_facts_can_no_longer_be_planned() -> None:
    facts = PEOPLE["from a mid-risk place"]
    plan = make_plan(load("JY"), Facts.parse(facts)).as_dict()
    plan["why"] = [{**why, "quote": ""} for why in plan["why"]]

    found = explain(plan, {"arrives_at": "no time"}, load("JY"))

    assert found.classification.quote
    assert all(reason.is_grounded for reason in shown(found))
