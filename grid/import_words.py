"""What fields, values and problems of a list are called on the pages, in the reader's language.

A declaration names its fields by the headings of the field, which are Chinese: those are the names
for Chinese readers. For others the table below names the fields that lists share.
"""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from grid.identity import mask_id, mask_phone
from grid.imports.choices import SEX
from grid.imports.ids import DOCUMENT_TYPES
from grid.imports.lists import Field, ListSpec
from grid.imports.messages import MESSAGES

ENGLISH = {
    "address": "Address",
    "age": "Age",
    "at": "Place of the assignment",
    "basis": "Basis",
    "building": "Building",
    "companions": "Companions",
    "contact_local": "Local contact",
    "contact_on": "Day of the contact",
    "dest_code": "Village",
    "dest_county": "County of the village",
    "dest_detail": "Address",
    "dest_township": "Township of the village",
    "dest_village": "Village",
    "door": "Door number",
    "grid": "Grid",
    "grid_worker": "Grid worker",
    "grid_worker_phone": "Phone of the grid worker",
    "health_code": "Health code",
    "household": "Household",
    "hukou": "Registered residence",
    "id_number": "ID number",
    "id_type": "Kind of document",
    "isolation": "Measure",
    "isolation_end": "End of the isolation",
    "isolation_start": "Begin of the isolation",
    "landlord": "Landlord",
    "landlord_phone": "Phone of the landlord",
    "left_on": "Left on",
    "name": "Name",
    "nat_date": "Day of the test",
    "nat_org": "Laboratory",
    "nat_result": "Test result",
    "number": "Door number",
    "occupation": "Occupation",
    "origin": "Comes from",
    "origin_code": "Comes from",
    "origin_risk": "Risk of the origin",
    "phone": "Phone",
    "place": "Place",
    "post": "Post",
    "remark": "Remark",
    "reporter": "Reported by",
    "responsible": "Responsible cadre",
    "responsible_phone": "Phone of the responsible cadre",
    "result": "Result",
    "return_date": "Day of return",
    "return_status": "Returned already",
    "role": "Role",
    "sampled_on": "Sampled on",
    "seq": "Number",
    "sex": "Sex",
    "since": "Since",
    "source": "Source",
    "stay_history": "Stays",
    "symptom": "Symptoms",
    "tier": "Tier",
    "title": "Post title",
    "transport": "Transport",
    "transport_no": "Vehicle",
    "unit": "Unit",
    "until": "Until",
    "use": "Use",
}
# Values that no column gives by itself.
OWN_NAMES = {"birth": gettext_lazy("Born"), "stays": gettext_lazy("Stays found")}
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
# Where the first clause of the sentence does not say it alone.
SHORT = {
    "chain_unclear": gettext_lazy("Several readings of the chain"),
    "chain_several": gettext_lazy("Several values in one entry"),
    "chain_plus": gettext_lazy("Somebody added without a name"),
    "chain_companions": gettext_lazy("Companions without an entry"),
    "date_missing": gettext_lazy("Date missing"),
    "date_out_of_range": gettext_lazy("Date out of range"),
    "date_unparseable": gettext_lazy("Not a date"),
    "date_ambiguous": gettext_lazy("Several readings of the date"),
    "date_no_year": gettext_lazy("Date without a year"),
    "date_year_2digit": gettext_lazy("Two-digit year"),
    "duplicate_exact": gettext_lazy("The same row twice"),
    "duplicate_reformatted": gettext_lazy("The same row, written differently"),
    "duplicate_update": gettext_lazy("The same person again, with changes"),
    "duplicate_cross_village": gettext_lazy("The same person in two villages"),
    "hand_edit_kept": gettext_lazy("Edited by hand since"),
    "hand_edit_conflict": gettext_lazy("Edited by hand and in the list"),
    "hand_edit_conflict_unknown": gettext_lazy("Edited by hand and in the list"),
    "id_length": gettext_lazy("Wrong number of digits in the ID number"),
    "id_region": gettext_lazy("ID number of no province"),
    "id_birthdate": gettext_lazy("Impossible birth date in the ID number"),
    "id15_legacy": gettext_lazy("15-digit ID number"),
    "id_type_missing": gettext_lazy("Kind of document not given"),
    "doc_number_invalid": gettext_lazy("Number does not fit the document"),
    "known_cross_village": gettext_lazy("Registered in another village"),
    "known_elsewhere": gettext_lazy("Registered in another place"),
    "known_closed": gettext_lazy("Return closed as not happening"),
    "known_arrived": gettext_lazy("Arrived already"),
    "known_reformatted": gettext_lazy("Registered with the same facts"),
    "known_update": gettext_lazy("Registered, to be updated"),
    "name_annotated": gettext_lazy("Remark in the name"),
    "name_invalid": gettext_lazy("Not a name"),
    "nat_date_in_future": gettext_lazy("Test in the future"),
    "origin_ambiguous": gettext_lazy("Several places of this name"),
    "origin_not_found": gettext_lazy("Origin is no place"),
    "origin_outside_tree": gettext_lazy("Origin beyond the places loaded"),
    "origin_too_coarse": gettext_lazy("Only the province given"),
    "phone_invalid": gettext_lazy("Not a mobile number"),
    "phone_landline": gettext_lazy("Landline"),
    "phone_several": gettext_lazy("Several phone numbers"),
    "row_hidden": gettext_lazy("Hidden row"),
    "row_refused": gettext_lazy("Refused when it was written"),
    "row_shifted": gettext_lazy("Row shifted"),
    "sex_id_mismatch": gettext_lazy("Sex differs from the ID number"),
    "township_inferred": gettext_lazy("Township blank"),
    "township_not_found": gettext_lazy("Unknown township"),
    "update_waits": gettext_lazy("Update of a row that waits"),
    "value_missing": gettext_lazy("Required value missing"),
    "value_unknown": gettext_lazy("Unknown value"),
    "village_ambiguous": gettext_lazy("Several villages of this name"),
    "village_not_found": gettext_lazy("Unknown village"),
    "village_township_mismatch": gettext_lazy("Village not in this township"),
}
FIXED = {"sex": SEX, "id_type": DOCUMENT_TYPES}
_NUMBERS = re.compile(r"\d{10,}[Xx]?")
_PERSONAL = ("id_number", "phone", "contact_phone")
PHONE = 13  # characters of a phone at most; with blanks or hyphens in it
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
    if key in OWN_NAMES:
        return str(OWN_NAMES[key])
    field = field_of(spec, key)
    if field is None:
        return ENGLISH.get(key, key)
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
