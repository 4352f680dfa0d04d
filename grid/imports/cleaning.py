"""A row of cells to canonical values and problems, field by field and then across fields."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from grid.imports import persons
from grid.imports.choices import Choices
from grid.imports.dates import read_day
from grid.imports.draft import NO_VALUES, Draft, Layout
from grid.imports.lists import Context, Field, ListSpec
from grid.imports.mapping import value_key
from grid.imports.messages import problem
from grid.imports.origins import Origin
from grid.imports.places import level
from grid.imports.results import Cell, Column, Problem
from grid.imports.shifting import Shift
from grid.imports.text import NOTHING, compact, is_nothing

MAX_UNKNOWN = 200  # texts counted per field
_MAX_LEARNED = 20_000  # texts kept per field
_LEARNED = frozenset(("choice", "date", "window_date", "village", "origin"))
_VEHICLE_MARKS = str.maketrans("", "", "·.•●・-— ")
_PLAIN_VEHICLE = re.compile("[\u4e00-\u9fffA-Z0-9]+")
Step = Callable[[Draft, Field], None]


class _Learned:
    """A field whose meaning follows from its texts alone: what they mean is found out once.

    `places` are the columns that decide; `place` is the only one, or -1.
    """

    __slots__ = ("field", "known", "place", "places", "step")

    def __init__(self, step: Step, field: Field, places: tuple[int, ...]) -> None:
        self.step = step
        self.field = field
        self.places = places
        self.place = places[0] if len(places) == 1 else -1
        self.known: dict[Any, tuple[dict[str, Any], list[Problem]]] = {}

    def find_out(self, texts: Any, draft: Draft) -> tuple[dict[str, Any], list[Problem]]:
        """Return, and keep, the values of the field and the problems that its texts make."""
        if len(self.known) >= _MAX_LEARNED:
            self.known.clear()
        scratch = Draft(draft.layout, draft.context, draft.cells, draft.row)
        self.step(scratch, self.field)
        self.known[texts] = found = scratch.values, scratch.problems
        return found


class RowCleaner:
    """Cleans rows under one header. `clean` takes the typed cells and their cleaned texts.

    `unknown` counts by field the texts that stand for none of its values; it grows with the rows.
    """

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
        self.layout = layout = Layout(spec, columns, epoch_1904=epoch_1904, settled=values)
        self.unknown: dict[str, dict[str, int]] = {}
        self.empty = dict.fromkeys(_value_keys(spec))
        plain = [field.key for field in spec.fields if _is_plain_text(field)]
        self.plain = [(key, layout.first[key]) for key in plain if key in layout.single]
        self.joined = [key for key in plain if key in layout.joined]
        read = [
            field
            for field in sorted(spec.fields, key=lambda field: _ORDER.get(field.kind, 9))
            if _is_read(field, layout) and not _is_plain_text(field)
        ]
        self.steps = [(self._step(field), field) for field in read if not self._decides(field)]
        self.learned = [
            _Learned(self._step(field), field, places)
            for field in read
            if (places := self._decides(field))
        ]
        self.shift = Shift(layout)

    def _decides(self, field: Field) -> tuple[int, ...]:
        """Return the columns whose texts alone decide what a field means, or none."""
        if field.kind not in _LEARNED:
            return ()
        keys = [field.key]
        if field.kind == "village":
            keys += [
                key for kind in ("county", "township") for key in self.layout.keys_of.get(kind, ())
            ]
        return tuple(place for key in keys for place in self.layout.places.get(key, ()))

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

        return read_choice

    def clean(
        self, cells: list[Cell], texts: list[str]
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return the canonical values of a row and what there is to say about it."""
        cells, texts = self.layout.widened(cells), self.layout.widened(texts)
        offset = self.shift.offset(texts)
        if offset:
            return dict(self.empty), (problem("", "row_shifted", offset=offset),)
        draft = Draft(self.layout, self.context, cells, texts)
        values = draft.values = dict(self.empty)
        for key, place in self.plain:
            text = texts[place]
            values[key] = None if text in NOTHING else text
        for key in self.joined:
            values[key] = draft.text_at(key) or None
        for step, field in self.steps:
            step(draft, field)
        self._lay_down(draft, values)
        for check in self.spec.checks:
            check(draft)
        return values, tuple(draft.problems)

    def _lay_down(self, draft: Draft, values: dict[str, Any]) -> None:
        """Give the row what the texts of its fields are known to mean."""
        row = draft.row
        for one in self.learned:
            texts = row[one.place] if one.place >= 0 else tuple([row[at] for at in one.places])
            found = one.known.get(texts) or one.find_out(texts, draft)
            values.update(found[0])
            if found[1]:
                draft.problems += found[1]
                self._count(one.field, found[1])

    def _count(self, field: Field, told: list[Problem]) -> None:
        """Count a text that stands for none of a field's values."""
        for found in told:
            if found.code == "value_unknown":
                counts = self.unknown.setdefault(field.key, {})
                text = found.params["saved_as"]
                if text in counts or len(counts) < MAX_UNKNOWN:
                    counts[text] = counts.get(text, 0) + 1


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
    if text not in NOTHING:
        if _PLAIN_VEHICLE.fullmatch(text) is None:
            text = compact(text).upper().translate(_VEHICLE_MARKS)
        draft.values[field.key] = text or None


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
    if is_nothing(text) and (len(home) == 12 or not field.required):
        draft.values["dest_code"] = home if len(home) == 12 else None
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
