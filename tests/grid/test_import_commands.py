"""import_list and undo_import: any declared list from the command line."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import Workbook

from grid.batches.registry import all_kinds
from grid.choices import BatchState
from grid.models import ImportBatch, Place, Post, User
from returnees.models import Episode
from tests.cast import COUNTY, TOWN, VILLAGE, World
from tests.factories.lists import a_line, a_list
from tests.factories.returnees import in_force

pytestmark = pytest.mark.django_db


def run(*args: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def notice(world: World) -> Iterator[None]:
    """Put a notice in force; sentences are English."""
    in_force()
    with translation.override("en"):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "名单.csv"
    path.write_bytes(a_list(a_line(1), a_line(2, 返乡时间="2021.1.32"), a_line(3)))
    return path


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_list_named_is_imported_and_answers_as_its_own_command(
    file: Path, tmp_path: Path
) -> None:
    out, _err = run("import_list", "returnees", file, "--json", tmp_path / "out.json")

    found = told(tmp_path / "out.json")
    assert "3 rows, 2 created" in out
    assert (found["created"], found["invalid"]) == (2, 1)
    assert [(p["row"], p["code"]) for p in found["problems"]] == [(3, "date_unparseable")]
    batch = ImportBatch.objects.get(pk=found["batch"])
    assert (batch.list_name, batch.place_id, batch.state) == ("returnees", COUNTY, "committed")


@pytest.mark.parametrize("how", [(), ("--dry-run",), ("--validate-only",)])
def test_required_columns_nobody_knows_are_refused_by_name(
    tmp_path: Path, how: tuple[str, ...]
) -> None:
    path = tmp_path / "名单.csv"
    text = a_list(a_line(1)).decode("gb18030").replace("出发地", "打哪儿来")
    path.write_text(text.replace("返乡时间", "几时动身"), encoding="gb18030")

    with pytest.raises(CommandError) as refused:
        run("import_list", "returnees", path, *how)

    assert refused.value.returncode == 2
    assert str(refused.value) == (
        "Required columns were not recognised: 出发地、返乡时间; columns nobody knows: 打哪儿来、"
        "几时动身; say which is which, or rename them and upload again."
    )
    assert not ImportBatch.objects.exists()


def test_the_lists_are_printed() -> None:
    out, _err = run("import_list", "--list")

    assert [line.split(":")[0] for line in out.splitlines()] == [kind.name for kind in all_kinds()]
    assert "returnees: " in out


def test_validate_only_keeps_a_list_that_nobody_can_commit(file: Path) -> None:
    out, _err = run("import_list", "returnees", file, "--validate-only")

    batch = ImportBatch.objects.get()
    assert "checked only" in out
    assert (batch.state, batch.options["validate_only"]) == (BatchState.CHECKED, True)
    assert not Episode.objects.exists()


def test_a_dry_run_keeps_nothing_and_says_the_same(file: Path, tmp_path: Path) -> None:
    out, _err = run("import_list", "returnees", file, "--dry-run", "--json", tmp_path / "a.json")

    assert "dry run" in out
    assert told(tmp_path / "a.json")["created"] == 2
    assert not ImportBatch.objects.exists()


def test_all_or_nothing_writes_nothing_while_a_row_is_bad(file: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="All or nothing") as refused:
        run("import_list", "returnees", file, "--whole", "--json", tmp_path / "out.json")

    batch = ImportBatch.objects.get()
    assert refused.value.returncode == 2
    assert str(batch.pk) in str(refused.value)
    assert batch.state == BatchState.CHECKED
    assert told(tmp_path / "out.json")["problems"]
    assert not Episode.objects.exists()


def test_all_or_nothing_writes_a_list_that_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(a_list(a_line(1), a_line(2)))

    run("import_list", "returnees", path, "--whole")

    assert Episode.objects.count() == 2


def test_user_place_and_day_are_those_given(file: Path, world: World) -> None:
    day = "2021-02-08"
    run("import_list", "returnees", file, "--user", "周镇管", "--place", TOWN, "--as-of", day)

    batch = ImportBatch.objects.get()
    assert (batch.uploaded_by, batch.place_id) == (world.township, TOWN)
    assert f"{batch.as_of}" == day


@pytest.mark.parametrize("code", ["990101000000", "990101101000", "990101101201"])
def test_a_place_may_be_given_with_the_zeros_of_the_national_code(
    file: Path, world: World, code: str
) -> None:
    run("import_list", "returnees", file, "--place", code)

    assert ImportBatch.objects.get().place_id == code.removesuffix("000").removesuffix("000")


def test_without_posts_the_villages_of_the_list_say_the_place(file: Path) -> None:
    Post.objects.all().delete()

    run("import_list", "returnees", file)

    assert ImportBatch.objects.get().place_id == VILLAGE


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nothing", "x.csv"], "There is no list called nothing"),
        (["returnees"], "Give the NAME"),
        (["returnees", "none.csv"], "give a path"),
        (["returnees", "名单.csv", "--place", "77"], "Place 77 is not known"),
        (["returnees", "名单.xlsx", "--sheet", "那张"], "那张"),
        (["returnees", "名单.csv", "--user", "没有人"], "0 active users are called"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_status_2(
    file: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], sentence: str
) -> None:
    monkeypatch.chdir(file.parent)
    book = Workbook()
    for row in file.read_bytes().decode("gb18030").splitlines():
        book.active.append(row.split(","))
    book.save("名单.xlsx")

    with pytest.raises(CommandError, match=sentence) as refused:
        run("import_list", *args)

    assert refused.value.returncode == 2
    assert not Episode.objects.exists()


def test_an_odd_day_is_refused_by_name(file: Path) -> None:
    with pytest.raises(CommandError, match="write it as 2021-02-08"):
        run("import_list", "returnees", str(file), "--as-of=8.2.")


def test_it_is_not_clear_where_a_list_without_villages_belongs(tmp_path: Path) -> None:
    Post.objects.all().delete()
    Place.objects.filter(level__gte=5).update(closed=True)
    path = tmp_path / "名单.csv"
    path.write_bytes(a_list(a_line(1)))

    with pytest.raises(CommandError, match="--place CODE"):
        run("import_list", "returnees", path)


def test_any_import_is_taken_back_by_its_id(file: Path, world: World) -> None:
    run("import_list", "returnees", file)
    batch = ImportBatch.objects.get()

    out, _err = run("undo_import", str(batch.pk))

    batch.refresh_from_db()
    assert "2 rows taken back, 0 left" in out
    assert batch.state == BatchState.UNDONE
    assert not Episode.objects.exists()
    assert User.objects.filter(pk=world.township.pk).exists()
    with pytest.raises(CommandError, match="only a committed one"):
        run("undo_import", str(batch.pk))
