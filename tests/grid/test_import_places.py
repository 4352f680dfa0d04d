"""import_places: canonical codes, nearest parents, faults with their line, nothing twice."""

import gzip
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.models import Place
from tests.factories.grid import place

pytestmark = pytest.mark.django_db


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM grid_place")


LIST = """code,name,level,parent
970000000000,云岭省,1,
970100000000,清源市,2,970000000000
970101000000,柳溪县,3,970100000000
970101101000, 青石镇 ,4,970101000000
970101101201,上湾村,5,970101101000
970200000000,无县市,2,970000000000
970200003000,东城街道,4,970200000000
970200003001,岗前社区,5,970200003000
979000000000,省直辖,2,970000000000
979001000000,云台市,3,979000000000
"""


@pytest.fixture
def load(tmp_path: Path):
    def run(text: str | bytes, name: str = "places.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        out = StringIO()
        call_command("import_places", str(path), stdout=out)
        return out.getvalue()

    return run


def tree() -> dict[str, tuple[str, str | None]]:
    return {p.code: (p.name, p.parent_id) for p in Place.objects.all()}


def test_codes_lose_the_zeros_of_their_lower_levels_and_parents_are_the_nearest(load) -> None:
    said = load(LIST)

    assert said == "10 places read: 10 created, 0 renamed, 0 moved, 0 unchanged.\n"
    assert tree() == {
        "97": ("云岭省", None),
        "9701": ("清源市", "97"),
        "970101": ("柳溪县", "9701"),
        "970101101": ("青石镇", "970101"),
        "970101101201": ("上湾村", "970101101"),
        "9702": ("无县市", "97"),
        "970200003": ("东城街道", "9702"),  # a township directly under a city
        "970200003001": ("岗前社区", "970200003"),
        "9790": ("省直辖", "97"),
        "979001": ("云台市", "9790"),
    }
    assert {p.code: p.level for p in Place.objects.filter(code__startswith="9702")} == {
        "9702": 2,
        "970200003": 4,
        "970200003001": 5,
    }


def test_without_the_optional_columns_the_zeros_say_the_level(load) -> None:
    load(LIST)
    full = tree()
    empty()
    lines = [",".join(reversed(line.split(",")[:2])) for line in LIST.splitlines()]

    load("\r\n".join(["﻿" + lines[0], *lines[1:], "", ""]))

    assert tree() == full


def test_loading_again_changes_nothing_and_writes_nothing(load) -> None:
    load(LIST)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, xmin::text, ctid::text FROM grid_place ORDER BY code")
        before = cursor.fetchall()

        said = load(gzip.compress(LIST.encode(), mtime=0), "places.csv.gz")

        cursor.execute("SELECT code, xmin::text, ctid::text FROM grid_place ORDER BY code")
        assert cursor.fetchall() == before
    assert said == "10 places read: 0 created, 0 renamed, 0 moved, 10 unchanged.\n"


def test_a_new_name_is_taken_and_its_initials_are_due_again(load) -> None:
    load(LIST)
    Place.objects.filter(code="970101101201").update(pinyin="swc")

    said = load(LIST.replace("上湾村", "下湾村"))

    assert said == "10 places read: 0 created, 1 renamed, 0 moved, 9 unchanged.\n"
    village = Place.objects.get(code="970101101201")
    assert (village.name, village.pinyin) == ("下湾村", "")


def test_places_the_list_does_not_name_stay(load) -> None:
    own = place("970101101201001", "第一网格")

    load(LIST)

    own.refresh_from_db()
    assert (own.name, own.parent_id) == ("第一网格", "970101101201")


def test_what_stood_below_moves_under_a_place_that_comes_later(load) -> None:
    load("code,name\n970101101201,上湾村\n970000000000,云岭省\n")
    assert tree()["970101101201"] == ("上湾村", "97")

    said = load("code,name\n970101000000,柳溪县\n")

    assert said == "1 places read: 1 created, 0 renamed, 0 moved, 0 unchanged.\n"
    assert tree() == {
        "97": ("云岭省", None),
        "970101": ("柳溪县", "97"),
        "970101101201": ("上湾村", "970101"),
    }


HEAD = "code,name,level,parent\n970000000000,云岭省,1,\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + "97010100000,短码,3,\n", "Line 3: the code '97010100000' is not a national code"),
        (HEAD + "97010A000000,字母,3,\n", "Line 3: the code '97010A000000' is not a national"),
        (HEAD + "000000000000,零,1,\n", "Line 3: the code '000000000000' is not a national code"),
        (HEAD + "970100000000,,2,\n", "Line 3: the place 970100000000 has no name"),
        (HEAD + f"970100000000,{'长' * 81},2,\n", "Line 3: the name of 970100000000 has more than"),
        (HEAD + '970100000000,"两\n行",2,\n', "Line 3: the name of 970100000000 goes over several"),
        (HEAD + "970100000000,清源市,9,\n", "Line 3: the level '9' of 970100000000 is not one"),
        (HEAD + "970101101201,上湾村,4,\n", "Line 3: the code 970101101201 has digits below its"),
        (HEAD + "970100000000,清源市,2,960000000000\n", "Line 3: the code 970100000000 does not"),
        (HEAD + "970000000000,云岭省,1,\n", "Line 3: the code 970000000000 stands already on line"),
        (HEAD + "970100000000,清源市\n", "Line 3: the row has not the 4 columns of the header"),
        (HEAD + '970100000000,"清源市,2,\n', "Line 3: a quotation mark is opened and never closed"),
        ("name,level\n云岭省,1\n", "Line 1: the column code is missing"),
        ("code,name,code\n97,云,97\n", "Line 1: the column code stands there twice"),
        ("", "is empty"),
        (LIST.encode("gb18030"), "Line 2: the text is not UTF-8"),
        (LIST.encode("utf-16"), "is not UTF-8"),
        (b"PK\x03\x04rest", "is a workbook or ZIP archive"),
        (gzip.compress(LIST.encode(), mtime=0)[:60], "is a damaged gzip file"),
    ],
)
def test_a_faulty_list_is_refused_with_line_and_fault_and_changes_nothing(
    load, text: str | bytes, fault: str
) -> None:
    with pytest.raises(CommandError) as refused:
        load(text)

    assert fault in str(refused.value)
    assert refused.value.returncode == 2
    assert tree() == {}


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read") as refused:
        call_command("import_places", str(tmp_path / "nowhere.csv"))

    assert refused.value.returncode == 2


def test_the_number_of_queries_does_not_grow_with_the_list(load) -> None:
    counts = []
    for villages in (3, 300):
        empty()
        rows = "".join(f"970101101{n:03d},第{n}村,5,\n" for n in range(1, villages + 1))
        with CaptureQueriesContext(connection) as queries:
            load("code,name,level,parent\n" + rows)
        counts.append(len(queries))

    assert counts[0] == counts[1]
