"""Checking, committing and taking back with the smallest of lists: rows write one model."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.audit import acting
from grid.batches import committing, repeats, rows, undoing
from grid.batches.checking import check_file, options_of, set_options
from grid.batches.committing import BatchRefusedError, commit_batch
from grid.batches.decisions import RowRefusedError, decide, decide_many, discard
from grid.batches.kinds import ListKind
from grid.batches.registry import ListUnknownError, kind_of, kinds_for, register
from grid.batches.summary import row_problems
from grid.batches.undoing import undo_batch
from grid.choices import BatchState, RowAction
from grid.models import Household, ImportBatch, ImportRow, Place, User
from tests.cast import COUNTY, SECOND, TOWN, VILLAGE, World
from tests.grid.batches.flats import FlatKind, flat, flats


def check(*lines: dict[str, str], place: str = TOWN, by: User | None = None, **more: Any) -> Any:
    """Check a list of flats."""
    return check_file(
        content=flats(*lines),
        file_name="flats.csv",
        place_code=place,
        by=by,
        list_name="flats",
        **more,
    )


def commit(*lines: dict[str, str], **more: Any) -> ImportBatch:
    """Check a list of flats and write it."""
    return commit_batch(batch=check(*lines, **more), by=more.get("by"))


def actions(batch: ImportBatch) -> list[str]:
    """Return the actions of the data rows in their order."""
    data = batch.rows.filter(kind="data").order_by("number")
    return list(data.values_list("action", flat=True))


def codes(row: ImportRow) -> list[str]:
    """Return the codes of a row's problems."""
    return [one.code for one in row_problems(row)]


def row(batch: ImportBatch, number: int) -> ImportRow:
    """Return a row by its number in the file."""
    return batch.rows.get(number=number)


def edit(number: str, by: User, **values: str) -> None:
    """Change a flat by hand."""
    with acting(by=by, why="by hand"):
        Household.objects.filter(place=VILLAGE, number=number).update(**values)


def state() -> list[tuple[Any, ...]]:
    """Return every household by natural key."""
    columns = ("place_id", "number", "head_name", "note", "use")
    return sorted(Household.objects.values_list(*columns))


# --- check and commit ------------------------------------------------------------------------


def test_rows_become_records_and_the_same_list_again_changes_nothing(world: World) -> None:
    batch = commit(flat(1), flat(2, 用途="商铺"))
    assert (batch.state, batch.summary["created"]) == (BatchState.COMMITTED, 2)
    made = Household.objects.get(place=VILLAGE, number="2")
    assert (made.head_name, made.use) == ("户主2", "shop")
    assert row(batch, 3).target_key == made.pk

    again = commit(flat(1), flat(2, 用途="商铺"))

    assert actions(again) == [RowAction.UNCHANGED] * 2
    assert Household.objects.filter(place=VILLAGE).count() == 2


def test_a_changed_value_changes_that_field_alone_and_a_blank_none(world: World) -> None:
    commit(flat(1, 说明="一楼"))

    batch = commit(flat(1, 说明="二楼", 户主=""))

    assert actions(batch) == [RowAction.UPDATE]
    assert codes(row(batch, 2)) == ["known_update"]
    assert "说明" in row_problems(row(batch, 2))[0].message
    made = Household.objects.get(place=VILLAGE, number="1")
    assert (made.head_name, made.note) == ("户主1", "二楼")


def test_a_row_that_cannot_be_written_is_refused_alone(world: World) -> None:
    batch = commit(flat(1), flat(2, 户主="无名"), flat(3))

    assert actions(batch) == [RowAction.CREATE, RowAction.REFUSE, RowAction.CREATE]
    assert "Nobody is called" in row_problems(row(batch, 3))[-1].message
    assert Household.objects.filter(place=VILLAGE).count() == 2


def test_who_was_written_between_check_and_commit_is_judged_again(world: World) -> None:
    batch = check(flat(1, 说明="新"), flat(2))
    Household.objects.create(place_id=VILLAGE, number="1", head_name="户主1")

    batch = commit_batch(batch=batch, by=None)

    assert actions(batch) == [RowAction.UPDATE, RowAction.CREATE]
    assert Household.objects.get(place=VILLAGE, number="1").note == "新"


def test_the_same_flat_twice_in_one_list(world: World) -> None:
    batch = commit(flat(1), flat(1), flat(1, 说明="北门"), flat(1, 说明="南门"))

    kinds = list(batch.rows.filter(kind="data").order_by("number").values_list("duplicate", "done"))
    assert [kind for kind, _done in kinds] == ["", "exact", "update", "update"]
    assert Household.objects.get(place=VILLAGE, number="1").note == "南门"
    again = check(flat(1), flat(1), flat(1, 说明="北门"), flat(1, 说明="南门"))
    assert actions(again) == [RowAction.UNCHANGED] * 4


def test_a_repeat_is_found_across_thousands(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CHUNK", 2)
    lines = [flat(1), flat(2), flat(3), flat(1, 说明="北门"), flat(2), flat(4), flat(1, 序号="9")]

    batch = check(*lines)

    found = batch.rows.filter(kind="data").order_by("number").values_list("duplicate", flat=True)
    assert list(found) == ["", "", "", "update", "exact", "", "exact"]
    assert "row 2" in row_problems(row(batch, 8))[0].message


def test_rows_about_one_flat_without_end_are_compared_with_a_few(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK", 5)
    monkeypatch.setattr(repeats, "MOST", 4)

    batch = commit(*(flat(1, 说明=f"第{n}次") for n in range(30)))

    assert Household.objects.get(place=VILLAGE, number="1").note == "第29次"
    assert batch.rows.filter(duplicate="update").count() == 29


@pytest.mark.parametrize("size", [2, 60])
def test_queries_do_not_grow_with_the_rows_of_a_chunk(world: World, size: int) -> None:
    def queries(first: int, count: int) -> tuple[int, int, int]:
        lines = [flat(first + n) for n in range(count)]
        lines += [flat(first + n, 说明="改") for n in range(count // 2)]
        counts = []
        with CaptureQueriesContext(connection) as done:
            batch = check(*lines)
        counts.append(len(done))
        with CaptureQueriesContext(connection) as done:
            commit_batch(batch=batch, by=None)
        counts.append(len(done))
        with CaptureQueriesContext(connection) as done:
            undo_batch(batch=batch, by=None)
        counts.append(len(done))
        return counts[0], counts[1], counts[2]

    queries(1, 2)
    assert queries(100, size) == queries(1000, 4)


# --- options ---------------------------------------------------------------------------------


def test_a_list_that_is_only_checked_is_not_committed_until_the_option_is_lifted(
    world: World,
) -> None:
    batch = check(flat(1), options={"validate_only": True})
    with pytest.raises(BatchRefusedError, match="checked only"):
        commit_batch(batch=batch, by=world.township)
    assert Household.objects.filter(place=VILLAGE).count() == 0

    batch = set_options(batch=batch, options={"validate_only": False}, by=world.township)

    assert commit_batch(batch=batch, by=world.township).summary["created"] == 1


def test_all_or_nothing_is_refused_while_a_row_asks(world: World) -> None:
    batch = check(flat(1), flat(2, 目的地社区村="没有村"), options={"whole": True})

    with pytest.raises(BatchRefusedError, match="All or nothing: 1 rows"):
        commit_batch(batch=batch, by=None)

    assert Household.objects.filter(place=VILLAGE).count() == 0


def test_all_or_nothing_takes_everything_back_where_one_row_turns_out_bad(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "CHUNK", 2)
    batch = check(*(flat(n) for n in range(4)), flat(9, 户主="无名"), options={"whole": True})

    with pytest.raises(BatchRefusedError, match="row 6 cannot be imported"):
        commit_batch(batch=batch, by=None)

    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert "row 6" in batch.error
    assert Household.objects.filter(place=VILLAGE).count() == 0
    assert not batch.rows.filter(done=True).exists()


def test_options_are_named_and_others_refused(world: World) -> None:
    assert options_of({"whole": True}) == {
        "validate_only": False,
        "whole": True,
        "overwrite": False,
    }
    with pytest.raises(ValueError, match="no such option"):
        options_of({"hurry": True})


def test_what_no_list_is_given_with_is_no_argument(world: World) -> None:
    with pytest.raises(TypeError, match="asof"):
        check(flat(1), asof=None)


# --- edits by hand ---------------------------------------------------------------------------


def test_an_edit_by_hand_stays_when_the_list_says_what_it_said_before(world: World) -> None:
    commit(flat(1, 说明="旧"))
    edit("1", world.township, note="手改")

    batch = commit(flat(1, 说明="旧", 户主="新户主"))

    assert actions(batch) == [RowAction.UPDATE]
    assert "hand_edit_kept" in codes(row(batch, 2))
    made = Household.objects.get(place=VILLAGE, number="1")
    assert (made.note, made.head_name) == ("手改", "新户主")


def test_where_hand_and_list_both_say_something_new_it_is_asked(world: World) -> None:
    commit(flat(1, 说明="旧"))
    edit("1", world.township, note="手改")

    batch = commit(flat(1, 说明="新"))

    (asked,) = row_problems(row(batch, 2))
    assert (actions(batch), asked.code) == ([RowAction.ASK], "hand_edit_conflict")
    assert "说明" in asked.message
    assert world.township.name in asked.message
    assert Household.objects.get(place=VILLAGE, number="1").note == "手改"

    decide(row=row(batch, 2), action="update", by=world.township)

    assert Household.objects.get(place=VILLAGE, number="1").note == "新"


def test_who_left_the_hand_edit_once_is_not_asked_again_by_the_same_list(world: World) -> None:
    commit(flat(1, 说明="旧"))
    edit("1", world.township, note="手改")
    batch = commit(flat(1, 说明="新"))
    decide(row=row(batch, 2), action="skip", by=world.township)

    again = check(flat(1, 说明="新"))

    assert actions(again) == [RowAction.UNCHANGED]


def test_with_the_option_the_list_wins_over_the_hand(world: World) -> None:
    commit(flat(1, 说明="旧"))
    edit("1", world.township, note="手改")
    batch = check(flat(1, 说明="新"))
    assert actions(batch) == [RowAction.ASK]

    batch = set_options(batch=batch, options={"overwrite": True}, by=world.township)

    assert actions(batch) == [RowAction.UPDATE]
    commit_batch(batch=batch, by=world.township)
    assert Household.objects.get(place=VILLAGE, number="1").note == "新"


# --- decisions -------------------------------------------------------------------------------


def test_a_row_that_names_no_village_is_imported_with_the_one_chosen(world: World) -> None:
    Place.objects.create(code=f"{TOWN}203", name="东关社区居民委员会", level=5, parent_id=TOWN)
    batch = commit(flat(1, 目的地社区村="东关"))
    assert actions(batch) == [RowAction.ASK]
    with pytest.raises(Exception, match="Choose the village"):
        decide(row=row(batch, 2), action="create", by=world.township)
    with pytest.raises(Exception, match="not known"):
        decide(row=row(batch, 2), action="create", by=None, values={"dest_code": "111111111111"})

    decide(row=row(batch, 2), action="create", by=None, values={"dest_code": SECOND})

    assert Household.objects.get(place=SECOND, number="1").head_name == "户主1"
    assert row(batch, 2).village == SECOND


def test_many_rows_are_decided_alike_all_or_none(world: World) -> None:
    commit(flat(1, 说明="旧"), flat(2, 说明="旧"))
    for number in ("1", "2"):
        edit(number, world.township, note="手改")
    batch = check(flat(1, 说明="新"), flat(2, 说明="新"), flat(3))
    with pytest.raises(RowRefusedError, match="Row 4 waits"):
        decide_many(batch=batch, numbers=[2, 3, 4], action="update", by=None)
    assert actions(batch)[:2] == [RowAction.ASK] * 2

    decide_many(batch=batch, numbers=[2, 3], action="update", by=world.township)

    commit_batch(batch=batch, by=world.township)
    found = Household.objects.filter(place=VILLAGE).order_by("number")
    assert list(found.values_list("note", flat=True)) == ["新", "新", ""]


def test_what_is_given_up_keeps_neither_rows_nor_file(world: World) -> None:
    batch = discard(batch=check(flat(1)), by=world.township)

    assert (batch.state, batch.rows.count()) == (BatchState.DISCARDED, 0)
    assert not ImportBatch.objects.filter(file__isnull=False).exists()


# --- taking back -----------------------------------------------------------------------------


def test_taking_back_leaves_what_was_there_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 2)
    commit(flat(1, 说明="旧"), flat(2))
    before = state()
    batch = commit(
        flat(1, 说明="新"), flat(2), flat(3), flat(4), flat(1, 说明="更新"), by=world.township
    )
    assert state() != before

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (3, [])
    assert state() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert commit(flat(1, 说明="旧"), flat(3)).summary["created"] == 1


def test_what_somebody_worked_with_is_left_and_listed(world: World) -> None:
    batch = commit(flat(1), flat(2), by=world.township)
    edit("2", world.head, note="手改")

    undone = undo_batch(batch=batch, by=world.township)

    assert undone.taken_back == 1
    assert [(one.row, one.who) for one in undone.left] == [(3, world.head.name)]
    assert "changed_since" in codes(row(batch, 3))
    assert [one[1] for one in state() if one[0] == VILLAGE] == ["2"]


def test_taking_back_that_was_cut_off_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "CHUNK", 2)
    batch = commit(*(flat(n) for n in range(7)))
    take_back, calls = FlatKind.take_back, []

    def cut(*args: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        take_back(*args, **more)

    monkeypatch.setattr(FlatKind, "take_back", cut)
    with pytest.raises(RuntimeError):
        undo_batch(batch=batch, by=None)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["done"]) == (BatchState.UNDOING, 4)
    assert batch.rows.filter(undone=True).count() == 4

    undone = undo_batch(batch=batch, by=None)

    assert undone.taken_back == 7
    assert Household.objects.filter(place=VILLAGE).count() == 0
    with pytest.raises(BatchRefusedError, match="only a committed one"):
        undo_batch(batch=batch, by=None)


# --- the register ----------------------------------------------------------------------------


def test_lists_are_found_by_name_and_given_to_who_may_import(world: World) -> None:
    kind = kind_of("flats")
    assert isinstance(kind, ListKind)
    assert kind in kinds_for(world.township)
    assert kinds_for(world.clerk) == []
    with pytest.raises(ListUnknownError, match="no list called boats"):
        kind_of("boats")
    with pytest.raises(ValueError, match="two lists"):
        register(type("Other", (FlatKind,), {})())


def test_a_list_is_given_for_a_place_of_its_levels(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FlatKind, "levels", (5,))

    with pytest.raises(Exception, match="given for one of"):
        check(flat(1), place=COUNTY)
    assert check(flat(1), place=VILLAGE).state == BatchState.CHECKED
