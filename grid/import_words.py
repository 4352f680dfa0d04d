"""What fields, values and problems of a list are called on the pages, in the reader's language.

A declaration names its fields by the headings of the field, which are Chinese: those are the names
for Chinese readers. For others a table names them (grid.import_labels).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from grid.identity import mask_id, mask_phone
from grid.import_labels import ENGLISH, SHORT
from grid.imports.choices import SEX
from grid.imports.ids import DOCUMENT_TYPES
from grid.imports.lists import Field, ListSpec
from grid.imports.messages import MESSAGES

# Values that no column gives by itself.
OWN_NAMES = {
    "birth": gettext_lazy("Born"),
    "dest_code": gettext_lazy("Village"),
    "door": gettext_lazy("Door number"),
    "ended_on": gettext_lazy("Back since"),
    "hand_edits": gettext_lazy("Changes by hand"),
    "number": gettext_lazy("Door number"),
    "received_time": gettext_lazy("Time of receipt"),
    "sampled_time": gettext_lazy("Time of sampling"),
    "shared": gettext_lazy("Shared out"),
    "stays": gettext_lazy("Stays found"),
    "town_code": gettext_lazy("Township"),
}
ROW_KINDS = {
    "data": gettext_lazy("Rows of the list"),
    "title": gettext_lazy("Title"),
    "info": gettext_lazy("Line above the headings"),
    "header": gettext_lazy("Heading"),
    "repeat_header": gettext_lazy("Heading once more"),
    "example": gettext_lazy("Example"),
    "subtotal": gettext_lazy("Subtotal"),
    "note": gettext_lazy("Note"),
    "blank": gettext_lazy("Blank row"),
}
FIXED = {"sex": SEX, "id_type": DOCUMENT_TYPES}
_NUMBERS = re.compile(r"\d{10,}[Xx]?")
_PERSONAL = ("id_number", "phone", "contact_phone")
FEWEST = 3  # rows for which what all of them say is said once
PHONE = 13  # characters of a phone at most; with blanks or hyphens in it
Problem = TypeVar("Problem")
_FILLED = re.compile(r"[“\"]?\{[a-z_]+\}[”\"]?")


def is_chinese() -> bool:
    """Say whether the reader reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def field_name(field: Field) -> str:
    """Return what a field is called: its first heading, or its English name."""
    heading = field.headings[0]
    if is_chinese() or field.key not in ENGLISH:
        return heading
    return ENGLISH[field.key]


def field_of(spec: ListSpec, key: str) -> Field | None:
    """Return the field whose value stands under a key of a row: dest_code is the village's."""
    fields = spec.by_key()
    if key in fields:
        return fields[key]
    if key == "dest_code":
        return next((field for field in spec.fields if field.kind == "village"), None)
    return fields.get(key.removesuffix("_code").removesuffix("_level"))


def key_name(spec: ListSpec, key: str) -> str:
    """Return what the value under a key of a row is called."""
    field = field_of(spec, key)
    if field is None:
        return str(OWN_NAMES.get(key) or ENGLISH.get(key, key))
    if field.kind == "origin" and key != field.key:
        return _("%(field)s (place found)") % {"field": field_name(field)}
    return field_name(field)


def choices_of(field: Field) -> list[tuple[str, str]]:
    """Return the canonical values of a field with their names; none where it is free."""
    words = field.choices or FIXED.get(field.kind, {})
    return [(value, _choice_name(value, list(texts))) for value, texts in words.items()]


def _choice_name(value: str, texts: list[str]) -> str:
    if is_chinese():
        return texts[0] if texts else value
    return value.replace("_", " ").capitalize() if value.islower() else value


def masked(text: str) -> str:
    """Return a text in which long numbers show only their ends: IDs and phones."""
    return _NUMBERS.sub(lambda found: _mask(found[0]), text)


def masked_cell(field: Field | None, text: str) -> str:
    """Return a cell of the file, masked as a whole where its column holds numbers of persons."""
    if field is not None and field.kind in _PERSONAL and any(one.isdecimal() for one in text):
        return _mask(text)
    return masked(text)


def _mask(number: str) -> str:
    return mask_id(number) if len(number) > PHONE else mask_phone(number)


def shown_value(field: Field | None, value: Any, place: Callable[[str], str]) -> str:
    """Return a canonical value as people read it: places by name, choices in words, masked."""
    if value is None or value == "":
        return ""
    if isinstance(value, list | tuple):
        return "、".join(shown_value(field, one, place) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    if field is None:
        return masked(text)
    if field.kind == "id_number":
        return mask_id(text)
    if field.kind in ("phone", "contact_phone"):
        return mask_phone(text) if text.isdigit() else masked(text)
    if field.kind in ("village", "origin", "township", "county"):
        return place(text) or masked(text)
    return dict(choices_of(field)).get(text) or masked(text)


def code_label(code: str, own: dict[str, str] | None = None) -> str:
    """Return a code in a few words: its own, or the first clause of its sentence.

    `own` gives the sentences of codes that only the list itself knows, in the reader's language.
    """
    if code in SHORT:
        return str(SHORT[code])
    if code in MESSAGES:
        sentence = MESSAGES[code][1 if is_chinese() else 2]
    else:
        sentence = (own or {}).get(code, code)
    bare = re.sub(r"%\([a-z_]+\)s", "…", _FILLED.sub("…", sentence))
    bare = re.sub(r"（…）|\(…\)", "", bare)
    first = re.split(r"[。；;：，]|[.:;](?=\s|$)", bare, maxsplit=1)[0]
    return first.strip(" …") or bare.strip() or code


def said_once(told: Sequence[Sequence[Problem]]) -> list[Problem]:
    """Return what every one of several rows says, to be said once above them all."""
    if len(told) < FEWEST:
        return []
    first, *others = told
    return [problem for problem in first if all(problem in row for row in others)]
