"""Give a shape its dates: day 0 in, plan out."""

from dataclasses import dataclass
from datetime import date, timedelta

from policies.days import add_months
from policies.memory import remembered
from policies.pack import FollowUpCell, Pack
from policies.plan import (
    ON_NEGATIVE,
    ArrivalTest,
    DailyChecks,
    FollowUp,
    Plan,
    PlannedTest,
    Report,
    Stage,
)
from policies.shape import Shape, ShapeStage

NOT_COUNTED = "hospital_rehab"
DAYS = tuple(timedelta(days=number) for number in range(1000))


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a plan is judged at arrival and stays: the rows matched and the report."""

    matched: tuple[str, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class _Dates:
    """The dated part of a plan; people of one kind who arrive on one day share it."""

    tests: tuple[ArrivalTest, ...]
    stages: tuple[Stage, ...]
    follow_ups: tuple[FollowUp, ...]
    ends: date | None
    free: date | str
    checks: DailyChecks | None


def build(pack: Pack, shape: Shape, day0: date, frame: Frame) -> Plan:
    """Return the plan of a shape that begins on day 0."""
    dates: _Dates = remembered(pack, (shape, day0), lambda: _dated(pack, shape, day0))
    return Plan(
        pack=pack.key,
        version=pack.version,
        classification=shape.winner.row.name,
        matched=frame.matched,
        report=frame.report,
        arrival_tests=dates.tests,
        stages=dates.stages,
        follow_ups=dates.follow_ups,
        observation_ends=dates.ends,
        free_from=dates.free,
        daily_checks=dates.checks,
        superseded_stages=(),
        flags=shape.flags,
        restrictions=shape.restrictions,
        why=shape.why,
    )


def _dated(pack: Pack, shape: Shape, day0: date) -> _Dates:
    tests = arrival_tests(pack, shape.arrival_tests, day0)
    stages = tuple(_stage(stage, day0, tests) for stage in shape.stages)
    ends, free = _end(stages, day0)
    due = follow_ups(shape.follow_ups, ends)
    return _Dates(tests, stages, due, ends, free, daily_checks(stages))


def arrival_tests(pack: Pack, number: int, day0: date) -> tuple[ArrivalTest, ...]:
    """Return the tests on arrival, a day apart, each due within the days of C-13."""
    if not number:
        return ()
    late = DAYS[pack.number("arrival_test_days")]
    return tuple(
        ArrivalTest(index + 1, day0 + DAYS[index], day0 + DAYS[index] + late)
        for index in range(number)
    )


def _stage(stage: ShapeStage, day0: date, tests: tuple[ArrivalTest, ...]) -> Stage:
    start, first = day0 + DAYS[stage.day0], day0 + DAYS[stage.first]
    if stage.hold:
        return Stage(stage.kind, start, first, None, None, result_due=tests[-1].due)
    planned = tuple(PlannedTest(day, day0 + DAYS[offset]) for day, offset in stage.tests)
    return Stage(stage.kind, start, first, day0 + DAYS[stage.last], stage.days, planned, stage.note)


def _end(stages: tuple[Stage, ...], day0: date) -> tuple[date | None, date | str]:
    if not stages:
        return None, day0
    last = stages[-1].last_day
    return (None, ON_NEGATIVE) if last is None else (last, last + DAYS[1])


def follow_ups(cells: tuple[FollowUpCell, ...], ends: date | None) -> tuple[FollowUp, ...]:
    """Return the follow-ups counted from the end; none while there is no end."""
    if ends is None:
        return ()
    return tuple(
        FollowUp(
            cell.what,
            cell.days,
            cell.months,
            ends + DAYS[cell.days] if cell.days else add_months(ends, cell.months),
        )
        for cell in cells
    )


def daily_checks(stages: tuple[Stage, ...], since: date | None = None) -> DailyChecks | None:
    """Return one check a date to the end of the last stage (C-14), hospital days not counted.

    `since` is the first day of checks already begun. None for holds and without a stage.
    """
    last = stages[-1].last_day if stages else None
    counted = [stage.first_day for stage in stages if stage.kind != NOT_COUNTED]
    if last is None or not counted:
        return None
    if since is None or since > counted[0]:
        return DailyChecks(counted[0], last, (last - counted[0]).days + 1)
    away = sum(
        (stage.last_day - max(stage.first_day, since)).days + 1
        for stage in stages
        if stage.kind == NOT_COUNTED and stage.last_day
    )
    return DailyChecks(since, last, (last - since).days + 1 - away)
