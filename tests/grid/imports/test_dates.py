"""Dates in every form of the field; what has two readings is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.imports.dates import read_day
from grid.imports.messages import text
from tests.grid.imports.world import AS_OF, codes, only

DAY = date(2021, 1, 28)


def understood(value, as_of=AS_OF, **options):
    return read_day(value, value, as_of=as_of, **options)


@pytest.mark.parametrize(
    "written",
    [
        "2021-01-28",
        "2021-1-28",
        "2021/1/28",
        "2021.1.28",
        "2021.1.28日",
        "20210128",
        "2021年1月28日",
        "2021年1月28号",
        "2021 年 1 月 28 日",
        "２０２１年１月２８日",
        "2021-01-28 ",
        "2021-01-28 10:10:00",
        "2021-01-28T10:10",
        "2021/1/28 7:45",
        "2021年1月28日 15时30分",
        "2021年1月28日下午3点左右",
        "2021年1月28日晚",
        "2021-01-28 星期四",
        "44224",
        "44224.75",
        "28/1/2021",
        "1/28/2021",
    ],
)
def test_every_full_form_gives_the_day(written):
    found = understood(written)
    assert (found.day, found.code) == (DAY, "")


def test_the_time_is_not_read_into_the_day():
    assert understood("2021/2/2 15:45").day == date(2021, 2, 2)


@pytest.mark.parametrize("written", ["21/1/28", "21.1.28", "21年1月28日"])
def test_two_digits_of_a_year_are_a_warning(written):
    found = understood(written)
    assert (found.day, found.code) == (DAY, "date_year_2digit")


@pytest.mark.parametrize("written", ["1月28日", "1月28号", "1/28", "1-28", "01月28日", "1.28"])
def test_a_missing_year_comes_from_the_day_of_the_list(written):
    found = understood(written)
    assert (found.day, found.code) == (DAY, "date_no_year")


def test_a_missing_year_is_the_one_that_brings_the_day_nearest():
    assert understood("12月30日", as_of=date(2021, 1, 5)).day == date(2020, 12, 30)
    assert understood("1月5日", as_of=date(2020, 12, 30)).day == date(2021, 1, 5)


@pytest.mark.parametrize("written", ["1.2", "2.1", "1.3", "2/3/2021"])
def test_what_has_two_readings_is_refused(written):
    found = understood(written)
    assert (found.day, found.code) == (None, "date_ambiguous")


@pytest.mark.parametrize(
    "written",
    [
        "年前",
        "待定",
        "已回",
        "下周",
        "?",
        "腊月二十",
        "1月底",
        "2021年1月",
        "2021-02-30",
        "20210231",
        "2021.1.32",
        "2021年13月5日",
        "2021",
        "12345",
        "99999",
        "1月20日-25日",
        "2021/2/29",
    ],
)
def test_what_is_no_day_is_refused(written):
    found = understood(written)
    assert (found.day, found.code) == (None, "date_unparseable")


@pytest.mark.parametrize("written", ["", "无", "/", "　"])
def test_a_blank_date_is_missing(written):
    assert understood(written).code == "date_missing"


def test_serials_of_the_other_epoch_are_four_years_smaller():
    assert understood(str(44224 - 1462), epoch_1904=True).day == DAY


def test_the_list_says_how_to_write_an_unreadable_date():
    row = only(date="年前")
    assert codes(row) == ["date_unparseable"]
    assert text(row.problems[0]) == "“年前”不是日期；请写成 2021-02-08。"


@given(st.integers(-70, 60), st.sampled_from(["{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y年%m月%d日}"]))
def test_any_day_of_the_window_survives_any_form(days, form):
    day = AS_OF + timedelta(days=days)
    assert understood(form.format(day)).day == day
