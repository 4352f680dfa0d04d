"""The same person twice: told apart by what changed, never by phone or name alone."""

from datetime import date

from grid.imports.duplicates import Duplicates
from tests.grid.imports.world import csv, id_number, line, read


def classified(*lines, known=lambda _identity: None):
    understood, rows = read(csv(*lines))
    duplicates = Duplicates(understood.columns, known)
    return [duplicates.classify(row) for row in rows][1:]


def kinds(*lines):
    return [(found.kind, found.of) if found else None for found in classified(*lines)]


def test_the_four_kinds_are_told_apart():
    assert kinds(
        line(),
        line(seq="2"),
        line(name=" 田小禾", village="柳湾镇上河", date="2021.1.20"),
        line(phone="15400000002", date="2021-01-22"),
        line(town="松岭街道", village="泉西"),
    ) == [None, ("exact", 2), ("reformatted", 2), ("update", 2), ("cross_village", 5)]


def test_an_update_names_the_fields_and_their_new_values():
    _first, update = classified(line(), line(phone="15400000002"))
    assert update.changed == {"phone": "15400000002"}


def test_a_blank_changes_nothing():
    _first, second = classified(line(remark="孕妇"), line(remark=""))
    assert (second.kind, second.changed) == ("reformatted", {})


def test_the_same_phone_or_name_is_no_duplicate():
    assert (
        kinds(line(), line(id=id_number("19900101")), line(id=id_number("19920101"))) == [None] * 3
    )


def test_a_row_that_cannot_be_imported_is_passed_over():
    assert kinds(line(phone="1"), line(), line(phone="1")) == [None, None, None]


def test_facts_known_already_are_compared_once():
    facts = {
        "name": "田小禾",
        "phone": "15400000001",
        "dest_code": "990101100201",
        "origin": "云溪省海月市城南区",
        "origin_code": "990201",
        "return_date": date(2021, 1, 20),
    }
    asked = []

    def known(identity):
        asked.append(identity)
        return facts

    same, again = classified(line(), line(seq="2"), known=known)
    assert (same.kind, same.of, same.changed) == ("reformatted", None, {})
    assert (again.kind, again.of) == ("exact", 2)
    assert asked == [("id_card", id_number())]
    moved = classified(line(), known=lambda _i: {**facts, "dest_code": "990101001001"})
    assert moved[0].kind == "cross_village"
    assert moved[0].as_problem("姓名").code == "known_cross_village"
