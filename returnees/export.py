"""Returnees as a table for the township's own spreadsheets, which can be imported again.

Headings and words are those of the list of returnees, whoever asks for the table: what is edited in
it comes back by the record number, and exactly what was edited is changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.imports.choices import SEX
from grid.imports.ids import DOCUMENT_TYPES
from grid.models import Place, ancestor_codes
from grid.place_search import full_names
from grid.tables import Table
from returnees.classes import class_title
from returnees.imports.exported import record_number
from returnees.imports.list import RETURNEES
from returnees.imports.values import latest_paper
from returnees.models import Episode
from returnees.services.persons import VILLAGE

CHUNK = 2000  # rows held in memory at a time
TOWN = 9  # digits of a township's code
_FIELDS = RETURNEES.by_key()


@dataclass(frozen=True, slots=True)
class Context:
    """What the rows of one table share: full names of places, moment, whether unmasked."""

    names: Mapping[str, str]
    plain: Mapping[str, str]
    moment: str
    full: bool


Read = Callable[[Episode, Context], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of the list that reads it back, or why nothing does."""

    heading: str
    read: Read
    field: str = ""
    left_out: str = ""


def of_list(field: str, read: Read) -> Column:
    """Return a column that the list of returnees reads back, under its first heading."""
    return Column(_FIELDS[field].headings[0], read, field=field)


def own(heading: str, read: Read, *, why: str) -> Column:
    """Return a column of the portal's own, kept as it is where the table comes back."""
    return Column(heading, read, left_out=why)


def word(field: str, value: str | None, label: Any = "") -> str:
    """Return what people write for a value of a choice; its label where the list has no word."""
    words = _FIELDS[field].choices.get(value or "")
    return words[0] if words else str(label)


def _origin(episode: Episode, context: Context) -> str:
    report = episode.report
    return report.origin_text or context.names.get(report.origin_id or "", "")


def _paper(episode: Episode) -> tuple[str | None, str | None]:
    return latest_paper(episode.report.extra, episode.report.certificates.all())


def _transport(episode: Episode, _context: Context) -> str:
    report = episode.report
    return word("transport", report.transport, report.get_transport_display())


def _health_code(episode: Episode, _context: Context) -> str:
    report = episode.report
    return word("health_code", report.health_code, report.get_health_code_display())


RULED = "the notice in force and the plan decide it"
ASSIGNED = "assignments (包保) are made in the portal, with a beginning and an end"
COLUMNS: tuple[Column, ...] = (
    of_list("record", lambda e, _c: record_number(e.pk)),
    of_list("name", lambda e, _c: e.person.name),
    of_list("sex", lambda e, _c: SEX[e.person.sex][0] if e.person.sex else ""),
    of_list("id_type", lambda e, _c: DOCUMENT_TYPES.get(e.person.id_type, ("",))[0]),
    of_list("id_number", lambda e, c: e.person.id_number if c.full else e.person.masked_id),
    of_list("phone", lambda e, c: e.person.phone if c.full else e.person.masked_phone),
    of_list("dest_township", lambda e, c: c.plain.get(e.place_id[:TOWN], "")),
    of_list("dest_village", lambda e, c: c.plain.get(e.place_id[:VILLAGE], "")),
    of_list("dest_detail", lambda e, _c: e.report.address),
    of_list("origin", _origin),
    of_list("return_date", lambda e, _c: e.arrives_on),
    of_list("transport", _transport),
    of_list("transport_no", lambda e, _c: e.report.transport_no),
    of_list("health_code", _health_code),
    of_list("nat_date", lambda e, _c: _paper(e)[0]),
    of_list("nat_result", lambda e, _c: word("nat_result", _paper(e)[1])),
    of_list("occupation", lambda e, _c: e.report.occupation),
    of_list("symptom", lambda e, _c: e.report.health_state),
    of_list("remark", lambda e, _c: e.report.note),
    own("所在单位", lambda e, _c: e.report.employer, why="lists write unit and work in one column"),
    own("管理状态", lambda e, _c: e.get_state_display(), why="acts change it: arrival, release"),
    own("管控类别", lambda e, _c: class_title(e.classification), why=RULED),
    own("当前阶段", lambda e, _c: e.get_stage_kind_display(), why=RULED),
    own("管理期结束", lambda e, _c: e.observation_ends, why=RULED),
    own("当前包保干部", lambda e, _c: e.responsible.name if e.responsible else "", why=ASSIGNED),
    of_list("exported_at", lambda _e, c: c.moment),
)


def returnee_table(rows: "QuerySet[Episode]", *, full: bool) -> Table:
    """Return the episodes as a table; ID number and phone in full only when asked (JY-18d)."""
    headings = [column.heading for column in COLUMNS]
    return Table(title=_("Returnees"), headings=headings, rows=_rows(rows, full=full))


def _rows(rows: "QuerySet[Episode]", *, full: bool) -> Iterator[list[Any]]:
    # Taken before the first row is read: what is changed from here on was changed since.
    moment = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    rows = rows.select_related("person", "report", "place", "responsible")
    found = iter(rows.prefetch_related("report__certificates").iterator(chunk_size=CHUNK))
    while chunk := list(islice(found, CHUNK)):
        plain = _names(chunk)
        context = Context(full_names(plain), plain, moment, full)
        for episode in chunk:
            yield [column.read(episode, context) for column in COLUMNS]


def _names(chunk: Sequence[Episode]) -> dict[str, str]:
    """Return the names of the villages and origins of some rows, and of all above them."""
    named: Iterable[str] = {
        code
        for episode in chunk
        for code in (episode.place_id[:VILLAGE], episode.report.origin_id)
        if code
    }
    codes = {upper for code in named for upper in ancestor_codes(code)}
    return dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
