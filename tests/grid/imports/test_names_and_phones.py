"""Names and telephone numbers: cleaned without guessing, several persons in a cell refused."""

import pytest

from grid.imports.names import names_several, read_name
from grid.imports.phones import read_phone
from tests.grid.imports.world import codes, id_number, only


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" 田小禾", "田小禾"),
        ("田　禾", "田禾"),
        ("田\u200b小禾  ", "田小禾"),
        ("田𬱖䶮", "田𬱖䶮"),
        ("阿依·努尔", "阿依·努尔"),
        ("阿依●努尔", "阿依·努尔"),
        ("阿依．努尔", "阿依·努尔"),
        ("John  O'Neil", "John O'Neil"),
    ],
)
def test_a_name_loses_its_blanks_and_gets_one_kind_of_dot(written, name):
    found = read_name(written)
    assert (found.name, found.code) == (name, "")


@pytest.mark.parametrize(
    "written", ["田3", "13", "？？", "田某", "田某某", "李某1", "田", "&#30000;"]
)
def test_what_is_no_name_is_refused(written):
    found = read_name(written)
    assert (found.name, found.code) == (None, "name_invalid")


@pytest.mark.parametrize("written", ["", "　", "无", "/"])
def test_a_blank_name_is_missing(written):
    assert read_name(written).code == "name_missing"


def test_a_note_is_taken_out_of_the_name_and_told_of():
    found = read_name("田小禾（户主）")
    assert (found.name, found.code) == ("田小禾", "name_annotated")
    assert found.params["note"] == "户主"


@pytest.mark.parametrize("cell", ["田小禾、白云", "田小禾/白云", "田小禾\n白云", "田小禾，白云"])
def test_two_names_in_a_cell_are_two_persons(cell):
    assert names_several(cell)


@pytest.mark.parametrize("cell", ["田小禾", "阿依·努尔", "田小禾（户主）", "田 小 禾"])
def test_one_name_is_one_person(cell):
    assert not names_several(cell)


def test_two_numbers_in_a_cell_bar_the_row_once():
    row = only(id=f"{id_number()}/{id_number()[:15]}")
    assert codes(row) == ["multi_person_cell"]
    assert row.values["name"] is row.values["id_number"] is None
    assert row.values["phone"] == "15400000001"


@pytest.mark.parametrize(
    "written",
    [
        "154 0000 0001",
        "154-0000-0001",
        "+8615400000001",
        "+86 154 0000 0001",
        "+86-15400000001",
        "8615400000001",
        "008615400000001",
        "15400000001.0",
        "\u202d15400000001\u202c",
        "１５４０００００００１",
        "'15400000001",
    ],
)
def test_every_dress_of_a_mobile_number_comes_off(written):
    found = read_phone(written)
    assert (found.number, found.code) == ("15400000001", "")


@pytest.mark.parametrize(
    "written", ["1540000000", "154000000012", "12400000001", "25400000001", "1.54E+10", "见备注"]
)
def test_a_number_with_a_digit_too_many_or_too_few_is_refused_not_cut(written):
    found = read_phone(written)
    assert (found.number, found.code) == (None, "phone_invalid")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0391-6600001", "0391-6600001"),
        ("03916600001", "0391-6600001"),
        ("010 66000001", "010-66000001"),
    ],
)
def test_a_landline_is_kept_with_a_warning(written, number):
    found = read_phone(written)
    assert (found.number, found.code) == (number, "phone_landline")


@pytest.mark.parametrize("written", ["", "无", "/"])
def test_a_blank_phone_is_missing(written):
    assert read_phone(written).code == "phone_missing"


def test_of_two_numbers_the_first_is_used_and_the_other_told():
    found = read_phone("15400000001/154 0000 0002")
    assert (found.number, found.code) == ("15400000001", "phone_several")
    assert found.params["others"] == "15400000002"
