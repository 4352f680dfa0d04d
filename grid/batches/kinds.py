"""What a list must say of itself so that the machine can check, write and take back its rows.

One instance of a `ListKind` per list, given to `grid.batches.registry.register` by the app whose
records the list writes. Most lists write rows of one model: they take `RecordKind`
(grid.batches.records).
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise

from grid.batches.placing import place_index, settle_places
from grid.choices import CODE_LENGTHS, Level, RowAction
from grid.imports.lists import Context, ListSpec
from grid.imports.results import Problem, Row, Severity
from grid.models import ImportBatch, ImportRow, User
from grid.permissions import Permission

VILLAGE = CODE_LENGTHS[Level.VILLAGE]
Values = dict[str, Any]  # canonical values by field key, as JSON: dates in ISO 8601
Touched = dict[int, tuple[str, datetime]]  # by target key: who worked with it last, and when


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows of a batch share.

    `batch` is its key, `home` the code of the place it was given for, `as_of` the day it is judged
    on, `moment` the moment that stands for that day, `places` the codes of the loaded provinces,
    cities and counties; with `overwrite` the list wins over later edits by hand.
    """

    batch: UUID
    as_of: date
    moment: datetime
    places: frozenset[str]
    home: str = ""
    overwrite: bool = False

    def loaded(self, code: str | None) -> str | None:
        """Return the code if its place is loaded, else the nearest loaded one above it, or None."""
        while code and code not in self.places:
            code = code[:-2] if len(code) in (4, 6) else code[:-3]
        return code or None


@dataclass(slots=True)
class Judged:
    """What is to be done with a row: to what, what that changes, what there is to say about it.

    `key` is the primary key of the record the row is about, None for one to be made; `person` the
    person's, where there is one. `known` is what the portal knows by now, `changes` the values that
    differ. `problems` are added to the row's; with the action ASK they are questions. `subject` is
    the kind's own: whatever create and update need.
    """

    action: RowAction
    key: int | None = None
    person: int | None = None
    known: Values = field(default_factory=dict)
    changes: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    subject: Any = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a batch that only its list knows, as a tile; `code` names its rows' problem.

    `tone` is "", "danger" or "warning".
    """

    label: str
    value: int
    tone: str = ""
    code: str = ""


@dataclass(slots=True)
class Merged:
    """What the rows about one record change together, the later values over the earlier."""

    judged: Judged
    rows: list[ImportRow] = field(default_factory=list)
    changes: Values = field(default_factory=dict)


class Book(Protocol):
    """What is known of the subjects of some rows, loaded beforehand."""

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Say what to do with an importable row; no query.

        `home` is the place the list was given for; `decided` the action somebody has chosen where
        the row asked, so that it must not ask the same again; "" where nobody has.
        """
        ...


class ListKind(ABC):
    """A kind of list: how its rows are understood, and what they write.

    Rows are given in chunks of a thousand at most; each method costs a constant number of queries.
    """

    name: ClassVar[str]  # stable: commands, addresses and batches name the list by it
    title: ClassVar[Promise | str]
    spec: ClassVar[ListSpec]
    model: ClassVar[Any]  # the model whose keys target keys are
    permission: ClassVar[Permission] = Permission.IMPORT
    levels: ClassVar[tuple[Level, ...]] = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
    shows: ClassVar[tuple[str, ...]] = ("name", "id_number", "phone", "dest_code")
    decides: ClassVar[tuple[str, ...]] = ()  # fields a decision may fill, e.g. dest_code
    asks_day: ClassVar[bool] = True  # whether the upload asks for the day it is judged on
    nightly: ClassVar[bool] = False  # whether every village sends it every night
    template_fields: ClassVar[tuple[str, ...]] = ()  # columns of the template; (): all fields
    place_key: ClassVar[str] = ""  # the value that says in which place a record is, if any
    # Values that name or describe a subject rather than change it: they make no update.
    never_compared: ClassVar[frozenset[str]] = frozenset(
        ("id_type", "id_number", "sex", "birth", "origin_level", "seq")
    )
    # A value and the field of the column it is read out of, where their keys differ.
    read_as: ClassVar[Mapping[str, str]] = {
        "dest_code": "dest_village",
        "origin_code": "origin",
    }
    follows: ClassVar[Promise | str] = ""  # a sentence: what a commit leads to, and for whom
    # Whether rows about different subjects may be written by several workers at once: what a row
    # writes must hang on nothing that another row of the list writes, but for what `meets` tells.
    side_by_side: ClassVar[bool] = False
    # The list's own problems: code -> severity and sentence (gettext_noop, with %(param)s).
    messages: ClassVar[Mapping[str, tuple[Severity, str]]] = {}

    def context(self, place: str, as_of: date) -> Context:
        """Return what a list for this place is judged by."""
        return Context(
            as_of=as_of,
            places=place_index(place),
            home=place,
            days_before=settings.GRID["import_days_back"],
            days_after=settings.GRID["import_days_ahead"],
        )

    def values(self, row: Row, context: Context) -> Values:
        """Return what a data row says as JSON; subclasses may cut and derive."""
        return {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in row.values.items()
        }

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return what tells the same subject twice in one list; None where nothing does.

        The same phone or name alone is no sign of it.
        """
        number = values.get("id_number")
        return (values.get("id_type") or "", number) if number else None

    def meets(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return a sign that rows about different subjects may share, and then be one; or None.

        Rows that share it are not written at the same time, only one after the other.
        """
        name, phone = values.get("name"), values.get("phone")
        return (name, phone) if name and phone else None

    @abstractmethod
    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> Book:
        """Load what is known of these rows' subjects, locked for the transaction where asked."""

    def before(self, values: Mapping[str, Any], judged: Judged) -> Values:
        """Return what a row replaces and puts, for taking it back; asked before it is written.

        Default: {"replaced": known values of the changed fields, "put": the new ones}.
        """
        if not judged.changes:
            return {}
        put = {key: values[key] for key in judged.changes if key in values}
        return {"replaced": {key: judged.known.get(key) for key in put}, "put": put}

    @abstractmethod
    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Make a record of each row, all or none; set `target_key`, `person_key` of each row.

        Raises Refused: the machine halves the rows until the one that cannot be is alone.
        """

    @abstractmethod
    def update(self, merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
        """Change the known records, all or none; the keys of the rows are set already.

        Raises Refused, as `create` does.
        """

    @abstractmethod
    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Return, by target key, who has worked with what these rows wrote since, and when.

        `grid.batches.hands.touched` tells it from the history of models and what hangs below.
        """

    @abstractmethod
    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Take written rows back, the last row of the list first; refuse nothing.

        Rows somebody worked with since are not among them. What a row of the action create made is
        deleted; an update's `before` says what it replaced.
        """

    def answered(
        self, values: Mapping[str, Any], answers: Mapping[str, Any], batch: ImportBatch
    ) -> Values:
        """Return the values a decision puts into a row, or raise Refused.

        `answers` holds fields of `decides` alone. Default: places must be known, and the row's
        `place_key` must end up under the batch's place.
        """
        return settle_places(values, answers, batch.place, self.place_key)

    def village(self, values: Mapping[str, Any]) -> str:
        """Return the code of the village a row names, "" for none; stored in the open."""
        return str(values.get(self.place_key or "dest_code") or "")[:VILLAGE]

    def prepare(self, batch: ImportBatch, *, by: User | None) -> list[str]:
        """Do what must be there before a command writes; return sentences to report."""
        return []

    def bar(self, batch: ImportBatch) -> str:
        """Return why nothing of a checked batch could be written now and what to do, "" if it can.

        Asked before a commit begins, so that one sentence is said instead of one for every row.
        """
        return ""

    def bar_lifted_at(self, batch: ImportBatch, user: User) -> tuple[str, str]:
        """Return address and title of the page where a user may lift the bar, "" twice for none."""
        return "", ""

    def after(self, batch: ImportBatch, *, by: User | None) -> None:  # noqa: B027  may do nothing
        """Do what follows once a batch is committed or taken back, or a row of it decided since."""

    def shown_at(self, batch: ImportBatch) -> str:
        """Return the address of a page that lists what a batch wrote, "" where there is none."""
        return ""

    def figures(self, batch: ImportBatch) -> Sequence[Figure]:
        """Return what stands beside the figures every list has; a constant number of queries."""
        return ()

    def responsible(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return who answers for the subject of each row, by row number, for the answer file."""
        return {}

    def category(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return the class of the subject of each row, by row number, for the answer file."""
        return {}
