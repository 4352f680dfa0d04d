"""`policy_plan` and `policy_check` as users script against them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from config.management.commands.policy_check import Command as PolicyCheck
from config.management.commands.policy_plan import answer_all
from policies.schema import PACKS
from tests.policies.people import returnee


def answers(*lines: str) -> list[dict[str, Any]]:
    written: list[str] = []
    answer_all([line + "\n" for line in lines], written.append)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in written)
    return [json.loads(line) for line in written]


def asked(**request: Any) -> str:
    return json.dumps(request)


def test_each_line_is_answered_in_its_order_with_its_id() -> None:
    got = answers(
        asked(id="a", pack="JY", facts=returnee()), "", asked(id=2, pack="GZ", facts=returnee())
    )

    assert [line["id"] for line in got] == ["a", 2]
    assert [line["plan"]["classification"] for line in got] == ["JY.OTHER", "GZ.OTHER"]


@pytest.mark.parametrize(
    ("line", "id_", "sentence"),
    [
        ("{", None, "the line is not JSON"),
        ("[" * 100_000, None, "the line is not JSON"),
        ("[1]", None, "the line is no JSON object"),
        (asked(id=1, facts={}), 1, "pack: is missing"),
        (asked(id=1, pack="JY"), 1, "facts: is missing"),
        (asked(id=1, pack="ZZ", facts={}), 1, 'pack "ZZ" is not known; use one of: GZ, JL'),
        (asked(id=1, pack=7, facts={}), 1, "pack: is 7; give a text"),
        (asked(id=1, pack="JY", facts=[]), 1, "facts: is []; give an object"),
        (asked(id="x", pack="JY", facts={}), "x", "facts.arrives_at: is missing"),
    ],
)
def test_a_line_that_cannot_be_planned_says_why_and_the_next_one_goes_on(
    line: str, id_: object, sentence: str
) -> None:
    bad, good = answers(line, asked(id=9, pack="JY", facts=returnee()))

    assert bad["id"] == id_
    assert sentence in bad["error"]
    assert good["plan"]["classification"] == "JY.OTHER"


def check(path: Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        PolicyCheck(stdout=out, stderr=err).execute(
            file=path, force_color=False, no_color=True, skip_checks=True
        )
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_pack_is_ok(path: Path) -> None:
    assert check(path) == (0, "ok\n", "")


def test_each_fault_is_a_line_and_the_exit_code_is_2(tmp_path: Path) -> None:
    broken = tmp_path / "JY.toml"
    text = (PACKS / "JY.toml").read_text("utf-8")
    broken.write_text(text.replace("day = 1\n", "day = 99\n", 1).replace('key = "OTHER"', ""))

    code, out, err = check(broken)

    assert (code, out) == (2, "")
    assert "JY.toml, row CONTACT, stage 1, test 1, field day: is 99" in err
    assert "field key: is missing" in err


def test_the_same_person_is_planned_the_same_through_the_command() -> None:
    one, other = answers(*[asked(id=1, pack="JX8", facts=returnee())] * 2)

    assert one == other
    assert {"classification", "matched", "report", "stages", "why"} <= set(one["plan"])
