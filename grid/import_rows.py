"""Rows of an import as people compare them with their file and with what the portal knows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from grid.areas import short_name
from grid.batches.framing import frame_of
from grid.batches.kinds import Judged, ListKind
from grid.batches.records import plain
from grid.batches.summary import row_problems
from grid.choices import RowAction
from grid.forms.imports import villages_of
from grid.import_pages import DECIDABLE, TONES
from grid.import_words import field_of, key_name, masked, masked_cell, shown_value
from grid.models import ImportBatch, ImportRow, Person, Place, User

FEW_VILLAGES = 40  # up to which a row of the table offers them all
IMPORTABLE = ("ok", "warn")
# What asks whether somebody known is meant, and which of two changes counts.
SAME_PERSON = ("person_suggested",)
HAND_EDITS = ("hand_edit_conflict", "hand_edit_conflict_unknown")
NEVER_SHOWN = frozenset(("_params", "origin_level"))


@dataclass(frozen=True, slots=True)
class Fact:
    """A value under its name; `was` is what stood there before, where it changes."""

    label: str
    text: str
    was: str = ""
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as it is shown."""

    column: str
    severity: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """A person the portal knows: by name and place where the reader may see them."""

    person: Person | None

    @property
    def place(self) -> str:
        """The village, without its ending."""
        return short_name(self.person.place.name) if self.person else ""


@dataclass(slots=True)
class Line:
    """One row with its planned action, its reasons, and what it would change."""

    row: ImportRow
    name: str
    facts: list[Fact]
    tone: str
    problems: list[Told]
    known: Known | None = None
    changes: list[Fact] = field(default_factory=list)
    asks: bool = False
    asked: list[str] = field(default_factory=list)  # keys that have to be answered
    first: bool = False  # of its group

    @property
    def codes(self) -> set[str]:
        """The codes of its problems."""
        return {problem.code for problem in self.problems}

    @property
    def same_person(self) -> bool:
        """Whether it asks if somebody known is meant."""
        return bool(self.codes & set(SAME_PERSON))

    @property
    def hand_edit(self) -> bool:
        """Whether it asks which of two changes counts."""
        return bool(self.codes & set(HAND_EDITS))


def lines_of(
    batch: ImportBatch, kind: ListKind, rows: Sequence[ImportRow], user: User
) -> list[Line]:
    """Return rows as they are shown; a constant number of queries whatever their number."""
    judged = judged_of(batch, kind, rows)
    people = _people(rows, judged, user)
    place = place_names(_codes(kind, rows, judged))
    lines = [_line(batch, kind, row, place) for row in rows]
    for line in lines:
        one = judged.get(line.row.pk)
        key = line.row.person_key or (one.person if one else None)
        line.known = Known(people.get(key)) if key else None
        line.changes = changes_of(kind, line.row, one, place)
    for before, line in zip([None, *lines], lines, strict=False):
        line.first = before is None or before.row.action != line.row.action
    return lines


def judged_of(batch: ImportBatch, kind: ListKind, rows: Iterable[ImportRow]) -> dict[int, Judged]:
    """Return what the portal says of rows that are not written yet, by row."""
    rows = [
        row for row in rows if not row.done and not row.undone and row.action != RowAction.REFUSE
    ]
    if not rows or batch.state not in DECIDABLE:
        return {}
    book = kind.book([plain(row) for row in rows], frame_of(batch, timezone.now()))
    return {
        row.pk: book.judge(plain(row), home=batch.place_id, decided=row.decided)
        for row in rows
        if _is_whole(row)
    }


def _is_whole(row: ImportRow) -> bool:
    return not any(problem["severity"] == "error" for problem in row.problems)


def _people(
    rows: Sequence[ImportRow], judged: Mapping[int, Judged], user: User
) -> dict[int | None, Person]:
    keys = {row.person_key for row in rows} | {one.person for one in judged.values()}
    keys.discard(None)
    if not keys:
        return {}
    found = Person.objects.visible_to(user).filter(pk__in=keys).select_related("place")
    return {person.pk: person for person in found}


def _codes(kind: ListKind, rows: Iterable[ImportRow], judged: Mapping[int, Judged]) -> set[str]:
    """Return the codes of all places that stand in rows and in what is known."""
    values = [*(row.values or {} for row in rows), *(one.known for one in judged.values())]
    for row in rows:
        values += [part for part in (row.before or {}).values() if isinstance(part, dict)]
    texts = {str(one) for value in values for one in value.values() if isinstance(one, str)}
    return {text for text in texts if text.isdecimal() and len(text) in CODE_SIZES}


CODE_SIZES = (2, 4, 6, 9, 12, 15, 18)


def place_names(codes: set[str]) -> Callable[[str], str]:
    """Return what names a place by its code; "" for a text that is no code."""
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return lambda code: short_name(names[code]) if code in names else ""


def _line(batch: ImportBatch, kind: ListKind, row: ImportRow, place: Callable[[str], str]) -> Line:
    values, problems = row.values or {}, told(row)
    tone = TONES.get(RowAction(row.action), "")
    if not tone and any(problem.severity == "warning" for problem in problems):
        tone = "warning"
    line = Line(
        row=row,
        name=name_of(batch, row),
        facts=facts_of(kind, values, [key for key in kind.shows if key != "name"], place),
        tone=tone,
        problems=problems,
        asks=row.action == RowAction.ASK and batch.state in DECIDABLE,
    )
    line.asked = asked_of(batch, kind, row) if line.asks else []
    return line


def name_of(batch: ImportBatch, row: ImportRow) -> str:
    """Return the name of a row as understood, else as the column of names has it, else a cell."""
    if name := (row.values or {}).get("name"):
        return str(name)
    raw = row.raw or {}
    named = [one["label"] for one in batch.understood.get("columns", ()) if one["field"] == "name"]
    cells = [raw[label] for label in named if raw.get(label)]
    return masked(next(iter(cells or raw.values()), ""))


def told(row: ImportRow) -> list[Told]:
    """Return the problems of a row in words; numbers in them masked."""
    return [
        Told(one.column, one.severity, masked(one.message), one.code) for one in row_problems(row)
    ]


def facts_of(
    kind: ListKind, values: Mapping[str, Any], keys: Iterable[str], place: Callable[[str], str]
) -> list[Fact]:
    """Return values under their names, masked; blank ones too, so that columns stay in line."""
    return [
        Fact(
            key_name(kind.spec, key), shown_value(field_of(kind.spec, key), values.get(key), place)
        )
        for key in keys
    ]


def changes_of(
    kind: ListKind, row: ImportRow, judged: Judged | None, place: Callable[[str], str]
) -> list[Fact]:
    """Return old and new of every field an update changes, or has changed."""
    if row.done:
        old, new = (row.before or {}).get("replaced") or {}, row.values or {}
        new = {key: new.get(key) for key in old}
    elif judged and row.action in (RowAction.UPDATE, RowAction.ASK):
        old, new = judged.known, judged.changes
    else:
        return []
    return [_change(kind, key, old.get(key), value, place) for key, value in new.items()]


def _change(kind: ListKind, key: str, old: Any, new: Any, place: Callable[[str], str]) -> Fact:
    field_ = field_of(kind.spec, key)
    was, text = shown_value(field_, old, place), shown_value(field_, new, place)
    return Fact(key_name(kind.spec, key), text, was or "—", changes=True)


def asked_of(batch: ImportBatch, kind: ListKind, row: ImportRow) -> list[str]:
    """Return the keys that a waiting row wants answered: those its questions are about."""
    feeds = {one["label"]: one["field"] for one in batch.understood.get("columns", ())}
    about = {feeds.get(one["column"]) for one in row.problems if one["severity"] == "question"}
    values = row.values or {}
    return [
        key
        for key in kind.decides
        if ((found := field_of(kind.spec, key)) and (found.key in about or key in about))
        or (key == kind.place_key and not values.get(key))
    ]


def villages_for(
    batch: ImportBatch, kind: ListKind, lines: Iterable[Line]
) -> list[tuple[str, str]]:
    """Return the villages to choose from in the table, where a row asks and they are few."""
    if not any(kind.place_key in line.asked for line in lines):
        return []
    found = villages_of(batch.place_id)
    return found if len(found) <= FEW_VILLAGES else []


@dataclass(frozen=True, slots=True)
class Side:
    """One column of the page of a row: as in the file, as understood, as known."""

    title: str
    facts: list[Fact]
    empty: str


def sides_of(batch: ImportBatch, kind: ListKind, line: Line, judged: Judged | None) -> list[Side]:
    """Return the three readings of one row, side by side, masked."""
    values = {
        key: value for key, value in (line.row.values or {}).items() if key not in NEVER_SHOWN
    }
    known = known_in_order(judged, list(values))
    place = place_names(_codes(kind, [line.row], {0: judged} if judged else {}))
    filled = [key for key, value in values.items() if value not in (None, "", [])]
    return [
        Side(_("In the file"), raw_facts(batch, kind, line.row), _("The row is empty.")),
        Side(
            _("As understood"), facts_of(kind, values, filled, place), _("Nothing was understood.")
        ),
        Side(
            _("Known in the portal"),
            facts_of(kind, known, [key for key in known if known[key] not in (None, "", [])], place)
            if line.known is None or line.known.person
            else [],
            _("Registered in another place; ask there.")
            if line.known and line.known.person is None
            else _("Nothing yet."),
        ),
    ]


def known_in_order(judged: Judged | None, keys: Sequence[str]) -> dict[str, Any]:
    """Return what is known in the order in which the row says it, so that eyes find the pairs."""
    if judged is None:
        return {}
    place = {key: n for n, key in enumerate(keys)}
    found = sorted(judged.known, key=lambda key: place.get(key, len(place)))
    return {key: judged.known[key] for key in found if key not in NEVER_SHOWN}


def raw_facts(batch: ImportBatch, kind: ListKind, row: ImportRow) -> list[Fact]:
    """Return the cells of the file under their headings; cells of personal columns are masked."""
    feeds = {one["label"]: one["field"] for one in batch.understood.get("columns", ())}
    fields = kind.spec.by_key()
    return [
        Fact(label, masked_cell(fields.get(feeds.get(label) or ""), text))
        for label, text in (row.raw or {}).items()
    ]
