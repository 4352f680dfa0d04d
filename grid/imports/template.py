"""The workbook people fill in: text cells, drop-downs for what is chosen, an example, a note.

What is read back from a filled template is exactly what was chosen and typed.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from grid.imports.cells import plain
from grid.imports.choices import SEX
from grid.imports.ids import DOCUMENT_TYPES
from grid.imports.lists import Field, ListSpec
from grid.imports.place_names import town_forms, village_forms
from grid.imports.places import PlaceIndex

LAST_ROW = 5000  # down to which the drop-downs reach
_LISTS = "字典"
_EXAMPLE = "例"
_EXAMPLE_TAIL = "示例"  # in the last column of a list without a number
_NOTE_ROW, _HEAD_ROW, _EXAMPLE_ROW = 1, 2, 3
_SHOWN = {"sex": SEX, "id_type": DOCUMENT_TYPES}


def village_labels(places: PlaceIndex, home: str = "") -> list[str]:
    """Return a name for every village below a place that is read back as that village alone.

    The shortest that does: 上河村 where it is the only one, else 柳湾镇上河村, else as registered.
    """
    labels = []
    for code in sorted(places.villages):
        if not code.startswith(home):
            continue
        official = places.bare_name(code)
        short = _short(official)
        town = town_forms(places.bare_name(code[:9]))[0]
        wanted = (short, town + short, official, town + official, places.describe([code]))
        label = next((name for name in wanted if places.destination("", name).code == code), "")
        labels.append(label or wanted[-1])
    return labels


def _short(official: str) -> str:
    """Return the name people use of a village: 上河村民委员会 -> 上河村."""
    _whole, base, _stem = village_forms(official)
    if official == base or base.endswith(("村", "社区")):
        return base
    return base + ("社区" if "居民委" in official else "村")


def build_template(
    spec: ListSpec,
    *,
    villages: Sequence[str] = (),
    fields: Sequence[str] = (),
    example: Mapping[str, str] | None = None,
    note: str = "",
    title: str = "",
) -> bytes:
    """Return an XLSX template for a list.

    `fields` names the columns wanted, in order (default: all of the list); required ones always
    come. `villages` are offered where a village is asked for (see `village_labels`), `example`
    gives the texts of the example row by field, `note` stands above the headings.
    """
    columns = _columns(spec, fields)
    example = dict(example or {})
    if not any(field.kind == "seq" for field in columns):
        example[columns[-1].key] = _EXAMPLE_TAIL
    book = Workbook()
    sheet = book.active
    sheet.title = plain(title or "名单")[:31]
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    _write_note(sheet, note, len(columns))
    for place, field in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 20 if field.kind == "id_number" else 14
        sheet.column_dimensions[letter].number_format = "@"
        _write_head(sheet, place, field)
        text = _EXAMPLE if field.kind == "seq" else example.get(field.key, "")
        _write_text(sheet, _EXAMPLE_ROW, place, text)
        options = _options(field, villages)
        if options:
            _offer(sheet, lists, place, options, strict=field.kind in ("village", "sex"))
    sheet.freeze_panes = f"A{_EXAMPLE_ROW}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _columns(spec: ListSpec, wanted: Sequence[str]) -> list[Field]:
    """Return the fields of the template: the number first, so that the example row is known."""
    chosen = [field for field in spec.fields if not wanted or field.key in wanted or field.required]
    if wanted:
        order = {key: place for place, key in enumerate(wanted)}
        chosen.sort(key=lambda field: order.get(field.key, len(order)))
    number = [field for field in spec.fields if field.kind == "seq"]
    return number + [field for field in chosen if field.kind != "seq"]


def _write_text(sheet: Any, row: int, column: int, text: str) -> Any:
    """Write a cell as text: what looks like a formula or a number stays what was typed."""
    cell = sheet.cell(row, column)
    cell.value = plain(text)
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _write_note(sheet: Any, note: str, width: int) -> None:
    text = (
        note or f"带 * 的列必填；第 {_EXAMPLE_ROW} 行是示例，请从第 {_EXAMPLE_ROW + 1} 行起填写。"
    )
    cell = _write_text(sheet, _NOTE_ROW, 1, text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[_NOTE_ROW].height = 32
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(width, 1))


def _write_head(sheet: Any, place: int, field: Field) -> None:
    heading = field.headings[0]
    cell = _write_text(sheet, _HEAD_ROW, place, f"*{heading}" if field.required else heading)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="FFE7EEF7")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _options(field: Field, villages: Sequence[str]) -> list[str]:
    """Return what a drop-down offers for a field: the first word for each of its values."""
    if field.kind == "village":
        return list(villages)
    choices = field.choices or _SHOWN.get(field.kind, {})
    return [words[0] for words in choices.values()]


def _offer(sheet: Any, lists: Any, place: int, options: Sequence[str], *, strict: bool) -> None:
    """Give a column a drop-down fed by a column of the hidden sheet."""
    for row, option in enumerate(options, start=1):
        _write_text(lists, row, place, option)
    letter = get_column_letter(place)
    rule = DataValidation(
        type="list",
        formula1=f"'{_LISTS}'!${letter}$1:${letter}${len(options)}",
        allow_blank=True,
        showErrorMessage=strict,
        errorTitle="请从下拉中选择",
        error="请从下拉列表中选择。",
    )
    rule.add(f"{letter}{_EXAMPLE_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)
