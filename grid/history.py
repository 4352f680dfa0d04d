"""The history of a row as people read it: when, who, why, what changed; numbers stay masked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid import identity

# Derived look-up columns say nothing to a reader.
HIDDEN = frozenset(
    {"id", "pinyin", "id_hash", "id_last4_hash", "phone_hash", "phone_last4_hash", "registered_at"}
)
MASKS = {"id_number": identity.mask_id, "phone": identity.mask_phone}
# What the services write as the reason of an act; a reason that somebody typed stands as typed.
WHY: dict[str, Promise | str] = {
    "register": gettext_lazy("registration of the return"),
    "first notice": gettext_lazy("first notice of the place"),
    "import": gettext_lazy("import of a list"),
    "check import": gettext_lazy("check of a list"),
    "decide row": gettext_lazy("decision on a row"),
    "undo import": gettext_lazy("import taken back"),
    "discard import": gettext_lazy("list put away"),
    "cancel import": gettext_lazy("import stopped"),
    "save import reading": gettext_lazy("reading of a list saved"),
    "confirm arrival": gettext_lazy("arrival confirmed"),
    "health check": gettext_lazy("health check entered"),
    "record contact": gettext_lazy("contact entered"),
    "report finding": gettext_lazy("finding reported"),
    "finding": gettext_lazy("finding closed"),
    "test": gettext_lazy("test result entered"),
    "close stage": gettext_lazy("stage closed"),
    "stages due": gettext_lazy("stage closed on its day"),
    "responsibility changed": gettext_lazy("change of responsibility"),
    "account": gettext_lazy("change of the account"),
    "first admin": gettext_lazy("first admin of the portal"),
    "seed": gettext_lazy("example data"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old and new value, as text; empty where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One write to a row."""

    at: datetime
    who: str
    why: str
    act: str  # insert, update or delete
    changes: tuple[Change, ...]


def history_of(row: Model) -> list[HistoryEntry]:
    """Return the writes to a tracked row, the newest first; as many queries as it has relations."""
    events = list(
        row.events.select_related("pgh_context").order_by("pgh_id")  # type: ignore[attr-defined]
    )
    fields = (
        [
            field
            for field in row._meta.concrete_fields
            if field.name not in HIDDEN and hasattr(events[0], field.attname)
        ]
        if events
        else []
    )
    names = _names(fields, events)
    entries, before = [], None
    for event in events:
        changes = [
            Change(
                label=str(field.verbose_name),
                before=_text(field, before, names) if before is not None else "",
                after=_text(field, event, names),
            )
            for field in fields
            if _differs(field, before, event)
        ]
        entries.append(_entry(event, changes))
        before = event
    return entries[::-1]


def _differs(field: "Field[Any, Any]", before: Any, event: Any) -> bool:
    value = getattr(event, field.attname)
    return bool(
        value not in (None, "") if before is None else getattr(before, field.attname) != value
    )


def _entry(event: Any, changes: list[Change]) -> HistoryEntry:
    context = event.pgh_context.metadata if event.pgh_context else {}
    who = context.get("name", "")
    return HistoryEntry(
        at=event.pgh_created_at,
        who=_("portal") if who in ("", "portal") else who,
        why=why_text(context.get("why", "")),
        act=event.pgh_label,
        changes=tuple(changes),
    )


def why_text(why: str) -> str:
    """Return the reason of an act in the language of the page."""
    code = why.partition(":")[0] if why.isascii() else why
    return str(WHY.get(code, why))


def _names(fields: "list[Field[Any, Any]]", events: list[Any]) -> dict[str, dict[Any, str]]:
    """Return for each relation the names of all rows the events mention."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    relations = [field for field in fields if isinstance(field, ForeignKey)]
    for event in events:
        for field in relations:
            wanted[field.name].add(getattr(event, field.attname))
    return {
        field.name: {
            key: str(other)
            for key, other in field.related_model._default_manager.in_bulk(  # noqa: SLF001
                wanted[field.name] - {None}
            ).items()
        }
        for field in relations
    }


def _text(field: "Field[Any, Any]", event: Any, names: dict[str, dict[Any, str]]) -> str:
    """Return a value as a reader knows it."""
    value = getattr(event, field.attname)
    if value in (None, ""):
        return ""
    if mask := MASKS.get(field.name):
        return mask(value)
    if field.name in names:
        return names[field.name].get(value, _("(deleted)"))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(localize(value))
