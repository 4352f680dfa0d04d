"""What was changed since a list was imported: three values of each field, weighed.

The *base* is what the last import put there (or who registered the return first); *known* is what
stands there now; the third is the file's. A change in the file alone is news, a change by hand
alone stays, a change of both is asked about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.db.models.fields.json import KeyTextTransform

from grid.batches.hands import history
from grid.batches.kinds import Values

UNDO = "undo import"
# What is told together: who changes one of them changes what the others mean.
UNITS = (
    frozenset(("origin", "origin_code")),
    frozenset(("stay_history", "stays")),
    frozenset(("nat_date", "nat_result")),
)
# A certificate stands beside those before it: a new one contradicts nobody.
ADDED = frozenset(("nat_date", "nat_result"))
_UNIT_OF = {key: unit for unit in UNITS for key in unit}


@dataclass(frozen=True, slots=True)
class Edit:
    """Who changed a field by hand, and when."""

    who: str
    at: datetime


@dataclass(slots=True)
class Past:
    """What the last import put into each field of a record, and who edited which since."""

    base: Values = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)


@dataclass(slots=True)
class Weighed:
    """The changes a row makes, the fields whose edit by hand stays, those that are asked about."""

    changes: Values = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    conflicts: dict[str, Edit | None] = field(default_factory=dict)


def weigh(changes: Mapping[str, Any], known: Mapping[str, Any], past: Past) -> Weighed:
    """Weigh the values of a row that differ from what is known against what was put there before.

    Fields that are told together have one fate: the strictest of theirs.
    """
    fates: dict[str, str] = {
        key: _fate(key, value, known.get(key), past.base.get(key)) for key, value in changes.items()
    }
    weighed = Weighed()
    for key, value in changes.items():
        unit = [fates[one] for one in _UNIT_OF.get(key, (key,)) if one in fates]
        if "conflict" in unit:
            weighed.conflicts[key] = past.edits.get(key)
        elif "news" in unit:
            weighed.changes[key] = value
        else:
            weighed.kept.append(key)
    return weighed


def _fate(key: str, value: Any, known: Any, base: Any) -> str:
    if (known or None) == (base or None):
        return "news"
    if value == base:
        return "kept"
    return "news" if key in ADDED else "conflict"


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of a record said, and how it came about."""

    values: Values
    at: datetime
    who: str = ""
    why: str = ""
    batch: str = ""


def past_of(versions: Iterable[Version], *, since: datetime | None = None) -> Past:
    """Return the past of a record from its versions, the oldest first.

    With `since`, the moment of an export, the base is what stood there at that moment, whoever put
    it there. An import taken back gives back what was the base before it.
    """
    past = Past()
    saved: dict[tuple[str, str], tuple[Any, Edit | None]] = {}
    last: Values | None = None
    for version in versions:
        values = version.values
        if last is None:
            past.base = dict(values)
        else:
            keys = [key for key in {**last, **values} if values.get(key) != last.get(key)]
            for key in keys:
                _take(past, saved, version, key, since)
        last = values
    return past


def _take(
    past: Past,
    saved: dict[tuple[str, str], tuple[Any, Edit | None]],
    version: Version,
    key: str,
    since: datetime | None,
) -> None:
    """Take one changed field of a version into the past of its record."""
    value, edit = version.values.get(key), Edit(version.who, version.at)
    if since is not None:
        if version.at <= since:
            past.base[key] = value
        else:
            past.edits[key] = edit
    elif not version.batch:
        past.edits[key] = edit
    elif version.why == UNDO:
        past.base[key], before = saved.pop((version.batch, key), (value, None))
        _put_edit(past, key, before)
    else:
        saved.setdefault((version.batch, key), (past.base.get(key), past.edits.get(key)))
        past.base[key] = value
        _put_edit(past, key, None)


def _put_edit(past: Past, key: str, edit: Edit | None) -> None:
    if edit is None:
        past.edits.pop(key, None)
    else:
        past.edits[key] = edit


def versions_of(
    model: type[Model],
    keys: Sequence[int],
    names: Sequence[str],
    read: Callable[[Any], Values],
    *,
    column: str = "pgh_obj_id",
) -> dict[int, list[Version]]:
    """Return the versions of these records from their history, by key; one query for all.

    `names` are the columns wanted, `read` turns one version into values, `column` groups them.
    """
    rows = history(model).objects.filter(**{f"{column}__in": keys}).order_by("pgh_id")
    found: dict[int, list[Version]] = {}
    for row in told(rows).only(column, "pgh_created_at", *names).iterator(chunk_size=2000):
        version = Version(
            read(row), row.pgh_created_at, row.who or "", row.why or "", row.batch or ""
        )
        found.setdefault(getattr(row, column), []).append(version)
    return found


def told(rows: Any) -> Any:
    """Return history with the name, the reason and the import of whoever wrote it."""
    return rows.annotate(
        who=KeyTextTransform("name", "pgh_context__metadata"),
        why=KeyTextTransform("why", "pgh_context__metadata"),
        batch=KeyTextTransform("batch", "pgh_context__metadata"),
    )
