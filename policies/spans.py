"""Duty spans: what the responsible cadre owes for one plan, as a handful of rows.

A span of a daily or every-n-days duty runs from `first` to `last`; a one-off duty has both on the
day it comes up and says in `due_at` when it is due. `due_time` None means 24:00 of the day.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time

from policies.build import DAYS
from policies.days import end_of
from policies.journey import journey_spans, report_spans
from policies.moments import Moments, moments_of
from policies.pack import HOLD, Duty, Pack
from policies.plan import Plan, Stage
from policies.span import OPEN, Span

__all__ = ["OPEN", "Span", "duty_spans"]
# Owed for everybody who is expected, too: that somebody is here is known by it (JL-2.2d).
ARRIVING = ("arrival_confirmed", "landing_report")
FOLLOW_UP_TEST = "follow_up_test"


def duty_spans(
    pack: Pack,
    plan: Plan,
    *,
    reported_at: datetime | None,
    departs_at: datetime | None,
    arrives_at: datetime | None,
    registered_on: date,
    registered_at: datetime,
    arrived: bool = True,
    replanned_at: datetime | None = None,
) -> tuple[Span, ...]:
    """Return every span of a plan, in the order of the pack's duties.

    `arrived` False (an episode only expected) gives the duties around the report and the journey
    and the arrival itself alone. `replanned_at` is when the class last changed: the
    policy text is owed again from then on. Daily duties begin on the later of the plan's first
    day and `registered_on`.
    """
    moments = moments_of(
        plan, reported_at, departs_at, arrives_at, registered_on, registered_at, replanned_at
    )
    spans: list[Span] = []
    for duty in pack.duties:
        if not duty.applies_to(plan.classification):
            continue
        if not arrived and not _before_arrival(duty):
            continue
        spans += MAKERS[duty.at](pack, plan, duty, moments)
    return tuple(spans)


def _before_arrival(duty: Duty) -> bool:
    return duty.at in ("report", "journey") or duty.evidence in ARRIVING


def _none(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Events and derived duties have no dates of their own."""
    yield from ()


def _arrival(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    if at.arrival is None:
        return
    day = max(at.arrival, at.registered_on)
    # A landing report is the traveller's own: its clock runs from the landing, whoever knew.
    since = at.arrival if duty.evidence == "landing_report" else day
    yield once(duty, day, duty.occasion, end_of(since + DAYS[duty.days]))


def _checks(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    checks = plan.daily_checks
    if checks is None:
        return
    first, last = max(checks.first, at.registered_on), checks.last or OPEN
    if first <= last:
        yield repeated(duty, first, last)


def _stages(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Yield one span for each unbroken run of the duty's kinds of stage, superseded ones too."""
    for begins, last in runs(plan, duty.stages):
        first = max(begins, at.registered_on)
        if first > last:
            continue
        if duty.days:
            # The first time has until a day later; the rhythm goes on from there.
            yield once(duty, first, f"{duty.occasion}-first", end_of(first + DAYS[duty.days]))
            first += DAYS[duty.every]
        if first <= last:
            yield repeated(duty, first, last)


def runs(plan: Plan, kinds: tuple[str, ...]) -> list[tuple[date, date]]:
    """Return first and last day of each unbroken run of stages of the given kinds."""
    found: list[tuple[date, date]] = []
    for stage in (*plan.superseded_stages, *plan.stages):
        if stage.kind not in kinds:
            continue
        first, last = stage.first_day, _last_day(plan, stage)
        if last < first:
            continue
        if found and found[-1][1] + DAYS[1] >= first:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _last_day(plan: Plan, stage: Stage) -> date:
    """Return the last day a stage really asks something; OPEN while its end is not known."""
    if stage.closed_early_on:
        return stage.closed_early_on - DAYS[1]
    running = bool(plan.stages) and stage is plan.stages[-1]
    if stage.last_day is None or (running and plan.observation_ends is None):
        return OPEN
    return stage.last_day


def _tests(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    clauses = _clauses(plan)
    taken = {test.date for test in plan.arrival_tests}
    for index, arrival in enumerate(plan.arrival_tests):
        span = once(duty, arrival.date, f"arrival-{arrival.n}", end_of(arrival.due))
        yield _resting(span, clauses, f"arrival_tests[{index}]")
    for item, stage in _placed(plan):
        if stage.kind == HOLD and stage.result_due and stage.day0 not in taken:
            # A hold begun by a later event: its test is not among those of the arrival.
            span = once(duty, stage.day0, f"{HOLD}-{stage.day0}", end_of(stage.result_due))
            yield _resting(span, clauses, item)
        for index, test in enumerate(stage.tests):
            span = once(duty, test.date, f"{stage.kind}-day-{test.day}", end_of(test.date))
            yield _resting(span, clauses, f"{item}.tests[{index}]")


def _placed(plan: Plan) -> Iterator[tuple[str, Stage]]:
    for name, stages in (("superseded_stages", plan.superseded_stages), ("stages", plan.stages)):
        for index, stage in enumerate(stages):
            yield f"{name}[{index}]", stage


def _clauses(plan: Plan) -> dict[str, str]:
    return {reason.item: reason.rests_on for reason in plan.why}


def _resting(span: Span, clauses: dict[str, str], item: str) -> Span:
    """Return the span resting on the clause of its own item; on its duty's where none is known."""
    return replace(span, clause=clauses.get(item, span.clause))


def _follow_ups(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    clauses = _clauses(plan)
    for index, item in enumerate(plan.follow_ups):
        occasion = f"end+{item.days}" if item.days else f"end+{item.months}m"
        span = once(
            duty,
            item.date,
            occasion,
            end_of(item.date + DAYS[duty.grace_days]),
            evidence=FOLLOW_UP_TEST if item.what == "test" else duty.evidence,
        )
        yield _resting(span, clauses, f"follow_ups[{index}]")


def _call(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Yield the one call owed where no follow-up is planned."""
    if plan.observation_ends is None or plan.follow_ups:
        return
    day = plan.observation_ends + DAYS[duty.days]
    yield once(duty, day, duty.occasion, end_of(day + DAYS[duty.grace_days]))


def _end(pack: Pack, plan: Plan, duty: Duty, at: Moments) -> Iterator[Span]:
    """Yield what is owed after the last day, where the last stage is of the duty's kinds."""
    ends = plan.observation_ends
    if ends is None or not plan.stages or plan.stages[-1].kind not in duty.stages:
        return
    day = ends + DAYS[duty.days]
    yield once(duty, day, duty.occasion, end_of(day))


def once(duty: Duty, day: date, occasion: str, due_at: datetime, *, evidence: str = "") -> Span:
    """Return a span of one task that comes up on a day and is due at a moment."""
    return Span(
        duty=duty.key,
        first=day,
        last=day,
        every=1,
        due_time=None,
        due_at=due_at,
        occasion=occasion,
        missable=False,
        clause=duty.ground.rests_on,
        evidence=evidence or duty.evidence,
    )


def repeated(duty: Duty, first: date, last: date) -> Span:
    """Return a span of a task every so many days."""
    due: time | None = duty.due
    return Span(
        duty=duty.key,
        first=first,
        last=last,
        every=duty.every,
        due_time=due,
        due_at=None,
        occasion=duty.occasion,
        missable=duty.missable,
        clause=duty.ground.rests_on,
        evidence=duty.evidence,
    )


Maker = Callable[[Pack, Plan, Duty, Moments], Iterator[Span]]
MAKERS: dict[str, Maker] = {
    "report": report_spans,
    "journey": journey_spans,
    "arrival": _arrival,
    "checks": _checks,
    "stages": _stages,
    "tests": _tests,
    "follow_ups": _follow_ups,
    "call": _call,
    "end": _end,
    "event": _none,
    "derived": _none,
}
