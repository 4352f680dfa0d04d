"""Required fields that no column feeds: asked about while some column is free, else refused."""

from collections.abc import Collection, Iterable
from itertools import islice

from grid.imports.headings import Header
from grid.imports.lists import Context, Field, ListSpec
from grid.imports.messages import problem, refuse
from grid.imports.results import Column, ColumnQuestion, Problem

LIKE_A_LIST = 3  # fields its headings must feed to be sure that this is the list
_VILLAGE_CODE = 12  # digits: who imports for one village needs no column for it
_NAMED = 12  # headings named in a sentence


def unfed(spec: ListSpec, fed: Collection[str], home: str) -> tuple[Field, ...]:
    """Return the required fields that none of the columns feeds, in a list for the place `home`."""
    return tuple(
        field
        for field in spec.fields
        if field.required
        and field.key not in fed
        and not (field.kind == "village" and len(home) == _VILLAGE_CODE)
    )


def ask(
    header: Header, spec: ListSpec, context: Context
) -> tuple[list[Problem], tuple[ColumnQuestion, ...]]:
    """Return what to say and to ask about required fields without a column; nothing if all have.

    Each column that feeds nothing is asked about, settled so or not: without the field the list
    cannot be read. Raises `UnreadableFileError` where no column is left to ask about, or too few
    headings are known to be sure that this is the list.
    """
    missing = unfed(spec, header.fields, context.home)
    if not missing:
        return [], ()
    columns = "、".join(field.headings[0] for field in missing)
    free = [one for one in header.columns if one.key and one.field is None and not one.is_ours]
    if not free or len(header.fields) < LIKE_A_LIST:
        known = _named(one for one in header.columns if one.field)
        refuse("column_missing", columns=columns, known=known)
    keys = tuple(field.key for field in missing)
    asked = {one.column.index for one in header.questions}
    questions = (ColumnQuestion(one, "column_sought", keys) for one in free)
    return (
        [problem("", "column_sought", columns=columns, unknown=_named(free))],
        tuple(one for one in questions if one.column.index not in asked),
    )


def _named(columns: Iterable[Column]) -> str:
    """Return the headings of columns, the first of them where they are many."""
    names = [one.label for one in islice(columns, _NAMED + 1)]
    return "、".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
