"""What happens to a plan when something happens to its person (A-35, A-36)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from policies.anchor import begun, placed
from policies.build import Frame, build, daily_checks
from policies.carried import carried, closed, moved_reasons
from policies.events import (
    AreaRiskChanged,
    ContactIdentified,
    Event,
    Samples,
    TestMissingAtEnd,
)
from policies.facts import Facts, Override, Stay
from policies.override import SetAside, dropped, explained, row_set
from policies.pack import LEVELS, Pack, Row
from policies.plan import Plan, Reasons
from policies.shape import Shape
from policies.situation import Situation, counting_stays
from policies.zone import zoned

LOWERED = "no_change: lowered level never shortens a stage already begun"
NOT_THERE = "no_change: the person has no stay in that place"
NOT_RAISED = "no_change: the level is not raised"
NOTHING_NEW = "no_change: neither level nor flag is new to the stay"
TWICE = "no_change: this is stated twice"
LEFT_BEFORE = "no_change: left the place more than {days} days before"
NOT_STRICTER = "no_change: the plan would not be stricter"


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The rows matched in a situation and the shape of the strictest one.

    With a row set by people the shape is that row's; `usual` is how strict the notice's own
    choice is (empty where nothing matches), `aside` the row it would have been. `decided` says
    that people set the row.
    """

    matched: tuple[Row, ...]
    shape: Shape
    usual: tuple[int, ...]
    aside: SetAside
    decided: bool


Choose = Callable[[Pack, Situation, tuple[Row, ...], Row | None], Choice]


@dataclass(slots=True)
class _State:
    """The plan so far, with what the next event needs to know about it."""

    plan: Plan
    shape: Shape
    rows: tuple[Row, ...]
    at: Situation
    facts: Facts
    start: date  # day 0 of the first plan
    anchor: date  # day 0 of the plan so far
    usual: tuple[int, ...]
    override: Override | None  # while it holds

    @property
    def bar(self) -> tuple[int, ...]:
        """How strict a later choice must be more than: the plan's row and the notice's own."""
        return max(self.shape.winner.strictness, self.usual)


def decided_first(facts: Facts, override: Override) -> bool:
    """Tell whether an override was decided before anything happened."""
    known = override.decided_on
    return known is None or not any(event.day <= known for event in facts.events)


@dataclass(frozen=True, slots=True)
class Start:
    """Where the events begin: the situation, the choice and the plan of day 0."""

    at: Situation
    choice: Choice
    plan: Plan
    day0: date


def apply_events(pack: Pack, facts: Facts, start: Start, choose: Choose) -> Plan:
    """Return the plan after all events of the facts, in the order of their dates."""
    choice = start.choice
    override = facts.override
    pending = override if override and not decided_first(facts, override) else None
    held = None if pending else override
    state = _State(
        plan=start.plan,
        shape=choice.shape,
        rows=choice.matched,
        at=start.at,
        facts=facts,
        start=start.day0,
        anchor=start.day0,
        usual=choice.usual,
        override=held,
    )
    results: list[str] = []
    seen: set[Event] = set()
    for event in facts.events:
        if pending and pending.decided_on and event.day > pending.decided_on:
            _set(pack, state, pending, choose)
            pending = None
        stated = replace(event, where="")
        results.append(TWICE if stated in seen else _happened(pack, state, event, choose))
        seen.add(stated)
    if pending:
        _set(pack, state, pending, choose)
    return replace(state.plan, event_result="; ".join(results))


def _happened(pack: Pack, state: _State, event: Event, choose: Choose) -> str:
    if isinstance(event, AreaRiskChanged):
        return _area_changed(pack, state, event, choose)
    if isinstance(event, ContactIdentified):
        return _contact_identified(pack, state, event, choose)
    if isinstance(event, TestMissingAtEnd):
        return _test_missing(state)
    return _samples(pack, event)


def _set(pack: Pack, state: _State, override: Override, choose: Choose) -> None:
    """Put the row set by people in place of the plan's, from the day that plan began."""
    old = state.plan
    choice = choose(pack, state.at, state.rows, row_set(pack, override))
    built = build(pack, choice.shape, state.anchor, Frame(old.matched, old.report))
    built = placed(pack, built, state.facts)
    built = zoned(pack, built, state.facts.zone, begun(state.facts, state.anchor))
    plan = replace(
        built,
        arrival_tests=old.arrival_tests,
        daily_checks=daily_checks(
            built.stages, old.daily_checks.first if old.daily_checks else None
        ),
        superseded_stages=old.superseded_stages,
        why=Reasons(carried(old, built)),
    )
    state.plan = explained(pack, plan, override, choice.aside)
    state.shape, state.usual, state.override = choice.shape, choice.usual, override
    state.rows = _union(state.rows, choice.matched)


def _area_changed(pack: Pack, state: _State, event: AreaRiskChanged, choose: Choose) -> str:
    window = timedelta(days=pack.number("reclass_days"))
    # Without an arrival stays are not looked at.
    history = state.facts.history if state.facts.arrival else ()
    stays = [stay for stay in history if stay.place == event.place]
    raised = [stay for stay in stays if _raises(event, stay)]
    touched = [stay for stay in raised if event.day - stay.last_day <= window]
    if not touched:
        return _why_untouched(pack, event, stays, raised)
    history = tuple(_raised(stay, event) if stay in touched else stay for stay in history)
    state.facts = replace(state.facts, history=history)
    state.at = replace(state.at, stays=counting_stays(pack, state.facts))
    choice = choose(pack, state.at, state.rows, None)
    if choice.shape.winner.strictness <= state.bar:
        state.rows = _union(state.rows, choice.matched)
        state.usual = choice.usual
        return NOT_STRICTER
    return _replan(pack, state, choice, event.day)


def _raises(event: AreaRiskChanged, stay: Stay) -> bool:
    return LEVELS.index(event.to) > LEVELS.index(stay.risk) or not event.flags <= stay.tags


def _why_untouched(
    pack: Pack, event: AreaRiskChanged, stays: list[Stay], raised: list[Stay]
) -> str:
    if not stays:
        return NOT_THERE
    if not raised:
        lowered = any(LEVELS.index(event.to) < LEVELS.index(stay.risk) for stay in stays)
        unchanged = NOTHING_NEW if event.flags else NOT_RAISED
        return LOWERED if lowered else unchanged
    return LEFT_BEFORE.format(days=pack.number("reclass_days"))


def _raised(stay: Stay, event: AreaRiskChanged) -> Stay:
    """Return the stay as raised; a level lowered beside a new flag stays what it was (A-36)."""
    risk = max(stay.risk, event.to, key=LEVELS.index)
    return replace(stay, risk=risk, tags=(stay.tags - {stay.risk}) | {risk} | event.flags)


def _contact_identified(pack: Pack, state: _State, event: ContactIdentified, choose: Choose) -> str:
    state.at = replace(
        state.at,
        contacts=state.at.contacts | {event.level},
        isolate=state.at.isolate or event.risk_assessment == "isolate",
    )
    choice = choose(pack, state.at, state.rows, None)
    if state.override and choice.usual <= state.shape.winner.strictness:
        # The row set by people asks as much: it stays, and begins anew.
        row = row_set(pack, state.override)
        choice = choose(pack, state.at, state.rows, row)
    return _replan(pack, state, choice, event.day)


def _replan(pack: Pack, state: _State, choice: Choice, day: date) -> str:
    """Put a new plan from the strictest row in place; what had begun is kept as superseded."""
    old = state.plan
    day0 = day if pack.word("reclass_anchor") == "date" else state.start
    built = build(pack, choice.shape, day0, Frame(old.matched, old.report))
    built = zoned(pack, built, state.facts.zone, day0)
    since = _checked_since(old)
    if since is not None and since > day:
        since = None
    state.anchor = day0
    kept = tuple(closed(stage, day) for stage in old.stages if stage.first_day <= day)
    shared = not (state.override or state.facts.zone)
    state.plan = replace(
        built,
        arrival_tests=old.arrival_tests,
        daily_checks=daily_checks(built.stages, since),
        superseded_stages=(*old.superseded_stages, *kept),
        why=moved_reasons(pack, old, built, len(kept), shared=shared),
    )
    result = f"reclassified:{state.plan.classification}"
    if state.override:
        result += _with_override(pack, state, state.override, choice)
    state.shape, state.usual = choice.shape, choice.usual
    state.rows = _union(state.rows, choice.matched)
    return result


def _checked_since(plan: Plan) -> date | None:
    return plan.daily_checks.first if plan.daily_checks else None


def _with_override(pack: Pack, state: _State, override: Override, choice: Choice) -> str:
    """Keep the decision's reasons where its row goes on, else say that it ended."""
    if choice.decided:
        state.plan = explained(pack, state.plan, override, choice.aside)
        return ""
    state.plan, state.override = dropped(state.plan, override), None
    return f" (override {override.row} dropped)"


def _union(before: tuple[Row, ...], after: tuple[Row, ...]) -> tuple[Row, ...]:
    return before + tuple(row for row in after if row not in before)


def _test_missing(state: _State) -> str:
    """Leave the end open: the stage is held until its test is negative (C-8)."""
    plan = state.plan
    if not plan.stages:
        return "no_change: there is no stage to hold"
    checks = plan.daily_checks
    state.plan = replace(
        plan,
        observation_ends=None,
        free_from=None,
        daily_checks=replace(checks, last=None, count=None) if checks else None,
    )
    return "held: a test is missing at the end"


def _samples(pack: Pack, event: Samples) -> str:
    hours = pack.number("sample_interval_hours")
    gap = event.second - event.first
    minutes = gap // timedelta(minutes=1)
    shown = f"{minutes // 60}h{minutes % 60:02d}m"
    if gap >= timedelta(hours=hours):
        return f"both samples count: interval {shown} >= {hours}h"
    again = (event.first + timedelta(hours=hours)).isoformat()
    return f"second sample invalid: interval {shown} < {hours}h, resample no earlier than {again}"
