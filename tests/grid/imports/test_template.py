"""A template filled in and read back gives exactly what was chosen and typed."""

import io
from functools import lru_cache

import openpyxl
import pytest

from grid.imports.template import build_template, village_labels
from returnees.imports.list import RETURNEES
from tests.grid.imports.world import HOME, id_number, places, read

WANTED = (
    "name sex id_type id_number phone origin dest_village return_date transport transport_no "
    "health_code nat_result isolation remark"
)


def filled(rows, **options):
    book = openpyxl.load_workbook(io.BytesIO(template(**options)))
    sheet = book.worksheets[0]
    known = {field.headings[0]: field.key for field in RETURNEES.fields}
    headings = [known[cell.value.strip("*")] for cell in sheet[2]]
    for number, row in enumerate(rows, start=4):
        for column, key in enumerate(headings, start=1):
            cell = sheet.cell(number, column, row.get(key))
            cell.number_format = "@"
            cell.data_type = "s" if cell.value else "n"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@lru_cache
def template(**options):
    defaults = {"villages": village_labels(places(), HOME), "fields": tuple(WANTED.split())}
    example = {"name": "张三", "id_number": "1101011990XXXXXXXX", "phone": "138XXXXXXXX"}
    return build_template(RETURNEES, **{"example": example, **defaults, **options})


PERSON = {
    "name": "田小禾",
    "sex": "男",
    "id_type": "居民身份证",
    "id_number": id_number(),
    "phone": "15400000001",
    "origin": "海月市城南区",
    "dest_village": "柳湾镇桂园村",
    "return_date": "2021-02-08",
    "transport": "自驾",
    "health_code": "绿",
    "nat_result": "阴性",
    "isolation": "居家隔离",
    "remark": "=1+1",
}


def test_a_filled_template_is_read_as_it_was_meant():
    understood, rows = read(filled([PERSON, {**PERSON, "dest_village": "康村"}]))
    assert [row.kind for row in rows] == ["title", "header", "example", "data", "data"]
    assert [p.code for p in understood.problems] == ["sheets_hidden"]
    assert [row.verdict for row in rows if row.kind == "data"] == ["ok", "ok"]
    values = rows[3].values
    assert values["id_number"] == PERSON["id_number"]
    assert values["dest_code"] == "990101100203"
    assert rows[4].values["dest_code"] == "990101001002"
    assert values["remark"] == "=1+1"
    told = [values[key] for key in ("transport", "health_code", "nat_result", "isolation", "sex")]
    assert told == ["self_drive", "green", "negative", "home_isolation", "M"]


def test_an_empty_template_holds_nobody():
    understood, _rows = read(template())
    assert understood.counts["data"] == 0
    assert dict(understood.counts) == {"title": 1, "header": 1, "example": 1}


def test_every_village_has_a_label_that_names_it_alone():
    index = places()
    labels = village_labels(index, HOME)
    found = [index.destination("", label).code for label in labels]
    assert found == sorted(index.villages)
    assert labels[0] == "泉西社区"
    assert labels[1:] == [
        "康村",
        "松岭街道桂园社区",
        "上河村",
        "东岭新村",
        "柳湾镇桂园村",
        "柳湾村",
    ]
    assert village_labels(index, "990101001") == labels[:3]


@lru_cache
def whole():
    return openpyxl.load_workbook(io.BytesIO(template(fields=())))


@pytest.mark.parametrize("field", RETURNEES.fields, ids=lambda field: field.key)
def test_every_drop_down_offers_what_is_understood(field):
    sheet = whole()
    rules = {
        str(rule.sqref).split("3:")[0]: rule.formula1
        for rule in sheet.worksheets[0].data_validations.dataValidation
    }
    column = next(
        cell.column_letter
        for cell in sheet.worksheets[0][2]
        if cell.value.strip("*") == field.headings[0]
    )
    wanted = bool(field.choices) or field.kind in ("village", "sex", "id_type")
    assert (column in rules) is wanted
    for cell in sheet["字典"][column] if wanted and field.choices else ():
        if cell.value:
            assert any(cell.value in words for words in field.choices.values())


def test_every_cell_and_every_column_is_text():
    book = openpyxl.load_workbook(io.BytesIO(template()))
    sheet, lists = book.worksheets
    assert lists.sheet_state == "hidden"
    assert {cell.number_format for row in sheet.iter_rows(2, 3) for cell in row} == {"@"}
    widths = [sheet.column_dimensions[cell.column_letter] for cell in sheet[2]]
    assert {column.number_format for column in widths} == {"@"}


def test_required_columns_come_even_where_nobody_asked_for_them():
    headings = [
        c.value for c in openpyxl.load_workbook(io.BytesIO(template(fields=("phone",)))).active[2]
    ]
    assert headings[:2] == ["序号", "*联系电话"]
    assert set(headings) >= {"*姓名", "*身份证号", "*出发地", "*目的地社区村", "*返乡时间"}
