"""A row of cells to canonical values and problems, field by field and then across fields."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from grid.imports import ids, persons
from grid.imports.choices import Choices
from grid.imports.dates import read_day
from grid.imports.draft import NO_VALUES, Draft, Layout
from grid.imports.lists import Context, Field, ListSpec
from grid.imports.mapping import value_key
from grid.imports.messages import problem
from grid.imports.origins import Origin
from grid.imports.phones import is_mobile
from grid.imports.places import level
from grid.imports.results import Cell, Column, Problem
from grid.imports.text import NOTHING, compact, is_nothing

_MAX_UNKNOWN = 200  # texts counted per field
_SHIFTS = (1, -1, 2, -2)
_VEHICLE_MARKS = str.maketrans("", "", "·.•●・-— ")
Step = Callable[[Draft, Field], None]


class RowCleaner:
    """Cleans rows under one header. `clean` takes the typed cells and their cleaned texts."""

    def __init__(
        self,
        spec: ListSpec,
        columns: tuple[Column, ...],
        context: Context,
        *,
        epoch_1904: bool = False,
        values: Mapping[str, Mapping[str, str]] = NO_VALUES,
    ) -> None:
        self.spec = spec
        self.context = context
        self.layout = Layout(spec, columns, epoch_1904=epoch_1904, settled=values)
        self.unknown: dict[str, dict[str, int]] = {}
        self.empty = dict.fromkeys(_value_keys(spec))
        self.plain_texts = [
            field.key
            for field in spec.fields
            if _is_plain_text(field) and field.key in self.layout.places
        ]
        self.steps = [
            (self._step(field), field)
            for field in sorted(spec.fields, key=lambda field: _ORDER.get(field.kind, 9))
            if _is_read(field, self.layout) and not _is_plain_text(field)
        ]
        self.id_at = self.layout.column_of("id_number")
        self.phone_at = self.layout.column_of("phone")

    def _step(self, field: Field) -> Step:
        """Return what cleans a field; a choice brings its own table of words."""
        if field.kind != "choice":
            return _STEPS[field.kind]
        choices = Choices(field.choices, self.layout.settled.get(field.key))

        def read_choice(draft: Draft, field: Field) -> None:
            text = draft.text(field)
            if text:
                draft.values[field.key] = found = choices.find(text)
                if found is None and not is_nothing(text):
                    draft.add(field.key, "value_unknown", value=text, saved_as=value_key(text))
                    self._count(field.key, value_key(text))

        return read_choice

    def _count(self, key: str, text: str) -> None:
        """Count a text that stands for none of a field's values."""
        counts = self.unknown.setdefault(key, {})
        if text in counts or len(counts) < _MAX_UNKNOWN:
            counts[text] = counts.get(text, 0) + 1

    def clean(
        self, cells: list[Cell], texts: list[str]
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return the canonical values of a row and what there is to say about it."""
        offset = self._shift(texts)
        if offset:
            return dict(self.empty), (problem("", "row_shifted", offset=offset),)
        draft = Draft(self.layout, self.context, cells, self.layout.texts_by_field(texts))
        values = draft.values = dict(self.empty)
        for key in self.plain_texts:
            text = draft.texts[key]
            values[key] = None if text in NOTHING else text
        for step, field in self.steps:
            step(draft, field)
        for check in self.spec.checks:
            check(draft)
        return draft.values, tuple(draft.problems)

    def _shift(self, texts: list[str]) -> int:
        """Return by how many columns a row is shifted: ID number and phone stand beside theirs."""
        at, phone_at, width = self.id_at, self.phone_at, len(texts)
        if at < 0 or phone_at < 0 or at >= width or ids.looks_like_id(texts[at]):
            return 0
        for offset in _SHIFTS:
            number, phone = at + offset, phone_at + offset
            if not (0 <= number < width and 0 <= phone < width):
                continue
            if ids.looks_like_id(texts[number]) and is_mobile(texts[phone]):
                return offset
        return 0


def _value_keys(spec: ListSpec) -> list[str]:
    """Return the keys of a cleaned row: places give codes, a document also a birth date."""
    keys: list[str] = []
    for field in spec.fields:
        keys.extend(_VALUE_KEYS.get(field.kind, (field.key,)))
    return keys


def _is_plain_text(field: Field) -> bool:
    """Say whether a field is merely kept: most columns of a list are."""
    return field.kind in ("text", "remark") and not field.required


def _is_read(field: Field, layout: Layout) -> bool:
    return field.kind in _STEPS and (field.key in layout.places or field.required)


def _text(draft: Draft, field: Field) -> None:
    text = draft.text(field)
    if not is_nothing(text):
        draft.values[field.key] = text
    elif field.required:
        draft.add(field.key, "value_missing")


def _vehicle(draft: Draft, field: Field) -> None:
    """Write a plate, train or flight number in capitals without blanks, dots and dashes."""
    text = draft.text(field)
    if not is_nothing(text):
        draft.values[field.key] = compact(text).upper().translate(_VEHICLE_MARKS) or None


def _day(draft: Draft, field: Field) -> date | None:
    """Understand a date; a missing one is told of only where it is required."""
    found = read_day(
        draft.cell(field),
        draft.text(field),
        as_of=draft.context.as_of,
        epoch_1904=draft.layout.epoch_1904,
    )
    if found.code and (field.required or found.code != "date_missing"):
        example = draft.context.as_of.isoformat()
        draft.add(field.key, found.code, **{"example": example, **found.params})
    return found.day


def _date(draft: Draft, field: Field) -> None:
    draft.values[field.key] = _day(draft, field)


def _window_date(draft: Draft, field: Field) -> None:
    """Understand a date that must lie in the window around the day of the list."""
    before = len(draft.problems)
    day = _day(draft, field)
    first, last = draft.context.first_day, draft.context.last_day
    if day and not first <= day <= last:
        del draft.problems[before:]
        draft.add(field.key, "date_out_of_range", value=day, first=first, last=last)
        return
    draft.values[field.key] = day


def _village(draft: Draft, field: Field) -> None:
    """Find the village below the importer's place, by township and village together."""
    text = draft.text(field)
    home = draft.context.home
    if is_nothing(text) and len(home) == 12:
        draft.values["dest_code"] = home
        return
    town = draft.text_of("county") + draft.text_of("township")
    settled = draft.settled(field, town, text)
    if settled in draft.context.places.villages:
        draft.values["dest_code"] = settled
        return
    found = draft.context.places.destination(town, text)
    draft.values["dest_code"] = found.code
    if found.problem:
        draft.add(field.key, found.problem, **found.params, saved_as=value_key(town, text))


def _origin(draft: Draft, field: Field) -> None:
    """Find the region a person comes from; the text is kept beside the code."""
    text = draft.text(field)
    settled = draft.settled(field, text)
    if settled in draft.context.places.regions:
        found = Origin(settled, level(settled))
    else:
        found = draft.context.places.origin(text)
    draft.values.update(
        {
            field.key: None if is_nothing(text) else text,
            f"{field.key}_code": found.code,
            f"{field.key}_level": found.level,
        }
    )
    if found.problem and (field.required or found.problem != "origin_missing"):
        draft.add(field.key, found.problem, **found.params, saved_as=value_key(text))


_STEPS: dict[str, Step] = {
    "name": persons.read_person_name,
    "id_number": persons.read_document,
    "phone": persons.read_own_phone,
    "contact_phone": persons.read_contact_phone,
    "sex": persons.read_sex,
    "text": _text,
    "remark": _text,
    "vehicle": _vehicle,
    "choice": _text,  # replaced by a step with the field's own words
    "date": _date,
    "window_date": _window_date,
    "village": _village,
    "origin": _origin,
}
# The name first: it tells of several persons; sex before the document, which overrules it.
_ORDER = {"name": 0, "sex": 1, "id_number": 2, "phone": 3}
_VALUE_KEYS: dict[str, tuple[str, ...]] = {
    "seq": (),
    "county": (),
    "township": (),
    "id_type": ("id_type",),
    "id_number": ("id_type", "id_number", "sex", "birth"),
    "village": ("dest_code",),
    "origin": ("origin", "origin_code", "origin_level"),
}
