"""One commit by several workers: the same end as by one, in the same order, told once."""

import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from grid.batches import committing, running, sharing
from grid.batches.checking import check_file
from grid.batches.committing import cancel, commit_batch, help_queued, start_commit
from grid.batches.sharing import lock_signs
from grid.batches.undoing import undo_batch
from grid.batches.writing import Writer
from grid.choices import BatchState
from grid.models import Event, ImportBatch
from returnees.models import Episode
from tests.cast import TOWN, World, build_world
from tests.factories.lists import a_line, a_list
from tests.factories.returnees import in_force
from tests.returnees.imports.state import business_state, differences

PEOPLE = 24
AGAIN = PEOPLE // 3  # persons who stand in the list three times
HELPER = "helper"


@pytest.fixture
def town(transactional_db: None, announced: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """The cast with a notice in force; every list is a big one, of small chunks."""
    monkeypatch.setattr(sharing, "CHUNK", 5)
    monkeypatch.setattr(sharing, "PAUSE", 0.01)
    monkeypatch.setattr(committing, "MANY", 2)
    world = build_world()
    in_force()
    return world


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """Whoever is asked for help comes at once, a worker of its own: what each was asked."""
    asked: list[tuple[Any, ...]] = []
    threads: list[threading.Thread] = []

    def help_out(args: list[Any]) -> None:
        try:
            with suppress(SystemExit):
                help_queued(batch=args[0], user=args[1], moment=args[2])
        finally:
            connections.close_all()

    def send(task: str, args: list[Any]) -> None:
        assert task == "grid.import_help"
        asked.append(tuple(args))
        threads.append(threading.Thread(target=help_out, args=[args], name=HELPER))
        threads[-1].start()

    monkeypatch.setattr(running, "send", send)
    yield asked
    for one in threads:
        one.join(60)


def listed() -> ImportBatch:
    """Check a list in which every third person stands three times, far apart."""
    again = [n for n in range(1, PEOPLE + 1) if n % 3 == 0]
    lines = [a_line(n, 备注=f"第{n}人") for n in range(1, PEOPLE + 1)]
    lines += [a_line(n, 备注="第二行", 目的地详细地址=f"{n}号") for n in again]
    lines += [a_line(n, 备注="第三行", 目的地详细地址=f"{n}号") for n in again]
    return check_file(content=a_list(*lines), file_name="list.csv", place_code=TOWN, by=None)


def together(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Have two workers write their first chunks at the same time; return who was there."""
    apply, gate, seen = Writer.apply, threading.Barrier(2), set[int]()

    def waiting(self: Writer, rows: Any) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            gate.wait(60)
        apply(self, rows)

    monkeypatch.setattr(Writer, "apply", waiting)
    return seen


def test_two_workers_leave_what_one_leaves_the_rows_of_a_person_in_their_order(
    town: World, helper: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = listed()
    with monkeypatch.context() as patch:
        workers = together(patch)
        assert commit_batch(batch=batch, by=town.township).state == BatchState.COMMITTED
    found = business_state()
    assert (len(workers), len(helper)) == (2, 1)
    assert batch.rows.filter(done=True).count() == PEOPLE + 2 * AGAIN
    assert Event.objects.filter(kind=Event.Kind.IMPORT).count() == 1
    reports = [str(row) for row in found["AdvanceReport"]]
    assert len(reports) == PEOPLE
    assert sum("第三行" in one for one in reports) == AGAIN
    assert not any("第二行" in one for one in reports)

    undo_batch(batch=batch, by=town.township)
    assert not Episode.objects.exists()
    monkeypatch.setattr(committing, "MANY", 10_000)
    commit_batch(batch=listed(), by=town.township)

    assert len(helper) == 1
    assert differences(found, business_state()) == []


def test_what_a_helper_leaves_undone_is_done_by_the_one_who_leads(
    town: World, helper: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, leader, gate = Writer.apply, threading.get_ident(), threading.Event()

    def broken(self: Writer, rows: Any) -> None:
        apply(self, rows)
        if threading.get_ident() != leader:
            gate.set()
            sys.exit()  # of this thread: its transaction is rolled back
        assert gate.wait(60)

    monkeypatch.setattr(Writer, "apply", broken)
    batch = commit_batch(batch=listed(), by=town.township)

    assert (batch.state, batch.summary["created"]) == (BatchState.COMMITTED, PEOPLE)
    assert Episode.objects.count() == PEOPLE


def test_who_helps_goes_on_with_it_where_nobody_leads_any_more(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "send", lambda *_args: None)
    batch = start_commit(batch=listed(), by=town.township)

    help_queued(batch=str(batch.pk), user=town.township.pk, moment=timezone.now().isoformat())
    help_queued(batch=str(batch.pk), user=town.township.pk, moment=timezone.now().isoformat())

    batch.refresh_from_db()
    assert (batch.state, Episode.objects.count()) == (BatchState.COMMITTED, PEOPLE)
    assert Event.objects.filter(kind=Event.Kind.IMPORT).count() == 1


def test_nothing_is_written_any_more_once_a_stop_was_heard(
    town: World, helper: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, asked = listed(), []
    count = sharing.count_done

    def counting(batch: ImportBatch, rows: int) -> None:
        if not asked:
            asked.append(rows)
            cancel(batch=batch, by=None)
        count(batch, rows)

    monkeypatch.setattr(sharing, "count_done", counting)
    assert commit_batch(batch=batch, by=town.township).state == BatchState.CANCELLED
    written = Episode.objects.count()
    assert 0 < written < PEOPLE

    helper_is_through()

    assert Episode.objects.count() == written
    monkeypatch.setattr(sharing, "count_done", count)
    assert commit_batch(batch=batch, by=town.township).summary["created"] == PEOPLE


def helper_is_through() -> None:
    """Wait for every other thread."""
    for one in threading.enumerate():
        if one.name == HELPER:
            one.join(60)


def test_rows_that_share_name_and_phone_wait_for_each_other(town: World) -> None:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [running.key_of(("何甲", "1"))])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 50")
        with pytest.raises(OperationalError), transaction.atomic():
            lock_signs([("何乙", "1"), ("何甲", "1")])
        other.rollback()
        with transaction.atomic():
            lock_signs([("何乙", "1"), ("何甲", "1")])
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
