"""What happens to a plan when something happens to its person (A-35, A-36)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from policies.build import Frame, build, daily_checks
from policies.events import AreaRiskChanged, ContactIdentified, Samples, TestMissingAtEnd
from policies.facts import Facts, Stay
from policies.memory import remembered
from policies.pack import LEVELS, Pack, Row
from policies.plan import Plan, Reason, Reasons, Stage
from policies.shape import Shape
from policies.situation import Situation, counting_stays

LOWERED = "no_change: lowered level never shortens a stage already begun"
NOT_THERE = "no_change: the person has no stay in that place"
NOT_RAISED = "no_change: the level is not raised"
LEFT_BEFORE = "no_change: left the place more than {days} days before"
NOT_STRICTER = "no_change: the plan would not be stricter"


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The rows matched in a situation and the shape of the strictest one."""

    matched: tuple[Row, ...]
    shape: Shape


Choose = Callable[[Pack, Situation, tuple[Row, ...]], Choice]


@dataclass(slots=True)
class _State:
    """The plan so far, with what the next event needs to know about it."""

    plan: Plan
    shape: Shape
    rows: tuple[Row, ...]
    at: Situation
    facts: Facts
    start: date


def apply_events(
    pack: Pack, facts: Facts, at: Situation, choice: Choice, first: Plan, choose: Choose
) -> Plan:
    """Return the plan after all events of the facts, in the order of their dates."""
    start = first.stages[0].day0 if first.stages else facts.arrival or facts.events[0].day
    state = _State(first, choice.shape, choice.matched, at, facts, start)
    results = []
    for event in facts.events:
        if isinstance(event, AreaRiskChanged):
            results.append(_area_changed(pack, state, event, choose))
        elif isinstance(event, ContactIdentified):
            results.append(_contact_identified(pack, state, event, choose))
        elif isinstance(event, TestMissingAtEnd):
            results.append(_test_missing(state))
        else:
            results.append(_samples(pack, event))
    return replace(state.plan, event_result="; ".join(results))


def _area_changed(pack: Pack, state: _State, event: AreaRiskChanged, choose: Choose) -> str:
    window = timedelta(days=pack.number("reclass_days"))
    # Without an arrival stays are not looked at.
    history = state.facts.history if state.facts.arrival else ()
    stays = [stay for stay in history if stay.place == event.place]
    raised = [stay for stay in stays if LEVELS.index(event.to) > LEVELS.index(stay.risk)]
    touched = [stay for stay in raised if event.day - stay.last_day <= window]
    if not touched:
        return _why_untouched(pack, event, stays, raised)
    history = tuple(_raised(stay, event.to) if stay in touched else stay for stay in history)
    state.facts = replace(state.facts, history=history)
    state.at = replace(state.at, stays=counting_stays(pack, state.facts))
    choice = choose(pack, state.at, state.rows)
    if choice.shape.winner.strictness <= state.shape.winner.strictness:
        state.rows = _union(state.rows, choice.matched)
        return NOT_STRICTER
    return _replan(pack, state, choice, event.day)


def _why_untouched(
    pack: Pack, event: AreaRiskChanged, stays: list[Stay], raised: list[Stay]
) -> str:
    if not stays:
        return NOT_THERE
    if not raised:
        lowered = any(LEVELS.index(event.to) < LEVELS.index(stay.risk) for stay in stays)
        return LOWERED if lowered else NOT_RAISED
    return LEFT_BEFORE.format(days=pack.number("reclass_days"))


def _raised(stay: Stay, to: str) -> Stay:
    return replace(stay, risk=to, tags=(stay.tags - {stay.risk}) | {to})


def _contact_identified(pack: Pack, state: _State, event: ContactIdentified, choose: Choose) -> str:
    state.at = replace(
        state.at,
        contacts=state.at.contacts | {event.level},
        isolate=state.at.isolate or event.risk_assessment == "isolate",
    )
    return _replan(pack, state, choose(pack, state.at, state.rows), event.day)


def _replan(pack: Pack, state: _State, choice: Choice, day: date) -> str:
    """Put a new plan from the strictest row in place; what had begun is kept as superseded."""
    old = state.plan
    day0 = day if pack.word("reclass_anchor") == "date" else state.start
    built = build(pack, choice.shape, day0, Frame(old.matched, old.report))
    since = old.daily_checks.first if old.daily_checks else None
    if since is not None and since > day:
        since = None
    kept = tuple(_closed(stage, day) for stage in old.stages if stage.first_day <= day)
    state.plan = replace(
        built,
        arrival_tests=old.arrival_tests,
        daily_checks=daily_checks(built.stages, since),
        superseded_stages=(*old.superseded_stages, *kept),
        why=_reasons(pack, old, built, len(kept)),
    )
    state.shape = choice.shape
    state.rows = _union(state.rows, choice.matched)
    return f"reclassified:{state.plan.classification}"


def _union(before: tuple[Row, ...], after: tuple[Row, ...]) -> tuple[Row, ...]:
    return before + tuple(row for row in after if row not in before)


def _closed(stage: Stage, day: date) -> Stage:
    """Return a begun stage as it ended: complete, or closed with the tests due before the day."""
    if stage.last_day is not None and stage.last_day <= day:
        return stage
    tests = tuple(test for test in stage.tests if test.date < day)
    return replace(stage, tests=tests, closed_early_on=day)


def _reasons(pack: Pack, old: Plan, new: Plan, kept: int) -> Reasons:
    """Return the new plan's reasons, with those of the kept stages under their new place."""
    # The entry holds both tuples, so their ids stay theirs as long as it lives.
    key = (id(old.why), id(new.why), kept, len(old.superseded_stages))
    made = remembered(pack, key, lambda: (_moved(pack, old, new, kept), old.why, new.why))
    reasons: Reasons = made[0]
    return reasons


def _moved(pack: Pack, old: Plan, new: Plan, kept: int) -> Reasons:
    why = [reason for reason in new.why if not reason.item.startswith("arrival_tests[")]
    stays = ("superseded_stages[", "arrival_tests[")
    why += [reason for reason in old.why if reason.item.startswith(stays)]
    offset = len(old.superseded_stages)
    for index in range(kept):
        place, moved = f"stages[{index}]", f"superseded_stages[{offset + index}]"
        for reason in old.why:
            if reason.item == place or reason.item.startswith(f"{place}."):
                why.append(reason.about(moved + reason.item[len(place) :]))
    anchor = pack.settings["reclass_anchor"]
    words = (anchor.title.zh, anchor.title.en)
    why.append(
        Reason(
            "superseded_stages",
            anchor.ground.rests_on,
            *words,
            anchor.ground.quote,
            anchor.ground.reading,
        )
    )
    return Reasons(why)


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
