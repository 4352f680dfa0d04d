"""Who a row is about: name, document, sex and phone, which have to be read together."""

from grid.imports import ids, names
from grid.imports.choices import SEX, Choices
from grid.imports.draft import Draft
from grid.imports.lists import Field
from grid.imports.phones import is_mobile, is_plain_mobile, read_phone
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
    raw = draft.raw(field.key)
    number = draft.raw(draft.key_of("id_number"))
    if len(number) < ids.SHORTEST_PAIR and names.is_plain(raw):
        draft.values[field.key] = raw
        return
    if names.names_several(raw) or ids.how_many(number) > 1:
        draft.values[field.key] = None
        draft.add(field.key, "multi_person_cell")
        return
    found = names.read_name(draft.text(field))
    draft.values[field.key] = found.name
    if found.code and (field.required or found.code != "name_missing"):
        draft.add(field.key, found.code, **found.params)


def read_document(draft: Draft, field: Field) -> None:
    """Understand the document number; its kind, sex and birth date come with it."""
    values = draft.values
    values["id_type"], values[field.key], values["birth"] = "id_card", None, None
    text = draft.text(field)
    if draft.problems and draft.has("multi_person_cell"):
        return
    if _is_plain_card(draft, field, text):
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
    if found.sex:
        _follow_number(draft, found.sex)


def _is_plain_card(draft: Draft, field: Field, text: str) -> bool:
    """Lay down the ordinary case, a faultless number of a mainland card stated as such or not."""
    if not isinstance(draft.cell(field), str):
        return False
    stated = draft.text_of("id_type")
    if stated and ids.document_type(stated) != "id_card":
        return False
    found = ids.faultless_card(text, draft.context.as_of)
    if found is None:
        return False
    sex, birth = found
    draft.values[field.key], draft.values["birth"] = text, birth
    _follow_number(draft, sex)
    return True


def _follow_number(draft: Draft, sex: str) -> None:
    """Take the sex from the document number, and tell of another one in the list."""
    written = draft.values.get("sex")
    if written != sex:
        if written:
            draft.add(draft.key_of("sex"), "sex_id_mismatch")
        draft.values["sex"] = sex


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
    raw = draft.raw(field.key)
    if is_plain_mobile(raw):
        draft.values[field.key] = raw
        return
    found = read_phone(raw)
    draft.values[field.key] = found.number
    if found.code and (field.required or found.code != "phone_missing"):
        draft.add(field.key, found.code, **found.params)


def read_contact_phone(draft: Draft, field: Field) -> None:
    """Keep somebody else's number: in its canonical form where it has one, else as written."""
    text = draft.text(field)
    if is_plain_mobile(text):
        draft.values[field.key] = text
    else:
        draft.values[field.key] = None if is_nothing(text) else read_phone(text).number or text
