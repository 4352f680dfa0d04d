"""Gaps and rows out of reach are found by trying people, and told with one of them."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from policies.checks import faults_of
from policies.errors import PackError
from policies.schema import keys, load
from tests.policies.people import built, pack_data, row_of

Change = Callable[[dict[str, Any]], Any]


def faults(key: str, change: Change) -> list[str]:
    data = pack_data(key)
    change(data)
    with pytest.raises(PackError) as caught:
        built(data)
    return list(caught.value.faults)


def added(key: str, when: dict[str, Any], **cells: Any) -> Change:
    row = {
        "key": key,
        "title": {"zh": "新行", "en": "a new row"},
        "when": {**when, "rests_on": "A-34"},
        **cells,
    }
    return lambda data: data["row"].insert(len(data["row"]) - 1, row)


MONITORED = {
    "stage": [
        {"kind": "self_monitoring", "days": {"is": 7, "rests_on": "A-34"}, "rests_on": "A-34"}
    ]
}
AFTER = {"follow_up": [{"what": "test", "day": 3, "rests_on": "A-34"}]}


def test_a_row_that_another_always_beats_never_decides() -> None:
    assert faults("JY", added("HIGH", {"stay": {"any": ["high"]}}, **MONITORED)) == [
        "changed.toml, row JY.HIGH, field when: never decides, JY.MIDHIGH is stricter for all it "
        "takes (a stay in a place that is high, both papers, say); row unreachable."
    ]


def test_a_row_that_gives_a_follow_up_whoever_decides_is_no_fault() -> None:
    data = pack_data("JY")
    added("HIGH", {"stay": {"any": ["high"]}}, **MONITORED, **AFTER)(data)

    assert built(data).row("JY.HIGH")


def test_a_row_laxer_for_some_and_alone_for_others_is_no_fault() -> None:
    data = pack_data("JY")
    added("BORDER", {"stay": {"any": ["high", "land_border"]}}, **MONITORED)(data)

    assert built(data).row("JY.BORDER")


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"stay": {"all": ["mid", "high"]}}, "field when.stay: can never hold, a stay has one"),
        (
            {"stay": {"any": ["hubei"], "none": ["low", "mid", "high"]}},
            "field when.stay: can never hold",
        ),
        ({"stay": {"none": ["mid"]}}, "field when.stay: none alone asks for no stay"),
        (
            {"papers": "both", "certificate": "lacking"},
            "field when.certificate: can never be lacking with both papers; row unreachable",
        ),
        ({"negatives": "enough"}, "field when.negatives: can never be asked without overseas"),
    ],
)
def test_a_condition_nobody_meets_is_told(when: dict[str, Any], sentence: str) -> None:
    assert any(
        fault.startswith(f"changed.toml, row JY.NEW, {sentence}")
        for fault in faults("JY", added("NEW", when, **MONITORED))
    )


def test_the_catch_all_is_out_of_reach_where_the_rows_take_everyone() -> None:
    def change(data: dict[str, Any]) -> None:
        for key, side in (("WITH", "both"), ("WITHOUT", "lacking")):
            added(key, {"papers": side}, **MONITORED)(data)

    assert (
        "changed.toml, row JY.OTHER, field when: can never hold, no person is like that; "
        "row unreachable."
    ) in faults("JY", change)


def narrowed(row: str, *marks: str) -> Change:
    return lambda data: row_of(data, row)["when"]["stay"].update(any=list(marks))


@pytest.mark.parametrize(
    ("key", "change", "fault"),
    [
        (
            "JX57",
            narrowed("RISK_NO_PAPERS", "mid"),
            'row JX57.RISK_WITH_PAPERS, field when.papers: leaves a gap, no row has "lacking" '
            "(a stay in a place that is high, health code not green, say).",
        ),
        (
            "GZ",
            lambda d: row_of(d, "HUBEI_TEST")["when"]["stay"]["none"].append("land_border"),
            'row GZ.HUBEI_WITH_PAPERS, field when.papers: leaves a gap, no row has "lacking"',
        ),
        (
            "JL",
            lambda d: d["row"].remove(row_of(d, "OVERSEAS")),
            'row JL.OVERSEAS_DONE, field when.overseas: leaves a gap, no row has "short" '
            "(someone from overseas, days missing, all tests negative, both papers, say).",
        ),
        (
            "JL",
            lambda d: d["row"].remove(row_of(d, "OVERSEAS_DONE")),
            'row JL.OVERSEAS_TESTS_DUE, field when.negatives: leaves a gap, no row has "enough"',
        ),
        (
            "JL",
            lambda d: d["row"].remove(row_of(d, "SECONDARY_TEST")),
            'row JL.SECONDARY_ISOLATE, field when.assessment: leaves a gap, no row has "open" '
            "(a secondary contact, not assessed for isolation, both papers, say).",
        ),
        (
            "GZ",
            lambda d: row_of(d, "DISCHARGED")["when"].update(certificate="valid"),
            'row GZ.DISCHARGED, field when.certificate: leaves a gap, no row has "lacking" '
            "(a patient (discharged), no valid certificate, say).",
        ),
    ],
)
def test_a_side_forgotten_is_told_with_somebody_of_it(key: str, change: Change, fault: str) -> None:
    assert any(found.startswith(f"changed.toml, {fault}") for found in faults(key, change))


def test_two_rows_that_split_a_side_between_them_leave_no_gap() -> None:
    data = pack_data("JX57")
    row = row_of(data, "RISK_WITH_PAPERS")
    other = {**row, "key": "BORDER_WITH_PAPERS", "when": {**row["when"]}}
    row["when"]["stay"] = {"any": ["mid", "high", "key_concern", "local_cases"]}
    other["when"]["stay"] = {"any": ["land_border"], "none": ["mid", "high"]}
    data["row"].insert(data["row"].index(row), other)

    assert built(data).row("JX57.BORDER_WITH_PAPERS")


def test_the_zone_and_the_rules_on_leaving_are_checked_too() -> None:
    def change(data: dict[str, Any]) -> None:
        data["zone"].update(kind="cellar", exit="sometimes")
        data["zone"]["flag"].pop("text")
        data["leave"][0].update(verdict="maybe")
        data["leave"][1]["when"]["lives"]["any"] = ["severe"]
        data["leave"][2].pop("need")
        data["leave"][3]["when"] = {"leaves_city": True, "rests_on": "A-34"}

    told = "\n".join(faults("JX8", change))

    for sentence in (
        'changed.toml, zone, field kind: is "cellar"; use one of',
        'changed.toml, zone, field exit: is "sometimes"; use one of: allowed, refused',
        "changed.toml, zone, flag, field text: is missing; say it in zh and en",
        'changed.toml, leave ZONE, field verdict: is "maybe"; use one of: advised, needs, refused',
        "changed.toml, leave MIDHIGH, when, lives, field any: holds 'severe'; use: high",
        'changed.toml, leave LOW, field need: belongs to verdict = "needs"',
        "changed.toml, leave TO_OUTBREAK, when, field lives: is missing; say who is meant",
    ):
        assert sentence in told


def test_a_zone_needs_its_two_settings_and_a_kind_with_days() -> None:
    def change(data: dict[str, Any]) -> None:
        data["settings"].pop("zone_rounds")
        data["zone"]["kind"] = "hold_for_test"

    assert faults("JX8", change) == [
        "changed.toml, setting zone_rounds: is missing; add it.",
    ]
    assert faults("JX8", lambda d: d["zone"].update(kind="hold_for_test")) == [
        "changed.toml, zone, field kind: hold_for_test has no last day; use a kind with days."
    ]


def test_rules_on_leaving_stand_once() -> None:
    assert faults("JX8", lambda d: d["leave"].append(d["leave"][1])) == [
        "changed.toml, leave JX8.leave.MIDHIGH, field key: stands twice; rename one."
    ]


def test_a_cell_stands_under_a_setting_there_is() -> None:
    def change(data: dict[str, Any]) -> None:
        cell = row_of(data, "RISK_WITH_PAPERS")["restriction"][0]
        cell["under"] = {
            "restrict": "yes",
            "restrict_with_papers": "yes",
            "day_count": "noon",
            "look_back_days": "14",
        }

    assert faults("JX57", change) == [
        'changed.toml, row JX57.RISK_WITH_PAPERS, field under.day_count: is "noon"; '
        "use next_day, same_day.",
        'changed.toml, row JX57.RISK_WITH_PAPERS, field under.look_back_days: is "14"; '
        "use no words, it is a number.",
        "changed.toml, row JX57.RISK_WITH_PAPERS, field under: names restrict, which is no "
        "setting.",
    ]


@pytest.mark.parametrize("key", keys())
def test_a_pack_is_checked_in_a_third_of_a_second(key: str) -> None:
    pack = load(key)
    start = time.process_time()

    assert faults_of(pack, "x.toml") == []

    assert time.process_time() - start < 0.3
