"""Whether somebody may leave where they live, as the notice has it (JX8-12b, JX8-16a to 16c)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from policies.fields import Fields
from policies.ground import Ground
from policies.outside import LeaveRow, LeaveWhen
from policies.pack import LEVELS, STAY_FLAGS, Pack
from policies.plan import Reason

MARKS = LEVELS + STAY_FLAGS
KEYS = frozenset(
    (
        "leaves_on",
        "place_marks",
        "to_marks",
        "in_zone",
        "leaves_city",
        "necessity",
        "certificate",
    )
)
CERTIFICATE_KEYS = frozenset(("sampled_on", "result"))
NOT_STATED = "low"  # a place no list names
# The strictest first: of several rules that speak of a person it decides.
ORDER = ("refused", "needs", "advised")


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What is known about somebody who wants to leave; marks are levels and flags of places."""

    leaves_on: date
    place_marks: frozenset[str]
    to_marks: frozenset[str]
    in_zone: bool
    leaves_city: bool
    necessity: str
    sampled_on: date | None
    negative: bool

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> "ExitFacts":
        """Read the facts as they come in JSON; FactsError says which one is wrong."""
        fields = Fields(data, "facts")
        fields.refuse_misspelt(KEYS)
        paper = fields.part("certificate")
        if paper is not None:
            paper.refuse_misspelt(CERTIFICATE_KEYS)
        return cls(
            leaves_on=fields.needed_day("leaves_on"),
            place_marks=_marks(fields, "place_marks"),
            to_marks=_marks(fields, "to_marks"),
            in_zone=fields.flag("in_zone", default=False),
            leaves_city=fields.flag("leaves_city", default=False),
            necessity=fields.text("necessity").strip(),
            sampled_on=paper.day("sampled_on") if paper else None,
            negative=paper is not None and paper.text("result") == "negative",
        )


@dataclass(frozen=True, slots=True)
class ExitVerdict:
    """What the notice says: may leave (True), may not (False), or has no rule (None).

    `needs` are the things still missing, of `necessity` and `certificate`; `advised` says that
    the notice advises against the journey and does not forbid it.
    """

    rule: str
    allowed: bool | None
    needs: tuple[str, ...]
    why: tuple[Reason, ...]
    advised: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        return {
            "rule": self.rule,
            "allowed": self.allowed,
            "needs": list(self.needs),
            "advised": self.advised,
            "why": [reason.as_dict() for reason in self.why],
        }


NOTHING_TO_ASK = ExitVerdict("", None, (), ())


def judge_exit(pack: Pack, facts: Mapping[str, Any]) -> ExitVerdict:
    """Return what the pack says about leaving; FactsError names a wrong fact.

    The certificate counts by the day of leaving (A-05). Without a rule that speaks of the person
    there is nothing to ask: `rule` is empty and `allowed` None.
    """
    known = ExitFacts.parse(facts)
    rows = [row for row in pack.leave if _holds(row.when, known)]
    if not rows:
        return NOTHING_TO_ASK
    rows.sort(key=lambda row: ORDER.index(row.verdict))
    decides = rows[0]
    missing = {
        need: ground for row in rows for need, ground in row.needs if _lacks(pack, known, need)
    }
    refused = decides.verdict == "refused"
    return ExitVerdict(
        rule=decides.name,
        allowed=not refused and not (missing and decides.verdict == "needs"),
        needs=() if refused else tuple(missing),
        why=tuple(_reasons(rows, {} if refused else missing)),
        advised=decides.verdict == "advised",
    )


def _marks(fields: Fields, key: str) -> frozenset[str]:
    marks = frozenset(fields.words(key, MARKS))
    return marks if marks & set(LEVELS) else marks | {NOT_STATED}


def _holds(when: LeaveWhen, known: ExitFacts) -> bool:
    if (when.in_zone and not known.in_zone) or (when.leaves_city and not known.leaves_city):
        return False
    if when.lives_any and known.place_marks.isdisjoint(when.lives_any):
        return False
    if when.goes_to and known.to_marks.isdisjoint(when.goes_to):
        return False
    return when.lives_all <= known.place_marks and known.place_marks.isdisjoint(when.lives_none)


def _lacks(pack: Pack, known: ExitFacts, need: str) -> bool:
    if need == "necessity":
        return not known.necessity
    if known.sampled_on is None or not known.negative:
        return True
    return not 0 <= (known.leaves_on - known.sampled_on).days <= pack.number("certificate_days")


def _reasons(rows: list[LeaveRow], missing: Mapping[str, Ground]) -> list[Reason]:
    found = [_reason(row.name, row.ground, row.title.zh, row.title.en) for row in rows]
    for need, ground in missing.items():
        found.append(_reason(f"needs.{need}", ground, need, need))
    return found


def _reason(item: str, ground: Ground, zh: str, en: str) -> Reason:
    if ground.text:
        zh, en = ground.text.zh, ground.text.en
    return Reason(item, ground.rests_on, zh, en, ground.quote, ground.reading)
