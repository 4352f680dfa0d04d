"""Who a row is about: name, document, sex and phone, which have to be read together."""

from grid.imports import ids, names
from grid.imports.choices import SEX, Choices
from grid.imports.draft import Draft
from grid.imports.lists import Field
from grid.imports.phones import is_mobile, read_phone
from grid.imports.text import is_nothing

_SEX = Choices(SEX)


def read_sex(draft: Draft, field: Field) -> None:
    """Understand the sex as written; a document number overrules it later."""
    text = draft.text(field)
    draft.values[field.key] = found = _SEX.find(text)
    if found is None and not is_nothing(text):
        draft.add(field.key, "value_unknown", value=text)


def read_person_name(draft: Draft, field: Field) -> None:
    """Understand the name; a cell shared by several persons bars the row."""
    number = draft.raw(draft.key_of("id_number"))
    if names.names_several(draft.raw(field.key)) or ids.how_many(number) > 1:
        draft.values[field.key] = None
        draft.add(field.key, "multi_person_cell")
        return
    found = names.read_name(draft.text(field))
    draft.values[field.key] = found.name
    if found.code:
        draft.add(field.key, found.code, **found.params)


def read_document(draft: Draft, field: Field) -> None:
    """Understand the document number; its kind, sex and birth date come with it."""
    values = draft.values
    values.update({"id_type": "id_card", field.key: None, "birth": None})
    text = draft.text(field)
    if draft.problems and draft.has("multi_person_cell"):
        return
    if len(text) < 15 and is_mobile(text) and ids.looks_like_id(draft.text_of("phone")):
        draft.add(field.key, "id_phone_swapped")
        return
    stated = _stated_type(draft)
    if is_nothing(text) and _is_child(draft):
        values["id_type"] = None
        draft.add(field.key, "id_missing_child")
        return
    if is_nothing(text) and not field.required:
        return
    found = ids.read_id(draft.cell(field), text, stated=stated, as_of=draft.context.as_of)
    values.update({"id_type": found.id_type, field.key: found.number, "birth": found.birth})
    if found.code:
        draft.add(field.key, found.code, **found.params)
    if found.sex and values.get("sex") != found.sex:
        if values.get("sex"):
            draft.add(draft.key_of("sex"), "sex_id_mismatch")
        values["sex"] = found.sex


def _stated_type(draft: Draft) -> str | None:
    """Return the kind of document the list names; an unknown one is told of."""
    text = draft.text_of("id_type")
    if is_nothing(text):
        return None
    stated = ids.document_type(text)
    if stated is None:
        draft.add(draft.key_of("id_type"), "id_type_unknown", value=text)
    return stated


def _is_child(draft: Draft) -> bool:
    return names.speaks_of_a_child(
        draft.text_of("remark"), draft.text_of("name"), draft.text_of("id_type")
    )


def read_own_phone(draft: Draft, field: Field) -> None:
    """Understand the person's own number, unless it changed places with the document's."""
    draft.values[field.key] = None
    if draft.problems and draft.has("id_phone_swapped"):
        return
    found = read_phone(draft.raw(field.key))
    draft.values[field.key] = found.number
    if found.code and (field.required or found.code != "phone_missing"):
        draft.add(field.key, found.code, **found.params)


def read_contact_phone(draft: Draft, field: Field) -> None:
    """Keep somebody else's number: in its canonical form where it has one, else as written."""
    text = draft.text(field)
    draft.values[field.key] = None if is_nothing(text) else read_phone(text).number or text
