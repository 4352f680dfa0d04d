"""One row in one situation: stages with their days, tests, flags, and how strict it is (C-9)."""

from dataclasses import dataclass

from policies.pack import (
    HOLD,
    KINDS,
    Conversion,
    FlagCell,
    Ground,
    Row,
    StageCell,
    TestCell,
)
from policies.situation import CASES, Situation


@dataclass(frozen=True, slots=True)
class OutcomeTest:
    """A test on a day of its stage."""

    day: int
    ground: Ground


@dataclass(frozen=True, slots=True)
class OutcomeStage:
    """A stage with its days fixed; 0 days for a hold."""

    kind: str
    days: int
    tests: tuple[OutcomeTest, ...]
    note: str
    ground: Ground
    days_ground: Ground | None
    conversion: Conversion | None


@dataclass(frozen=True, slots=True)
class OutcomeFlag:
    """A raised flag with its final name."""

    name: str
    carries: bool
    ground: Ground


@dataclass(frozen=True, slots=True, eq=False)
class RowOutcome:
    """What one row asks of a person in one situation, days counted from its own day 0."""

    row: Row
    stages: tuple[OutcomeStage, ...]
    arrival_tests: tuple[Ground, ...]
    flags: tuple[OutcomeFlag, ...]
    strictness: tuple[int, ...]


def outcome_of(row: Row, at: Situation) -> RowOutcome:
    """Return the row's outcome after every conversion (home unsuitable, unfit, shortfall)."""
    stages = tuple(stage for cell in row.stages if (stage := _stage(cell, at)) is not None)
    arrival_tests: list[Ground] = []
    for test in row.arrival_tests:
        if CASES[test.when](at):
            number = at.negatives_missing if test.missing_negatives else test.number
            arrival_tests += [test.ground] * number
    if not arrival_tests and any(stage.kind == HOLD for stage in stages):
        # A hold ends on a test, whatever the cases say.
        arrival_tests.append(row.arrival_tests[0].ground)
    flags = [_flag(cell, at) for cell in row.flags if CASES[cell.when](at)]
    for stage in stages:
        if stage.conversion and all(flag.name != stage.conversion.flag for flag in flags):
            flags.append(
                OutcomeFlag(stage.conversion.flag, carries=False, ground=stage.conversion.ground)
            )
    return RowOutcome(
        row,
        stages,
        tuple(arrival_tests),
        tuple(flags),
        _strictness(row, stages, len(arrival_tests)),
    )


def _stage(cell: StageCell, at: Situation) -> OutcomeStage | None:
    days = at.shortfall if cell.balance else cell.days
    if cell.kind != HOLD and days == 0:
        return None
    conversion = None
    if cell.unsuitable and not at.home_suitable:
        conversion = cell.unsuitable
    elif cell.unfit and not at.fit:
        conversion = cell.unfit
    return OutcomeStage(
        kind=conversion.kind if conversion else cell.kind,
        days=days,
        tests=tuple(_tests(cell, days)),
        note=cell.note,
        ground=cell.ground,
        days_ground=cell.days_ground,
        conversion=conversion,
    )


def _tests(cell: StageCell, days: int) -> list[OutcomeTest]:
    """Return the tests by day; the same day counts once, the stated day before the last one."""
    found: dict[int, TestCell] = {}
    for test in cell.tests:
        day = test.day or days
        if day <= days and not (test.only_full and days < cell.days):
            found.setdefault(day, test)
    return [OutcomeTest(day, found[day].ground) for day in sorted(found)]


def _flag(cell: FlagCell, at: Situation) -> OutcomeFlag:
    name = cell.name.replace("{shortfall}", str(at.shortfall))
    return OutcomeFlag(name, cell.carries, cell.ground)


def _strictness(row: Row, stages: tuple[OutcomeStage, ...], arrival: int) -> tuple[int, ...]:
    """Return days by kind (strictest first), tests, follow-ups; the greater is the stricter."""
    days = dict.fromkeys(KINDS, 0)
    for stage in stages:
        days[stage.kind] += stage.days or 1
    own = sum(1 for item in row.follow_ups if item.own and item.what == "test")
    tests = arrival + own + sum(len(stage.tests) for stage in stages)
    return (*days.values(), tests, sum(1 for item in row.follow_ups if not item.own))
