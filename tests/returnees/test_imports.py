"""From a file to returns and back: check, commit, again, decide, undo."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.batches import committing, running, sharing
from grid.batches.checking import FileRefusedError, check_file
from grid.batches.committing import (
    BatchRefusedError,
    commit_batch,
    commit_queued,
    start_commit,
)
from grid.batches.decisions import RowRefusedError, decide, discard
from grid.batches.summary import row_problems
from grid.batches.undoing import undo_batch
from grid.batches.writing import Writer
from grid.choices import BatchState, Tier
from grid.models import Event, ImportBatch, Person, Post
from grid.services.responsibility import assign
from returnees.choices import EpisodeState
from returnees.models import AdvanceReport, Certificate, Episode, PolicyVersion, Stage, Stay, Test
from returnees.services.episodes import cancel, confirm_arrival, update_facts
from returnees.services.health import log_health
from returnees.services.reports import register_report
from tests.cast import COUNTY, SECOND, TOWN, VILLAGE, World
from tests.factories.lists import Line, a_line, a_list, day
from tests.factories.returnees import a_report, id_number, in_force, noon


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def check(*lines: Line, place: str = TOWN, **more: Any) -> ImportBatch:
    return check_file(
        **{
            "content": a_list(*lines),
            "file_name": "名单.csv",
            "place_code": place,
            "by": None,
            **more,
        }
    )


def commit(*lines: Line, by: Any = None) -> ImportBatch:
    return commit_batch(batch=check(*lines), by=by)


def actions(batch: ImportBatch) -> list[str]:
    return list(batch.rows.filter(kind="data").values_list("action", flat=True))


def codes(batch: ImportBatch, number: int) -> set[str]:
    return {one["code"] for one in batch.rows.get(number=number).problems}


def snapshot() -> dict[str, list[Any]]:
    """Return everything an import writes, as values."""
    skip = {"id", "registered_at", "reported_at"}
    found = {}
    for model in (Person, AdvanceReport, Stay, Certificate, Episode, Stage, Test):
        names = [field.name for field in model._meta.concrete_fields if field.name not in skip]
        rows = [
            tuple(str(value) for value in row)
            for row in model.objects.order_by("pk").values_list(*names)
        ]
        found[model.__name__] = rows
    return found


def test_a_check_writes_nothing_but_the_batch(world: World) -> None:
    before = snapshot()

    batch = check(a_line(1), a_line(2))

    assert snapshot() == before
    assert actions(batch) == ["create", "create"]
    assert batch.summary["created"] == 2


@pytest.mark.clause("JY-2i")
def test_past_returns_are_under_management_and_future_ones_expected(world: World) -> None:
    commit(a_line(1, days=-3), a_line(2, days=4))

    past, future = Episode.objects.order_by("arrives_on")
    assert (past.state, past.arrived_at) == (EpisodeState.ACTIVE, noon(-3))
    assert (future.state, future.arrived_at) == (EpisodeState.EXPECTED, None)
    assert past.stages.count() == 1
    assert not future.stages.exists()


def test_a_row_becomes_person_report_stay_and_certificate(world: World) -> None:
    line = a_line(
        1, 核酸检测时间=day(-5), 核酸检测结果="阴性", 目的地详细地址="3组12号", 备注="务工"
    )

    batch = commit(line)

    episode = Episode.objects.get()
    person, report = episode.person, episode.report
    assert (person.name, person.id_number, person.phone) == (
        line["姓名"],
        line["身份证号"],
        line["联系电话"],
    )
    assert (person.place_id, report.address, report.note) == (VILLAGE, "3组12号", "务工")
    assert (report.transport, report.health_code) == ("train", "green")
    assert report.stays.get().place_id == "980101"
    assert report.certificates.get().result == "negative"
    assert report.batch_key == batch.pk


def test_a_return_goes_to_its_cadre_and_not_to_the_importer(world: World) -> None:
    commit(a_line(1), by=world.township)

    assert Episode.objects.get().responsible != world.township
    assert Episode.objects.get().report.reported_by == world.township


def test_bad_rows_stop_nothing_and_say_why(world: World) -> None:
    batch = commit(a_line(1), a_line(2, 身份证号="419999199001019924"), a_line(3, 返乡时间=""))

    assert actions(batch) == ["create", "refuse", "refuse"]
    assert "id_checksum" in codes(batch, 3)
    (told,) = row_problems(batch.rows.get(number=4))
    assert (told.code, told.severity) == ("date_missing", "error")
    assert Episode.objects.count() == 1


def test_a_child_without_a_number_is_imported_with_a_warning_and_known_again(
    world: World,
) -> None:
    child = a_line(1, 身份证号="", 备注="儿童")

    first, again = commit(child), check(child)

    assert actions(first) == ["create"]
    assert "id_missing_child" in codes(first, 2)
    assert actions(again) == ["unchanged"]


def test_a_row_the_service_refuses_is_refused_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from returnees.services import planning

    plan = planning.make_plan

    def broken(pack: Any, facts: Any) -> Any:
        if facts.certificate:
            raise planning.FactsError("facts.certificate: odd")
        return plan(pack, facts)

    monkeypatch.setattr(planning, "make_plan", broken)
    odd = a_line(2, 核酸检测时间=day(-5), 核酸检测结果="阴性")

    batch = commit(a_line(1), odd, a_line(3))

    assert actions(batch) == ["create", "refuse", "create"]
    assert "row_refused" in codes(batch, 3)
    assert batch.summary["invalid"] == 1


def test_rows_are_stored_encrypted(world: World) -> None:
    batch = check(a_line(1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT raw, values FROM grid_importrow WHERE kind = 'data'")
        stored = b"".join(bytes(part) for row in cursor.fetchall() for part in row)
    assert id_number(1).encode() not in stored
    assert batch.rows.get(kind="data").values["id_number"] == id_number(1)


# --- again -----------------------------------------------------------------------------------


def test_the_same_list_again_changes_nothing(world: World) -> None:
    lines = [
        a_line(1, 核酸检测时间=day(-5), 核酸检测结果="阴性"),
        a_line(2, days=5, 备注="儿童", 身份证号=""),
        a_line(3),
        a_line(3, 联系电话="18800009999"),
    ]
    commit(*lines)
    before = snapshot()

    again = commit(*lines)

    assert actions(again) == ["unchanged"] * 4
    assert snapshot() == before


def test_changed_fields_are_updated_and_no_others(world: World) -> None:
    commit(a_line(1, 备注="甲"), a_line(2))
    before = snapshot()

    batch = commit(a_line(1, 备注="乙"), a_line(2))

    after = snapshot()
    assert actions(batch) == ["update", "unchanged"]
    assert AdvanceReport.objects.filter(note="乙").count() == 1
    for name in ("Person", "Stay", "Certificate", "Episode", "Stage", "Test"):
        assert after[name] == before[name], name


def test_a_blank_never_erases(world: World) -> None:
    commit(a_line(1, 备注="甲"))

    batch = check(a_line(1, 备注="", 交通方式=""))

    assert actions(batch) == ["unchanged"]


@pytest.mark.parametrize("days", [(-5, -3), (4, 6)])
def test_a_new_date_of_the_same_return_is_an_update(world: World, days: tuple[int, int]) -> None:
    commit(a_line(1, days=days[0]))

    batch = commit(a_line(1, days=days[1]))

    episode = Episode.objects.get()
    assert actions(batch) == ["update"]
    assert episode.arrives_on.isoformat() == day(days[1])
    assert episode.plan["stages"][0]["day0"] == day(days[1])
    if episode.is_active:
        assert episode.stages.get(superseded_on=None).day0.isoformat() == day(days[1])


def test_another_date_after_a_confirmed_arrival_asks(world: World) -> None:
    commit(a_line(1, days=0))
    confirm_arrival(episode=Episode.objects.get(), by=world.cadre, arrived_at=noon(-1), now=noon(0))

    batch = check(a_line(1, days=2))

    assert actions(batch) == ["ask"]
    assert codes(batch, 2) == {"known_arrived"}


def test_a_row_repeated_in_the_list_is_a_duplicate(world: World) -> None:
    batch = check(a_line(1), a_line(1), a_line(1, 返乡时间=day(-3).replace("-", "/")))

    assert actions(batch) == ["create", "unchanged", "unchanged"]
    assert batch.summary["duplicates"] == 2


def test_a_later_row_of_the_list_updates_the_earlier(world: World) -> None:
    batch = commit(a_line(1), a_line(1, 联系电话="18800009999"))

    assert actions(batch) == ["create", "update"]
    assert Person.objects.get(name=a_line(1)["姓名"]).phone == "18800009999"
    assert Episode.objects.count() == 1


def test_two_villages_for_one_person_ask(world: World) -> None:
    batch = commit(a_line(1), a_line(1, 目的地社区村="西关村"))

    assert actions(batch) == ["create", "ask"]
    assert Episode.objects.get().place_id == VILLAGE
    assert batch.summary["waiting"] == 1


def test_somebody_known_elsewhere_asks_without_saying_where(world: World) -> None:
    register_report(report=a_report(1, id_number=id_number(1), place_code="990101102201"), by=None)

    batch = check(a_line(1))

    assert actions(batch) == ["ask"]
    assert codes(batch, 2) == {"known_elsewhere"}
    (told,) = row_problems(batch.rows.get(kind="data"))
    assert "柏山" not in told.message


def test_a_return_cancelled_before_asks_whether_it_happens_after_all(world: World) -> None:
    commit(a_line(1))
    cancel(episode=Episode.objects.get(), by=None, why="不回了")

    batch = commit(a_line(1))
    decide(row=batch.rows.get(kind="data"), action="create", by=world.township)

    assert [e.state for e in Episode.objects.order_by("pk")] == ["cancelled", "active"]


def test_who_is_registered_between_check_and_commit_is_not_registered_twice(
    world: World,
) -> None:
    batch = check(a_line(1))
    commit(a_line(1))

    batch = commit_batch(batch=batch, by=None)

    assert actions(batch) == ["unchanged"]
    assert Episode.objects.count() == 1


# --- decide ----------------------------------------------------------------------------------


def test_a_decided_row_moves_the_person_at_once(world: World) -> None:
    batch = commit(a_line(1), a_line(1, 目的地社区村="西关村"))

    row = decide(row=batch.rows.get(number=3), action="update", by=world.township)

    episode = Episode.objects.get()
    assert (episode.place_id, episode.person.place_id) == (SECOND, SECOND)
    assert (row.action, row.decided, row.done) == ("update", "update", True)


def test_a_decision_before_the_commit_goes_with_it(world: World) -> None:
    register_report(report=a_report(-9, id_number=id_number(1), place_code=SECOND), by=None)
    batch = check(a_line(1))
    decide(row=batch.rows.get(kind="data"), action="update", by=world.township)

    commit_batch(batch=batch, by=None)

    assert Episode.objects.get().place_id == VILLAGE


def test_a_row_can_be_left_out(world: World) -> None:
    batch = commit(a_line(1), a_line(1, 目的地社区村="西关村"))

    row = decide(row=batch.rows.get(number=3), action="skip", by=world.township)

    batch.refresh_from_db()
    assert (row.action, batch.summary["waiting"]) == ("skip", 0)
    assert Episode.objects.get().place_id == VILLAGE


def test_only_waiting_rows_are_decided(world: World) -> None:
    batch = commit(a_line(1), a_line(1, 目的地社区村="西关村"))

    with pytest.raises(RowRefusedError, match="waits for no decision"):
        decide(row=batch.rows.get(number=2), action="skip", by=None)
    with pytest.raises(RowRefusedError, match="Choose"):
        decide(row=batch.rows.get(number=3), action="refuse", by=None)


# --- state, crash, worker --------------------------------------------------------------------


def test_a_commit_cut_off_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "CHUNK", 2)
    batch = check(*(a_line(n) for n in range(1, 8)))
    apply, calls = Writer.apply, []

    def cut(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        apply(*args)

    monkeypatch.setattr(Writer, "apply", cut)
    with pytest.raises(RuntimeError):
        commit_batch(batch=batch, by=None)
    batch.refresh_from_db()
    assert (batch.state, Episode.objects.count()) == (BatchState.FAILED, 4)
    kept = set(Episode.objects.values_list("pk", flat=True))

    batch = commit_batch(batch=batch, by=None)

    assert batch.state == BatchState.COMMITTED
    assert Episode.objects.count() == 7
    assert kept <= set(Episode.objects.values_list("pk", flat=True))


def test_a_batch_is_committed_once(world: World) -> None:
    batch = commit(a_line(1))

    with pytest.raises(BatchRefusedError, match="only a checked one"):
        commit_batch(batch=batch, by=None)
    commit_queued(batch=str(batch.pk), user=None)

    assert Episode.objects.count() == 1
    assert Event.objects.filter(kind=Event.Kind.IMPORT).count() == 1


def test_a_big_batch_goes_to_a_worker(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(committing, "MANY", 2)
    monkeypatch.setattr(
        running.current_app, "send_task", lambda *args, **more: sent.append((args, more["args"]))
    )
    batch = check(a_line(1), a_line(2))

    with django_capture_on_commit_callbacks(execute=True):
        queued = start_commit(batch=batch, by=world.township)
    assert sent == [(("returnees.import_commit",), [str(batch.pk), world.township.pk])]
    assert queued.state == BatchState.COMMITTING
    from grid.tasks import import_commit

    import_commit(str(batch.pk), world.township.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.committed_by) == (BatchState.COMMITTED, world.township)


def queries_for(first: int, number: int) -> int:
    batch = check(*(a_line(first + n) for n in range(number)))
    with CaptureQueriesContext(connection) as queries:
        commit_batch(batch=batch, by=None)
    return len(queries)


def test_the_number_of_queries_of_a_commit_does_not_grow_with_the_rows(world: World) -> None:
    queries_for(1, 1)

    assert queries_for(10, 2) == queries_for(20, 40)


def test_a_checked_list_can_be_given_up(world: World) -> None:
    batch = discard(batch=check(a_line(1)), by=world.township)

    assert (batch.state, batch.rows.count()) == (BatchState.DISCARDED, 0)
    with pytest.raises(BatchRefusedError, match="only a checked one"):
        commit_batch(batch=batch, by=None)


# --- undo ------------------------------------------------------------------------------------


def test_an_import_taken_back_leaves_no_trace(world: World) -> None:
    commit(a_line(1, 备注="甲", 核酸检测时间=day(-9), 核酸检测结果="阴性"), a_line(2, days=6))
    before = snapshot()
    batch = commit(
        a_line(1, 备注="乙", 联系电话="18800009999", 核酸检测时间=day(-5), 核酸检测结果="阴性"),
        a_line(2, days=8),
        a_line(3),
        a_line(4),
        a_line(4, 联系电话="18800008888"),
    )

    undone = undo_batch(batch=batch, by=world.township)

    assert undone.left == []
    assert undone.taken_back == 5
    after = snapshot()
    for name in ("Person", "AdvanceReport", "Stay", "Certificate", "Stage"):
        assert after[name] == before[name], name
    assert Episode.objects.count() == 2
    assert Event.objects.get(kind=Event.Kind.UNDO).data == {"taken_back": 5, "left": 0}


def test_what_somebody_has_worked_with_is_left_and_listed(world: World) -> None:
    batch = commit(a_line(1), a_line(2), a_line(3), by=world.township)
    checked, changed, _free = (
        Episode.objects.get(pk=pk)
        for pk in batch.rows.filter(kind="data").values_list("target_key", flat=True)
    )
    log_health(episode=checked, temperature="36.5", symptoms=[], by=world.worker, channel="cadre")
    update_facts(episode=changed, by=world.cadre, why="核对", health_code="yellow")

    undone = undo_batch(batch=batch, by=world.township)

    assert [(one.row, one.who) for one in undone.left] == [(2, "王网格"), (3, "陈包保")]
    assert undone.taken_back == 1
    assert set(Episode.objects.all()) == {checked, changed}


def test_a_person_somebody_was_assigned_to_is_left(world: World) -> None:
    batch = commit(a_line(1), by=world.township)
    person = Episode.objects.get().person
    assign(cadre=world.cadre, target=person, tier=Tier.HOUSEHOLD, by=world.head)

    undone = undo_batch(batch=batch, by=world.township)

    assert [(one.row, one.who) for one in undone.left] == [(2, "李支书")]
    assert Person.objects.filter(pk=person.pk).exists()


def test_the_portals_own_work_does_not_count_as_somebodys(world: World) -> None:
    from returnees.services.stages import close_due_stages

    batch = commit(a_line(1, days=-20))
    close_due_stages(day=noon(0).date())

    undone = undo_batch(batch=batch, by=None)

    assert (undone.taken_back, undone.left) == (1, [])
    assert not Episode.objects.exists()


def test_an_import_is_taken_back_once(world: World) -> None:
    batch = commit(a_line(1))
    undo_batch(batch=batch, by=None)

    with pytest.raises(BatchRefusedError, match="only a committed one"):
        undo_batch(batch=batch, by=None)


# --- files and commands ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "place"), [(b"", TOWN), (b"a,b\r\n1,2\r\n", TOWN), (a_list(a_line(1)), "77")]
)
def test_a_file_that_is_no_use_is_one_sentence_and_keeps_nothing(
    world: World, content: bytes, place: str
) -> None:
    with pytest.raises(FileRefusedError, match=r"^[^\n]+$"):
        check_file(content=content, file_name="x", place_code=place, by=None)

    assert not ImportBatch.objects.exists()


def run(*args: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "名单.csv"
    path.write_bytes(a_list(a_line(1), a_line(2, 返乡时间="2021.1.32"), a_line(3, 联系电话="12")))
    return path


def test_the_command_answers_as_the_contract_says(world: World, file: Path, tmp_path: Path) -> None:
    out, _err = run("import_returnees", file, "--json", tmp_path / "out.json")

    told = json.loads((tmp_path / "out.json").read_text())
    assert list(told)[:8] == [
        *("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid", "batch")
    ]
    assert (told["rows"], told["created"], told["invalid"]) == (3, 1, 2)
    assert [(p["row"], p["column"], p["code"]) for p in told["problems"]] == [
        (3, "返乡时间", "date_unparseable"),
        (4, "联系电话", "phone_invalid"),
    ]
    assert "3 rows, 1 created" in out
    assert ImportBatch.objects.get(pk=told["batch"]).place_id == COUNTY


def test_a_dry_run_keeps_nothing(world: World, file: Path) -> None:
    out, _err = run("import_returnees", file, "--dry-run")

    assert "1 created" in out
    assert not ImportBatch.objects.exists()
    assert not Episode.objects.exists()


def test_without_posts_the_villages_of_the_list_say_the_place(world: World, file: Path) -> None:
    Post.objects.all().delete()

    run("import_returnees", file)

    assert ImportBatch.objects.get().place_id == VILLAGE


def test_without_a_notice_the_default_one_is_put_in_force_and_said(
    world: World, file: Path
) -> None:
    PolicyVersion.objects.all().delete()

    _out, err = run("import_returnees", file, "--place", TOWN)

    assert PolicyVersion.objects.get().place_id == COUNTY
    assert "JY is now" in err


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--place", "77"], "Place 77 is not known"),
        (["--user", "没有人"], "0 active users are called"),
    ],
)
def test_arguments_that_cannot_be_used_are_one_sentence_and_status_2(
    world: World, file: Path, args: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        run("import_returnees", file, *args)

    assert refused.value.returncode == 2
    assert not Episode.objects.exists()


def test_a_file_that_is_not_there_is_status_2(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="give a path") as refused:
        run("import_returnees", tmp_path / "none.csv")

    assert refused.value.returncode == 2


def test_undo_import_takes_a_batch_back_and_lists_what_it_leaves(world: World) -> None:
    batch = commit(a_line(1), a_line(2), by=world.township)
    kept = Episode.objects.get(pk=batch.rows.get(number=2).target_key)
    update_facts(episode=kept, by=world.cadre, why="核对", health_code="yellow")

    out, _err = run("undo_import", str(batch.pk))

    assert "row 2: left, edited by 陈包保" in out
    assert "1 rows taken back, 1 left" in out


@pytest.mark.parametrize("batch", ["no-batch", "00000000-0000-0000-0000-000000000000"])
def test_a_batch_that_does_not_exist_is_status_2(world: World, batch: str) -> None:
    with pytest.raises(CommandError, match="There is no import") as refused:
        run("undo_import", batch)

    assert refused.value.returncode == 2
