"""From the bytes of a file to understood rows, as a batch keeps what was understood."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grid.batches.kinds import ListKind
from grid.batches.sentences import shown, stored
from grid.errors import Refused
from grid.imports.choosing import sheets
from grid.imports.lists import Context
from grid.imports.mapping import SavedMapping
from grid.imports.results import Column, Understood, UnreadableFileError
from grid.imports.sniffing import is_workbook
from grid.imports.understanding import understand
from grid.models import ImportBatch, ImportMapping

# A number this long in an unknown value may be somebody's document or phone: it is not shown.
_NUMBER = re.compile(r"[0-9]{6}")


class FileRefusedError(Refused):
    """The file as a whole cannot be used; the sentence says what to do about it."""


def sheets_of(content: bytes, kind: ListKind) -> list[dict[str, Any]]:
    """Return the sheets of a workbook to choose from; none for a text or an unreadable file."""
    if not is_workbook(content):
        return []
    try:
        found = sheets(content, kind.spec)
    except UnreadableFileError:
        return []
    return [
        {
            "name": one.name,
            "rows": one.rows,
            "fields": one.fields,
            "looks_like": one.looks_like,
            "guess": one.guess,
        }
        for one in found
    ]


def understood_of(
    content: bytes, batch: ImportBatch, kind: ListKind, context: Context
) -> Understood:
    """Understand a file by the batch's sheet and by the reading saved for its layout.

    Raises FileRefusedError where the file as a whole is no use.
    """
    try:
        found = understood_as_settled(content, batch, kind, context)
        if batch.mapping is None and found.layout:
            # What somebody has settled for this layout holds for everybody's next list.
            batch.mapping = ImportMapping.objects.filter(
                list_name=batch.list_name, layout=found.layout
            ).first()
            if batch.mapping:
                return understood_as_settled(content, batch, kind, context)
    except UnreadableFileError as error:
        (told,) = shown(*stored([error.problem]))
        raise FileRefusedError(told.message) from error
    return found


def understood_as_settled(
    content: bytes, batch: ImportBatch, kind: ListKind, context: Context
) -> Understood:
    """Understand a file by the sheet and the reading its batch has."""
    mapping = reading_of(batch.mapping)
    return understand(content, kind.spec, context, sheet=batch.sheet, mapping=mapping)


def reading_of(mapping: ImportMapping | None) -> SavedMapping | None:
    """Return a saved reading as grid.imports takes it."""
    return SavedMapping(mapping.columns, mapping.values) if mapping else None


def told(understood: Understood) -> dict[str, Any]:
    """Return what was understood of a file, as the batch keeps it; after the last row."""
    kept, params = stored(understood.problems)
    return {
        "encoding": understood.encoding,
        "sheet": understood.sheet,
        "form": understood.form,
        "layout": understood.layout,
        "header_rows": list(understood.header_rows),
        "columns": [_column(one) for one in understood.columns],
        "counts": dict(understood.counts),
        "questions": [
            {
                **_column(one.column),
                "code": one.code,
                "candidates": list(one.candidates),
                "taken": one.taken,
            }
            for one in understood.questions
        ],
        "unknown_values": {
            key: shareable
            for key, texts in understood.unknown_values.items()
            if (shareable := {t: n for t, n in texts.items() if not _NUMBER.search(t)})
        },
        "problems": [
            {**one, "params": filling, "message": said.message}
            for one, filling, said in zip(kept, params, shown(kept, params), strict=True)
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "index": column.index,
        "label": column.label,
        "field": column.field,
        "key": column.key,
        "ours": column.is_ours,
    }


def heading_of(columns: Sequence[Mapping[str, Any]], kind: ListKind) -> Callable[[str], str]:
    """Return how a field is called in this file: by its column, else by the list's own heading."""
    names = {field.key: field.headings[0] for field in kind.spec.fields if field.headings}
    names |= {one["field"]: one["label"] for one in columns if one["field"]}
    names |= {value: names[column] for value, column in kind.read_as.items() if column in names}
    return lambda key: names.get(key, key)
