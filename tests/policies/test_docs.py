"""The chapter on writing a pack: its example is a pack, its person and its faults are true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from policies.facts import Facts
from policies.planner import plan
from policies.schema import load_file, load_text
from tests.policies.test_commands import check

DOCS = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
CHAPTER = DOCS[DOCS.index("## Write a pack for a new notice") :]
EXAMPLE = re.findall(r"```toml\n(.*?)```", CHAPTER, re.DOTALL)[0]
FACTS, PLAN = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", CHAPTER, re.DOTALL))
FAULT = re.compile(r"\| `(.+?)` \| `(.+?)` \| (.+) \|")
FAULTS = [found.groups() for line in CHAPTER.splitlines() if (found := FAULT.match(line))]


def test_the_example_is_a_pack_that_the_command_calls_ok(tmp_path: Path) -> None:
    path = tmp_path / "YX.toml"
    path.write_text(EXAMPLE, "utf-8")

    assert check(path) == (0, "ok\n", "")
    assert load_file(path).notice.number == "云防指〔2021〕3号"


def test_the_person_of_the_chapter_is_given_the_plan_it_states() -> None:
    made = plan(load_text(EXAMPLE, where="YX.toml"), Facts.parse(FACTS)).as_dict()

    assert {key: made[key] for key in PLAN} == PLAN


@pytest.mark.parametrize(
    ("facts", "classification", "kinds"),
    [
        ({"certificate": {"sampled_on": "2021-02-26", "result": "negative"}}, "RISK_WITH_CERT", 1),
        ({"certificate": {"sampled_on": "2021-02-25", "result": "negative"}}, "RISK_NO_CERT", 2),
        ({"history": []}, "OTHER", 0),
        ({"contact": "trajectory"}, "CONTACT", 1),
    ],
)
def test_the_example_does_what_its_notice_says(
    facts: dict[str, Any], classification: str, kinds: int
) -> None:
    made = plan(load_text(EXAMPLE, where="YX.toml"), Facts.parse(FACTS | facts))

    assert made.classification == f"YX.{classification}"
    assert len(made.stages) == kinds


def test_the_chapter_shows_a_fault_of_every_sort() -> None:
    told = " ".join(sentence for _old, _new, sentence in FAULTS)

    for sort in ("use one of", "is missing", "leaves a gap", "never decides", "can never hold"):
        assert sort in told


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS)
def test_each_fault_of_the_chapter_is_told_in_its_words(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in EXAMPLE
    path = tmp_path / "YX.toml"
    path.write_text(EXAMPLE.replace(old, new, 1), "utf-8")

    assert check(path) == (2, "", f"{sentence}\n")
