"""How the lists of a layout are read: saved once, used by everybody who imports that layout."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.reading import FileRefusedError
from grid.batches.registry import kind_of
from grid.batches.running import BatchRefusedError
from grid.batches.sentences import shown
from grid.errors import Refused
from grid.imports.mapping import value_key
from grid.imports.required import unfed
from grid.models import ImportBatch, ImportMapping, User

MOST_VALUES = 5000  # texts settled for one field: far more than any list has


class MappingRefusedError(Refused):
    """The reading names a field the list lacks, feeds one twice, or leaves a required one unfed."""


def open_questions(batch: ImportBatch) -> int:
    """Return how many columns somebody has to settle, or to take as understood."""
    return len(batch.understood.get("questions") or ())


def missing_columns(batch: ImportBatch) -> str:
    """Return the sentence that required columns were not recognised, in the reader's language.

    Empty where all were. Nobody can take such a list as understood: all its rows lack the field.
    """
    for one in batch.understood.get("problems") or ():
        if one["code"] == "column_sought":
            (told,) = shown([one], [one["params"]])
            return told.message
    return ""


def refuse_missing(batch: ImportBatch) -> None:
    """Refuse, for callers with nobody to ask, a list whose required columns were not recognised."""
    if sentence := missing_columns(batch):
        raise FileRefusedError(sentence)


def mapping_for(list_name: str, layout: str) -> ImportMapping | None:
    """Return the reading saved for the lists of a layout, if there is one."""
    if not layout:
        return None
    return ImportMapping.objects.filter(list_name=list_name, layout=layout).first()


def save_mapping(
    *,
    batch: ImportBatch,
    columns: Mapping[str, str | None],
    values: Mapping[str, Mapping[str, str]],
    by: User | None,
) -> ImportMapping:
    """Save how the layout of this batch is read; a column or value left out stays as it was.

    `columns` gives the field each column feeds by its key, None for "it feeds nothing"; `values`
    what a text of a field stands for. It holds for every list of the layout from now on; `recheck`
    reads this one anew by it. MappingRefusedError where the list could then not be read.
    """
    layout = batch.understood.get("layout") or ""
    if not layout:
        raise BatchRefusedError(
            _("This list has no headings a reading could be saved for; columns are as understood.")
        )
    _refuse_unknown(batch, columns, values)
    _refuse_unfed(batch, columns)
    with transaction.atomic(), acting(by=by, why="save import reading"):
        told = {"columns": dict(columns), "values": _keyed({}, values), "saved_by": by}
        mapping, new = ImportMapping.objects.select_for_update(of=("self",)).get_or_create(
            list_name=batch.list_name,
            layout=layout,
            defaults={**told, "name": batch.file_name[:120]},
        )
        if not new:
            mapping.columns = {**mapping.columns, **columns}
            mapping.values = {**mapping.values, **_keyed(mapping.values, values)}
            mapping.saved_by = by
            mapping.save()
    return mapping


def _keyed(
    known: Mapping[str, Mapping[str, str]], values: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the settled values of each field under the keys they are looked up by."""
    return {
        field: {**known.get(field, {}), **{value_key(text): to for text, to in texts.items()}}
        for field, texts in values.items()
    }


def _refuse_unknown(
    batch: ImportBatch,
    columns: Mapping[str, str | None],
    values: Mapping[str, Mapping[str, str]],
) -> None:
    fields = kind_of(batch.list_name).spec.by_key()
    named = [field for field in columns.values() if field is not None]
    if unknown := {*named, *values} - fields.keys():
        raise MappingRefusedError(
            _("The list has no field %(field)s.") % {"field": sorted(unknown)[0]}
        )
    for field in named:
        if named.count(field) > 1 and not fields[field].joins:
            raise MappingRefusedError(
                _("Two columns feed %(field)s; choose one of them.")
                % {"field": fields[field].headings[0]}
            )
    for texts in values.values():
        if len(texts) > MOST_VALUES:
            raise MappingRefusedError(_("Too many values at once; settle the commonest first."))


def _refuse_unfed(batch: ImportBatch, columns: Mapping[str, str | None]) -> None:
    """Refuse a reading that feeds a required field from no column, and leaves none to ask about.

    It would hold for everybody's lists of the layout.
    """
    told = [one for one in batch.understood.get("columns") or () if not one.get("ours")]
    after = [(one.get("key"), columns.get(one.get("key"), one["field"])) for one in told]
    fed = {field for _key, field in after if field}
    missing = unfed(kind_of(batch.list_name).spec, fed, batch.place_id)
    is_left = any(key and field is None and key not in columns for key, field in after)
    if missing and not is_left:
        raise MappingRefusedError(
            _("No column feeds %(fields)s, which the list cannot do without; say which one does.")
            % {"fields": "、".join(field.headings[0] for field in missing)}
        )
