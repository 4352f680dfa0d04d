"""Workbooks: typed cells, merges, hidden rows and sheets, and bounds against bombs."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from grid.imports.results import UnreadableFileError
from tests.grid.imports.world import HEADINGS, codes, id_number, line, read


def sheet(book=None, title="名单", rows=(), top=0):
    book = book or openpyxl.Workbook()
    if book.active.max_row == 1 and book.active["A1"].value is None:
        page = book.active
        page.title = title
    else:
        page = book.create_sheet(title)
    for number, row in enumerate([HEADINGS.split(","), *rows], start=1 + top):
        for column, value in enumerate(row, start=1):
            page.cell(number, column, value)
    return page


def saved(page) -> bytes:
    stream = io.BytesIO()
    page.parent.save(stream)
    return stream.getvalue()


def cells(**changed):
    keys = ("seq", "name", "sex", "id", "phone", "origin", "town", "village", "date", "remark")
    return [changed.get(key, value) for key, value in zip(keys, line().split(","), strict=True)]


def test_typed_cells_are_understood():
    rows = [
        cells(date=datetime.fromisoformat("2021-01-20T22:45"), phone=15400000001, sex=1, seq=1),
        cells(date=date(2021, 1, 21), phone=15400000001.0),
        cells(date=44218.5),
        cells(id=float(id_number())),
        cells(id=412223760214995.0),
    ]
    _understood, found = read(saved(sheet(rows=rows)))
    assert [row.values["return_date"] for row in found[1:4]] == [
        date(2021, 1, 20),
        date(2021, 1, 21),
        date(2021, 1, 22),
    ]
    assert found[1].values["phone"] == found[2].values["phone"] == "15400000001"
    assert codes(found[4]) == ["id_precision_lost"]
    assert "id_precision_lost" not in codes(found[5])  # 15 digits fit into a number


def test_serials_follow_the_epoch_of_the_workbook():
    page = sheet(rows=[cells(date=44216 - 1462)])
    page.parent.epoch = CALENDAR_MAC_1904
    _understood, found = read(saved(page))
    assert found[1].values["return_date"] == date(2021, 1, 20)


def test_rows_keep_their_numbers_below_blank_rows_and_say_when_hidden():
    page = sheet(rows=[cells(), cells()], top=3)
    page.row_dimensions[6].hidden = True
    understood, found = read(saved(page))
    assert understood.header_rows == (4,)
    assert [row.number for row in found if row.kind == "data"] == [5, 6]
    assert codes(found[4]) == []
    assert codes(found[5]) == ["row_hidden"]
    assert found[5].verdict == "warn"
    assert [(p.code, p.params["rows"]) for p in understood.problems] == [("rows_hidden", 1)]


def test_blank_columns_on_the_left_do_not_move_the_list():
    page = sheet(rows=[cells(town="柳湾镇"), cells(town=None)])
    page.insert_cols(1, 2)
    page.merge_cells("I2:I3")
    understood, found = read(saved(page))
    assert understood.columns[2].label == "序号"
    assert [row.verdict for row in found] == [None, "ok", "ok"]


def test_a_vertical_merge_fills_the_rows_it_covers_and_no_other():
    page = sheet(
        rows=[cells(town="松岭街道", village="泉西"), *[cells(town=None, village="桂园")] * 2]
    )
    page.merge_cells("G2:G3")
    _understood, found = read(saved(page))
    assert found[2].values["dest_code"] == "990101001003"
    assert codes(found[3]) == ["village_ambiguous"]


def test_hidden_sheets_are_left_and_other_lists_are_named():
    book = sheet(title="甲村", rows=[cells(), cells()]).parent
    sheet(book, title="乙村", rows=[cells()])
    sheet(book, title="旧表", rows=[cells()]).sheet_state = "hidden"
    understood, found = read(saved(book.active))
    assert understood.sheet == "甲村"
    assert len(found) == 3
    assert [(p.code, p.params["sheets"]) for p in understood.problems] == [
        ("sheets_hidden", "旧表"),
        ("sheets_several", "乙村"),
    ]
    assert read(saved(book.active), sheet="乙村")[0].sheet == "乙村"
    with pytest.raises(UnreadableFileError, match="甲村、乙村"):
        read(saved(book.active), sheet="旧表")


def test_formulas_without_a_stored_value_are_told_of():
    understood, _found = read(saved(sheet(rows=[cells(seq="=ROW()-1")])))
    assert [p.code for p in understood.problems] == ["formulas_without_values"]


def patched(data: bytes, part: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(data)
    return caught.value.problem.code


def test_a_part_that_unpacks_to_far_too_much_is_refused():
    data = saved(sheet(rows=[cells()]))
    bomb = b"<worksheet><!--" + b" " * (30 << 20) + b"--></worksheet>"
    assert code_of(patched(data, "xl/worksheets/sheet1.xml", bomb)) == "workbook_too_large"
    assert code_of(patched(data, "xl/styles.xml", bomb)) == "workbook_too_large"


def test_two_cells_at_the_far_corners_of_a_sheet_are_refused():
    page = sheet(rows=[cells()])
    page.cell(1_048_576, 16_384, "x")
    assert code_of(saved(page)) == "sheet_too_wide"


def test_a_formatted_cell_in_the_last_row_is_no_row():
    page = sheet(rows=[cells()])
    page.cell(1_048_576, 1).font = openpyxl.styles.Font(bold=True)
    assert len(read(saved(page))[1]) == 2


def test_what_is_damaged_or_another_kind_of_file_is_refused():
    data = saved(sheet(rows=[cells()]))
    assert code_of(data[: len(data) // 2]) == "workbook_damaged"
    doctype = b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
    assert code_of(patched(data, "xl/workbook.xml", doctype)) == "workbook_damaged"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as other:
        other.writestr("word/document.xml", "<x/>")
    assert code_of(stream.getvalue()) == "file_not_a_list"
    with zipfile.ZipFile(stream, "w") as other:
        other.writestr("上河村.csv", "姓名")
    assert code_of(stream.getvalue()) == "file_archive"
