"""Spans around the report and the journey: policy text, contact, travel reminder."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from policies.days import local_date
from policies.moments import Moments
from policies.pack import Duty, Pack
from policies.plan import Plan
from policies.span import Span

# What would have been due before the report came is due two hours after it, and counts as late.
LATE_SHIFT = timedelta(hours=2)
DAY = timedelta(days=1)


def report_spans(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Yield a duty owed so many hours after the report, and before departure at the latest."""
    again = at.replanned and "{classification}" in duty.occasion
    start = at.told_from if again else at.reported
    due = start + timedelta(hours=duty.hours)
    limit = at.departs or at.arrives
    if limit is not None and not again:
        due = min(due, limit)
    occasion = duty.occasion.format(classification=plan.classification, version=pack.version)
    yield _span(duty, occasion, start, due, start)


def journey_spans(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Yield a reminder before departure, and one more for each further day on the way."""
    departs = at.departs or at.arrives
    if departs is None:
        return
    starts = max(departs - timedelta(hours=duty.hours), at.reported)
    yield _span(duty, duty.occasion, starts, departs, at.reported)
    further, number = departs + DAY, 1
    while at.arrives is not None and further < at.arrives:
        starts = max(further - timedelta(hours=duty.hours), at.reported)
        if further > at.reported:
            yield _span(duty, f"{duty.occasion}+{number}", starts, further, at.reported)
        further, number = further + DAY, number + 1


def _span(duty: Duty, occasion: str, starts: datetime, due: datetime, known: datetime) -> Span:
    """Return a one-off span; a due time gone by when the duty became known is shifted and late."""
    late = due <= known
    if late:
        due = known + LATE_SHIFT
    day = local_date(starts)
    return Span(
        duty=duty.key,
        first=day,
        last=day,
        every=1,
        due_time=None,
        due_at=due,
        occasion=occasion,
        missable=False,
        clause=duty.ground.rests_on,
        evidence=duty.evidence,
        late=late,
    )
