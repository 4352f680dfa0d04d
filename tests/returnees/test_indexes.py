"""The tables that every row of a list writes keep the indexes that are read, and no others."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
FIRST_COLUMNS = """
SELECT a.attname FROM pg_index x
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
WHERE x.indrelid = %s::regclass
"""


def _indexed(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(FIRST_COLUMNS, [table])
        return sorted(name for (name,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("grid_personevent", ["household_id", "pgh_id", "pgh_obj_id"]),
        ("returnees_advancereportevent", ["person_id", "pgh_id", "pgh_obj_id"]),
        ("returnees_stayevent", ["pgh_id", "pgh_obj_id", "report_id"]),
        ("returnees_certificateevent", ["pgh_id", "pgh_obj_id", "report_id"]),
        ("returnees_episodeevent", ["person_id", "pgh_id", "pgh_obj_id", "report_id"]),
        ("returnees_stageevent", ["episode_id", "pgh_id", "pgh_obj_id"]),
        ("returnees_testevent", ["episode_id", "pgh_id", "pgh_obj_id"]),
    ],
)
def test_history_is_found_by_its_row_and_by_what_the_row_hangs_on(
    table: str, columns: list[str]
) -> None:
    assert _indexed(table) == columns


@pytest.mark.parametrize("table", ["grid_person", "returnees_advancereport", "returnees_episode"])
def test_a_village_is_looked_up_by_one_index(table: str) -> None:
    assert _indexed(table).count("place_id") == 1


def test_the_rows_of_a_batch_are_found_by_their_unique_constraint() -> None:
    assert _indexed("grid_importrow").count("batch_id") == 1
