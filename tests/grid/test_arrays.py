"""Arrays and copied rows come back from the database as the values they were."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from grid.arrays import array_text, copy_text
from grid.choices import RowAction

pytestmark = pytest.mark.django_db


VALUES: list[tuple[str, list[Any]]] = [
    (
        "text",
        ["", "NULL", "null", 'a "quoted" one', "back\\slash", "{1,2}", "田小禾, 1", None],
    ),
    ("text", [" ", "\t", "line\nbreak", "it's", "'); DROP TABLE grid_person; --", "%s"]),
    ("bigint", [1, -2, 2**62, None]),
    ("boolean", [True, False, None]),
    ("bytea", [b"", b"\x00\xff\\'\"", None]),
    ("date", [date(2021, 2, 8), None]),
    ("time", [time(23, 59, 1)]),
    ("timestamptz", [datetime(2021, 2, 8, 12, 0, 0, 7, tzinfo=UTC)]),
    ("uuid", [UUID(int=7)]),
    ("numeric", [Decimal("36.6")]),
    ("text", []),
]


@pytest.mark.parametrize(("kind", "values"), VALUES)
def test_values_come_back_as_they_were(kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v FROM unnest(%s::{kind}[]) AS v", [array_text(values)])
        assert [value for (value,) in cursor.fetchall()] == values


def test_a_choice_is_written_as_its_value() -> None:
    assert array_text([RowAction.CREATE]) == '{"create"}'


def test_what_is_no_plain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="dict"):
        array_text([{"a": 1}])


@pytest.mark.parametrize(("kind", "values"), VALUES)
def test_copied_values_come_back_as_they_were(kind: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied (n int, v {kind}, w text)")
        rows = [list(range(len(values))), values, ["\\N\t\\." for _one in values]]
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(copy_text(rows))
        cursor.execute("SELECT v, w FROM copied ORDER BY n")
        assert cursor.fetchall() == [(value, "\\N\t\\.") for value in values]


def test_a_column_of_several_kinds_is_written_value_by_value() -> None:
    assert copy_text([[1, None, "a", True]]) == "1\n\\N\na\nt\n"
