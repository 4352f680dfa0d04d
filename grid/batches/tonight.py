"""Which villages have sent a day's list, which have nobody to list (零报告), which are missing.

A list given for a village counts for it; one given for a township or county counts for every
village that its rows name. Lists taken back, put away or only tried out do not count.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.callers import Caller, callers
from grid.choices import CODE_LENGTHS, BatchState, Level, RowAction
from grid.days import at
from grid.errors import Refused
from grid.models import ImportBatch, ImportRow, Place, User, ancestor_codes
from grid.models.places import PlaceQuerySet
from grid.scope import under

__all__ = [
    "NotNothingError",
    "VillageLine",
    "deadline",
    "missing_villages",
    "nothing_tonight",
    "villages_sent",
]

Sending = Literal["sent", "zero", "unconfirmed", "missing"]
ZERO = "零报告"
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
GIVEN = (BatchState.COMMITTED, BatchState.COMMITTING)
# Somebody uploaded it and nobody has confirmed it, or the commit stopped: one look is needed.
UNCONFIRMED = (BatchState.CHECKED, BatchState.FAILED, BatchState.CANCELLED)


class NotNothingError(Refused):
    """There is something, or nothing can be said for this place or day."""


@dataclass(slots=True)
class VillageLine:
    """One village on one day; `batch` is the first list that counts, the figures are of all.

    `state` is sent, zero (零报告), unconfirmed (uploaded, not yet confirmed) or missing. `is_late`:
    what came came after the deadline, or the deadline has passed without anything.
    """

    village: Place
    state: Sending = "missing"
    batch: ImportBatch | None = None
    lists: int = 0
    rows: int = 0
    waiting: int = 0
    refused: int = 0
    is_late: bool = False
    cadre: Caller | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to be called: nothing was sent, or nobody confirmed it."""
        return self.state in ("missing", "unconfirmed")


@dataclass(slots=True)
class _Given:
    """What one village was given on the day: its batches in their order, its rows summed."""

    batches: list[ImportBatch] = field(default_factory=list)
    rows: int = 0
    waiting: int = 0
    refused: int = 0

    def add(self, batch: ImportBatch, rows: int, waiting: int, refused: int) -> None:
        self.batches.append(batch)
        if batch.state in GIVEN:
            self.rows += rows
            self.waiting += waiting
            self.refused += refused


def deadline(day: date) -> datetime:
    """Return the moment by which the lists of a day are due."""
    return at(day, settings.GRID["list_deadline"])


def villages_sent(
    user: User,
    list_name: str,
    day: date,
    *,
    villages: "PlaceQuerySet | None" = None,
    now: datetime | None = None,
) -> list[VillageLine]:
    """Return a line for each village in the user's scope, in the order of the tree.

    `villages` narrows them. The number of queries does not depend on how many there are.
    """
    rows = Place.objects.all() if villages is None else villages
    rows = rows.visible_to(user).filter(level=Level.VILLAGE, closed=False)
    found = list(rows.order_by("code"))
    lines = _lines(found, list_name, day, now or timezone.now())
    cadres = callers([line.village.code for line in lines if line.is_open], day, seen_by=user)
    for line in lines:
        line.cadre = cadres.get(line.village.code)
    return lines


def missing_villages(codes: Sequence[str], list_name: str, day: date) -> int:
    """Return how many villages at or below these places have sent nothing at all; three queries."""
    inside = Q(pk__in=[])
    for code in codes:
        inside |= under(code, "code")
    rows = Place.objects.filter(inside, level=Level.VILLAGE, closed=False)
    lines = _lines(list(rows), list_name, day, timezone.now())
    return sum(line.state == "missing" for line in lines)


def _lines(
    villages: Sequence[Place], list_name: str, day: date, now: datetime
) -> list[VillageLine]:
    given = _given([village.code for village in villages], list_name, day)
    due = deadline(day)
    return [_line(village, given.get(village.code), due, now) for village in villages]


def _line(village: Place, given: _Given | None, due: datetime, now: datetime) -> VillageLine:
    if given is None:
        return VillageLine(village, is_late=now > due)
    counted = [batch for batch in given.batches if batch.state in GIVEN]
    lists = [batch for batch in counted if not is_zero(batch)]
    first = (lists or counted or given.batches)[0]
    state: Sending = "sent" if lists else "zero" if counted else "unconfirmed"
    # Who said in time that there is nobody and later found somebody was not late.
    came = counted[0].uploaded_at if counted else now
    figures = (given.rows, given.waiting, given.refused)
    return VillageLine(village, state, first, len(lists), *figures, is_late=came > due)


def is_zero(batch: ImportBatch) -> bool:
    """Say whether a batch holds nobody: a zero report, or a list without rows."""
    return not batch.summary.get("rows")


def _given(codes: Sequence[str], list_name: str, day: date) -> dict[str, _Given]:
    """Return what the villages were given: two queries."""
    given: dict[str, _Given] = {}
    if not codes:
        return given
    wanted = frozenset(codes)
    found = _batches(codes, list_name, day)
    batches = [batch for batch in found if not batch.options.get("validate_only")]
    named = _named([batch for batch in batches if len(batch.place_id) < VILLAGE])
    for batch in batches:
        own = batch.place_id[:VILLAGE]
        figures = named.get(batch.pk, {}) if len(own) < VILLAGE else {own: _figures(batch)}
        for code, (rows, waiting, refused) in figures.items():
            if code in wanted:
                given.setdefault(code, _Given()).add(batch, rows, waiting, refused)
    return given


def _batches(codes: Sequence[str], list_name: str, day: date) -> "QuerySet[ImportBatch]":
    """Return the batches that may count for these villages, the earliest first."""
    above = {code for one in codes for code in ancestor_codes(one)[:-1]}
    first, last = min(codes), max(codes)
    inside = Q(place__gte=first, place__lt=f"{last}:")
    rows: QuerySet[ImportBatch] = ImportBatch.objects.filter(
        inside | Q(place__in=above),
        list_name=list_name,
        as_of=day,
        state__in=(*GIVEN, *UNCONFIRMED),
    )
    return rows.select_related("uploaded_by").order_by("uploaded_at", "pk")


def _figures(batch: ImportBatch) -> tuple[int, int, int]:
    found = (batch.summary.get(name, 0) for name in ("rows", "waiting", "invalid"))
    rows, waiting, refused = found
    return rows, waiting, refused


def _named(
    batches: Iterable[ImportBatch],
) -> Mapping[object, dict[str, tuple[int, int, int]]]:
    """Return for each batch the villages its rows name: rows, waiting, refused."""
    keys = [batch.pk for batch in batches]
    rows = (
        ImportRow.objects.filter(batch__in=keys, kind="data")
        .exclude(village="")
        .order_by()
        .values_list("batch", "village")
        .annotate(
            rows=Count("pk"),
            waiting=Count("pk", filter=Q(action=RowAction.ASK)),
            refused=Count("pk", filter=Q(action=RowAction.REFUSE)),
        )
    )
    found: dict[object, dict[str, tuple[int, int, int]]] = {}
    for batch, village, count, waiting, refused in rows:
        found.setdefault(batch, {})[village] = (count, waiting, refused)
    return found


@transaction.atomic
def nothing_tonight(
    *, place: Place, day: date, list_name: str, by: User | None, now: datetime | None = None
) -> ImportBatch:
    """Write down that a village has nobody to list on a day (零报告): a batch without rows.

    Saying it again changes nothing. Raises NotNothingError for a place that is no village, a day to
    come, or a day whose list is there.
    """
    now = now or timezone.now()
    if place.level != Level.VILLAGE or place.closed:
        raise NotNothingError(
            _("%(place)s is no village in use; a zero report is given village by village.")
            % {"place": place.name}
        )
    if day > timezone.localdate(now):
        raise NotNothingError(
            _("%(day)s is still to come; a zero report is given on its day or later.")
            % {"day": day}
        )
    Place.objects.select_for_update().get(pk=place.pk)  # two presses of the button make one report
    given = _given([place.pk], list_name, day).get(place.pk)
    counted = [batch for batch in given.batches if batch.state in GIVEN] if given else []
    if lists := [batch for batch in counted if not is_zero(batch)]:
        raise NotNothingError(
            _("A list of %(place)s for %(day)s is there already (%(file)s); take it back first.")
            % {"place": place.name, "day": day, "file": lists[0].file_name}
        )
    return counted[0] if counted else _zero(place, day, list_name, by, now)


def _zero(place: Place, day: date, list_name: str, by: User | None, now: datetime) -> ImportBatch:
    figures = ("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid")
    batch = ImportBatch(
        list_name=list_name,
        file_name=ZERO,
        digest=hashlib.sha256(b"").hexdigest(),
        place=place,
        uploaded_by=by,
        as_of=day,
        state=BatchState.COMMITTED,
        committed_at=now,
        committed_by=by,
    )
    batch.summary = {**dict.fromkeys(figures, 0), "skipped": 0, "batch": str(batch.pk)}
    with acting(by=by, why="zero report"):
        batch.save(force_insert=True)
    return batch
