"""Record numbers and the time of export: written, read back, told from anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnees.imports.exported import moment_of, record_key, record_number


@given(st.integers(min_value=1, max_value=10**15))
def test_a_record_number_names_its_record(key: int) -> None:
    assert record_key(record_number(key)) == key


@given(st.integers(min_value=1, max_value=10**6), st.integers(min_value=1, max_value=10**6))
def test_a_digit_typed_wrong_is_no_record(key: int, other: int) -> None:
    wrong = f"R{other}-{record_number(key)[-1]}"

    assert record_key(wrong) in (None, other)
    if (
        len(str(other)) == len(str(key))
        and sum(a != b for a, b in zip(str(key), str(other), strict=True)) == 1
    ):
        assert record_key(wrong) is None


@pytest.mark.parametrize("text", ["", None, "12", "R12", "R0-0", "编号12", "R12-x"])
def test_anything_else_is_no_record_number(text: str | None) -> None:
    assert record_key(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-02-08 20:15:30", "2021-02-08T20:15:30+08:00"),
        ("2021/2/8 20:15", "2021-02-08T20:15:00+08:00"),
        ("2021/2/8  9:05", "2021-02-08T09:05:00+08:00"),
        ("2021-13-40 20:15", None),
        ("昨晚", None),
        ("", None),
    ],
)
def test_the_time_of_export_is_read_as_spreadsheets_leave_it(text: str, moment: str | None) -> None:
    assert moment_of(text) == moment
