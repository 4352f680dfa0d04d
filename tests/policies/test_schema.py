"""Packs are checked with sentences that name file, row and field."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.errors import PackError
from policies.pack import Pack
from policies.schema import PACKS, keys, load, load_file
from tests.policies.people import built, pack_data, row_of

CSV = Path(__file__).parents[2] / "docs" / "clauses.csv"
Change = Callable[[dict[str, Any]], Any]


def faults(change: Change, key: str = "JY") -> str:
    data = pack_data(key)
    change(data)
    with pytest.raises(PackError) as caught:
        built(data)
    return "\n".join(caught.value.faults)


def stage(data: dict[str, Any], row: str = "MIDHIGH") -> dict[str, Any]:
    return row_of(data, row)["stage"][0]


def second(data: dict[str, Any]) -> dict[str, Any]:
    return {**row_of(data, "CONTACT"), "key": "AGAIN"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(colour=1), "changed.toml, field colour: is not known; remove it."),
        (lambda d: d.pop("version"), "changed.toml, field version: is missing"),
        (
            lambda d: stage(d).update(kindd="x"),
            'row MIDHIGH, stage 1, field kindd: is not known; did you mean "kind"?',
        ),
        (lambda d: stage(d).update(kind="cellar"), 'stage 1, field kind: is "cellar"; use one of'),
        (lambda d: stage(d)["days"].update({"is": 0}), "field is: is 0; give a whole number"),
        (lambda d: stage(d)["test"][0].update(day=15), "is 15, after the stage's last day 14"),
        (lambda d: stage(d)["test"][0].pop("rests_on"), "test 1, field rests_on: is missing"),
        (lambda d: stage(d).pop("quote"), "stage 1, field quote: is missing; quote the words of"),
        (lambda d: d["row"].pop(), "has a gap, nobody takes everyone else"),
        (lambda d: d["row"].pop(0), "has a gap, no row takes a close contact"),
        (lambda d: d["row"].append(d["row"].pop(0)), "field when.otherwise: must be the last"),
        (lambda d: d["row"].insert(1, second(d)), "is the same as that of JY.CONTACT"),
        (
            lambda d: row_of(d, "MIDHIGH")["when"]["stay"].update(none=["mid", "high"]),
            "row JY.MIDHIGH, field when.stay: can never hold",
        ),
        (
            lambda d: row_of(d, "MIDHIGH")["when"].update(papers="both"),
            'row JY.MIDHIGH, field when.papers: leaves a gap, no row has "lacking"',
        ),
        (
            lambda d: row_of(d, "TRAJECTORY").pop("arrival_test"),
            "field arrival_test: is missing; a hold ends on a test",
        ),
        (
            lambda d: row_of(d, "OVERSEAS")["stage"][0]["days"].update({"is": 13}),
            "is 13, the balance is counted from the setting entry_quarantine_days, 14",
        ),
        (lambda d: d["settings"].pop("day_count"), "setting day_count: is missing"),
        (
            lambda d: d["settings"].update(contact_ancor=d["settings"].pop("contact_anchor")),
            'setting contact_ancor: is not known; did you mean "contact_anchor"?',
        ),
        (
            lambda d: d["settings"].update(weather=d["settings"]["day_count"]),
            "setting weather: is not known; remove it.",
        ),
        (
            lambda d: d["settings"]["day_count"].update(value="sunday"),
            'day_count, field value: is "sunday"',
        ),
        (lambda d: d["duty"][0].pop("because"), "duty six-1, field because.hours: is missing"),
        (lambda d: d["duty"][4].update(stages=["attic"]), "unknown stage kind attic"),
        (lambda d: d["duty"][4].update(never=["NOBODY"]), "names JY.NOBODY, which is no row"),
        (lambda d: d["title"].pop("en"), "title, field en: is missing"),
        (lambda d: d.update(row={}), "field row: is {}; give a list of tables"),
        (lambda d: d.update(over="NOWHERE"), 'field over: there is no pack "NOWHERE"'),
    ],
)
def test_a_fault_is_told_with_its_place(change: Change, sentence: str) -> None:
    assert sentence in faults(change)


def test_all_faults_are_told_at_once() -> None:
    def change(data: dict[str, Any]) -> None:
        data.pop("version")
        stage(data).update(kind="cellar")

    assert len(faults(change).splitlines()) == 2


@pytest.mark.parametrize("key", keys())
def test_a_shipped_pack_is_whole(key: str) -> None:
    pack = load(key)

    assert pack.key == key
    assert pack.rows[-1].when.otherwise


@pytest.mark.parametrize("key", keys())
def test_every_cell_rests_on_a_clause_of_the_catalogue_or_a_reading(key: str) -> None:
    known = {row["id"] for row in csv.DictReader(CSV.read_text("utf-8").splitlines())}

    for place in cells(pack_data(key)):
        rests_on = place["rests_on"]
        assert rests_on in known or rests_on.startswith("A-"), place


def cells(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [cell for item in data for cell in cells(item)]
    if not isinstance(data, dict):
        return []
    own = [data] if "rests_on" in data else []
    return own + [cell for item in data.values() for cell in cells(item)]


def test_a_reading_has_its_alternatives_and_takes_no_other() -> None:
    pack: Pack = load("JY")

    assert pack.with_settings(look_back_days=21).number("look_back_days") == 21
    assert pack.number("look_back_days") == 14
    with pytest.raises(PackError, match="setting day_count: is 'noon'; use next_day, same_day"):
        pack.with_settings(day_count="noon")
    with pytest.raises(PackError, match="there is no setting colour"):
        pack.with_settings(colour="red")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"a = = 1", "is not valid TOML"), (b"\xff\xfe", "is not UTF-8"), (None, "no such file")],
)
def test_a_file_that_is_no_pack_is_refused(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "pack.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(PackError, match=sentence):
        load_file(path)


def test_an_unknown_pack_names_the_known_ones() -> None:
    with pytest.raises(PackError, match="use one of: GZ, JL, JX57, JX8, JY"):
        load("../JY")
    assert (PACKS / "JY.toml").is_file()
