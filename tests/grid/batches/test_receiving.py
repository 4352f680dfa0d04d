"""Files that are received: checked now or by a worker, read another way, stopped, gone on with."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.utils import timezone

from grid.batches import checking, committing, rows, running, sharing, turns, undoing
from grid.batches.answers import answer_file, problems
from grid.batches.checking import FileRefusedError, receive, recheck
from grid.batches.committing import (
    BatchRefusedError,
    QuestionsOpenError,
    cancel,
    commit_batch,
    resume_stalled,
    start_commit,
)
from grid.batches.decisions import discard
from grid.batches.mappings import MappingRefusedError, mapping_for, save_mapping
from grid.batches.rows import SoFar
from grid.batches.running import BusyError, alone
from grid.batches.undoing import start_undo
from grid.choices import BatchState, RowAction
from grid.imports.cells import workbook_of
from grid.models import Household, ImportBatch, ImportFile, User
from grid.tasks import import_check, import_commit, import_undo
from tests.cast import TOWN, VILLAGE, World
from tests.grid.batches.flats import HEADINGS, FlatKind, flat, flats

Sent = list[tuple[str, list[Any]]]


@pytest.fixture
def sent(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[Callable[[], Any]], Sent]:
    """Do something and return the messages it sent once it was committed."""
    messages: Sent = []
    monkeypatch.setattr(running, "send", lambda task, args: messages.append((task, args)))

    def run(act: Callable[[], Any]) -> Sent:
        messages.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return list(messages)

    return run


def take(content: bytes, **more: Any) -> ImportBatch:
    """Receive a list of flats."""
    given = {"file_name": "flats.csv", "place_code": TOWN, "by": None, "list_name": "flats"}
    return receive(content=content, **{**given, **more})


def big(monkeypatch: pytest.MonkeyPatch, *, chunk: int = 2) -> None:
    """Let every file be a big one, of small chunks."""
    monkeypatch.setattr(checking, "SMALL", 0)
    monkeypatch.setattr(rows, "CHUNK", chunk)
    monkeypatch.setattr(sharing, "CHUNK", chunk)
    monkeypatch.setattr(committing, "MANY", 1)
    monkeypatch.setattr(undoing, "CHUNK", chunk)
    monkeypatch.setattr(undoing, "MANY", 1)


def sheets_file(*sheets: tuple[str, list[dict[str, str]]]) -> bytes:
    """Return a workbook with these sheets of flats."""
    from io import BytesIO

    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, lines in sheets:
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS)
        for line in lines:
            sheet.append([line.get(heading, "") for heading in HEADINGS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def flat_rows(batch: ImportBatch) -> list[tuple[str, str]]:
    """Return door number and action of every data row."""
    data = batch.rows.filter(kind="data").order_by("number")
    return [(row.values["number"], row.action) for row in data]


# --- receiving -------------------------------------------------------------------------------


def test_a_small_file_is_checked_at_once_and_kept_sealed(world: World) -> None:
    content = flats(flat(1))

    batch = take(content, by=world.township)

    assert (batch.state, batch.summary["created"]) == (BatchState.CHECKED, 1)
    assert batch.file.content == content
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM grid_importfile")
        assert "户主".encode() not in bytes(cursor.fetchone()[0])


def test_a_big_file_is_checked_by_a_worker_with_figures_on_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    big(monkeypatch)
    beats: list[int] = []
    keep = turns.keep

    def beat(batch: ImportBatch, so_far: SoFar, moment: str) -> None:
        keep(batch, so_far, moment)
        beats.append(ImportBatch.objects.get(pk=batch.pk).summary["done"])

    monkeypatch.setattr(turns, "keep", beat)
    (message,) = sent(lambda: take(flats(*(flat(n) for n in range(5))), by=world.township))
    batch = ImportBatch.objects.get()
    assert message == ("grid.import_check", [str(batch.pk), world.township.pk])
    assert (batch.state, batch.checked_at) == (BatchState.CHECKING, None)
    with pytest.raises(BatchRefusedError):
        commit_batch(batch=batch, by=None)

    import_check(*message[1])

    batch.refresh_from_db()
    assert (batch.state, batch.summary["created"]) == (BatchState.CHECKED, 5)
    assert beats == [2, 4, 6]  # the heading is a row too
    import_check(*message[1])
    assert batch.rows.filter(kind="data").count() == 5


def test_a_file_that_is_no_use_says_so_whoever_checks_it(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    with pytest.raises(FileRefusedError):
        take(b"\x00\x01nothing")
    assert not ImportBatch.objects.exists()
    big(monkeypatch)

    (message,) = sent(lambda: take("只有一行".encode() * 3))
    import_check(*message[1])

    batch = ImportBatch.objects.get()
    assert (batch.state, batch.checked_at) == (BatchState.FAILED, None)
    assert batch.error
    assert discard(batch=batch, by=None).state == BatchState.DISCARDED


# --- read another way ------------------------------------------------------------------------


def test_another_sheet_is_read_and_the_rows_are_made_anew(world: World) -> None:
    content = sheets_file(("一村", [flat(1), flat(2), flat(3)]), ("二村", [flat(7)]))
    batch = take(content, file_name="flats.xlsx")
    assert [one["name"] for one in batch.file.sheets] == ["一村", "二村"]
    assert len(flat_rows(batch)) == 3

    batch = recheck(batch=batch, by=None, sheet="二村")

    assert flat_rows(batch) == [("7", "create")]
    with pytest.raises(BatchRefusedError, match="no sheet"):
        recheck(batch=batch, by=None, sheet="三村")
    commit_batch(batch=batch, by=None)
    with pytest.raises(BatchRefusedError, match="no longer be read"):
        recheck(batch=batch, by=None, sheet="一村")


def test_a_reading_is_saved_for_the_layout_and_holds_for_everybody(world: World) -> None:
    headings = ("目的地街道乡镇", "目的地社区村", "门牌", "当家的", "用途")
    line = {**flat(1), "当家的": "林大山", "用途": "开店"}
    batch = take(flats(line, headings=headings))
    assert batch.understood["unknown_values"] == {"use": {"开店": 1}}
    assert batch.rows.get(number=2).values["head"] is None
    keys = {one["label"]: one["key"] for one in batch.understood["columns"]}

    mapping = save_mapping(
        batch=batch,
        columns={keys["当家的"]: "head"},
        values={"use": {"开店": "shop"}},
        by=world.township,
    )
    batch = recheck(batch=batch, by=world.township)

    values = batch.rows.get(number=2).values
    assert (values["head"], values["use"]) == ("林大山", "shop")
    assert batch.mapping == mapping == mapping_for("flats", batch.understood["layout"])
    other = take(flats({**line, "门牌": "2"}, headings=headings), by=world.county)
    assert other.rows.get(number=2).values["use"] == "shop"
    assert mapping.events.count() == 1


def test_what_was_understood_of_a_file_is_kept_sealed(world: World) -> None:
    batch = take(flats(flat(1, 用途="林大山家")))

    batch.refresh_from_db()
    assert batch.understood["unknown_values"] == {"use": {"林大山家": 1}}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(b)::text, understood FROM grid_importbatch b")
        text, sealed = cursor.fetchone()
    assert "林大山" not in text
    assert "林大山".encode() not in bytes(sealed)


def test_a_reading_names_known_fields_and_each_once(world: World) -> None:
    batch = take(flats(flat(1)))
    keys = [one["key"] for one in batch.understood["columns"]]
    with pytest.raises(MappingRefusedError, match="no field colour"):
        save_mapping(batch=batch, columns={keys[0]: "colour"}, values={}, by=None)
    with pytest.raises(MappingRefusedError, match="Two columns"):
        save_mapping(batch=batch, columns={keys[0]: "note", keys[1]: "note"}, values={}, by=None)


# --- stopped and gone on with ----------------------------------------------------------------


def stop_at_once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, by: User) -> None:
    """Have somebody ask for a stop when this function gives its first sign of life."""
    alive, seen = getattr(module, name), []

    def beat(batch: ImportBatch, *figures: Any, **more: Any) -> None:
        seen.append(figures)
        if len(seen) == 1:
            cancel(batch=batch, by=by)
        alive(batch, *figures, **more)

    monkeypatch.setattr(module, name, beat)


def test_a_commit_is_stopped_and_what_is_written_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = take(flats(*(flat(n) for n in range(5))))
    big(monkeypatch)
    (message,) = sent(lambda: start_commit(batch=batch, by=world.township))
    with monkeypatch.context() as patch:
        stop_at_once(patch, sharing, "count_done", world.township)
        import_commit(*message[1])
    batch.refresh_from_db()
    assert (batch.state, batch.cancel_asked) == (BatchState.CANCELLED, False)
    assert Household.objects.filter(place=VILLAGE).count() == 2
    with pytest.raises(BatchRefusedError, match="nothing runs"):
        cancel(batch=batch, by=None)
    with pytest.raises(BatchRefusedError, match="only a checked one"):
        discard(batch=batch, by=None)

    done = commit_batch(batch=batch, by=world.township)

    assert (done.state, done.summary["created"]) == (BatchState.COMMITTED, 5)


def test_a_stopped_commit_can_be_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = take(flats(*(flat(n) for n in range(5))))
    big(monkeypatch)
    (message,) = sent(lambda: start_commit(batch=batch, by=world.township))
    with monkeypatch.context() as patch:
        stop_at_once(patch, sharing, "count_done", world.township)
        import_commit(*message[1])

    batch.refresh_from_db()
    (message,) = sent(lambda: start_undo(batch=batch, by=world.township))
    assert message == ("grid.import_undo", [str(batch.pk), world.township.pk])
    import_undo(*message[1], "what a later version adds", more=1)

    batch.refresh_from_db()
    assert (batch.state, batch.summary["taken_back"]) == (BatchState.UNDONE, 2)
    assert not Household.objects.filter(place=VILLAGE).exists()


def test_a_check_is_stopped_and_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    big(monkeypatch)
    (message,) = sent(lambda: take(flats(*(flat(n) for n in range(5)))))
    with monkeypatch.context() as patch:
        stop_at_once(patch, turns, "keep", world.township)
        import_check(*message[1])
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.checked_at) == (BatchState.CANCELLED, None)
    with pytest.raises(BatchRefusedError):
        commit_batch(batch=batch, by=None)

    (message,) = sent(lambda: recheck(batch=batch, by=None))
    import_check(*message[1])

    batch.refresh_from_db()
    assert len(flat_rows(batch)) == 5
    assert batch.state == BatchState.CHECKED


def test_all_or_nothing_stopped_has_written_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = take(flats(*(flat(n) for n in range(5))), options={"whole": True})
    big(monkeypatch)
    (message,) = sent(lambda: start_commit(batch=batch, by=world.township))
    cancel(batch=ImportBatch.objects.get(), by=world.township)
    monkeypatch.setattr(committing, "_claim", lambda batch, *_, **_more: batch)

    import_commit(*message[1])

    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    assert not Household.objects.filter(place=VILLAGE).exists()


def test_what_stands_still_is_queued_again_and_once(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = take(flats(flat(1)))
    big(monkeypatch)
    sent(lambda: start_commit(batch=batch, by=world.township))
    now = timezone.now()
    assert sent(lambda: resume_stalled(now=now + timedelta(minutes=1))) == []

    later = now + timedelta(minutes=6)
    (message,) = sent(lambda: resume_stalled(now=later))

    assert message == ("returnees.import_commit", [str(batch.pk), world.township.pk])
    assert sent(lambda: resume_stalled(now=later + timedelta(minutes=1))) == []


def test_taking_back_that_failed_is_gone_on_with_by_the_sweep_an_hour_later(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = commit_batch(batch=take(flats(*(flat(n) for n in range(5)))), by=world.township)
    big(monkeypatch)
    take_back, calls = FlatKind.take_back, []

    def broken(*args: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        take_back(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(FlatKind, "take_back", broken)
        (message,) = sent(lambda: start_undo(batch=batch, by=world.township))
        with pytest.raises(RuntimeError):
            import_undo(*message[1])
    batch.refresh_from_db()
    assert (batch.state, batch.rows.filter(undone=True).count()) == (BatchState.UNDOING, 2)
    assert "go on with taking" in batch.error
    now = timezone.now()
    assert sent(lambda: resume_stalled(now=now + timedelta(minutes=30))) == []

    (message,) = sent(lambda: resume_stalled(now=now + timedelta(minutes=61)))
    import_undo(*message[1])

    batch.refresh_from_db()
    assert (batch.state, batch.error) == (BatchState.UNDONE, "")
    assert batch.summary["taken_back"] == 5
    assert not Household.objects.filter(place=VILLAGE).exists()


def test_taking_back_that_ran_out_of_time_is_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    batch = commit_batch(batch=take(flats(flat(1))), by=world.township)

    def slow(*_args: Any, **_more: Any) -> None:
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as patch:
        patch.setattr(FlatKind, "take_back", slow)
        with pytest.raises(SoftTimeLimitExceeded):
            start_undo(batch=batch, by=world.township)
    batch.refresh_from_db()
    assert (batch.state, batch.error) == (BatchState.UNDOING, "")

    later = timezone.now() + timedelta(minutes=6)
    (message,) = sent(lambda: resume_stalled(now=later))

    assert message[0] == "grid.import_undo"


def test_nobody_else_is_at_work_on_the_same_batch(world: World) -> None:
    batch = take(flats(flat(1)))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [batch.pk.int & (2**63 - 1)])
        with pytest.raises(BusyError), alone(batch):
            pass
    finally:
        other.close()  # as that of a killed worker
    _wait_for_no_lock()
    assert commit_batch(batch=batch, by=None).state == BatchState.COMMITTED


def _wait_for_no_lock() -> None:
    """Wait until the server has noticed that a connection is gone."""
    held = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = ("
        "SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    until = time.monotonic() + 120  # seconds, on a busy machine
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(held)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
    raise AssertionError("The lock of a closed connection is still held.")


def test_an_error_nobody_expected_is_kept_and_the_commit_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = take(flats(flat(1)))

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(FlatKind, "make_many", broken)
        with pytest.raises(RuntimeError):
            commit_batch(batch=batch, by=None)
    batch.refresh_from_db()
    assert batch.state == BatchState.FAILED
    assert "can be continued" in batch.error

    assert commit_batch(batch=batch, by=None).state == BatchState.COMMITTED


# --- the answer ------------------------------------------------------------------------------


def test_the_answer_is_the_file_with_what_became_of_each_row(world: World) -> None:
    batch = take(flats(flat(1), flat(2, 户主="无名"), flat(3, 目的地社区村="没有村")))
    planned = answer_file(batch).content.decode("utf-8-sig")
    assert "Would be created" in planned

    batch = commit_batch(batch=batch, by=None)

    lines = answer_file(batch).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith(",".join(HEADINGS))
    assert "回执_结果" in lines[0]
    assert "Created" in lines[1]
    assert "Nobody is called" in lines[2]
    table = problems(batch, "csv", "zh").decode("utf-8-sig")
    assert table.splitlines()[0] == "行,列,代码,说明"
    assert len(table.splitlines()) == 1 + len(
        [1 for row in batch.rows.all() for one in row.problems if one["severity"] != "note"]
    )


def test_without_its_file_there_is_no_answer(world: World) -> None:
    batch = take(flats(flat(1)))
    ImportFile.objects.all().delete()

    with pytest.raises(BatchRefusedError, match="upload it again"):
        answer_file(batch)


def test_an_answer_file_is_the_same_list_again(world: World) -> None:
    content = workbook_of("名单", HEADINGS, [tuple(flat(1).get(one, "") for one in HEADINGS)])
    batch = commit_batch(batch=take(content, file_name="a.xlsx"), by=None)

    again = take(answer_file(batch).content, file_name="answer.xlsx")

    assert [action for _number, action in flat_rows(again)] == [RowAction.UNCHANGED]


# --- open questions about columns ------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 1000])
def test_columns_that_ask_bar_a_commit_until_they_are_taken_as_understood(
    world: World, monkeypatch: pytest.MonkeyPatch, sent: Any, many: int
) -> None:
    monkeypatch.setattr(committing, "MANY", many)
    headings = [*HEADINGS, "其他情况"]
    batch = take(flats({**flat(1), "其他情况": "独居"}, headings=headings))
    with pytest.raises(QuestionsOpenError, match="First settle"):
        start_commit(batch=batch, by=world.township)
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED

    sent(lambda: start_commit(batch=batch, by=world.township, as_understood=True))

    batch.refresh_from_db()
    begun = BatchState.COMMITTING if many == 1 else BatchState.COMMITTED
    assert batch.state == begun
    if many == 1:
        import_commit(str(batch.pk), world.township.pk)
    assert Household.objects.filter(place=VILLAGE, number="1").exists()
