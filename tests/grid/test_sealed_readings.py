"""Texts of cells that somebody has settled are sealed, in the readings and in their history."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from grid.batches.mappings import mapping_for, save_mapping
from grid.models import ImportMapping
from tests.cast import VILLAGE, World
from tests.factories.returnees import in_force
from tests.grid.uploads import a_row, as_text, upload
from tests.schedules.pages import browser

pytestmark = pytest.mark.django_db

TABLES = ["grid_importmapping", "grid_importmappingevent"]
SAID = "东关村何一一家隔壁"  # what people do write where a village is asked for


def stored(table: str, column: str = "values") -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT convert_to(\"{column}\"::text, 'UTF8') FROM {table} ORDER BY 1")
        return [bytes(value) for (value,) in cursor.fetchall()]


def test_no_text_of_a_cell_is_readable_in_a_reading_or_in_its_history(world: World) -> None:
    in_force()
    batch = upload(browser(world.township), as_text(a_row(1), a_row(2)))

    for values in ({"dest_village": {SAID: VILLAGE}}, {"health_code": {"草绿": "green"}}):
        save_mapping(batch=batch, columns={}, values=values, by=world.township)

    kept = mapping_for(batch.list_name, batch.understood["layout"])
    assert kept is not None
    assert kept.values == {"dest_village": {SAID: VILLAGE}, "health_code": {"草绿": "green"}}
    assert [one.values for one in kept.events.order_by("pgh_id")] == [
        {"dest_village": {SAID: VILLAGE}}, kept.values,
    ]  # fmt: skip
    for table, count in zip(TABLES, (1, 2), strict=True):
        found = stored(table)
        assert len(found) == count
        for value in found:
            assert value.startswith(b"\\x")
            opened = bytes.fromhex(value[2:].decode())
            assert SAID.encode() not in opened
            assert VILLAGE.encode() not in opened


def migrated(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("grid", name)])
    return MigrationExecutor(connection).loader.project_state([("grid", name)]).apps


def test_readings_of_before_are_sealed_with_their_history_and_can_be_opened_again(
    world: World,
) -> None:
    kept = {"dest_village": {SAID: VILLAGE}}
    ImportMapping.objects.create(
        list_name="returnees", layout="a", name="a", values=kept, saved_by=world.township
    )
    with connection.cursor() as cursor:  # changing tables needs the checks of this transaction done
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    migrated("0008_import_decisions")
    open_ones = [stored(table) for table in TABLES]
    migrated("0009_sealed_readings")
    sealed_ones = [stored(table) for table in TABLES]

    assert all(SAID.encode() in value for values in open_ones for value in values)
    assert not any(SAID.encode() in value for values in sealed_ones for value in values)
    assert [len(values) for values in sealed_ones] == [1, 1]
    mapping = ImportMapping.objects.get(layout="a")
    assert mapping.values == mapping.events.get().values == kept
    mapping.save()
    assert mapping.events.count() == 2  # the history is written on as before
