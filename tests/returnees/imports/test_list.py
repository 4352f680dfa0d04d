"""The declaration of the returnee list: headings, choices, the check across two dates."""

from collections import Counter

import pytest

from grid.imports.choices import Choices
from grid.imports.headings import HeadingIndex
from returnees.imports.list import RETURNEES
from tests.grid.imports.world import HEADINGS, codes, csv, line, read

INDEX = HeadingIndex(RETURNEES)


def test_no_heading_leads_to_two_fields():
    every = Counter(key for key, fields in INDEX.sure.items() for _field in fields)
    assert [heading for heading, times in every.items() if times > 1] == []
    assert not set(INDEX.sure) & set(INDEX.doubtful)


def test_no_word_of_a_choice_means_two_things():
    for field in RETURNEES.fields:
        told = Counter(word for words in field.choices.values() for word in words)
        assert [word for word, times in told.items() if times > 1] == []


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("*姓名", "name"),
        ("公民身份号码", "id_number"),
        ("联系方式", "phone"),
        ("来自地区（出发地）", "origin"),
        ("目的地乡镇（街道）", "dest_township"),
        ("村（居）", "dest_village"),
        ("预计返乡时间", "return_date"),
        ("从哪里来", "origin"),
        ("何时返乡", "return_date"),
        ("车次（车牌号）", "transport_no"),
        ("近14天旅居史", "stay_history"),
        ("包保责任人电话", "responsible_phone"),
        ("姓名（包保人）", None),
        ("电话回访情况", None),
    ],
)
def test_headings_of_the_field_find_their_column(heading, field):
    assert INDEX.find((heading,)) == field


@pytest.mark.parametrize("heading", ["预计返回时间", "预计到达日期", "何时返回", "返回日期"])
def test_the_way_back_may_be_that_to_work_so_it_is_asked_about(heading):
    assert INDEX.find((heading,)) is None
    assert INDEX.maybe((heading,)) == ["return_date"]


@pytest.mark.parametrize(
    ("key", "word", "value"),
    [
        ("transport", "自驾（豫U）", "self_drive"),
        ("transport", "高铁/动车", "train"),
        ("health_code", "绿色（带*）", "green"),
        ("nat_result", "（-）", "negative"),
        ("nat_result", "—", "not_done"),
        ("isolation", "14天居家健康监测", "home_monitor"),
        ("isolation", "飞", None),
    ],
)
def test_words_of_the_field_find_their_value(key, word, value):
    assert Choices(RETURNEES.by_key()[key].choices).find(word) == value


def dated(day: str, returns: str):
    head = HEADINGS.replace("备注", "核酸检测时间")
    _understood, rows = read(csv(line(date=returns, remark=day), head=head))
    return rows[1]


def test_a_test_after_today_and_after_the_return_is_a_slip():
    row = dated("2021-02-24", "2021-01-20")
    assert codes(row) == ["nat_date_in_future"]
    assert row.verdict == "warn"


@pytest.mark.parametrize(
    ("day", "returns"),
    [("2021-02-08", "2021-01-20"), ("2021-02-10", "2021-02-10"), ("2021-02-10", "待定")],
)
def test_a_test_before_the_return_or_by_today_is_none(day, returns):
    assert "nat_date_in_future" not in codes(dated(day, returns))


def test_an_unknown_word_keeps_the_row_and_its_text():
    head = HEADINGS.replace("备注", "交通方式")
    _understood, rows = read(csv(line(remark="热气球"), head=head))
    assert [(p.code, p.severity) for p in rows[1].problems] == [("value_unknown", "note")]
    assert rows[1].verdict == "ok"
    assert rows[1].raw["交通方式"] == "热气球"
