"""What was understood of a file, as the page of its columns and values shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from django.utils.translation import gettext as _

from grid.batches.kinds import ListKind
from grid.forms.imports import villages_of
from grid.import_words import ROW_KINDS, choices_of, field_name, masked_cell
from grid.imports.lists import Field, ListSpec
from grid.imports.mapping import value_key
from grid.models import ImportBatch, ImportMapping

SAMPLES = 3  # values shown of each column
LOOKED_AT = 40  # rows from which the samples are taken
NUMBERS_SHOWN = 60  # row numbers named of each kind
KEEP = "-"  # what a form sends for a column that feeds nothing
NEVER = ("data", "header", "ok", "warn", "error")  # counts that are no kinds of rows left aside


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the file: its heading, the field it feeds, what stands in it, what is asked."""

    name: str  # of the input
    label: str
    field: str
    field_label: str
    samples: list[str]
    question: str = ""


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A text that stands for none of a field's values, how often, and what it may stand for."""

    name: str
    text: str
    count: int
    settled: str


@dataclass(slots=True)
class ValueGroup:
    """The unknown values of one field with the values to choose from."""

    field: str
    label: str
    choices: Sequence[tuple[str, str]]
    lines: list[ValueLine] = made(default_factory=list)


@dataclass(frozen=True, slots=True)
class KindLine:
    """Rows that are no rows of the list: their kind, how many, and where they stand."""

    label: str
    count: int
    numbers: list[int]
    more: bool


def columns_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the columns of the list itself: those an answer file added are no part of it."""
    return [one for one in batch.understood.get("columns") or () if not one.get("ours")]


def column_lines(batch: ImportBatch, kind: ListKind, posted: Mapping[str, str]) -> list[ColumnLine]:
    """Return the columns of the file, those that ask first; `posted` is what a form chose."""
    understood, fields = batch.understood, kind.spec.by_key()
    columns = columns_of(batch)
    asked = {one["key"]: one for one in understood.get("questions") or ()}
    samples = samples_of(batch, columns)
    lines = []
    for one in columns:
        found = fields.get(one["field"] or "")
        question = asked.get(one.get("key") or "")
        name = f"column-{one['index']}" if one.get("key") else ""
        lines.append(
            ColumnLine(
                name=name,
                label=one["label"],
                field=posted.get(name) or one["field"] or KEEP,
                field_label=field_name(found) if found else _("kept with the row"),
                samples=[masked_cell(found, text) for text in samples.get(one["label"], ())],
                question=_question(kind.spec, question),
            )
        )
    return sorted(lines, key=lambda line: (not line.question, line.field == KEEP))


def _question(spec: ListSpec, question: Mapping[str, Any] | None) -> str:
    if question is None:
        return ""
    if question["code"] == "column_duplicate":
        return _("This field has a column already; which one counts?")
    fields = spec.by_key()
    names = [field_name(fields[key]) for key in question["candidates"] if key in fields]
    if question["code"] == "column_sought":
        return _("Is this %(fields)s? The list needs it.") % {"fields": " / ".join(names)}
    return _("It may be %(fields)s; which is right?") % {"fields": " / ".join(names)}


def samples_of(batch: ImportBatch, columns: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the first different values of each column, by its heading; one query."""
    found: dict[str, list[str]] = {one["label"]: [] for one in columns}
    rows = batch.rows.filter(kind="data").order_by("number").values_list("raw", flat=True)
    looked_at: list[Any] = list(rows[:LOOKED_AT])
    for raw in looked_at:
        for label, text in (raw or {}).items():
            known = found.get(label)
            if known is not None and len(known) < SAMPLES and text not in known:
                known.append(text)
    return found


def field_choices(spec: ListSpec) -> list[tuple[str, str]]:
    """Return every field a column may feed, by name, and "kept with the row" first."""
    return [(KEEP, _("kept with the row")), *((one.key, field_name(one)) for one in spec.fields)]


def value_groups(
    batch: ImportBatch, kind: ListKind, mapping: ImportMapping | None
) -> list[ValueGroup]:
    """Return the texts nobody knows, by field, with what they may be said to stand for."""
    fields = kind.spec.by_key()
    saved = mapping.values if mapping else {}
    groups = []
    for key, texts in (batch.understood.get("unknown_values") or {}).items():
        found = fields.get(key)
        if found is None:
            continue
        group = ValueGroup(key, field_name(found), _stands_for(found, batch))
        for number, (text, count) in enumerate(sorted(texts.items(), key=lambda one: -one[1])):
            settled = saved.get(key, {}).get(value_key(text), "")
            group.lines.append(ValueLine(f"value-{key}-{number}", text, count, settled))
        if group.lines and group.choices:
            groups.append(group)
    return groups


def _stands_for(found: Field, batch: ImportBatch) -> Sequence[tuple[str, str]]:
    return villages_of(batch.place_id) if found.kind == "village" else choices_of(found)


def kind_lines(batch: ImportBatch) -> list[KindLine]:
    """Return the rows that are not imported because they are none of the list, by kind."""
    counts = {
        key: count
        for key, count in (batch.understood.get("counts") or {}).items()
        if key not in NEVER and count
    }
    stored = batch.rows.exclude(kind="data").order_by("number").values_list("kind", "number")
    numbers: dict[str, list[int]] = {}
    for name, number in stored[: NUMBERS_SHOWN * len(ROW_KINDS)]:
        numbers.setdefault(name, []).append(number)
    return [
        KindLine(
            str(ROW_KINDS.get(key, key)),
            count,
            numbers.get(key, [])[:NUMBERS_SHOWN],
            count > min(len(numbers.get(key, [])), NUMBERS_SHOWN) > 0,
        )
        for key, count in counts.items()
    ]


def settled_columns(batch: ImportBatch, posted: Mapping[str, str]) -> dict[str, str | None]:
    """Return what a form says of the columns, by their key; what it leaves open stays as taken."""
    columns: dict[str, str | None] = {}
    for one in columns_of(batch):
        if one.get("key"):
            said = posted.get(f"column-{one['index']}", one["field"] or KEEP)
            columns[one["key"]] = None if said == KEEP else said
    return columns


def settled_values(
    batch: ImportBatch, kind: ListKind, posted: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return what a form says of unknown values, by field and text; only what it may say."""
    settled: dict[str, dict[str, str]] = {}
    for group in value_groups(batch, kind, None):
        allowed = {value for value, _label in group.choices}
        for line in group.lines:
            said = posted.get(line.name, "")
            if said in allowed:
                settled.setdefault(group.field, {})[line.text] = said
    return settled
