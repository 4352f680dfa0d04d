"""Document numbers: what a number can prove, and what must never be guessed."""

from datetime import date

import pytest

from grid.imports.ids import document_type, read_id
from tests.grid.imports.world import AS_OF, codes, id_number, only


def understood(value, *, stated="id_card", cell=""):
    return read_id(cell or value, value, stated=stated, as_of=AS_OF)


@pytest.mark.parametrize(
    "dressed",
    [
        "'{}",
        "{}\t",
        "\u202d{}\u202c",
        "\u200b{}",
        "{}\u00a0",
        "110101 19850312 {tail}",
        "110101-19850312-{tail}",
    ],
)
def test_blanks_apostrophes_and_invisible_characters_are_taken_off(dressed):
    number = id_number()
    row = only(id=dressed.format(number, tail=number[14:]))
    assert row.values["id_number"] == number
    assert row.values["birth"] == date(1985, 3, 12)
    assert row.verdict == "ok"


def test_full_width_digits_and_a_small_x_are_read():
    number = next(n for n in (id_number(order=str(o)) for o in range(990, 1000)) if n[-1] == "X")
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    assert understood(wide).number == understood(number.lower()).number == number


def test_a_wrong_digit_fails_the_check():
    number = id_number()
    wrong = number[:9] + str((int(number[9]) + 1) % 10) + number[10:]
    found = understood(wrong)
    assert (found.code, found.number) == ("id_checksum", None)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (id_number(region="990101"), "id_region"),
        (id_number("19900230"), "id_birthdate"),
        (id_number("20210209"), "id_birthdate"),
        (id_number("18570612"), "id_birthdate"),
        (id_number()[:17], "id_length"),
        (id_number() + "5", "id_length"),
        ("1101011985031299X5X", "id_length"),
        ("1101011990XXXXXXXX", "id_characters"),
        ("身份证在家里", "id_characters"),
        ("", "id_missing"),
        ("不详", "id_missing"),
    ],
)
def test_what_is_wrong_with_a_number_is_named(number, code):
    assert understood(number).code == code


@pytest.mark.parametrize("value", ["1.10101E+17", "110101198503120000"])
def test_digits_lost_by_excel_are_never_padded(value):
    found = understood(value)
    assert (found.code, found.number) == ("id_precision_lost", None)


def test_a_number_cell_of_more_than_fifteen_digits_has_lost_the_rest():
    assert understood("110101198503129914", cell=1.1010119850313e17).code == "id_precision_lost"


def test_fifteen_digits_become_eighteen_with_a_warning():
    found = understood("110101850312991")
    assert found.code == "id15_legacy"
    assert found.number == id_number("19850312", "991")
    assert found.birth == date(1985, 3, 12)


def test_the_sex_of_the_number_overrules_the_column():
    row = only(sex="女", id=id_number(order="991"))
    assert codes(row) == ["sex_id_mismatch"]
    assert row.values["sex"] == "M"
    assert only(sex="", id=id_number(order="992")).values["sex"] == "F"


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("护照", "e12345678", ""),
        ("港澳居民来往内地通行证", "H12345678", ""),
        ("港澳居民来往内地通行证", "12345678", "doc_number_invalid"),
        ("台胞证", "12345678", ""),
        ("台胞证", "A1", "doc_number_invalid"),
    ],
)
def test_other_documents_keep_their_own_form(kind, number, code):
    found = understood(number, stated=document_type(kind))
    assert found.code == code
    assert found.number == (None if code else number.upper())


def test_a_residence_permit_is_told_by_its_number():
    found = understood(id_number(region="810000"), stated=None)
    assert (found.id_type, found.code) == ("hkmotw_residence", "")


def test_a_number_of_another_document_without_its_kind_is_asked_about():
    found = understood("12345678", stated=None)
    assert (found.code, found.id_type, found.number) == ("id_type_missing", None, "12345678")


@pytest.mark.parametrize("remark", ["小孩 未办身份证", "婴儿", "6岁", "儿童无身份证"])
def test_a_child_without_a_number_only_warns(remark):
    row = only(id="未办", remark=remark)
    assert codes(row) == ["id_missing_child"]
    assert row.verdict == "warn"
    assert row.values["id_type"] is None


@pytest.mark.parametrize("remark", ["", "大三学生", "36岁", "孕妇"])
def test_an_adult_without_a_number_is_refused(remark):
    assert codes(only(id="无", remark=remark)) == ["id_missing"]
