"""A row set by people against the notice's own choice: with its reason, and what it set aside."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policies.errors import FactsError
from policies.facts import Override
from policies.outcome import RowOutcome, outcome_of
from policies.pack import Pack, Row
from policies.plan import Plan, Reason, Reasons
from policies.situation import Situation

RESTS_ON = "override"


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the notice itself would have chosen; `row` is None where no row of it matches."""

    row: Row | None

    def reasons(self) -> Iterator[Reason]:
        """Yield the reason that names the row set aside."""
        if self.row is None:
            return
        title, ground = self.row.title, self.row.when.ground
        zh, en = f"按通知应为：{title.zh}", f"by the notice alone: {title.en}"
        item = f"overridden.{self.row.name}"
        yield Reason(item, ground.rests_on, zh, en, ground.quote, ground.reading)


def row_set(pack: Pack, override: Override) -> Row:
    """Return the row an override names; FactsError names the rows there are."""
    try:
        return pack.row(override.row)
    except KeyError:
        known = ", ".join(row.name for row in pack.rows)
        raise FactsError(
            f"facts.override.row: is {override.row!r}, which pack {pack.key} does not have; "
            f"use one of {known}."
        ) from None


def outcome_set(pack: Pack, row: Row, at: Situation) -> RowOutcome:
    """Return what the row asks of someone it need not match.

    Where it asks for an entry nobody stated, nothing is proven: the full days and all tests.
    """
    if row.when.overseas and not at.overseas:
        needed = pack.number("negatives_needed") if "negatives_needed" in pack.settings else 0
        full = pack.number("entry_quarantine_days")
        at = replace(at, shortfall=full, negatives_missing=needed)
    return outcome_of(row, at)


def explained(pack: Pack, plan: Plan, override: Override, aside: SetAside) -> Plan:
    """Return the plan with its class resting on the decision, and the row set aside named."""
    title = pack.row(override.row).title
    zh, en = f"人工认定为{title.zh}：{override.why}", f"decided: {title.en} ({override.why})"
    decided = Reason("classification", RESTS_ON, zh, en, "")
    rest = (reason for reason in plan.why if reason.item != "classification")
    return replace(plan, why=Reasons((decided, *aside.reasons(), *rest)))


def dropped(plan: Plan, override: Override) -> Plan:
    """Return the plan with the reason why the decision no longer holds."""
    zh = f"之后的情况更严，人工认定（{override.row}：{override.why}）失效"
    en = f"the decision for {override.row} ({override.why}) ended with what happened later"
    return replace(plan, why=Reasons((*plan.why, Reason("override", RESTS_ON, zh, en, ""))))
