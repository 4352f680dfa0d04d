"""What a re-screening that waits would mean in work: tasks a day before and after, by cadre."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from policies.spans import Span
from returnees.choices import ItemState
from returnees.models import Episode, Screening, ScreeningItem
from returnees.screening.origins import Touched, origin_of
from returnees.screening.work import foreseen
from schedules.reading.workload import tasks_by_day
from schedules.services.spans import spans_owed

DAYS = 7
MOST = 2000  # persons planned in memory for one page


@dataclass(slots=True)
class WorkLine:
    """The tasks a day of one cadre in one village, as things stand and as they would be."""

    village: str
    cadre: str  # empty: nobody answers for these persons
    persons: int = 0
    before: Counter[date] = field(default_factory=Counter)
    after: Counter[date] = field(default_factory=Counter)

    def cells(self, days: Sequence[date]) -> list[tuple[date, int, int]]:
        """Return day, tasks before, tasks after."""
        return [(day, self.before[day], self.after[day]) for day in days]


@dataclass(frozen=True, slots=True)
class ScreeningWork:
    """The lines of a re-screening, village by village; `more` persons are beyond what is shown."""

    days: list[date]
    lines: list[WorkLine]
    total: WorkLine
    more: int = 0


def work_of(
    screening: Screening, items: QuerySet[ScreeningItem], *, now: datetime | None = None
) -> ScreeningWork:
    """Return the work of those among these items who wait and whose plan would change.

    Nothing is written. The number of queries does not depend on how many there are; of more than
    MOST persons the first are shown.
    """
    now = now or timezone.now()
    waiting = items.filter(screening=screening, state=ItemState.PENDING, changes=True)
    count = waiting.count()
    chosen = list(waiting.order_by("place_id", "pk")[:MOST])
    first = timezone.localdate(now)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    lines: dict[tuple[str, str], WorkLine] = {}
    total = WorkLine("", "")
    for before, after in _plans(screening, chosen, now):
        key = (before.place_id, before.responsible.name if before.responsible else "")
        line = lines.setdefault(key, WorkLine(before.place.name, key[1]))
        for one in (line, total):
            one.persons += 1
        as_is, to_be = _days_of(before, after, now=now, first=first, last=days[-1])
        for one in (line, total):
            one.before += as_is
            one.after += to_be
    return ScreeningWork(days, [lines[key] for key in sorted(lines)], total, count - len(chosen))


def _plans(
    screening: Screening, items: Iterable[ScreeningItem], now: datetime
) -> list[tuple[Episode, Episode]]:
    """Return each episode as it is and as it would be."""
    touched = [Touched(item.episode_id, item.touch, item.why) for item in items]
    cells = foreseen(origin_of(screening), touched, now)
    changed: list[Episode] = [one.episode for one in cells if not one.problem]
    prefetch_related_objects(changed, "report")
    known: Mapping[int, Episode] = (
        Episode.objects.select_related("policy", "report", "responsible", "place")
        .defer("report__extra")
        .in_bulk([episode.pk for episode in changed])
    )
    return [(known[episode.pk], episode) for episode in changed]


def _days_of(
    before: Episode, after: Episode, *, now: datetime, first: date, last: date
) -> tuple[Counter[date], Counter[date]]:
    """Return the tasks by day before and after; acts newly owed of earlier days come up at once."""
    moved = before.classification != after.classification or before.policy_id != after.policy_id
    as_is = list(spans_owed(before))
    to_be = list(spans_owed(after, replanned_at=now if moved else None))
    days = tasks_by_day(to_be, first=first, last=last)
    days[first] += len(_acts(to_be, first) - _acts(as_is, first))
    return tasks_by_day(as_is, first=first, last=last), days


def _acts(spans: Iterable[Span], day: date) -> set[tuple[str, str]]:
    """Return the acts owed once that came up before a day."""
    return {(span.evidence, span.occasion) for span in spans if span.first == span.last < day}
