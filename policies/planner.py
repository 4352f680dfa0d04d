"""The planner: `plan(pack, facts)` tells what awaits one person. Pure, deterministic, no clock."""

from policies.anchor import begun, day0_of, placed
from policies.build import Frame, build
from policies.errors import FactsError
from policies.facts import Facts
from policies.memory import remembered
from policies.outcome import OutcomeFlag, RowOutcome, outcome_of
from policies.override import SetAside, explained, outcome_set, row_set
from policies.pack import Pack, Row
from policies.plan import Plan
from policies.replan import Choice, Start, apply_events, decided_first
from policies.reports import report_of
from policies.shape import Shape, shape_of
from policies.situation import CASES, Situation, matching, situation_of
from policies.zone import zoned

__all__ = ["Facts", "FactsError", "plan"]


def plan(pack: Pack, facts: Facts) -> Plan:
    """Return the plan of one person; FactsError when no row of the pack speaks of them."""
    at = situation_of(pack, facts)
    row = row_set(pack, facts.override) if facts.override else None
    early = row if facts.override and decided_first(facts, facts.override) else None
    choice = choose(pack, at, override=early)
    if row is None:
        _refuse_patient_without_rule(pack, facts, choice)
    winner = choice.shape.winner.row
    frame = Frame(
        matched=tuple(row.name for row in choice.matched),
        report=report_of(pack, facts, winner.name),
    )
    day0 = day0_of(pack, facts, choice.shape)
    first = build(pack, choice.shape, day0, frame)
    if facts.exposed_on:
        first = placed(pack, first, facts)
    if facts.zone:
        first = zoned(pack, first, facts.zone, begun(facts, day0))
    if facts.override and early:
        first = explained(pack, first, facts.override, choice.aside)
    if not facts.events:
        return first
    return apply_events(pack, facts, Start(at, choice, first, day0), choose)


def choose(
    pack: Pack, at: Situation, also: tuple[Row, ...] = (), override: Row | None = None
) -> Choice:
    """Return the strictest row's shape in a situation (C-9), or that of the row set by people.

    `also` are rows matched before: their follow-ups are kept, they are not chosen again.
    """
    choice: Choice = remembered(
        pack, (at, also, override), lambda: _chosen(pack, at, also, override)
    )
    return choice


def _chosen(pack: Pack, at: Situation, also: tuple[Row, ...], override: Row | None) -> Choice:
    rows = matching(pack, at)
    if not rows and override is None:
        what = f"a patient ({at.patient})" if at.patient else "these facts"
        raise FactsError(f"no rule: pack {pack.key} has none for {what}; choose another pack.")
    outcomes = [outcome_of(row, at) for row in rows]
    # max keeps the first of equals, and rows stand in the order that breaks a full tie.
    usual = max(outcomes, key=lambda outcome: outcome.strictness) if outcomes else None
    if override is not None:
        outcomes = [outcome_set(pack, override, at), *(o for o in outcomes if o.row != override)]
    winner = outcomes[0] if override is not None or usual is None else usual
    earlier = [outcome_of(row, at) for row in also if row not in rows and row != override]
    return Choice(
        matched=tuple(rows),
        shape=_shape(pack, at, winner, [*earlier, *outcomes]),
        usual=usual.strictness if usual else (),
        aside=SetAside(usual.row if usual and usual.row != override else None),
        decided=override is not None,
    )


def _shape(pack: Pack, at: Situation, winner: RowOutcome, outcomes: list[RowOutcome]) -> Shape:
    general = tuple(
        OutcomeFlag(cell.name, cell.carries, cell.ground)
        for cell in pack.flags
        if CASES[cell.when](at)
    )
    return shape_of(pack, winner, tuple(outcomes), general)


def _refuse_patient_without_rule(pack: Pack, facts: Facts, choice: Choice) -> None:
    if facts.patient and not any(row.when.patient for row in choice.matched):
        raise FactsError(
            f"no rule: pack {pack.key} has none for a patient ({facts.patient}); "
            "choose another pack."
        )
