"""The daily report (日报): one line a village, zeros written out (零报告)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Left

from grid.choices import CODE_LENGTHS, Level
from grid.days import at
from grid.models import Place
from returnees.choices import EpisodeState, StageKind, TestResult
from returnees.models import Abnormality, AdvanceReport, Episode, Stage, Test
from schedules.choices import CLOSED_BY_EVIDENCE, Evidence, TaskState
from schedules.models import Task

VILLAGE = CODE_LENGTHS[Level.VILLAGE]


@dataclass(slots=True)
class ReportRow:
    """One village's day, or the total; every figure is a number, zero included."""

    code: str
    name: str
    reported: int = 0  # advance reports received that day
    arrived: int = 0  # that day
    managed: int = 0  # under management at 24:00, or now when the day is not over
    centralised: int = 0  # of them
    at_home: int = 0  # of them: observed or isolated at home
    monitored: int = 0  # of them: health monitoring
    checks_due: int = 0
    checks_done: int = 0
    checks_missed: int = 0
    tests_due: int = 0
    tests_done: int = 0
    abnormal: int = 0  # findings of that day
    open_abnormal: int = 0  # findings without an outcome at the end of it
    released: int = 0  # that day

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing to report, which is reported too."""
        return not any(getattr(self, name) for name in FIGURES)


FIGURES = tuple(f.name for f in fields(ReportRow) if f.name not in {"code", "name"})


@dataclass(frozen=True, slots=True)
class DailyReport:
    """The report of a place on a day; `rows` has every village below it, those with zeros too."""

    place: Place
    day: date
    rows: list[ReportRow]
    total: ReportRow


AT_HOME = (StageKind.HOME_SINGLE_ROOM, StageKind.HOME_ISOLATION, StageKind.COMMUTE_ONLY)
MONITORED = (StageKind.HOME_MONITORING, StageKind.SELF_MONITORING)


def daily_report(place_code: str, day: date) -> DailyReport:
    """Return the report of a place; Place.DoesNotExist when there is none of that code.

    The same day asked for later gives the same figures, but for what was entered since.
    """
    place = Place.objects.get(pk=place_code)
    villages = Place.objects.under(place_code).filter(level=Level.VILLAGE).order_by("code")
    rows = {v.code: ReportRow(v.code, v.name) for v in villages}
    # What hangs on the township itself, or on a grid of the one village asked for.
    own = rows.setdefault(place_code[:VILLAGE], ReportRow(place_code, place.name))
    for figures, queryset, counts in _figures(day):
        for group in _by_village(queryset, place_code, figures, counts):
            row = rows.get(group.pop("village"), own)
            for name, value in group.items():
                setattr(row, name, getattr(row, name) + value)
    if own.code != place_code or place.level >= Level.VILLAGE or not own.is_zero:
        listed = list(rows.values())
    else:
        listed = [row for row in rows.values() if row is not own]
    total = ReportRow(place_code, place.name)
    for row in listed:
        for name in FIGURES:
            setattr(total, name, getattr(total, name) + getattr(row, name))
    return DailyReport(place=place, day=day, rows=listed, total=total)


def _by_village(
    rows: QuerySet[Any], code: str, place: str, counts: dict[str, Any]
) -> Iterable[dict[str, Any]]:
    groups: Iterable[dict[str, Any]] = (
        rows.filter(**{f"{place}__gte": code, f"{place}__lt": code + ":"})
        .order_by()
        .annotate(village=Left(f"{place}_id", Value(VILLAGE)))
        .values("village")
        .annotate(**counts)
    )
    return groups


def _figures(day: date) -> list[tuple[str, QuerySet[Any], dict[str, Any]]]:
    """Return, one query each: the column of the place, the rows, what is counted of them."""
    begin, end = at(day, time(0)), at(day + timedelta(days=1), time(0))
    done = Q(state__in=CLOSED_BY_EVIDENCE)
    check, test = Q(duty__evidence=Evidence.HEALTH_LOG), Q(duty__evidence=Evidence.TEST)
    open_at_end = Q(closed_at=None) | Q(closed_at__gte=end)
    return [
        (
            "place",
            AdvanceReport.objects.filter(reported_at__gte=begin, reported_at__lt=end),
            {"reported": Count("pk")},
        ),
        (
            "place",
            Episode.objects.filter(arrived_at__lt=end),
            {
                "arrived": Count("pk", filter=Q(arrived_at__gte=begin)),
                "managed": Count("pk", filter=open_at_end),
                "released": Count(
                    "pk",
                    filter=Q(state=EpisodeState.RELEASED, closed_at__gte=begin, closed_at__lt=end),
                ),
            },
        ),
        (
            "episode__place",
            _running(day, end),
            {
                "centralised": Count("pk", filter=Q(kind=StageKind.CENTRALISED)),
                "at_home": Count("pk", filter=Q(kind__in=AT_HOME)),
                "monitored": Count("pk", filter=Q(kind__in=MONITORED)),
            },
        ),
        (
            "place",
            Task.objects.on(day).exclude(state=TaskState.CANCELLED),
            {
                "checks_due": Count("pk", filter=check),
                "checks_done": Count("pk", filter=check & done),
                "checks_missed": Count("pk", filter=check & Q(state=TaskState.MISSED)),
                "tests_due": Count("pk", filter=test),
            },
        ),
        (
            "episode__place",
            Test.objects.filter(sampled_at__gte=begin, sampled_at__lt=end).exclude(
                result=TestResult.INVALID
            ),
            {"tests_done": Count("pk")},
        ),
        (
            "place",
            Abnormality.objects.filter(found_at__lt=end),
            {
                "abnormal": Count("pk", filter=Q(found_at__gte=begin)),
                "open_abnormal": Count("pk", filter=open_at_end),
            },
        ),
    ]


def _running(day: date, end: datetime) -> QuerySet[Stage]:
    """Return the stage each person under management at the end of the day was in, held ones too."""
    return (
        Stage.objects.filter(episode__arrived_at__lt=end, first_day__lte=day)
        .filter(Q(episode__closed_at=None) | Q(episode__closed_at__gte=end))
        .filter(Q(last_day__gte=day) | Q(closed_on=None) | Q(closed_on__gte=day))
        .filter(Q(superseded_on=None) | Q(superseded_on__gt=day))
    )
