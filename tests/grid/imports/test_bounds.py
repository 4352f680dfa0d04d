"""Whatever a file claims, reading it stays small: refused with one sentence before it hurts."""

import io
import resource
import zipfile

import pytest

from grid.imports.reading import read as read_tables
from grid.imports.results import UnreadableFileError
from tests.grid.imports.test_workbook import cells, patched, saved, sheet
from tests.grid.imports.world import HEADINGS, csv, line, read

PART = "xl/worksheets/sheet1.xml"
FIRST = b'<row r="1"><c r="A1"><v>1</v></c></row>'
MOST = 150 << 10  # kB the peak may rise while a file of this module is read


def refusal(data: bytes) -> str:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFileError) as caught:
        sum(1 for table in read_tables(data) for _row in table.rows)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("," * (8 << 20), "line_too_long"),
        (("," * 20_000 + "\n") * 50, "line_too_long"),
        ("x" * (8 << 20), "line_too_long"),
        ('"\n",' * 500_000, "quotes_unbalanced"),
        ('"' + "x\n" * 500_000, "quotes_unbalanced"),
    ],
)
def test_a_record_without_end_is_refused(text, code):
    assert refusal(f"{HEADINGS}\n{text}".encode()) == code


def test_rows_are_named_by_their_number():
    with pytest.raises(UnreadableFileError) as caught:
        read(csv(line(), "," * 20_000))
    assert caught.value.problem.params["row"] == 3


def worksheet(rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )


@pytest.mark.parametrize(
    "rows",
    [
        # far corners, in every way a reference may be written or left out
        FIRST + b'<row r="900000"><c r="ZZ900000"><v>1</v></c></row>',
        FIRST + b"<row r='900000'><c r='zz900000'><v>1</v></c></row>",
        FIRST + b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>',
        b'<row r="1"><c r="ZZ1"><v>1</v></c><c r="A1"><v>1</v></c></row>'
        b'<row r="900000"><c r="A900000"><v>1</v></c></row>',
        b'<row r="1">' + b"<c><v>1</v></c>" * 60 + b'</row><row r="900000"><c><v>1</v></c></row>',
    ],
)
def test_cells_scattered_over_a_huge_rectangle_are_refused(rows):
    data = patched(saved(sheet(rows=[cells()])), PART, worksheet(rows))
    assert refusal(data) in ("sheet_too_wide", "workbook_damaged")


def test_a_million_formatted_rows_below_the_list_cost_little():
    data = saved(sheet(rows=[cells()]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(PART)
    blank = b"".join(
        b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(3, 90_000)
    )
    understood, rows = read(
        patched(data, PART, xml.replace(b"</sheetData>", blank + b"</sheetData>"))
    )
    assert [row.kind for row in rows] == ["header", "data"]
    assert understood.problems == ()


def test_a_filter_over_blank_rows_hides_nobody():
    page = sheet(rows=[cells(), cells()])
    for number in (3, 4, 5, 6):
        page.row_dimensions[number].hidden = True
    understood, _rows = read(saved(page))
    assert [p.params["rows"] for p in understood.problems] == [1]


def test_parts_of_one_name_are_refused():
    data = saved(sheet(rows=[cells()]))
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(PART, worksheet(b""))
    assert refusal(stream.getvalue()) == "workbook_damaged"


def test_prefixed_and_unnumbered_rows_are_seen_as_well():
    cell = "<c t='inlineStr'><is><t>{}</t></is></c>"
    shown, hidden = f"<row>{cell}</row>", f"<row hidden='1'>{cell}</row>"
    rows = shown.format("姓名") + hidden.format("15400000001") + shown.format("x")
    xml = worksheet(rows.encode())
    (table,) = read_tables(patched(saved(sheet()), PART, xml))
    assert table.hidden_rows == {2}
    assert table.filled == 3
