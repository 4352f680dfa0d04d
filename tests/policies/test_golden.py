"""The worked cases of all packs, as users script against them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

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
