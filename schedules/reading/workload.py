"""How much work plans bring, day by day: for those who decide before it begins."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from policies.pack import Pack
from policies.spans import Span
from policies.stored import stored_plan
from schedules.planned import Times, spans_of
from schedules.services.duties import NO_ROW

DAY = timedelta(days=1)


def tasks_by_day(
    plans: Iterable[tuple[Pack, Mapping[str, Any], Times]], *, first: date, last: date
) -> Counter[date]:
    """Return how many tasks come up on each day from `first` to `last`, both included.

    Each plan is its pack, its stored form and the moments it is timed by. Days without a task have
    no entry. What came up before `first` is not counted: it is there whichever plan holds.
    """
    days: Counter[date] = Counter()
    for pack, plan, times in plans:
        for span in spans_of(pack, stored_plan(plan), times):
            if span.evidence not in NO_ROW:
                days.update(days_of(span, first=first, last=last))
    return days


def days_of(span: Span, *, first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last` on which a span owes a task."""
    begins = max(span.first, first)
    behind = (begins - span.first).days % span.every
    day = begins + (span.every - behind) * DAY if behind else begins
    while day <= min(span.last, last):
        yield day
        day += span.every * DAY
