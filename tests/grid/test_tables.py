"""Tables that leave the portal: text stays text, numbers stay numbers, no formula runs."""

import io
from datetime import date

import openpyxl

from grid.tables import Table, csv_of, xlsx_of


def table(*values):
    return Table("表", ["甲"], [[value] for value in values])


def column(content: bytes):
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    return [page.cell(n, 1) for n in range(2, page.max_row + 1)]


def test_both_forms_of_a_table_are_safe_and_the_workbook_keeps_the_value():
    rows = table('=HYPERLINK("http://x")', "-12", "平常", -12)

    cells = column(xlsx_of(rows))
    text = csv_of(rows).decode("utf-8-sig")

    assert [cell.value for cell in cells] == ['=HYPERLINK("http://x")', "-12", "平常", -12]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n"]
    assert [cell.quotePrefix for cell in cells] == [True, True, False, False]
    assert text.splitlines()[1:] == ['"\'=HYPERLINK(""http://x"")"', "'-12", "平常", "-12"]


def test_long_numbers_are_not_rounded_and_days_are_written_as_people_read_them():
    rows = table("419999199001019923", 419999199001019923, date(2021, 2, 8), None)

    cells = column(xlsx_of(rows))
    text = csv_of(rows).decode("utf-8-sig").splitlines()[1:]

    assert [cell.value for cell in cells][:3] == ["419999199001019923"] * 2 + ["2021-02-08"]
    assert text == ["419999199001019923\t", "419999199001019923\t", "2021-02-08", '""']


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8():
    assert csv_of(table("甲")).startswith(b"\xef\xbb\xbf")
