"""The winning row and all matched ones as one shape, free of dates, with its reasons.

A shape depends on the situation alone, so it is made once and kept on the pack; giving it a day 0
is all that remains per person.
"""

from dataclasses import dataclass

from policies.outcome import OutcomeFlag, RowOutcome
from policies.pack import FollowUpCell, Pack
from policies.plan import Reasons
from policies.why import Grounds, reasons_of


@dataclass(frozen=True, slots=True)
class ShapeStage:
    """A stage as days after day 0; a hold has no last."""

    kind: str
    days: int
    day0: int
    first: int
    last: int
    hold: bool
    tests: tuple[tuple[int, int], ...]
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Everything of a plan that does not depend on its dates."""

    winner: RowOutcome
    stages: tuple[ShapeStage, ...]
    follow_ups: tuple[FollowUpCell, ...]
    arrival_tests: int
    flags: tuple[str, ...]
    restrictions: tuple[str, ...]
    why: Reasons


def shape_of(
    pack: Pack, winner: RowOutcome, matched: tuple[RowOutcome, ...], flags: tuple[OutcomeFlag, ...]
) -> Shape:
    """Return the shape; `matched` holds the winner as well, `flags` are those of the whole pack."""
    raised = _flags(winner, matched) + flags
    follow_ups = _follow_ups(winner, matched)
    stages = _stages(winner, same_day=pack.word("day_count") == "same_day")
    grounds = Grounds(
        winner=winner,
        others=tuple(one.row for one in matched if one is not winner),
        flags=raised,
        follow_ups=follow_ups,
    )
    return Shape(
        winner=winner,
        stages=stages,
        follow_ups=follow_ups,
        arrival_tests=len(winner.arrival_tests),
        flags=tuple(flag.name for flag in raised),
        restrictions=tuple(cell.name for cell in winner.row.restrictions),
        why=reasons_of(pack, grounds),
    )


def _flags(winner: RowOutcome, matched: tuple[RowOutcome, ...]) -> tuple[OutcomeFlag, ...]:
    """Return the winner's flags, and those of other rows that stay whoever wins (rule 3)."""
    found = list(winner.flags)
    names = {flag.name for flag in found}
    for one in matched:
        for flag in one.flags:
            if flag.carries and flag.name not in names:
                found.append(flag)
                names.add(flag.name)
    return tuple(found)


def _follow_ups(winner: RowOutcome, matched: tuple[RowOutcome, ...]) -> tuple[FollowUpCell, ...]:
    """Return the follow-ups of all rows in the order of their dates; `own` goes with its row."""
    found: list[FollowUpCell] = []
    for one in matched:
        for cell in one.row.follow_ups:
            if cell not in found and (one is winner or not cell.own):
                found.append(cell)
    return tuple(sorted(found, key=lambda cell: cell.days or cell.months * 30))


def _stages(winner: RowOutcome, *, same_day: bool) -> tuple[ShapeStage, ...]:
    """Return the chain of stages; each later one has its day 0 on the last day before it (C-3).

    Counting the first day as day 1 (the other reading of A-01) shortens the first stage only.
    """
    chain: list[ShapeStage] = []
    end = 0
    for index, stage in enumerate(winner.stages):
        shift = -1 if same_day and index == 0 else 0
        day0, first = end, end + (1 if index else 0)
        end = max(first, day0 + stage.days + shift)
        tests = tuple((test.day, max(first, day0 + test.day + shift)) for test in stage.tests)
        chain.append(
            ShapeStage(stage.kind, stage.days, day0, first, end, stage.days == 0, tests, stage.note)
        )
    return tuple(chain)
