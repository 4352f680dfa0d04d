"""Decisions about rows stay while their list is read another way, as far as they still hold."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from grid.audit import acting
from grid.batches import checking, running
from grid.batches.checking import receive, recheck, set_options
from grid.batches.committing import cancel, commit_batch
from grid.batches.decisions import decide, decide_many
from grid.batches.mappings import save_mapping
from grid.choices import BatchState, RowAction
from grid.models import Household, ImportBatch, ImportFile, Place
from grid.tasks import import_check
from tests.cast import SECOND, TOWN, VILLAGE, World
from tests.grid.batches.flats import HEADINGS, flat, flats
from tests.grid.uploads import as_workbook


@pytest.fixture(autouse=True)
def twin(world: World) -> Place:
    """A second village that lists call 西关: rows that name it so ask which one is meant."""
    return Place.objects.create(
        code=f"{TOWN}203", name="西关社区居民委员会", level=5, parent_id=TOWN
    )


def take(*lines: dict[str, str]) -> ImportBatch:
    return receive(
        content=flats(*lines), file_name="flats.csv", place_code=TOWN, by=None, list_name="flats"
    )


def sheets(**lines: Sequence[dict[str, str]]) -> ImportBatch:
    """Receive a workbook with a sheet of flats for each name."""
    tables = {
        name: [HEADINGS, *([one.get(heading, "") for heading in HEADINGS] for one in rows)]
        for name, rows in lines.items()
    }
    return receive(
        content=as_workbook(tables),
        file_name="flats.xlsx",
        place_code=TOWN,
        by=None,
        list_name="flats",
    )


def unclear(number: int, **more: str) -> dict[str, str]:
    return flat(number, 目的地社区村="西关", **more)


def fates(batch: ImportBatch) -> list[tuple[str, str]]:
    """Return decision and action of the data rows in their order."""
    rows = batch.rows.filter(kind="data").order_by("number")
    return list(rows.values_list("decided", "action"))


def figures(batch: ImportBatch) -> tuple[Any, Any]:
    return batch.summary.get("decisions_kept"), batch.summary.get("decisions_lapsed")


def settle(batch: ImportBatch, **values: dict[str, str]) -> ImportBatch:
    """Say what texts of fields stand for, and read the list again."""
    save_mapping(batch=batch, columns={}, values=values, by=None)
    return recheck(batch=batch, by=None)


def answer(batch: ImportBatch, number: int, village: str = SECOND) -> None:
    row = batch.rows.get(number=number)
    decide(row=row, action="create", by=None, values={"dest_code": village})


def test_decisions_outlive_another_reading_of_other_columns(world: World) -> None:
    batch = take(unclear(1, 用途="开店"), unclear(2), unclear(3), flat(4))
    answer(batch, 2)
    decide_many(batch=batch, numbers=[3], action="skip", by=None)

    batch = settle(batch, use={"开店": "shop"})

    assert fates(batch) == [("create", "create"), ("skip", "skip"), ("", "ask"), ("", "create")]
    assert figures(batch) == (2, 0)
    assert (batch.summary["created"], batch.summary["waiting"]) == (2, 1)
    assert batch.rows.get(number=2).village == SECOND
    commit_batch(batch=batch, by=None)
    made = Household.objects.get(place=SECOND, number="1")
    assert (made.head_name, made.use) == ("户主1", "shop")


def test_a_decision_lapses_where_its_question_is_gone(world: World, twin: Place) -> None:
    batch = take(unclear(1), unclear(2))
    answer(batch, 2, twin.pk)
    twin.delete()

    batch = recheck(batch=batch, by=None)

    assert fates(batch) == [("", "create"), ("", "create")]
    assert figures(batch) == (0, 1)
    assert batch.rows.get(number=2).village == SECOND
    assert figures(recheck(batch=batch, by=None)) == (None, None)


def test_a_decision_lapses_where_another_sheet_says_something_else(world: World) -> None:
    batch = sheets(一组=[unclear(1), unclear(2)], 二组=[unclear(1), unclear(7)])
    answer(batch, 2)
    answer(batch, 3)

    batch = recheck(batch=batch, by=None, sheet="二组")

    assert fates(batch) == [("create", "create"), ("", "ask")]
    assert figures(batch) == (1, 1)


def test_a_decision_lapses_where_the_question_is_another_one_by_now(world: World) -> None:
    commit_batch(batch=take(flat(1, 说明="旧"), flat(2, 说明="旧")), by=None)
    with acting(by=world.township, why="by hand"):
        Household.objects.filter(place=VILLAGE).update(note="手改")
    batch = take(flat(1, 说明="新"), flat(2, 说明="新"))
    decide_many(batch=batch, numbers=[2, 3], action="update", by=None)
    Household.objects.filter(place=VILLAGE, number="2").delete()
    with acting(by=world.township, why="by hand"):
        Household.objects.create(place_id=VILLAGE, number="2", note="新户")

    batch = recheck(batch=batch, by=None)

    assert fates(batch)[0] == ("update", "update")
    assert fates(batch)[1][0] == ""
    assert figures(batch) == (1, 1)


def test_a_place_that_is_no_answer_any_more_lets_the_decision_lapse(world: World) -> None:
    batch = take(unclear(1))
    gone = f"{TOWN}204"
    Place.objects.create(code=gone, name="临时村", level=5, parent_id=TOWN)
    answer(batch, 2, gone)
    Place.objects.filter(pk=gone).delete()

    batch = recheck(batch=batch, by=None)

    assert (fates(batch), figures(batch)) == ([("", "ask")], (0, 1))


def test_options_changed_leave_the_decisions_as_they_are(world: World) -> None:
    batch = take(unclear(1))
    answer(batch, 2)

    batch = set_options(batch=batch, options={"overwrite": True}, by=None)

    assert fates(batch) == [("create", "create")]


def test_decisions_outlive_a_check_that_was_stopped_and_are_sealed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = take(unclear(1), unclear(2))
    answer(batch, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT decisions FROM grid_importfile")
        assert b"create" not in bytes(cursor.fetchone()[0])
    monkeypatch.setattr(checking, "SMALL", 0)
    monkeypatch.setattr(running, "send", lambda *_: None)
    batch = recheck(batch=batch, by=None)
    cancel(batch=batch, by=None)
    import_check(str(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, fates(batch)) == (BatchState.CANCELLED, [])

    batch = recheck(batch=batch, by=None)
    import_check(str(batch.pk))

    batch.refresh_from_db()
    assert fates(batch) == [("create", "create"), ("", "ask")]
    assert figures(batch) == (1, 0)
    assert batch.rows.get(number=2).action == RowAction.CREATE
    assert len(ImportFile.objects.get(batch=batch).decisions) == 1
