"""The overview of a place: who is managed, what is owed, where it is red and whose it is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Left
from django.utils import timezone

from grid.choices import CODE_LENGTHS, Level, Tier
from grid.models import Place, User
from grid.responsibility import tier_holders
from returnees.choices import EpisodeState
from returnees.models import Abnormality, Episode
from schedules.choices import CLOSED_BY_EVIDENCE, Evidence, TaskState
from schedules.models import Task
from schedules.reading.gaps import gaps_by_village

SOON = timedelta(hours=48)
VILLAGE = CODE_LENGTHS[Level.VILLAGE]


@dataclass(slots=True)
class VillageFigures:
    """The figures of one village, or the sum of several."""

    code: str = ""
    name: str = ""
    active: int = 0  # persons under management
    expected: int = 0  # reported, not arrived
    arriving: int = 0  # of them within 48 hours, or overdue to arrive
    checks_due: int = 0  # health checks of the day
    checks_done: int = 0
    tasks_due: int = 0  # all tasks of the day, checks included
    tasks_done: int = 0
    overdue: int = 0  # pending tasks past their due time
    raised: int = 0  # of them: three attempts reached nobody
    abnormal: int = 0  # findings without an outcome
    unheld: int = 0  # open episodes without a responsible cadre
    households: int = 0  # uncovered
    persons: int = 0  # uncovered

    def add(self, **more: int) -> None:
        """Count so much more."""
        for name, value in more.items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def redness(self) -> tuple[int, int, int]:
        """How much is wrong, for comparison: findings, then overdue work, then gaps."""
        return self.abnormal, self.overdue, self.unheld + self.households + self.persons


@dataclass(frozen=True, slots=True)
class Red:
    """Where it is red, and whose it is: the household cadre's chief in the village, else above."""

    village: VillageFigures
    holder: User | None
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures of a place on a day; `villages` has every village, those with nothing too."""

    place: Place
    day: date
    villages: list[VillageFigures]
    total: VillageFigures
    classes: Counter[str] = field(default_factory=Counter)  # under management by class
    stages: Counter[str] = field(default_factory=Counter)  # under management by stage
    red: Red | None = None  # None: nothing is wrong anywhere


def dashboard(place_code: str, day: date | None = None, now: datetime | None = None) -> Dashboard:
    """Return the overview of a place; Place.DoesNotExist when there is none of that code.

    A constant number of queries, each an index range of the place: what goes on elsewhere does
    not slow it.
    """
    now = now or timezone.now()
    day = day or timezone.localdate(now)
    places = {p.code: p for p in Place.objects.under(place_code).filter(level__lte=Level.VILLAGE)}
    if place_code not in places:
        places[place_code] = Place.objects.get(pk=place_code)
    by_village = {
        code: VillageFigures(code=code, name=place.name)
        for code, place in sorted(places.items())
        if place.level == Level.VILLAGE or code == place_code
    }
    board = Dashboard(
        place=places[place_code], day=day, villages=[], total=VillageFigures(code=place_code)
    )
    book = Book(place_code, by_village)
    _count_episodes(book, board, day=day, now=now)
    _count_tasks(book, day=day, now=now)
    book.count(Abnormality.objects.open(), abnormal=Count("pk"))
    for village, what, number in gaps_by_village(under=place_code, day=day):
        book.of(village).add(**{what: number})
    return _finished(board, book, day)


class Book:
    """Figures by village below one place; rows of places between count for the place itself."""

    def __init__(self, code: str, villages: dict[str, VillageFigures]) -> None:
        self.code = code
        self.villages = villages

    def of(self, village: str) -> VillageFigures:
        """Return the figures of a village, or of the whole where it is none of them."""
        return self.villages.get(village) or self.villages[self.code]

    def grouped(
        self, rows: QuerySet[Any], *by: str, **counts: Any
    ) -> Iterable[tuple[VillageFigures, dict[str, Any]]]:
        """Return rows counted by village and further columns, in one query."""
        groups = (
            rows.under(self.code)  # type: ignore[attr-defined]
            .order_by()
            .annotate(village=Left("place_id", Value(VILLAGE)))
            .values("village", *by)
            .annotate(**counts)
        )
        return ((self.of(group.pop("village")), group) for group in groups)

    def count(self, rows: QuerySet[Any], **counts: Any) -> None:
        """Add counts by village."""
        for figures, group in self.grouped(rows, **counts):
            figures.add(**group)


def _count_episodes(book: Book, board: Dashboard, *, day: date, now: datetime) -> None:
    soon = timezone.localdate(now + SOON) if day == timezone.localdate(now) else day + SOON
    rows = book.grouped(
        Episode.objects.open(),
        "state",
        "classification",
        "stage_kind",
        n=Count("pk"),
        soon=Count("pk", filter=Q(arrives_on__lte=soon)),
        unheld=Count("pk", filter=Q(responsible=None)),
    )
    for figures, group in rows:
        figures.add(unheld=group["unheld"])
        if group["state"] == EpisodeState.EXPECTED:
            figures.add(expected=group["n"], arriving=group["soon"])
        else:
            figures.add(active=group["n"])
            board.classes[group["classification"]] += group["n"]
            board.stages[group["stage_kind"]] += group["n"]


def _count_tasks(book: Book, *, day: date, now: datetime) -> None:
    done, check = Q(state__in=CLOSED_BY_EVIDENCE), Q(duty__evidence=Evidence.HEALTH_LOG)
    book.count(
        Task.objects.on(day).exclude(state=TaskState.CANCELLED),
        tasks_due=Count("pk"),
        tasks_done=Count("pk", filter=done),
        checks_due=Count("pk", filter=check),
        checks_done=Count("pk", filter=done & check),
    )
    book.count(
        Task.objects.overdue(now),
        overdue=Count("pk"),
        raised=Count("pk", filter=Q(raised_at__isnull=False)),
    )


def _finished(board: Dashboard, book: Book, day: date) -> Dashboard:
    """Sum up, and name the village where most is wrong with whoever answers for it."""
    whole = book.villages[board.place.code]
    counted = [f.name for f in fields(VillageFigures) if f.name not in {"code", "name"}]
    for figures in book.villages.values():
        board.total.add(**{name: getattr(figures, name) for name in counted})
    # The place itself is a line only where it is a village, or rows hang on it directly.
    shown = [
        figures
        for figures in book.villages.values()
        if figures is not whole
        or board.place.level >= Level.VILLAGE
        or any(getattr(figures, name) for name in counted)
    ]
    board.villages.extend(shown)
    worst = max(shown, key=lambda figures: figures.redness, default=None)
    if worst is None or not any(worst.redness):
        return board
    holder, tier = _whose(worst.code, day)
    return Dashboard(
        place=board.place, day=day, villages=board.villages, total=board.total,
        classes=board.classes, stages=board.stages, red=Red(worst, holder, tier),
    )  # fmt: skip


def _whose(code: str, day: date) -> tuple[User | None, Tier | None]:
    """Return who answers for a village: its township cadre, else the leader above, else below."""
    holders = tier_holders([code], day)[code]
    for tier in (Tier.VILLAGE, Tier.BLOCK, Tier.COUNTY, Tier.HOUSEHOLD):
        if tier in holders:
            return User.objects.get(pk=holders[tier]), tier
    return None, None
