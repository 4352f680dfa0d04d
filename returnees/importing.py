"""A list becomes a batch: read, understood, compared with what is known, every row with its fate.

Nothing but the batch is written here; `returnees.services.imports` commits it and
`returnees.services.undo` takes it back.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import copy_in, make
from grid.choices import BatchState, Level, RowAction
from grid.errors import Refused
from grid.imports.duplicates import Duplicate, Duplicates
from grid.imports.lists import Context
from grid.imports.places import PlaceIndex
from grid.imports.results import Problem, Row, Understood, UnreadableFileError
from grid.imports.text import is_nothing
from grid.imports.understanding import understand
from grid.models import ImportBatch, ImportRow, Place, User
from grid.scope import under
from returnees.lists import RETURNEES
from returnees.services.import_groups import settle_groups
from returnees.services.import_known import KnownBook
from returnees.services.import_messages import problem, shown, stored
from returnees.services.import_values import Values, values_of

__all__ = ["FileRefusedError", "check_file", "place_index", "row_problems"]

LIST = "returnees"
CHUNK = 1000
SAME = ("exact", "reformatted")
# A column and the value that is read out of it.
READ_AS = {"dest_village": "dest_code", "origin": "origin_code", "stay_history": "stays"}


class FileRefusedError(Refused):
    """The file as a whole cannot be used; the sentence says what to do about it."""


@transaction.atomic
def check_file(
    *,
    content: bytes,
    file_name: str,
    place_code: str,
    by: User | None,
    as_of: date | None = None,
    now: datetime | None = None,
) -> ImportBatch:
    """Read a list for a place and return its batch, every row with verdict, problems and action.

    `as_of` is the day on which it is judged (default: today). Rows are stored encrypted. Raises
    FileRefusedError when the file as a whole is no use; then nothing is kept.
    """
    now = now or timezone.now()
    as_of = as_of or timezone.localdate(now)
    place = Place.objects.filter(pk=place_code).first()
    if place is None:
        raise FileRefusedError(
            _("Place %(code)s is not known; import the places first.") % {"code": place_code}
        )
    context = _context(place_code, as_of)
    understood = _understood(content, context)
    with acting(by=by, why="check import"):
        batch = ImportBatch(
            list_name=LIST,
            file_name=file_name[:200],
            digest=hashlib.sha256(content).hexdigest(),
            place=place,
            uploaded_by=by,
            as_of=as_of,
            state=BatchState.CHECKED,
            checked_at=now,
        )
        batch.save(force_insert=True)
        _Check(batch, understood, context.places).run()
        batch.understood = _told(understood)
        batch.summary = summary_of(batch)
        batch.save(update_fields=["understood", "summary"])
    return batch


def _context(place: str, as_of: date) -> Context:
    return Context(
        as_of=as_of,
        places=place_index(place),
        home=place,
        days_before=settings.GRID["import_days_back"],
        days_after=settings.GRID["import_days_ahead"],
    )


def _understood(content: bytes, context: Context) -> Understood:
    try:
        return understand(content, RETURNEES, context)
    except UnreadableFileError as error:
        (told,) = shown(*stored([error.problem]))
        raise FileRefusedError(told.message) from error


def place_index(home: str) -> PlaceIndex:
    """Return the places a list for this place can name: all regions, and its county's villages."""
    wanted = Q(level__lte=Level.COUNTY)
    if home:
        wanted |= under(home[:6], "code") & Q(level__lte=Level.VILLAGE)
    else:
        wanted |= Q(level__lte=Level.VILLAGE)
    rows = Place.objects.filter(wanted, closed=False).order_by()
    return PlaceIndex(rows.values_list("code", "name"), home)


@dataclass(slots=True)
class _Check:
    """One pass over a file, a thousand rows at a time."""

    batch: ImportBatch
    understood: Understood
    places: PlaceIndex
    groups: dict[int, list[int]] = field(default_factory=dict)  # first row: its later rows

    def run(self) -> None:
        """Store every row that is not blank."""
        duplicates = Duplicates(self.understood.columns)
        rows = (row for row in self.understood.rows if row.kind != "blank")
        for chunk in _chunks(rows):
            found = [duplicates.classify(row) if row.kind == "data" else None for row in chunk]
            copy_in(self._stored(chunk, found))
        settle_groups(self.batch, self.groups)

    def _stored(self, rows: Sequence[Row], found: Sequence[Duplicate | None]) -> list[ImportRow]:
        values = [self._values(row) for row in rows]
        open_ = [
            one
            for one, row, dup in zip(values, rows, found, strict=True)
            if dup is None and row.verdict in ("ok", "warn")
        ]
        book = KnownBook.of(open_)
        return [
            self._row(row, one, dup, book)
            for row, one, dup in zip(rows, values, found, strict=True)
        ]

    def _values(self, row: Row) -> Values:
        values = values_of(row)
        history = values.get("stay_history")
        if history and not is_nothing(history):
            code = self.places.origin(history).code
            if code and code != values.get("origin_code"):
                values["stays"] = [code]
        return values

    def _row(
        self, row: Row, values: Values, duplicate: Duplicate | None, book: KnownBook
    ) -> ImportRow:
        problems = list(row.problems)
        action = self._action(row, values, duplicate, book, problems)
        kept, params = stored(problems)
        return make(
            ImportRow,
            {"batch": self.batch},
            number=row.number,
            kind=row.kind,
            verdict=row.verdict or "",
            action=action,
            duplicate=duplicate.kind if duplicate else "",
            raw=row.raw,
            values={**values, "_params": params} if row.kind == "data" else None,
            problems=kept,
        )

    def _action(
        self,
        row: Row,
        values: Values,
        duplicate: Duplicate | None,
        book: KnownBook,
        problems: list[Problem],
    ) -> RowAction:
        """Say what will be done with a row, adding what there is to say about it."""
        if row.kind != "data":
            return RowAction.SKIP
        severities = {one.severity for one in problems}
        if "error" in severities:
            return RowAction.REFUSE
        if "question" in severities:
            return RowAction.ASK
        if duplicate is not None:
            return self._again(row, duplicate, problems)
        judged = book.judge(values, home=self.batch.place_id)
        if judged.problem:
            problems.append(judged.problem)
        elif judged.action == RowAction.UPDATE:
            problems.append(problem("known_update", fields=self._headings(judged.changes)))
        return judged.action

    def _headings(self, keys: Iterable[str]) -> str:
        """Return fields by the headings under which they stand in this file."""
        headings = {column.field: column.label for column in self.understood.columns}
        headings |= {READ_AS[key]: text for key, text in headings.items() if key in READ_AS}
        return "、".join(dict.fromkeys(headings.get(key, key) for key in keys))

    def _again(self, row: Row, duplicate: Duplicate, problems: list[Problem]) -> RowAction:
        """Say what will be done with a row about a person of an earlier row."""
        problems.append(duplicate.as_problem(fields=self._headings(duplicate.changed)))
        if duplicate.kind in SAME:
            return RowAction.UNCHANGED
        if duplicate.kind == "cross_village":
            return RowAction.ASK
        if duplicate.of is not None:
            self.groups.setdefault(duplicate.of, []).append(row.number)
        return RowAction.UPDATE


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _told(understood: Understood) -> dict[str, Any]:
    """Return what was understood of the file, as the batch keeps it."""
    kept, params = stored(understood.problems)
    return {
        "encoding": understood.encoding,
        "sheet": understood.sheet,
        "header_rows": list(understood.header_rows),
        "columns": [
            {"index": c.index, "label": c.label, "field": c.field} for c in understood.columns
        ],
        "counts": dict(understood.counts),
        "problems": [
            {**one, "message": told.message}
            for one, told in zip(kept, shown(kept, params), strict=True)
        ],
    }


def summary_of(batch: ImportBatch) -> dict[str, Any]:
    """Return the figures of the contract, counted from the rows as they stand."""
    from django.db.models import Count  # noqa: PLC0415

    data = batch.rows.filter(kind="data")
    by_action: dict[str, int] = dict(
        data.order_by().values_list("action").annotate(number=Count("pk"))
    )
    return {
        "rows": sum(by_action.values()),
        "created": by_action.get(RowAction.CREATE, 0),
        "updated": by_action.get(RowAction.UPDATE, 0),
        "unchanged": by_action.get(RowAction.UNCHANGED, 0),
        "duplicates": data.filter(duplicate__in=SAME).count(),
        "waiting": by_action.get(RowAction.ASK, 0),
        "invalid": by_action.get(RowAction.REFUSE, 0),
        "skipped": by_action.get(RowAction.SKIP, 0),
        "batch": str(batch.pk),
    }


def row_problems(row: ImportRow) -> list[Any]:
    """Return a row's problems with their sentences (column, code, severity, message)."""
    params = (row.values or {}).get("_params") or [{} for _one in row.problems]
    return shown(row.problems, params)
