"""Every code has a sentence in both languages and stands in the documentation."""

import re
import string
from pathlib import Path

import pytest

from grid.imports.messages import MESSAGES, problem, text

DOCUMENT = Path(__file__).parents[3] / "docs" / "import-codes.md"


def slots(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_both_languages_say_the_same_of_a_code(code):
    severity, zh, en = MESSAGES[code]
    assert severity in ("error", "warning", "question", "note")
    assert slots(zh) == slots(en)
    assert zh.endswith("。")
    assert en.endswith((".", "?"))


def test_a_sentence_is_chosen_by_language_and_filled():
    found = problem("电话", "phone_invalid", value="123")
    assert text(found, "zh-hans") == "“123”不是手机号（应为 11 位）。"
    assert text(found, "en") == '"123" is not a mobile number of 11 digits.'
    assert text(problem("备注", "column_unknown")) == "未识别的列“备注”随行保留。"


def test_the_document_lists_every_code_with_its_severity_and_no_other():
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert dict(rows) == {code: severity for code, (severity, _zh, _en) in MESSAGES.items()}
    assert len(rows) == len(MESSAGES)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_the_document_gives_a_code_its_sentences_an_example_and_what_to_do(code):
    (row,) = re.findall(rf"^\| `{code}` \|.*$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    _code, severity, zh, en, example, advice = (cell.strip() for cell in row.strip("| ").split("|"))
    assert (severity, zh, en) == MESSAGES[code]
    assert example
    assert advice
