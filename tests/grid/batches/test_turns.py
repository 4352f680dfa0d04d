"""One check by several workers: every row gets the fate it has when one checks alone."""

import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections

from grid.batches import checking, rows, running, turns
from grid.batches.checking import receive
from grid.batches.committing import cancel
from grid.batches.registry import kind_of
from grid.batches.repeats import Repeats
from grid.batches.rows import Check, Part
from grid.choices import BatchState
from grid.models import ImportBatch
from grid.tasks import import_check, import_check_help
from tests.cast import TOWN, World, build_world
from tests.factories.lists import a_line, a_list
from tests.factories.returnees import in_force

PEOPLE = 30
MEANT = ("number", "kind", "verdict", "action", "duplicate", "village", "problems", "values", "raw")
LEADER = "MainThread"
MOMENT = "2021-02-08T10:00:00+08:00"


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The cast with a notice in force; parts of a file are small."""
    monkeypatch.setattr(rows, "CHUNK", 4)
    world = build_world()
    in_force()
    return world


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[Any]]]:
    """Every file is a big one, and whoever is asked for help comes at once: what each was asked."""
    given: list[list[Any]] = []
    threads: list[threading.Thread] = []

    def help_out(args: list[Any]) -> None:
        try:
            with suppress(SystemExit):
                import_check_help(*args)
        finally:
            connections.close_all()

    def send(task: str, args: list[Any]) -> None:
        if task == "grid.import_check_help":
            given.append(args)
            threads.append(threading.Thread(target=help_out, args=[args]))
            threads[-1].start()

    monkeypatch.setattr(checking, "SMALL", 0)
    monkeypatch.setattr(running, "send", send)
    yield given
    for one in threads:
        one.join(60)


def listed() -> bytes:
    """Return a list in which people come again, in every way and far apart."""
    people = range(1, PEOPLE + 1)
    lines = [a_line(n, 备注=f"第{n}人") for n in people]
    lines += [a_line(n, 备注=f"第{n}人") for n in people if n % 5 == 0]  # as they stand
    lines += [a_line(n, 备注="第二行", 目的地详细地址=f"{n}号") for n in people if n % 3 == 0]
    lines += [a_line(n, 备注="第三行", 联系电话="不详") for n in people if n % 4 == 0]
    lines += [a_line(n, 备注="第四行", 交通方式="骑骆驼") for n in people if n % 3 == 0]
    return a_list(*lines)


def take() -> ImportBatch:
    return receive(content=listed(), file_name="list.csv", place_code=TOWN, by=None)


def checked(batch: ImportBatch) -> ImportBatch:
    """Check a batch that was queued, as the worker does that takes it."""
    import_check(str(batch.pk))
    batch.refresh_from_db()
    return batch


def helping(batch: str) -> None:
    """Help with the check of MOMENT, as another worker."""
    try:
        import_check_help(batch, None, MOMENT)
    finally:
        connections.close_all()


def found(batch: ImportBatch) -> tuple[Any, ...]:
    """Return all that is known of a batch and its rows."""
    told = list(batch.rows.order_by("number").values(*MEANT))
    return told, batch.understood, {k: v for k, v in batch.summary.items() if k != "batch"}


def readers(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Have two workers read their first parts at the same time; return who was there."""
    read, gate, seen = Check.read, threading.Barrier(2), set[str]()

    def together(self: Check, part: Any) -> Part:
        name = threading.current_thread().name
        if name not in seen:
            seen.add(name)
            gate.wait(60)
        return read(self, part)

    monkeypatch.setattr(Check, "read", together)
    return seen


@pytest.mark.parametrize("told", [True, False])
def test_two_workers_find_what_one_finds(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    with monkeypatch.context() as patch:
        if not told:  # whoever comes late reads what others have stored
            patch.setattr(Check, "_catch_up", lambda self, before: self.repeats.catch_up(before))
        seen = readers(patch)
        shared = checked(take())
    assert (len(seen), len(asked)) == (2, 1)
    monkeypatch.setattr(checking, "SMALL", 1_000_000)

    alone = take()

    assert len(asked) == 1
    assert found(shared) == found(alone)
    repeated = {row["duplicate"] for row in found(alone)[0]}
    assert {"exact", "update"} <= repeated
    assert alone.understood["unknown_values"]["transport"] == {"骑骆驼": PEOPLE // 3}
    assert alone.understood["counts"]["data"] == shared.rows.filter(kind="data").count()


def test_rows_that_others_have_stored_are_met_with_one_query(
    town: World, asked: list[Any], django_assert_max_num_queries: Any
) -> None:
    batch = checked(take())
    repeats = Repeats(batch, kind_of(batch.list_name), frozenset())

    with django_assert_max_num_queries(1):
        repeats.catch_up(before=PEOPLE)

    assert len(repeats.met) == PEOPLE - 2  # the first row is the heading


def test_a_part_whose_worker_dies_is_read_by_the_one_who_leads(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, taken = Check.read, threading.Event()

    def broken(self: Check, part: Any) -> Part:
        if threading.current_thread().name != LEADER:
            taken.set()
            sys.exit()  # of this thread: its transaction is rolled back
        assert taken.wait(60)
        return read(self, part)

    with monkeypatch.context() as patch:
        patch.setattr(Check, "read", broken)
        shared = checked(take())
    assert taken.is_set()
    monkeypatch.setattr(checking, "SMALL", 1_000_000)

    assert found(shared) == found(take())


def test_whoever_waits_for_a_part_that_is_left_stores_it_in_its_turn(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper leaves its part only when the leader has read the next one and waits."""
    read, store, taken, waits = Check.read, Check.store, threading.Event(), threading.Event()
    order: list[int] = []

    def slow(self: Check, part: Any) -> Part:
        if threading.current_thread().name != LEADER:
            taken.set()
            assert waits.wait(60)
            sys.exit()
        assert taken.wait(60)
        if part[0].number > order_of_first:
            waits.set()
        return read(self, part)

    def told(self: Check, part: Part) -> None:
        order.append(part.rows[0].number)
        store(self, part)

    order_of_first = 1
    monkeypatch.setattr(Check, "read", slow)
    monkeypatch.setattr(Check, "store", told)
    shared = checked(take())

    assert shared.state == BatchState.CHECKED
    assert order == sorted(order)
    assert shared.rows.count() == len(set(shared.rows.values_list("number", flat=True))) > PEOPLE


def test_help_for_a_check_that_is_over_or_began_anew_writes_nothing(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "send", lambda *_: None)
    batch = take()
    batch.understood = {"so_far": {"moment": "another"}}
    batch.save()
    import_check_help(str(batch.pk), None, MOMENT, "what comes later", more=1)
    assert not batch.rows.exists()
    checked(batch)
    before = found(batch)

    import_check_help(str(batch.pk), None, "another")

    batch.refresh_from_db()
    assert found(batch) == before


def test_a_check_begins_when_whoever_helped_with_the_one_before_is_out_of_its_part(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leader may die while its helper goes on: what that stores must not stay."""
    read, inside, go_on = Check.read, threading.Event(), threading.Event()

    def slow(self: Check, part: Any) -> Part:
        inside.set()
        assert go_on.wait(60)
        return read(self, part)

    monkeypatch.setattr(running, "send", lambda *_: None)
    batch = take()
    turns.begin(batch, MOMENT)
    monkeypatch.setattr(Check, "read", slow)
    helper = threading.Thread(target=helping, args=[str(batch.pk)])
    helper.start()
    assert inside.wait(60)
    threading.Timer(0.2, go_on.set).start()

    turns.begin(batch, "another")

    assert go_on.is_set()
    helper.join(60)
    batch.refresh_from_db()
    assert not batch.rows.exists()
    assert turns.is_at(batch, "another")
    assert batch.understood["so_far"]["parts"] == 0


def test_a_stop_is_heard_by_all_and_the_list_can_be_checked_anew(
    town: World, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, store = take(), Check.store

    def stop(self: Check, part: Part) -> None:
        store(self, part)
        if self.so_far.parts == 3:
            ImportBatch.objects.filter(pk=batch.pk).update(cancel_asked=True)

    with monkeypatch.context() as patch:
        patch.setattr(Check, "store", stop)
        checked(batch)
    assert (batch.state, batch.checked_at) == (BatchState.CANCELLED, None)
    with pytest.raises(running.BatchRefusedError):
        cancel(batch=batch, by=None)

    batch = checked(checking.recheck(batch=batch, by=None))

    assert batch.state == BatchState.CHECKED
    assert batch.rows.filter(kind="data").count() == batch.understood["counts"]["data"]
