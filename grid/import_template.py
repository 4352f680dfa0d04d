"""The template of a list for a place: its own villages to choose from, an example, a note."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import override

from grid.batches.kinds import ListKind
from grid.imports.choices import SEX
from grid.imports.ids import DOCUMENT_TYPES
from grid.imports.lists import Field
from grid.imports.places import PlaceIndex
from grid.imports.template import build_template, village_labels
from grid.models import Place

# What the example row says, by kind of field; the numbers are nobody's, and cannot be.
_EXAMPLES = {
    "name": "张三",
    "id_number": "1101011990XXXXXXXX",
    "phone": "138XXXXXXXX",
    "contact_phone": "138XXXXXXXX",
    "origin": "广东省深圳市",
    "vehicle": "G1234",
    "sex": SEX["M"][0],
    "id_type": DOCUMENT_TYPES["id_card"][0],
}
_NOTE = (
    "{title}（{place}）：带 * 的列必填，带下拉的列请从下拉中选择，日期写成 {day} 的样子。"
    "第 3 行是示例，导入时自动跳过，请从第 4 行起填写；不要改动表头。"
)


def template_for(kind: ListKind, place: Place, *, day: date) -> bytes:
    """Return the workbook that people of a place fill in for a list; `day` stands in the example.

    It is in Chinese whoever asks for it: those who fill it in do not choose the language.
    """
    places = kind.context(place.code, day).places
    villages = village_labels(places, place.code)
    fields = kind.template_fields
    with override("zh-hans"):
        note = _NOTE.format(title=kind.title, place=place.name, day=day.isoformat())
    return build_template(
        kind.spec,
        villages=villages,
        fields=fields,
        example=_example(kind.spec.fields, villages, places, place.code, day),
        note=note,
    )


def _example(
    fields: Sequence[Field], villages: Sequence[str], places: PlaceIndex, home: str, day: date
) -> Mapping[str, str]:
    """Return what the example row says in each column; free texts stay empty."""
    around = {
        "village": villages[0] if villages else "",
        "township": places.bare_name(home[:9]) if len(home) > 6 else "",
        "county": places.regions.get(home[:6], ""),
        "date": day.isoformat(),
        "window_date": day.isoformat(),
    }
    told = _EXAMPLES | around
    return {
        field.key: next(iter(field.choices.values()))[0]
        if field.choices
        else told.get(field.kind, "")
        for field in fields
    }
