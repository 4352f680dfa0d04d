"""The file comes back with our columns, and is read again as the list it was."""

import csv as csv_module
import io
import zipfile

import openpyxl
import pytest

from grid.imports.answers import HEADINGS, Answer, annotate, problem_rows, problem_table
from tests.grid.imports.test_understanding import LEDGER
from tests.grid.imports.test_workbook import cells, patched, saved, sheet
from tests.grid.imports.world import HEADINGS as HEAD
from tests.grid.imports.world import csv, line, read

EVIL = ("=HYPERLINK(1)", "+cmd", "-1", "@x", "\tx", "\rx")


def answered(data, **options):
    """Return a list's rows, its answer and the rows read from that."""
    understood, rows = read(data, **options)
    answers = {
        row.number: Answer(f"已登记 {row.number}", "无<&>", "卢某", "=1+1")
        for row in rows
        if row.kind == "data"
    }
    answer = annotate(data, answers, header_rows=understood.header_rows, sheet=understood.sheet)
    return rows, answer, read(answer.content, sheet=understood.sheet)


def facts(rows):
    return [(row.number, row.kind, row.verdict, row.raw, row.values, row.problems) for row in rows]


TEXTS = {
    "plain": csv(line(), line(phone="123"), "", line(remark='"与父母\n同住"')),
    "gb18030": csv(line(name="田䶮𬱖"), encoding="gb18030"),
    "semicolons": csv(line(), line()).replace(b",", b";"),
    "tabs in UTF-16": csv(line(), line()).decode().replace(",", "\t").encode("utf-16"),
    "sep line": b"sep=;\r\n" + csv(line(), line()).replace(b",", b";"),
    "ledger": LEDGER.encode("gb18030"),
    "formulas": csv(*(line(remark=f'"{text}"') for text in EVIL)),
    "longer rows": csv(line() + ",,多余"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_the_answer_to_a_text_is_read_again_as_the_same_list(kind):
    rows, answer, (understood, again) = answered(TEXTS[kind])
    assert answer.kind == "csv"
    assert answer.content.startswith("\ufeff".encode())
    assert facts(again) == facts(rows)
    assert [column.label for column in understood.columns if column.is_ours] == list(HEADINGS)


def test_what_became_of_a_row_stands_in_that_row():
    _rows, answer, _again = answered(TEXTS["plain"])
    records = list(csv_module.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert records[0][-4:] == list(HEADINGS)
    assert records[1][-4:] == ["已登记 2", "无<&>", "卢某", "'=1+1"]
    assert records[3] == []
    assert records[4][-4] == "已登记 5"
    assert {len(record) for record in records if record} == {14}


def test_no_cell_of_an_answer_is_a_formula_or_a_number_to_be_rounded():
    _rows, answer, _again = answered(TEXTS["formulas"])
    records = list(csv_module.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert not [cell for record in records for cell in record if cell.startswith(tuple("=+-@\t\r"))]
    assert records[1][3].endswith("\t")


def book():
    """A workbook with a title, styled blank cells to the far right, formats and two more sheets."""
    page = sheet(rows=[cells(remark="=1+1"), cells(), cells(name=None)], top=2)
    page["A1"] = "返乡台账"
    page.merge_cells("A1:J1")
    for column in (11, 12, 30):
        page.cell(4, column).font = openpyxl.styles.Font(bold=True)
    page["J4"].data_type = "s"
    page.row_dimensions[5].hidden = True
    page.parent.create_sheet("字典").sheet_state = "hidden"
    page.parent.create_sheet("说明")["A1"] = "请勿改动"
    return saved(page)


def test_the_answer_to_a_workbook_keeps_all_that_is_in_it():
    rows, answer, (_understood, again) = answered(book())
    assert answer.kind == "xlsx"
    assert facts(again) == facts(rows)
    opened = openpyxl.load_workbook(io.BytesIO(answer.content))
    page = opened["名单"]
    assert [cell.value for cell in page[3]][-4:] == list(HEADINGS)
    assert [page.cell(4, column).value for column in (11, 12, 13, 14, 15)] == (
        ["已登记 4", "无<&>", "卢某", "=1+1", None]
    )
    assert page["N4"].data_type == "s"
    assert [page.cell(4, column).quotePrefix for column in (11, 14)] == [False, True]
    assert page["J4"].value == "=1+1"
    assert page.row_dimensions[5].hidden
    assert [str(one) for one in page.merged_cells.ranges] == ["A1:J1"]
    assert opened["说明"]["A1"].value == "请勿改动"
    assert opened["字典"].sheet_state == "hidden"


def test_an_answer_to_an_answer_replaces_it():
    for data in (book(), TEXTS["plain"]):
        _rows, first, _again = answered(data)
        rows, second, (_understood, again) = answered(first.content)
        assert facts(again) == facts(rows)
        labels = [column.label for column in read(second.content)[0].columns if column.is_ours]
        assert labels == list(HEADINGS)


def grouped():
    """A list under two header rows, the last column under a group: as rows of cells."""
    return [
        ["返乡台账", *[""] * 7],
        ["序号", "姓名", "身份证号", "联系电话", "目的地", "", "返乡信息", ""],
        ["", "", "", "", "乡镇（街道）", "村（社区）", "出发地", "返乡时间"],
        ["1", *line().split(",")[:3], "沁口镇", "上河村", "江州市", "2021-02-03"],
    ]


def grouped_workbook():
    page = openpyxl.Workbook().active
    page.title = "名单"
    for cells_ in grouped():
        page.append([cell or None for cell in cells_])
    for merged in ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:H2"):
        page.merge_cells(merged)
    return saved(page)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_our_headings_stand_in_both_header_rows_and_under_no_group(kind):
    text = "\r\n".join(",".join(cells_) for cells_ in grouped())
    data = grouped_workbook() if kind == "xlsx" else text.encode("gb18030")
    rows, answer, (understood, again) = answered(data)
    assert understood.header_rows == (2, 3)
    assert facts(again) == facts(rows)
    assert [column.label for column in understood.columns if column.is_ours] == list(HEADINGS)
    if kind == "xlsx":
        page = openpyxl.load_workbook(io.BytesIO(answer.content))["名单"]
        lines = [[cell.value for cell in row] for row in page.iter_rows()]
        assert len(page.merged_cells.ranges) == 7
    else:
        lines = list(csv_module.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[1][8:] == lines[2][8:] == list(HEADINGS)
    assert lines[3][8] == "已登记 4"
    _rows, second, (twice, _again) = answered(answer.content)
    assert [column.label for column in twice.columns if column.is_ours] == list(HEADINGS)
    assert len(second.content) == pytest.approx(len(answer.content), abs=40)


def test_rows_written_with_prefixes_or_without_numbers_are_extended_too():
    texts = [HEAD.split(","), line().split(","), [*line().split(",")[:-1], "二"]]
    xml = "".join(
        "<x:row spans='1:3'>"
        + "".join(f"<x:c t='inlineStr'><x:is><x:t>{text}</x:t></x:is></x:c>" for text in row)
        + "</x:row>"
        for row in texts
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = (
        f"<x:worksheet xmlns:x='{space}'><x:dimension ref='A1'/>"
        f"<x:sheetData>{xml}</x:sheetData></x:worksheet>"
    )
    data = patched(saved(sheet()), "xl/worksheets/sheet1.xml", part.encode())
    rows, answer, (_understood, again) = answered(data)
    assert facts(again) == facts(rows)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        written = archive.read("xl/worksheets/sheet1.xml").decode()
    assert written.count("已登记") == 2
    assert "spans" not in written
    assert "dimension" not in written


def test_a_chain_is_answered_entry_by_entry():
    data = f"#接龙\n1. {line()}\n2. 石磊".encode()
    answer = annotate(data, {2: Answer("已登记"), 3: Answer("退回", "没有证件号")})
    records = list(csv_module.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert records[0] == ["接龙原文", *HEADINGS]
    assert records[2] == ["石磊", "退回", "没有证件号", "", ""]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_wrong_is_a_table_of_row_column_code_and_sentence(kind):
    _understood, rows = read(csv(line(phone="123"), line(name="")))
    table = problem_table(problem_rows(rows), kind)
    if kind == "csv":
        found = list(csv_module.reader(io.StringIO(table.decode("utf-8-sig"))))
    else:
        page = openpyxl.load_workbook(io.BytesIO(table)).active
        found = [[cell.value for cell in row] for row in page.iter_rows()]
        assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
    assert found[0] == ["行", "列", "代码", "说明"]
    assert ["2", "联系电话", "phone_invalid", "“123”不是手机号（应为 11 位）。"] in found
    assert ["3", "姓名", "name_missing", "没有姓名。"] in found


def test_sentences_come_in_english_too():
    _understood, rows = read(csv(line(name="")))
    assert list(problem_rows(rows, "en")) == [("2", "姓名", "name_missing", "The name is missing.")]
