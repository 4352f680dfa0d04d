"""Which sheet of a workbook is read, and what is offered besides."""

import pytest

from grid.imports.choosing import sheets
from grid.imports.results import UnreadableFileError
from returnees.imports.list import RETURNEES
from tests.grid.imports.test_workbook import cells, saved, sheet
from tests.grid.imports.world import csv, line, read


def several():
    book = sheet(title="填写说明", rows=[cells()] * 3).parent
    sheet(book, title="上河村", rows=[])
    sheet(book, title="东岭新村", rows=[cells(), cells()])
    sheet(book, title="泉西社区", rows=[cells()] * 5)
    sheet(book, title="字典", rows=[cells()]).sheet_state = "hidden"
    notes = book.create_sheet("联系我们")
    notes["A1"] = "有事请找镇街"
    return saved(book.active)


def test_every_sheet_is_offered_with_its_rows_and_one_of_them_is_the_guess():
    found = sheets(several(), RETURNEES)
    assert [(one.name, one.rows, one.looks_like, one.guess) for one in found] == [
        ("填写说明", 4, "other", False),
        ("上河村", 1, "list", False),
        ("东岭新村", 3, "list", True),
        ("泉西社区", 6, "list", False),
        ("联系我们", 1, "other", False),
        ("字典", 2, "hidden", False),
    ]
    assert found[2].fields == 10


def test_the_guess_is_what_is_read_and_another_sheet_can_be_named():
    understood, rows = read(several())
    assert understood.sheet == "东岭新村"
    assert len(rows) == 3
    told = {p.code: p.params for p in understood.problems}
    assert told["sheets_several"]["sheets"] == "上河村、泉西社区"
    assert told["sheets_hidden"]["sheets"] == "字典"
    assert len(read(several(), sheet="泉西社区")[1]) == 6


def test_a_text_is_one_sheet_without_a_name():
    (only,) = sheets(csv(line(), line(), "", line()), RETURNEES)
    assert (only.name, only.rows, only.looks_like, only.guess) == ("", 4, "list", True)


def test_a_sheet_named_for_a_text_or_a_chain_counts_for_nothing_and_that_is_said():
    for data in (csv(line()), f"#接龙\n1. {line()}\n2. {line()}".encode()):
        understood, rows = read(data, sheet="上河村")
        (told,) = [one for one in understood.problems if one.code == "sheet_of_text"]
        assert (told.severity, told.params) == ("warning", {"sheet": "上河村"})
        assert rows
        assert not [one for one in read(data)[0].problems if one.code == "sheet_of_text"]


def test_a_workbook_of_explanations_alone_is_refused():
    page = sheet()
    page.delete_rows(1)
    page["A1"] = "请在下面填写"
    assert [one.guess for one in sheets(saved(page), RETURNEES)] == [False]
    with pytest.raises(UnreadableFileError) as caught:
        read(saved(page))
    assert caught.value.problem.code == "header_not_found"
