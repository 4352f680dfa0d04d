"""What the page of an import shows: its steps, figures, reasons, and which rows are looked for."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BinaryField, Count, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.areas import short_name
from grid.batches.callers import callers
from grid.batches.kinds import ListKind
from grid.choices import BatchState, RowAction
from grid.crypto import unseal_bytes
from grid.days import today
from grid.import_words import code_label
from grid.models import ImportBatch, ImportRow, Person, Place, User

# Filter of the page -> figure of the summary; the tiles lead to them.
FIGURES = {
    "all": "rows",
    RowAction.CREATE: "created",
    RowAction.UPDATE: "updated",
    RowAction.UNCHANGED: "unchanged",
    RowAction.ASK: "waiting",
    RowAction.REFUSE: "invalid",
    RowAction.SKIP: "skipped",
}
TONES = {RowAction.ASK: "warning", RowAction.REFUSE: "danger"}
SEVERITIES = ("error", "question", "warning", "note")
RUNNING = (BatchState.CHECKING, BatchState.COMMITTING, BatchState.UNDOING)
PLANNED = (BatchState.CHECKED, BatchState.DISCARDED)
DECIDABLE = (BatchState.CHECKED, BatchState.COMMITTED)
GOES_ON = (BatchState.FAILED, BatchState.CANCELLED)
MOST_READ = 20_000  # rows that are unsealed for a search by name
MOST_FOUND = 200  # rows that a search by name returns
MOST_VILLAGES = 6  # named before a confirmation
LONGEST_NUMBER = 9  # digits of a row number


@dataclass(frozen=True, slots=True)
class Tab:
    """A filter of the rows with its figure."""

    key: str
    label: str
    count: int
    tone: str


@dataclass(frozen=True, slots=True)
class CodeCount:
    """A reason with how many rows it concerns."""

    code: str
    label: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows of an import are asked for: by fate, by reason, by name or number."""

    show: str = "all"
    code: str = ""
    query: str = ""

    @classmethod
    def of(cls, query: Any) -> "Sought":
        """Read the address; whatever is odd in it counts as nothing."""
        show = query.get("show", "all")
        return cls(
            show=show if show in FIGURES else "all",
            code=query.get("code", "")[:40],
            query=query.get("q", "").replace("\0", "").strip()[:60],
        )


def tabs_of(batch: ImportBatch) -> list[Tab]:
    """Return the filters with the figures of the summary."""
    planned = batch.state in PLANNED
    labels = {
        "all": _("Rows in all"),
        RowAction.CREATE: _("Would be created") if planned else _("Created"),
        RowAction.UPDATE: _("Would be updated") if planned else _("Updated"),
        RowAction.UNCHANGED: _("Unchanged"),
        RowAction.ASK: _("Waiting for a decision"),
        RowAction.REFUSE: _("Not importable"),
        RowAction.SKIP: _("Left out"),
    }
    counts = {key: batch.summary.get(figure, 0) for key, figure in FIGURES.items()}
    return [
        Tab(key, labels[key], counts[key], TONES.get(key, "") if counts[key] else "")  # type: ignore[call-overload]
        for key in FIGURES
        if counts[key] or key != RowAction.SKIP
    ]


def codes_of(batch: ImportBatch, kind: ListKind, sought: Sought) -> list[CodeCount]:
    """Return the reasons in the rows of a filter with their counts, the gravest first."""
    rows = batch.rows.filter(kind="data").exclude(problems=[])
    if sought.show != "all":
        rows = rows.filter(action=sought.show)
    # Few combinations of reasons occur, however many rows have them.
    alike = rows.order_by().values_list("problems").annotate(n=Count("pk"))
    found: Counter[tuple[str, str]] = Counter()
    for problems, n in alike:
        for one in {(problem["code"], problem["severity"]) for problem in problems}:
            found[one] += n
    own = sentences_of(kind)
    counts = [CodeCount(code, code_label(code, own), how, n) for (code, how), n in found.items()]
    return sorted(counts, key=lambda one: (SEVERITIES.index(one.severity), -one.count, one.code))


def sentences_of(kind: ListKind) -> dict[str, str]:
    """Return the sentences of the codes that only this list knows, in the reader's language."""
    return {code: _(sentence) for code, (_severity, sentence) in kind.messages.items()}


def rows_of(batch: ImportBatch, sought: Sought) -> QuerySet[ImportRow]:
    """Return the data rows that are asked for.

    A name is looked for in the sealed rows: in those of persons known by such a name, and in so
    many of those about nobody known as take no more than a blink.
    """
    rows = _narrowed(batch, sought)
    if _is_number(sought.query):
        return rows.filter(number=int(sought.query))
    if sought.query:
        persons = Person.objects.filter(name__contains=sought.query).values("pk")
        known = rows.filter(person_key__in=persons).order_by("number")
        keys = _named(known, sought.query) + _named(_nobodys(rows), sought.query)
        return rows.filter(pk__in=keys)
    return rows


def _is_number(query: str) -> bool:
    return query.isdecimal() and len(query) <= LONGEST_NUMBER


def _narrowed(batch: ImportBatch, sought: Sought) -> QuerySet[ImportRow]:
    """Return the data rows of a fate and reason."""
    rows = batch.rows.filter(kind="data")
    if sought.show != "all":
        rows = rows.filter(action=sought.show)
    if sought.code:
        rows = rows.filter(problems__contains=[{"code": sought.code}])
    return rows


def _named(rows: QuerySet[ImportRow], query: str) -> list[int]:
    """Return the keys of rows whose name holds a text: every row is unsealed, few are parsed."""
    wanted = json.dumps(query, ensure_ascii=False)[1:-1].encode()
    sealed = ExpressionWrapper(F("values"), output_field=BinaryField())
    pairs: Iterator[tuple[int, Any]] = (
        rows.annotate(sealed=sealed).values_list("pk", "sealed")[:MOST_READ].iterator()
    )
    found: list[int] = []
    for key, value in pairs:
        text = unseal_bytes(value) if value else b""
        if wanted in text and query in str(json.loads(text).get("name") or ""):
            found.append(key)
            if len(found) == MOST_FOUND:
                break
    return found


def _nobodys(rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    """Return the rows about nobody known yet, as they stand in the file."""
    return rows.filter(person_key=None).order_by("number")


def not_read(batch: ImportBatch, sought: Sought) -> int:
    """Return after how many rows the search for a name stopped; 0 where it read them all."""
    if not sought.query or _is_number(sought.query):
        return 0
    rows = _nobodys(_narrowed(batch, sought))
    return MOST_READ if rows[MOST_READ : MOST_READ + 1].exists() else 0


def order_of(sought: Sought) -> tuple[str, ...]:
    """Return how rows are sorted: by fate where all are shown, then as they stand in the file."""
    return ("action", "number", "pk") if sought.show == "all" else ("number", "pk")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the conversation: done, current or still ahead; with an address where one is."""

    label: str
    state: str
    href: str = ""


def steps_of(batch: ImportBatch, open_questions: int) -> list[Step]:
    """Return where the conversation stands."""
    labels = [_("Upload"), _("Reading"), _("Columns"), _("Rows"), _("Confirm")]
    at = {
        BatchState.CHECKING: 1,
        BatchState.CHECKED: 2 if open_questions else 3,
        BatchState.COMMITTING: 4,
        BatchState.FAILED: 4 if batch.checked_at else 1,
        BatchState.CANCELLED: 4 if batch.checked_at else 1,
    }.get(BatchState(batch.state), len(labels))
    states = ["done"] * at + ["current"] + ["ahead"] * len(labels)
    return [Step(label, state) for label, state in zip(labels, states, strict=False)]


def promise_of(batch: ImportBatch) -> str:
    """Return in one sentence what a confirmation does with the rows."""
    figures = batch.summary
    parts = [
        ngettext("%(n)d new", "%(n)d new", figures.get("created", 0)),
        ngettext("%(n)d updated", "%(n)d updated", figures.get("updated", 0)),
        ngettext("%(n)d unchanged", "%(n)d unchanged", figures.get("unchanged", 0)),
        ngettext(
            "%(n)d waits for a decision", "%(n)d wait for a decision", figures.get("waiting", 0)
        ),
        ngettext("%(n)d not imported", "%(n)d not imported", not_imported(figures)),
    ]
    counts = [
        *(figures.get(key, 0) for key in ("created", "updated", "unchanged", "waiting")),
        not_imported(figures),
    ]
    told = [part % {"n": n} for part, n in zip(parts, counts, strict=True) if n]
    if not told:
        return _("No row would be written.")
    return _("%(parts)s.") % {"parts": _(", ").join(told)}


def decisions_told(batch: ImportBatch) -> str:
    """Return in a sentence what became of decisions when the list was read again; "" for none."""
    figures = batch.summary
    if batch.state != BatchState.CHECKED or "decisions_kept" not in figures:
        return ""
    kept, lapsed = figures["decisions_kept"], figures["decisions_lapsed"]
    parts = [
        ngettext("%(n)d decision was kept.", "%(n)d decisions were kept.", kept) % {"n": kept},
        ngettext(
            "%(n)d decision lapsed: its row or its question has changed.",
            "%(n)d decisions lapsed: their rows or their questions have changed.",
            lapsed,
        )
        % {"n": lapsed},
    ]
    return " ".join(part for part, n in zip(parts, (kept, lapsed), strict=True) if n)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A village whose people an import is about: how many rows, and who is told of the work."""

    name: str
    rows: int
    cadre: str


def concerned(batch: ImportBatch, user: User) -> tuple[list[Concerned], int]:
    """Return the villages that get most of the work, and how many more there are."""
    rows = batch.rows.filter(kind="data", action__in=(RowAction.CREATE, RowAction.UPDATE))
    counts = rows.exclude(village="").order_by().values_list("village").annotate(n=Count("pk"))
    most = list(counts.order_by("-n", "village")[: MOST_VILLAGES + 1])
    more = counts.count() - MOST_VILLAGES if len(most) > MOST_VILLAGES else 0
    most = most[:MOST_VILLAGES]
    codes = [code for code, _n in most]
    names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
    answer_for = callers(codes, today(), seen_by=user)
    return [
        Concerned(
            name=short_name(names.get(code, code)),
            rows=n,
            cadre=answer_for[code].name if code in answer_for else "",
        )
        for code, n in most
    ], more


def not_imported(figures: dict[str, Any]) -> int:
    """Return how many data rows stay out: not importable, or left out by a decision."""
    return int(figures.get("invalid", 0)) + int(figures.get("skipped", 0))


def writes(batch: ImportBatch) -> int:
    """Return how many rows a confirmation would write."""
    return int(batch.summary.get("created", 0)) + int(batch.summary.get("updated", 0))
