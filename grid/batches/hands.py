"""Whose hands were on a record: what people did to it outside an import, told by the history.

The history of a table is written by triggers, whoever writes (grid.audit); its context names the
user and, for an import, the batch. The portal's own jobs are nobody's hands.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory.core
from django.db.models import Min, Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from grid.choices import BatchState, RowAction
from grid.models import ImportBatch, ImportRow

Hands = dict[int, tuple[str, datetime]]  # by key: who was last, and when
# History of a table, the column that leads to a record, and the target key each record stands for.
Source = tuple[Any, str, Mapping[int, int]]
WRITTEN = (RowAction.CREATE, RowAction.UPDATE, RowAction.UNCHANGED)


def history(model: type[Model]) -> Any:
    """Return the model that keeps the history of this one."""
    (found,) = pghistory.core.event_models(tracks_model=model)
    return found


def below(model: type[Model], *, but: Sequence[type[Model]] = ()) -> list[tuple[Any, str]]:
    """Return the history of every model that points to this one, and the pointer's column."""
    return [
        (found, rel.field.attname)
        for rel in model._meta.related_objects
        if rel.related_model not in but
        for found in pghistory.core.event_models(tracks_model=rel.related_model)
    ]


def touched(batch: ImportBatch, model: type[Model], keys: Iterable[int]) -> Hands:
    """Return who worked with these records, or what hangs below them, since the batch wrote them.

    Of a model whose history is not kept, only what hangs below tells. One query for each table.
    """
    own = {key: key for key in keys}
    sources: list[Source] = [
        (found, "pgh_obj_id", own) for found in pghistory.core.event_models(tracks_model=model)
    ]
    sources += [(found, column, own) for found, column in below(model)]
    return touched_in(batch, sources, since=begun(batch, sources[:1]))


def touched_in(batch: ImportBatch, sources: Sequence[Source], *, since: datetime) -> Hands:
    """Return, by target key, whose hands were on these rows since, and when last.

    Another import counts when somebody gave it, or when it came later.
    """
    found: Hands = {}
    then = batch.committed_at or batch.uploaded_at
    later = [
        str(pk)
        for pk in ImportBatch.objects.filter(committed_at__gt=then)
        .exclude(pk=batch.pk)
        .values_list("pk", flat=True)
    ]
    hands = Q(who__isnull=False) & (Q(batch__isnull=True) | ~Q(batch=str(batch.pk)))
    for table, column, owners in sources:
        acts = _by_context(table, column, owners).filter(
            hands | Q(batch__in=later), pgh_created_at__gte=since
        )
        rows = list(
            acts.values_list(
                column, "pgh_context__metadata__name", "pgh_created_at", "pgh_id", "batch"
            )
        )
        if not rows:
            continue
        first = _first_own(batch, table, column, owners)
        gone = _undone({other for *_act, other in rows if other})
        for key, who, when, number, other in rows:
            # Within one transaction the clock stands still, and an import that was itself taken
            # back has left nothing.
            if number < first.get(key, 0) or other in gone:
                continue
            owner = owners[key]
            if owner not in found or when > found[owner][1]:
                found[owner] = (who or "", when)
    return found


def _first_own(
    batch: ImportBatch, table: Any, column: str, owners: Mapping[int, int]
) -> dict[int, int]:
    """Return the first entry the batch itself made about each of these rows in a history."""
    own = _by_context(table, column, owners).filter(batch=str(batch.pk)).order_by()
    return dict(own.values_list(column).annotate(first=Min("pgh_id")))


def _undone(batches: set[str]) -> set[str]:
    """Return which of these imports were taken back."""
    rows = ImportBatch.objects.filter(pk__in=batches, state=BatchState.UNDONE)
    return {str(pk) for pk in rows.values_list("pk", flat=True)} if batches else set()


def begun(batch: ImportBatch, sources: Sequence[Source]) -> datetime:
    """Return when the batch began to write these rows, by the clock all history goes by."""
    for table, column, owners in sources:
        own = _by_context(table, column, owners).filter(batch=str(batch.pk))
        first: datetime | None = own.aggregate(begun=Min("pgh_created_at"))["begun"]
        if first:
            return first
    return batch.uploaded_at


def by_hand(model: type[Model], keys: Iterable[int]) -> Hands:
    """Return who last changed each of these records by hand, outside any import; one query.

    Nobody, where no history of the model is kept.
    """
    own = {key: key for key in keys}
    found: Hands = {}
    for table in pghistory.core.event_models(tracks_model=model):
        acts = _by_context(table, "pgh_obj_id", own).filter(batch__isnull=True, who__isnull=False)
        rows = acts.order_by("pgh_created_at").values_list(
            "pgh_obj_id", "pgh_context__metadata__name", "pgh_created_at"
        )
        found |= {key: (who or "", when) for key, who, when in rows}
    return found


def imported(list_name: str, keys: Iterable[int], *, batch: UUID) -> dict[int, dict[str, Any]]:
    """Return what imports of a list have said of each record so far, the later over the earlier.

    That is the base of a comparison: where the portal says something else now, somebody changed it
    by hand. Rows that somebody decided to leave out count: what they said was seen. One query.
    """
    keys = list(keys)
    if not keys:
        return {}
    seen = Q(done=True) | Q(batch__state=BatchState.COMMITTED) & ~Q(batch=batch)
    said = Q(action__in=WRITTEN) | Q(action=RowAction.SKIP, decided=RowAction.SKIP)
    rows = ImportRow.objects.filter(
        seen, said, target_key__in=keys, batch__list_name=list_name, undone=False
    )
    found: dict[int, dict[str, Any]] = {}
    said_of: QuerySet[Any] = rows.order_by("pk").values_list("target_key", "values")
    for key, values in said_of:
        base = found.setdefault(key, {})
        base |= {name: value for name, value in (values or {}).items() if value is not None}
    return found


def _by_context(table: Any, column: str, owners: Mapping[int, int]) -> "QuerySet[Any]":
    """Return the history of some rows with the user and the batch that wrote it."""
    rows: QuerySet[Any] = table.objects.filter(**{f"{column}__in": list(owners)}).annotate(
        who=KeyTextTransform("user", "pgh_context__metadata"),
        batch=KeyTextTransform("batch", "pgh_context__metadata"),
    )
    return rows
