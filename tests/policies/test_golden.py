"""The worked cases of all packs, as users script against them."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from policies.facts import Facts
from policies.planner import plan
from policies.schema import load

CASES = yaml.safe_load(Path(__file__).with_name("golden.yaml").read_text("utf-8"))["cases"]


def plain(data: Any) -> Any:
    return json.loads(json.dumps(data, default=date.isoformat))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_gives_the_plan_it_states(case: dict[str, Any]) -> None:
    expected = plain(case["expected"])

    got = plan(load(case["pack"]), Facts.parse(plain(case["facts"]))).as_dict()

    assert {key: got[key] for key in expected} == expected


def test_the_command_gives_all_worked_cases_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        {"id": case["id"], "pack": case["pack"], "facts": plain(case["facts"])} for case in CASES
    ]
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(json.dumps(one) for one in asked)))

    call_command("policy_plan")

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == [case["id"] for case in CASES]
    for case, answer in zip(CASES, answers, strict=True):
        expected = plain(case["expected"])
        assert {key: answer["plan"][key] for key in expected} == expected, case["id"]
