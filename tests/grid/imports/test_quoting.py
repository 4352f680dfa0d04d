"""Texts that look like formulas, in the XML of the workbooks that leave the portal."""

import io
import re
import zipfile

import openpyxl
import pytest

from grid.imports.answers import Answer, annotate, problem_table
from grid.imports.cells import FORMULA_STARTS, csv_of, workbook_of

EVIL = [f"{start}1+1" for start in FORMULA_STARTS]


def part(content: bytes, name: str) -> str:
    """Return a part of a workbook as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def quoted_styles(content: bytes) -> set[int]:
    """Return the numbers of the cell formats that mark a text as quoted."""
    (formats,) = re.findall(r"<cellXfs.*?</cellXfs>", part(content, "xl/styles.xml"), re.DOTALL)
    found = re.findall(r"<xf\b[^>]*>", formats)
    (count,) = re.findall(r'<cellXfs[^>]*count="(\d+)"', formats)
    assert int(count) == len(found)
    return {n for n, one in enumerate(found) if 'quotePrefix="1"' in one}


def styles_of_cells(content: bytes, column: str) -> list[int]:
    """Return the style of each cell of a column of the first sheet, as its XML says."""
    sheet = part(content, "xl/worksheets/sheet1.xml")
    cells = re.findall(rf'<c r="{column}\d+"([^>]*)>', sheet)
    return [int(re.findall(r's="(\d+)"', one)[0]) if ' s="' in one else 0 for one in cells]


def test_a_workbook_marks_what_looks_like_a_formula_as_quoted_and_leaves_the_value_alone():
    content = workbook_of("表", ["项"], [["平常"], *([text] for text in EVIL)])

    quoted = quoted_styles(content)
    kept = [style in quoted for style in styles_of_cells(content, "A")]
    assert kept == [False, False, *[True] * len(EVIL)]
    assert "<f>" not in part(content, "xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    # A carriage return is a line break in XML, whoever reads it.
    values = [page.cell(n + 3, 1).value.replace("_x000D_", "\r") for n in range(len(EVIL))]
    assert [v.replace("\r", "\n") for v in values] == [t.replace("\r", "\n") for t in EVIL]


def test_the_table_of_problems_is_safe_in_both_forms():
    rows = [("2", "=HYPERLINK(1)", "value_unknown", "+1")]

    text = problem_table(rows, "csv").decode("utf-8-sig")
    book = problem_table(rows, "xlsx")

    assert "'=HYPERLINK(1)" in text
    assert "'+1" in text
    assert [style in quoted_styles(book) for style in styles_of_cells(book, "B")] == [False, True]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_csv_has_no_cell_that_begins_like_a_formula(start):
    assert csv_of(["甲"], [[f"{start}1"]]).startswith("\ufeff甲\r\n".encode())
    assert f"'{start}1" in csv_of(["甲"], [[f"{start}1"]]).decode("utf-8-sig")


def a_list() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "电话"])
    book.active.append(["林一", "15400000001"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_answer_quotes_its_own_texts_and_keeps_the_styles_there_were():
    content = a_list()
    before = quoted_styles(content)

    found = annotate(content, {2: Answer("=1+1", "平常", "@某")}).content

    assert before == set()
    (style,) = quoted_styles(found)
    assert styles_of_cells(found, "C")[1] == style
    assert styles_of_cells(found, "D")[1] == 0
    page = openpyxl.load_workbook(io.BytesIO(found)).active
    assert [page.cell(2, n).value for n in (3, 4, 5)] == ["=1+1", "平常", "@某"]
    assert [page.cell(2, n).data_type for n in (3, 4, 5)] == ["s", "s", "s"]


def test_a_workbook_without_styles_gets_apostrophes():
    old = a_list()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(old)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/_rels/workbook.xml.rels":
                text = re.sub(rb"<Relationship [^>]*relationships/styles[^>]*/>", b"", text)
            if name != "xl/styles.xml":
                target.writestr(name, text)

    found = annotate(out.getvalue(), {2: Answer("=1+1")}).content

    assert "'=1+1" in part(found, "xl/worksheets/sheet1.xml")
