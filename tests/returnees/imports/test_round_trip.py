"""The same list again changes nothing; our own export with edits changes exactly those."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from grid.imports.lists import Context
from grid.imports.places import PlaceIndex
from grid.imports.understanding import understand
from grid.models import Person
from grid.services.people import update_person
from grid.tables import csv_of, xlsx_of
from returnees.export import COLUMNS, returnee_table
from returnees.imports.list import RETURNEES
from returnees.models import AdvanceReport, Certificate, Episode
from returnees.services.episodes import confirm_arrival, update_facts
from returnees.services.inputs import CertificateInput
from tests.cast import COUNTY, PLACES, TOWN, World
from tests.factories.lists import a_line, day
from tests.factories.returnees import an_episode, id_number, in_force, noon
from tests.returnees.imports.lists import actions, as_workbook, codes, commit, commit_file
from tests.returnees.imports.state import business_state

LINES = [
    a_line(1, 核酸检测时间=day(-9), 核酸检测结果="阴性", 备注="-3 楼", 有无症状="无发热"),
    a_line(2, days=5, 备注="=1+1", 交通方式="飞机"),
    a_line(3, 身份证号="", 备注="儿童", 目的地社区村="西关村"),
    a_line(4, 目的地详细地址="一组", 核酸检测结果="未做"),
]


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def exported(kind: str = "xlsx", *, full: bool = True) -> bytes:
    table = returnee_table(Episode.objects.order_by("pk"), full=full)
    return csv_of(table) if kind == "csv" else xlsx_of(table)


def edited(content: bytes, kind: str, **cells: str) -> bytes:
    """Write into the first row of an export as somebody does in a spreadsheet."""
    if kind == "csv":
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
        for heading, text in cells.items():
            rows[1][rows[0].index(heading)] = text
        out = StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("gb18030")  # as Excel saves it on a Chinese Windows
    book = load_workbook(BytesIO(content))
    headings = [cell.value for cell in book.active[1]]
    for heading, text in cells.items():
        book.active.cell(2, headings.index(heading) + 1).value = text
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str]]:
    """Return model and column of everything that differs, rows matched by their place."""
    found = set()
    for name in before:
        assert len(before[name]) == len(after[name]), name
        for one, other in zip(before[name], after[name], strict=True):
            found |= {(name, a[0]) for a, b in zip(one, other, strict=True) if a != b}
    return found


# --- the same list ---------------------------------------------------------------------------


def test_the_same_list_as_a_workbook_changes_nothing(world: World) -> None:
    commit(*LINES)
    before = business_state()

    again, as_book = commit(*LINES), commit_file(as_workbook(*LINES))

    assert actions(again) == actions(as_book) == ["unchanged"] * 4
    assert business_state() == before


def test_a_list_that_changes_nothing_writes_nothing(world: World) -> None:
    commit(*LINES)
    tables = (Person, AdvanceReport, Episode, Certificate)
    before = [model.events.rel.related_model.objects.count() for model in tables]

    commit(*LINES)

    assert [model.events.rel.related_model.objects.count() for model in tables] == before


# --- our own export --------------------------------------------------------------------------


def test_every_column_is_read_back_or_left_out_for_a_reason(world: World) -> None:
    commit(*LINES)
    places = PlaceIndex(PLACES.items(), TOWN)
    read = understand(exported(), RETURNEES, Context(noon().date(), places, TOWN))

    fields = {column.label: column.field for column in read.columns}
    assert fields == {column.heading: column.field or None for column in COLUMNS}
    assert all(bool(column.field) != bool(column.left_out) for column in COLUMNS)
    assert read.questions == ()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("full", [True, False], ids=["full", "masked"])
def test_an_export_that_nobody_edited_changes_nothing(world: World, kind: str, full: bool) -> None:
    commit(*LINES)
    an_episode(
        -1,
        name="何手工",
        id_number=id_number(501),
        note="手工　登记\n第二行",
        address="三组（东）",
        origin_text="",
    )
    an_episode(2, name="何护照", id_number="E1234567", id_type="passport")
    before = business_state()

    batch = commit_file(exported(kind, full=full))

    assert actions(batch) == ["unchanged"] * 6
    assert business_state() == before


EDITS = {
    "name": ({"姓名": "何改名"}, {("Person", "name"), ("Person", "pinyin")}),
    "phone": ({"联系电话": "18812345678"}, {("Person", "phone")}),
    "address": ({"目的地详细地址": "九组"}, {("AdvanceReport", "address")}),
    "transport": ({"交通方式": "自驾"}, {("AdvanceReport", "transport")}),
    "code": (
        {"健康码状态": "黄码"},
        {("AdvanceReport", "health_code"), ("Episode", "facts"), ("Episode", "plan")},
    ),
    "remark": ({"备注": "改过"}, {("AdvanceReport", "note")}),
    "symptoms": ({"有无症状": "咳嗽"}, {("AdvanceReport", "health_state")}),
    "two": (
        {"备注": "改过", "从业类别": "教师"},
        {("AdvanceReport", "note"), ("AdvanceReport", "occupation")},
    ),
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("cells", "columns"), list(EDITS.values()), ids=list(EDITS))
@pytest.mark.parametrize("full", [True, False], ids=["full", "masked"])
def test_exactly_what_was_edited_is_changed(
    world: World, kind: str, full: bool, cells: dict[str, str], columns: set[tuple[str, str]]
) -> None:
    commit(a_line(1, days=5, 目的地详细地址="一组", 备注="甲"))
    if "姓名" in cells and not full:
        return  # a new name beside a masked number fits nobody: asked below
    before = business_state()

    batch = commit_file(edited(exported(kind, full=full), kind, **cells), by=world.township)

    assert actions(batch) == ["update"]
    named = differing(before, business_state()) - {
        ("Person", "pinyin"),
        ("AdvanceReport", "person"),
    }
    wanted = columns - {("Person", "pinyin")}
    assert wanted <= named | {("Episode", "plan")}
    assert {one for one in named if one[0] in ("Person", "AdvanceReport", "Stay")} == {
        one for one in wanted if one[0] in ("Person", "AdvanceReport", "Stay")
    }
    episode = Episode.objects.get()
    written = episode.person if ("Person" in {name for name, _column in wanted}) else episode.report
    latest = written.events.order_by("pgh_id").last()
    assert latest.pgh_context.metadata["batch"] == str(batch.pk)


def test_a_changed_return_day_moves_the_stays_with_it(world: World) -> None:
    commit(a_line(1, days=5))

    batch = commit_file(edited(exported(), "xlsx", 返乡时间=day(7)))

    episode = Episode.objects.get()
    assert actions(batch) == ["update"]
    assert episode.arrives_on.isoformat() == day(7)
    assert episode.report.stays.get().last_day.isoformat() == day(7)


def test_a_corrected_document_is_one_more_edit(world: World) -> None:
    commit(a_line(1))
    number = "419999199001019923"
    world.person.delete()

    batch = commit_file(edited(exported(), "xlsx", 身份证号=number))

    assert actions(batch) == ["update"]
    assert Person.objects.get().id_number == number
    assert Episode.objects.count() == 1


def test_a_new_name_beside_a_masked_number_is_asked_about(world: World) -> None:
    commit(a_line(1))

    batch = commit_file(edited(exported(full=False), "xlsx", 姓名="何改名"))

    assert (actions(batch), codes(batch)) == (["ask"], {"record_other"})


def test_what_was_edited_since_the_export_stays(world: World) -> None:
    commit(a_line(1, 备注="甲", 目的地详细地址="一组"))
    file = in_the_past(exported())
    update_facts(episode=Episode.objects.get(), by=world.cadre, why="核对", note="手改")

    batch = commit_file(edited(file, "xlsx", 目的地详细地址="二组"))

    report = AdvanceReport.objects.get()
    assert actions(batch) == ["update"]
    assert "hand_edit_kept" in codes(batch)
    assert (report.note, report.address) == ("手改", "二组")


def test_what_was_edited_on_both_sides_since_the_export_is_asked_about(world: World) -> None:
    commit(a_line(1, 联系电话="18800000001"))
    file = in_the_past(exported())
    update_person(
        person=Person.objects.get(name=a_line(1)["姓名"]), by=world.cadre, phone="18800000002"
    )

    batch = commit_file(edited(file, "xlsx", 联系电话="18800000003"))

    assert (actions(batch), codes(batch)) == (["ask"], {"hand_edit_conflict"})


def test_edits_from_before_the_export_are_no_obstacle(world: World) -> None:
    commit(a_line(1, 备注="甲"))
    update_facts(episode=Episode.objects.get(), by=world.cadre, why="核对", note="手改")

    batch = commit_file(edited(in_the_future(exported()), "xlsx", 备注="表里改"))

    assert actions(batch) == ["update"]
    assert AdvanceReport.objects.get().note == "表里改"


def test_an_arrival_confirmed_before_the_export_reads_back(world: World) -> None:
    commit(a_line(1, days=1))
    confirm_arrival(episode=Episode.objects.get(), by=world.cadre, arrived_at=noon(-1), now=noon(0))
    paper = CertificateInput(sampled_on=noon(-4).date())
    update_facts(episode=Episode.objects.get(), by=world.cadre, why="核对", certificates=(paper,))

    assert actions(commit_file(exported())) == ["unchanged"]


def shifted(content: bytes, moment: str) -> bytes:
    book = load_workbook(BytesIO(content))
    headings = [cell.value for cell in book.active[1]]
    for row in range(2, book.active.max_row + 1):
        book.active.cell(row, headings.index("导出时间") + 1).value = moment
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def in_the_past(content: bytes) -> bytes:
    """Let a file be exported before everything: a test is one moment of the database."""
    return shifted(content, f"{day(-1)} 08:00:00")


def in_the_future(content: bytes) -> bytes:
    return shifted(content, f"{day(1)} 08:00:00")


@pytest.mark.parametrize("rows", [2, 30])
def test_an_export_costs_as_many_queries_whatever_its_rows(world: World, rows: int) -> None:
    commit(*(a_line(n) for n in range(1, rows + 1)))

    with CaptureQueriesContext(connection) as queries:
        exported()

    assert len(queries) <= 5


def test_places_of_the_whole_county_read_back_for_the_county(world: World) -> None:
    commit(*LINES)

    assert actions(commit_file(exported(), place=COUNTY)) == ["unchanged"] * 4
