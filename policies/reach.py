"""Gaps in a pack's rows and rows out of reach, found by trying people of every kind.

The kinds are finite: each level of contact, each set of marks the rows tell apart, each paper held
or lacking, and so on. A person of one topic at a time (a contact, a stay, an entry, a patient) is
enough: more topics only match more rows.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from policies.outcome import outcome_of
from policies.pack import CONTACTS, LEVELS, PATIENTS, STAY_FLAGS, Pack, Row, When
from policies.situation import Situation, holds, matching, stay_holds

NOBODY = Situation(
    arrives=True,
    contacts=frozenset(),
    isolate=False,
    patient="",
    overseas="",
    shortfall=0,
    irregular=False,
    negatives_missing=0,
    overseas_window_passed=False,
    stays=(),
    role="",
    certificate=True,
    green=True,
    home_suitable=True,
    fit=True,
)
BOTH = (True, False)
# The two sides a condition may ask for; a row with one of them needs a row for the other.
SIDES = {
    "papers": ("both", "lacking"),
    "certificate": ("valid", "lacking"),
    "negatives": ("enough", "lacking"),
    "assessment": ("isolate", "open"),
    "overseas": ("full", "short"),
}


def unreachable(pack: Pack) -> Iterator[str]:
    """Yield a sentence for each row of the pack's own that can never match or never decide."""
    marks = kinds_of_stay(pack)
    seen: set[When] = set()
    for row in pack.rows:
        bare = replace(row.when, ground=pack.checks)
        if row.name.startswith(f"{pack.key}.") and bare not in seen:
            yield from (f"row {row.name}, {fault}" for fault in _faults(pack, row, marks))
        seen.add(bare)


def _faults(pack: Pack, row: Row, marks: list[frozenset[str]]) -> Iterator[str]:
    taken = [at for at in _people_for(pack, row, marks) if row in matching(pack, at)]
    if not taken:
        yield "field when: can never hold, no person is like that; row unreachable."
        return
    if _gives_to_others(row):
        return
    for at, home, fit in product(taken, BOTH, BOTH):
        if _winner(pack, replace(at, home_suitable=home, fit=fit)) is row:
            return
    yield (
        f"field when: never decides, {_winner(pack, taken[0]).name} is stricter for all it takes "
        f"({in_words(taken[0])}, say); row unreachable."
    )


def _gives_to_others(row: Row) -> bool:
    """Tell whether a row adds to a plan that another row decides."""
    return any(flag.carries for flag in row.flags) or any(not one.own for one in row.follow_ups)


def _winner(pack: Pack, at: Situation) -> Row:
    outcomes = [outcome_of(row, at) for row in matching(pack, at)]
    return max(outcomes, key=lambda outcome: outcome.strictness).row


def _people_for(pack: Pack, row: Row, marks: list[frozenset[str]]) -> Iterator[Situation]:
    """Yield people who have everything a row could ask for, in all variants of it."""
    when = row.when
    entries = list(_entries(pack)) if when.overseas else [NOBODY]
    stays = [(tags,) for tags in marks if stay_holds(when, tags)] if when.looks_at_stays else [()]
    roles = when.role or (("", *_roles(pack)) if when.otherwise else ("",))
    for entry, level, patient, at_stays, role, isolate, papers in product(
        entries, when.contact or ("",), when.patient or ("",), stays, roles, BOTH, _papers()
    ):
        yield replace(
            entry,
            contacts=frozenset((level,)) if level else frozenset(),
            isolate=isolate,
            patient=patient,
            stays=at_stays,
            role=role,
            certificate=papers[0],
            green=papers[1],
        )


def _entries(pack: Pack) -> Iterator[Situation]:
    owed = max(1, pack.number("entry_quarantine_days"))
    for missing in (0, 1):
        yield replace(NOBODY, overseas="full", negatives_missing=missing)
        yield replace(NOBODY, overseas="short", shortfall=owed, negatives_missing=missing)


def _papers() -> Iterator[tuple[bool, bool]]:
    return product(BOTH, BOTH)


def _roles(pack: Pack) -> list[str]:
    return sorted({role for row in pack.rows for role in row.when.role})


def kinds_of_stay(pack: Pack) -> list[frozenset[str]]:
    """Return one set of marks for each kind of stay the rows tell apart, the plainest of each."""
    asked = [row.when for row in pack.rows if row.when.looks_at_stays]
    found: dict[tuple[bool, ...], frozenset[str]] = {}
    for number in range(len(STAY_FLAGS) + 1):
        for level, flags in product(LEVELS, combinations(STAY_FLAGS, number)):
            tags = frozenset((level, *flags))
            found.setdefault(tuple(stay_holds(when, tags) for when in asked), tags)
    return list(found.values())


def gaps(pack: Pack) -> Iterator[str]:
    """Yield a sentence where the rows take some people of a topic and forget the other side."""
    for topic in _topics(pack):
        for role in ("", *_roles(pack)):
            people = [replace(at, role=role) for at in _sides(pack, topic)]
            taken = [row for at in people if (row := _taken_by(pack, at)) is not None]
            forgotten = [at for at in people if _taken_by(pack, at) is None]
            if taken and forgotten:
                yield _gap(taken, forgotten)
                break


def _topics(pack: Pack) -> Iterator[Situation]:
    for level in CONTACTS:
        yield replace(NOBODY, contacts=frozenset((level,)))
    for patient in PATIENTS:
        yield replace(NOBODY, patient=patient)
    yield next(_entries(pack))
    for tags in kinds_of_stay(pack):
        yield replace(NOBODY, stays=(tags,))


def _sides(pack: Pack, topic: Situation) -> Iterator[Situation]:
    """Yield the people of a topic with every paper held or lacking, the fullest papers first."""
    entries = list(_entries(pack)) if topic.overseas else [topic]
    assessed = BOTH if topic.contacts else (False,)
    for entry, isolate, papers in product(entries, assessed, _papers()):
        yield replace(entry, isolate=isolate, certificate=papers[0], green=papers[1])


def _taken_by(pack: Pack, at: Situation) -> Row | None:
    return next((row for row in pack.rows if holds(row.when, at)), None)


def _gap(taken: list[Row], forgotten: list[Situation]) -> str:
    """Return the sentence for the pair that differs least: the row, the side it lacks, a person."""
    pairs = (
        (row, field, at)
        for field in SIDES
        for at in forgotten
        for row in taken
        if _fails_alone(row, field, at)
    )
    row, field, at = next(pairs, (taken[0], "", forgotten[0]))
    if not field:
        return f"row {row.name}, field when: leaves a gap, no row takes {in_words(at)}."
    asked = getattr(row.when, field)
    other = next(side for side in SIDES[field] if side != asked)
    return (
        f'row {row.name}, field when.{field}: leaves a gap, no row has "{other}" '
        f"({in_words(at)}, say)."
    )


def _fails_alone(row: Row, field: str, at: Situation) -> bool:
    """Tell whether a row would take someone but for this one condition."""
    if not getattr(row.when, field) or holds(row.when, at):
        return False
    eased: dict[str, Any] = {field: ""}
    if field == "overseas":  # what is asked of an entry goes with it
        eased = {"overseas": "any", "negatives": ""}
    return holds(replace(row.when, **eased), at)


def in_words(at: Situation) -> str:
    """Return a person in words."""
    parts = [*_topic_words(at)] or ["someone from nowhere in particular"]
    if at.role:
        parts.append(at.role)
    papers = {
        (True, True): "both papers",
        (True, False): "health code not green",
        (False, True): "no valid certificate",
        (False, False): "neither paper",
    }
    return ", ".join([*parts, papers[at.certificate, at.green]])


def _topic_words(at: Situation) -> Iterator[str]:
    for level in at.contacts:
        yield f"a {level} contact"
        if level == "secondary":
            yield "assessed for isolation" if at.isolate else "not assessed for isolation"
    if at.patient:
        yield f"a patient ({at.patient})"
    if at.overseas:
        days = "all days served" if at.overseas == "full" else "days missing"
        tests = "a negative test missing" if at.negatives_missing else "all tests negative"
        yield f"someone from overseas, {days}, {tests}"
    for tags in at.stays:
        known = [mark for mark in (*LEVELS, *STAY_FLAGS) if mark in tags]
        yield f"a stay in a place that is {', '.join(known)}"
