"""Faults of a pack as a whole: gaps, rows nobody can reach, tests and duties that cannot be."""

from collections.abc import Iterator
from dataclasses import replace

from policies.pack import (
    CONTACTS,
    HOLD,
    KINDS,
    LEVELS,
    STAY_FLAGS,
    Duty,
    Ground,
    Pack,
    Row,
    When,
)
from policies.reach import gaps, unreachable
from policies.situation import stay_holds

NO_GROUND = Ground("")


def faults_of(pack: Pack, where: str) -> list[str]:
    """Return one sentence for each fault that only shows when the rows are seen together."""
    faults: list[str] = []
    for row in pack.written:
        if row.name.startswith(f"{pack.key}."):
            found = [*_row_faults(row), *_balance_faults(pack, row)]
            faults += [f"{where}, row {row.name}, {fault}" for fault in found]
    faults += [f"{where}, {fault}" for fault in _twins(pack)]
    faults += [f"{where}, {fault}" for fault in _gaps(pack)]
    if not faults:
        # Trying people out only tells something new where each row is sound by itself.
        faults += [f"{where}, {fault}" for fault in (*gaps(pack), *unreachable(pack))]
    faults += [f"{where}, {fault}" for fault in (*_duty_faults(pack), *_outside_faults(pack))]
    return faults


def _row_faults(row: Row) -> Iterator[str]:
    yield from _condition_faults(row.when)
    if any(stage.balance for stage in row.stages) and row.when.overseas not in ("any", "short"):
        yield "field stage.balance: needs an overseas condition that can fall short."
    if any(stage.kind == HOLD for stage in row.stages):
        if len(row.stages) > 1:
            yield "field stage: hold_for_test has no end, so it must stand alone."
        if not row.arrival_tests:
            yield "field arrival_test: is missing; a hold ends on a test."


def _balance_faults(pack: Pack, row: Row) -> Iterator[str]:
    owed = pack.number("entry_quarantine_days")
    for stage in row.stages:
        if stage.balance and stage.days != owed:
            yield (
                f"field stage.days: is {stage.days}, the balance is counted from the setting "
                f"entry_quarantine_days, {owed}; make them equal."
            )


def _condition_faults(when: When) -> Iterator[str]:
    if when.stay_none and not when.looks_at_stays:
        yield "field when.stay: none alone asks for no stay; give any or all beside it."
    if when.looks_at_stays and not _some_stay(when):
        yield (
            "field when.stay: can never hold, a stay has one level and none excludes what is "
            "asked; row unreachable."
        )
    if when.papers and when.certificate and (when.papers, when.certificate) == ("both", "lacking"):
        yield "field when.certificate: can never be lacking with both papers; row unreachable."
    if when.negatives and when.overseas != "full":
        yield 'field when.negatives: can never be asked without overseas = "full"; row unreachable.'
    asks_nothing = _bare(when) == When(NO_GROUND)
    if when.otherwise and not asks_nothing:
        yield "field when.otherwise: stands beside other conditions; remove them."
    if not when.otherwise and asks_nothing:
        yield "field when: asks nothing; give a condition or otherwise = true."


def _some_stay(when: When) -> bool:
    """Tell whether there is a stay that the condition takes: a stay has exactly one level."""
    most = frozenset(STAY_FLAGS) - when.stay_none
    levels = [level for level in LEVELS if level not in when.stay_none]
    return any(stay_holds(when, most | {level}) for level in levels)


def _bare(when: When) -> When:
    return replace(when, ground=NO_GROUND, otherwise=False)


def _twins(pack: Pack) -> Iterator[str]:
    seen: dict[When, str] = {}
    names: set[str] = set()
    for row in pack.rows:
        if row.name in names:
            yield f"row {row.name}, field key: stands twice; rename one."
        names.add(row.name)
        bare = replace(row.when, ground=NO_GROUND)
        if bare in seen:
            yield (
                f"row {row.name}, field when: is the same as that of {seen[bare]}; "
                "one of them is unreachable."
            )
        seen[bare] = row.name


def _gaps(pack: Pack) -> Iterator[str]:
    rows = pack.rows
    if not any(row.when.otherwise for row in rows):
        yield "field row: has a gap, nobody takes everyone else; add otherwise = true as the last."
    elif not rows[-1].when.otherwise:
        last = next(row for row in rows if row.when.otherwise)
        yield f"row {last.name}, field when.otherwise: must be the last row."
    taken = {level for row in rows for level in row.when.contact}
    for level in CONTACTS:
        if level not in taken:
            yield f"field row: has a gap, no row takes a {level} contact."


def _outside_faults(pack: Pack) -> Iterator[str]:
    if pack.zone and pack.zone.kind == HOLD:
        yield "zone, field kind: hold_for_test has no last day; use a kind with days."
    names = [row.name for row in pack.leave]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"leave {name}, field key: stands twice; rename one."


def _duty_faults(pack: Pack) -> Iterator[str]:
    known = {row.name for row in pack.rows}
    seen: set[tuple[str, str]] = set()
    for duty in pack.duties:
        if not duty.key.startswith(f"{pack.key}."):
            continue
        if (duty.key, duty.occasion) in seen:
            yield f"duty {duty.key}, field key: stands twice with one occasion; give another."
        seen.add((duty.key, duty.occasion))
        yield from (f"duty {duty.key}, {fault}" for fault in _timing_faults(duty, known))


def _timing_faults(duty: Duty, known: set[str]) -> Iterator[str]:
    for name in (*duty.only, *duty.never):
        if name not in known:
            yield f"field only/never: names {name}, which is no row of this pack."
    for kind in duty.stages:
        if kind not in KINDS:
            yield f"field stages: names the unknown stage kind {kind}."
    if duty.at in ("stages", "end") and not duty.stages:
        yield "field stages: is missing; name the kinds it runs in."
