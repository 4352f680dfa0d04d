"""`manage.py import_risk_list`: a day's list from the command line."""

import gzip
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grid.days import today
from returnees.models import RiskArea, RiskListVersion, Screening
from tests.cast import World
from tests.factories.returnees import an_episode, in_force

DAY = timedelta(days=1)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two days of a list: the second has a line that no place fits."""
    rows = [
        "date,level,province,city,county,community",
        f"{today() - DAY},medium,海岳省,临沧湾市,望潮区,全域",
        f"{today()},high,海岳省,临沧湾市,望潮区,全域",
        f"{today()},medium,海岳省,临沧湾市,望潮区,甲小区",
        f"{today()},medium,天外省,天外市,天外区,某小区",
    ]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_risk_list", path, stdout=out, **{"date": str(today()), **options})
    return out.getvalue()


def test_a_list_without_doubt_is_published_and_tells_whom_it_touches(
    world: World, table: Path
) -> None:
    in_force()
    an_episode(days=-2)

    said = run(table, date=str(today() - DAY), user=world.county.name)

    assert "1 entries, 1 resolved, 0 parts, 0 open, 0 left out" in said
    assert "areas: 1 begun, 0 ended, 0 raised, 0 lowered" in said
    assert "rows of other days: 3" in said
    assert "persons touched: 1 certain, 0 to be asked" in said
    version = RiskListVersion.objects.get()
    assert (version.published_by, version.source) == (world.county, "list.csv")
    assert Screening.objects.get().risk_list == version


def test_an_open_line_keeps_the_draft_and_is_named_with_its_row(world: World, table: Path) -> None:
    said = run(table)

    assert "row 5: 天外省 天外市 天外区 某小区" in said
    assert RiskListVersion.objects.get().state == "draft"
    assert not RiskArea.objects.exists()

    left = run(table, leave_out_open=True)

    assert "3 entries, 2 resolved, 1 parts, 0 open, 1 left out" in left
    assert RiskArea.objects.count() == 2


def test_the_same_list_again_changes_nothing_and_says_so(world: World, table: Path) -> None:
    run(table, date=str(today() - DAY))

    said = run(table, date=str(today() - DAY))

    assert "it was here already, nothing was changed" in said
    assert (RiskListVersion.objects.count(), RiskArea.objects.count()) == (1, 1)


def test_a_draft_is_asked_for_and_the_figures_are_written(
    world: World, table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    packed = tmp_path / "list.csv.gz"
    packed.write_bytes(gzip.compress(table.read_bytes()))

    said = run(packed, draft=True, leave_out_open=True, json=out, covers="level,key_concern")

    found = json.loads(out.read_text(encoding="utf-8"))
    assert f"publish it on its page: /risk/{found['list']}/" in said
    assert (found["state"], found["covers"]) == ("draft", ["level", "key_concern"])
    assert (found["entries"], found["begun"], found["open_lines"]) == (3, 2, [])


def test_a_notice_is_read_as_text(world: World, tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    path.write_bytes("高风险地区（1个）：海岳省临沧湾市望潮区".encode("gb18030"))

    assert "areas: 1 begun" in run(path)
    assert RiskListVersion.objects.get().text.startswith("高风险地区")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"date": "2021-1-6"}, "is no day; write it as"),
        ({"covers": "levels"}, "is nothing a list can state"),
        ({"user": "无此人"}, "active users are called"),
        ({"date": "2001-01-01"}, "no row of"),
    ],
)
def test_an_argument_of_no_use_is_refused_in_one_sentence(
    world: World, table: Path, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        run(table, **options)

    assert refused.value.returncode == 2


def test_a_file_of_no_use_is_refused_in_one_sentence(world: World, tmp_path: Path) -> None:
    damaged = tmp_path / "list.csv.gz"
    damaged.write_bytes(gzip.compress(b"x" * 500)[:20])

    for path, sentence in ((tmp_path / "none.csv", "No such file"), (damaged, "damaged gzip")):
        with pytest.raises(CommandError, match=sentence) as refused:
            run(path)
        assert refused.value.returncode == 2
