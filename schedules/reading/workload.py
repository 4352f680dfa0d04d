"""How much work spans bring, day by day: for those who decide before it begins."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from policies.spans import Span

DAY = timedelta(days=1)


def tasks_by_day(spans: Iterable[Span], *, first: date, last: date) -> Counter[date]:
    """Return how many tasks come up on each day from `first` to `last`, both included.

    Days without a task have no entry. What came up before `first` is not counted.
    """
    days: Counter[date] = Counter()
    for span in spans:
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
