"""A row of cells to canonical values and problems, field by field and then across fields."""

from collections.abc import Callable
from datetime import date
from typing import Any

from grid.imports import ids, names
from grid.imports.choices import SEX, Choices
from grid.imports.dates import read_day
from grid.imports.lists import Context, Field, ListSpec
from grid.imports.messages import problem
from grid.imports.phones import is_mobile, read_phone
from grid.imports.results import Cell, Column, Problem
from grid.imports.text import clean, compact, is_nothing

_MAX_SHIFT = 2
_SEX = Choices(SEX)


class Draft:
    """A row in the making: what stands in it by field key, and what has been made of it."""

    __slots__ = ("cells", "cleaner", "context", "problems", "raw", "texts", "values")

    def __init__(self, cleaner: "RowCleaner") -> None:
        self.cleaner = cleaner
        self.context: Context = cleaner.context
        self.cells: dict[str, Cell] = {}
        self.raw: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.values: dict[str, Any] = dict(cleaner.empty)
        self.problems: list[Problem] = []

    def add(self, key: str, code: str, **params: Any) -> None:
        """Add a problem about a field, under the heading it has in the file."""
        label = self.cleaner.labels.get(key, "")
        self.problems.append(problem(label, code, **params))

    def text_of(self, kind: str) -> str:
        """Return the text of the first field of a kind, or nothing."""
        return next((self.texts.get(key, "") for key in self.cleaner.keys_of(kind)), "")


class RowCleaner:
    """Cleans rows under one header. `clean` takes the typed cells and their cleaned texts."""

    def __init__(
        self,
        spec: ListSpec,
        columns: tuple[Column, ...],
        context: Context,
        *,
        epoch_1904: bool = False,
    ) -> None:
        self.spec = spec
        self.context = context
        self.epoch_1904 = epoch_1904
        self.fields = spec.by_key()
        self.places: dict[str, list[int]] = {}
        self.labels: dict[str, str] = {}
        for column in columns:
            if column.field:
                self.places.setdefault(column.field, []).append(column.index)
                self.labels.setdefault(column.field, column.label)
        self.single = [(key, at[0]) for key, at in self.places.items() if len(at) == 1]
        self.joined = [(key, at) for key, at in self.places.items() if len(at) > 1]
        self.choices = {f.key: Choices(f.choices) for f in spec.fields if f.kind == "choice"}
        self.empty = dict.fromkeys(self._value_keys())
        self.steps = [
            (field, _CLEANERS[field.kind])
            for field in sorted(spec.fields, key=lambda field: _ORDER.get(field.kind, 9))
            if field.kind in _CLEANERS and (field.key in self.places or field.required)
        ]
        self.id_at, self.phone_at = self._at("id_number"), self._at("phone")

    def _value_keys(self) -> list[str]:
        """Return the keys of a cleaned row: places give a code, an ID number also a birth date."""
        keys: list[str] = []
        for field in self.spec.fields:
            keys.extend(_VALUE_KEYS.get(field.kind, (field.key,)))
        return keys

    def keys_of(self, kind: str) -> list[str]:
        """Return the keys of the fields of a kind."""
        return [field.key for field in self.spec.fields if field.kind == kind]

    def _at(self, kind: str) -> int:
        """Return the column of the first field of a kind, or -1."""
        return next((self.places[k][0] for k in self.keys_of(kind) if k in self.places), -1)

    def clean(
        self, cells: list[Cell], texts: list[str]
    ) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Return the canonical values of a row and what there is to say about it."""
        draft = Draft(self)
        offset = self._shift(texts)
        if offset:
            draft.problems.append(problem("", "row_shifted", offset=offset))
            return draft.values, tuple(draft.problems)
        self._pick(draft, cells, texts)
        for field, step in self.steps:
            step(draft, field)
        for check in self.spec.checks:
            check(draft)
        return draft.values, tuple(draft.problems)

    def _pick(self, draft: Draft, cells: list[Cell], texts: list[str]) -> None:
        """Lay the cells of a row out by field; several columns of one field are joined."""
        width = len(texts)
        for key, place in self.single:
            if place < width:
                cell = cells[place]
                draft.cells[key] = cell
                draft.texts[key] = texts[place]
                draft.raw[key] = cell if isinstance(cell, str) else texts[place]
        for key, places in self.joined:
            parts = [texts[place] for place in places if place < width]
            whole = "".join(part for part in parts if not is_nothing(part))
            draft.cells[key] = draft.texts[key] = draft.raw[key] = whole

    def _shift(self, texts: list[str]) -> int:
        """Return by how many columns a row is shifted: ID number and phone stand beside theirs."""
        at, phone_at, width = self.id_at, self.phone_at, len(texts)
        if at < 0 or phone_at < 0 or at >= width or ids.looks_like_id(texts[at]):
            return 0
        for offset in (1, -1, 2, -2)[: 2 * _MAX_SHIFT]:
            number, phone = at + offset, phone_at + offset
            if not (0 <= number < width and 0 <= phone < width):
                continue
            if ids.looks_like_id(texts[number]) and is_mobile(texts[phone]):
                return offset
        return 0


def _name(draft: Draft, field: Field) -> None:
    if names.names_several(draft.raw.get(field.key, "")) or _ids_shared(draft):
        draft.add(field.key, "multi_person_cell")
        return
    found = names.read_name(draft.texts.get(field.key, ""))
    draft.values[field.key] = found.name
    if found.code:
        draft.add(field.key, found.code, **found.params)


def _ids_shared(draft: Draft) -> bool:
    return any(
        ids.how_many(draft.raw.get(key, "")) > 1 for key in draft.cleaner.keys_of("id_number")
    )


def _id_number(draft: Draft, field: Field) -> None:
    """Understand the document; its kind, sex and birth date come with it."""
    draft.values.update(id_type="id_card", sex=_SEX.find(draft.text_of("sex")))
    if any(found.code == "multi_person_cell" for found in draft.problems):
        return
    text = draft.texts.get(field.key, "")
    phone = draft.text_of("phone")
    if is_mobile(text) and ids.looks_like_id(phone):
        draft.add(field.key, "id_phone_swapped")
        return
    stated = _stated_type(draft)
    if is_nothing(text) and _is_child(draft):
        draft.values["id_type"] = None
        draft.add(field.key, "id_missing_child")
        return
    cell = draft.cells.get(field.key, "")
    found = ids.read_id(cell, text, stated=stated, as_of=draft.context.as_of)
    draft.values.update({"id_type": found.id_type, field.key: found.number, "birth": found.birth})
    if found.code:
        draft.add(field.key, found.code, **found.params)
    if found.sex:
        if draft.values["sex"] not in (None, found.sex):
            draft.add(next(iter(draft.cleaner.keys_of("sex")), ""), "sex_id_mismatch")
        draft.values["sex"] = found.sex


def _stated_type(draft: Draft) -> str | None:
    """Return the kind of document the list names; an unknown one is told of."""
    text = draft.text_of("id_type")
    if is_nothing(text):
        return None
    stated = ids.document_type(text)
    if stated is None:
        draft.add(draft.cleaner.keys_of("id_type")[0], "id_type_unknown", value=text)
    return stated


def _is_child(draft: Draft) -> bool:
    return names.speaks_of_a_child(
        draft.text_of("remark"), draft.text_of("name"), draft.text_of("id_type")
    )


def _sex(draft: Draft, field: Field) -> None:
    text = draft.texts.get(field.key, "")
    draft.values[field.key] = found = _SEX.find(text)
    if found is None and not is_nothing(text):
        draft.add(field.key, "value_unknown", value=text)


def _phone(draft: Draft, field: Field) -> None:
    if any(found.code == "id_phone_swapped" for found in draft.problems):
        return
    found = read_phone(draft.raw.get(field.key, ""))
    draft.values[field.key] = found.number
    if found.code:
        draft.add(field.key, found.code, **found.params)


def _contact_phone(draft: Draft, field: Field) -> None:
    """Keep somebody else's number: in its canonical form where it has one, else as written."""
    text = draft.texts.get(field.key, "")
    if not is_nothing(text):
        draft.values[field.key] = read_phone(text).number or text


def _text(draft: Draft, field: Field) -> None:
    text = draft.texts.get(field.key, "")
    draft.values[field.key] = None if is_nothing(text) else text
    if field.required and is_nothing(text):
        draft.add(field.key, "value_missing")


def _vehicle(draft: Draft, field: Field) -> None:
    """Write a plate, train or flight number in capitals without blanks, dots and dashes."""
    number = compact(draft.texts.get(field.key, "")).upper()
    if not is_nothing(number):
        draft.values[field.key] = number.translate(_VEHICLE_MARKS)


_VEHICLE_MARKS = str.maketrans("", "", "·.•●・-— ")


def _choice(draft: Draft, field: Field) -> None:
    text = draft.texts.get(field.key, "")
    if not text:
        return
    draft.values[field.key] = found = draft.cleaner.choices[field.key].find(text)
    if found is None and not is_nothing(text):
        draft.add(field.key, "value_unknown", value=text)


def _day(draft: Draft, field: Field) -> date | None:
    """Understand a date; its warnings belong to required dates only."""
    found = read_day(
        draft.cells.get(field.key, ""),
        draft.texts.get(field.key, ""),
        as_of=draft.context.as_of,
        epoch_1904=draft.cleaner.epoch_1904,
    )
    quiet = found.code == "date_missing" and not field.required
    if found.code and not quiet:
        example = draft.context.as_of.isoformat()
        draft.add(field.key, found.code, **{"example": example, **found.params})
    return found.day


def _date(draft: Draft, field: Field) -> None:
    draft.values[field.key] = _day(draft, field)


def _window_date(draft: Draft, field: Field) -> None:
    """Understand a date that must lie in the window around the day of the list."""
    day = _day(draft, field)
    first, last = draft.context.first_day, draft.context.last_day
    if day and not first <= day <= last:
        draft.problems = [p for p in draft.problems if not p.code.startswith("date_")]
        draft.add(field.key, "date_out_of_range", value=day, first=first, last=last)
        return
    draft.values[field.key] = day


def _village(draft: Draft, field: Field) -> None:
    """Find the village below the importer's place, by township and village together."""
    text = draft.texts.get(field.key, "")
    home = draft.context.home
    if is_nothing(text) and len(home) == 12:
        draft.values["dest_code"] = home
        return
    town = draft.text_of("county") + draft.text_of("township")
    found = draft.context.places.destination(town, text)
    draft.values["dest_code"] = found.code
    if found.problem:
        draft.add(field.key, found.problem, **found.params)


def _origin(draft: Draft, field: Field) -> None:
    found = draft.context.places.origin(draft.texts.get(field.key, ""))
    draft.values.update(
        origin_code=found.code, origin_level=found.level, origin=draft.texts.get(field.key) or None
    )
    if found.problem and (field.required or found.problem != "origin_missing"):
        draft.add(field.key, found.problem, **found.params)


_CLEANERS: dict[str, Callable[[Draft, Field], None]] = {
    "name": _name,
    "id_number": _id_number,
    "phone": _phone,
    "contact_phone": _contact_phone,
    "text": _text,
    "remark": _text,
    "sex": _sex,
    "vehicle": _vehicle,
    "choice": _choice,
    "date": _date,
    "window_date": _window_date,
    "village": _village,
    "origin": _origin,
}
# Sex before the ID number, which overrules it; the name first: it tells of several persons.
_ORDER = {"name": 0, "sex": 1, "id_number": 2, "phone": 3}
_VALUE_KEYS: dict[str, tuple[str, ...]] = {
    "seq": (),
    "county": (),
    "township": (),
    "id_type": ("id_type",),
    "id_number": ("id_number", "birth"),
    "village": ("dest_code",),
    "origin": ("origin", "origin_code", "origin_level"),
}
__all__ = ["Draft", "RowCleaner", "clean"]
