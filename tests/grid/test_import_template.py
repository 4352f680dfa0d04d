"""The template of every list: filled in as it asks, it is read without a question."""

import io
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from grid.batches.kinds import ListKind
from grid.batches.registry import all_kinds, kind_of
from grid.choices import Level
from grid.days import today
from grid.import_template import template_for
from grid.imports.results import Row, Understood
from grid.imports.understanding import understand
from grid.models import Place
from tests.cast import COUNTY, SECOND, TOWN, VILLAGE, World
from tests.factories.returnees import id_number

pytestmark = pytest.mark.django_db
FIRST_ROW = 4
DOORS = ("room", "address")  # a household is named by one of them
TEXTS = {
    "seq": "1",
    "name": "林小田",
    "phone": "15400020002",
    "contact_phone": "15400020003",
    "origin": "海岳省临沧湾市望潮区",
    "vehicle": "G1234",
    "county": "青禾县",
    "township": "河口镇",
    "id_type": "居民身份证",
}


def sheet_of(data: bytes) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return book, book.worksheets[0]


def offered(sheet: Worksheet, book: openpyxl.Workbook, column: str) -> list[str]:
    """Return what the drop-down of a column offers."""
    for rule in sheet.data_validations.dataValidation:
        if str(rule.sqref).startswith(f"{column}3:"):
            return [cell.value for cell in book["字典"][column] if cell.value]
    return []


def filled(kind: ListKind, data: bytes) -> bytes:
    """Fill one row in: the first of every drop-down, else what the kind of field takes."""
    book, sheet = sheet_of(data)
    fields = {field.headings[0]: field for field in kind.spec.fields}
    for cell in sheet[2]:
        field = fields[str(cell.value).strip("*")]
        text = next(iter(offered(sheet, book, cell.column_letter)), "") or TEXTS.get(field.kind, "")
        if field.kind == "id_number":
            text = id_number(7)
        elif field.kind in ("date", "window_date"):
            text = today().isoformat()
        elif field.kind == "sex":
            text = "男" if int(id_number(7)[16]) % 2 else "女"
        elif field.required or field.key in DOORS:
            text = text or "3"
        target = sheet.cell(FIRST_ROW, cell.column, text or None)
        target.number_format = "@"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(kind: ListKind, data: bytes, place: str) -> tuple[Understood, list[Row]]:
    understood = understand(data, kind.spec, kind.context(place, today()))
    return understood, list(understood.rows)


def lists() -> list[str]:
    return [kind.name for kind in all_kinds()]


@pytest.mark.parametrize("name", lists())
def test_a_filled_template_of_every_list_is_read_without_a_question(
    world: World, name: str
) -> None:
    kind = kind_of(name)
    place = next(code for code in (TOWN, VILLAGE, COUNTY) if Place.level_of(code) in kind.levels)
    template = template_for(kind, Place.objects.get(pk=place), day=today())

    understood, rows = read(kind, filled(kind, template), place)

    assert [row.kind for row in rows] == ["title", "header", "example", "data"]
    assert understood.questions == ()
    assert [(p.column, p.code) for p in rows[3].problems if p.severity != "note"] == []
    assert rows[3].verdict == "ok"
    assert {column.field for column in understood.columns} >= {
        field.key for field in kind.spec.fields if field.required
    }


def test_the_villages_offered_are_those_of_the_place(world: World) -> None:
    kind = kind_of("returnees")

    def villages(place: str) -> list[str]:
        data = template_for(kind, Place.objects.get(pk=place), day=today())
        book, sheet = sheet_of(data)
        column = next(c.column_letter for c in sheet[2] if c.value == "*目的地社区村")
        return offered(sheet, book, column)

    assert villages(VILLAGE) == ["东关村"]
    assert villages(TOWN) == ["东关村", "西关村"]
    assert villages(COUNTY) == ["东关村", "西关村", "前坡村"]


def test_the_note_says_whose_template_it_is_and_every_cell_is_text(world: World) -> None:
    data = template_for(kind_of("returnees"), Place.objects.get(pk=SECOND), day=today())
    book, sheet = sheet_of(data)

    note = str(sheet["A1"].value)
    assert "西关村" in note
    assert "必填" in note
    assert {cell.number_format for cell in sheet[3]} == {"@"}
    assert all(cell.value is None or isinstance(cell.value, str) for cell in sheet[3])
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert book["字典"].sheet_state == "hidden"


def test_an_unfilled_template_holds_nobody(world: World) -> None:
    kind = kind_of("returnees")
    data = template_for(kind, Place.objects.get(pk=TOWN), day=today())

    _understood, rows = read(kind, data, TOWN)

    assert [row.kind for row in rows] == ["title", "header", "example"]


def test_every_list_can_be_given_for_a_place_that_exists(world: World) -> None:
    assert all(set(kind.levels) <= set(Level) and kind.levels for kind in all_kinds())


def test_a_template_is_chinese_whoever_asks(world: World, settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    data = template_for(kind_of("returnees"), Place.objects.get(pk=TOWN), day=today())

    assert "请从第 4 行起填写" in str(sheet_of(data)[1]["A1"].value)
