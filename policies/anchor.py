"""Day 0 of a plan, and a contact's days counted from the last exposure (the other A-25)."""

from dataclasses import replace
from datetime import date

from policies.build import DAYS, daily_checks
from policies.errors import FactsError
from policies.facts import Facts
from policies.pack import Pack, Row
from policies.plan import Plan, PlannedTest, Reason, Reasons
from policies.shape import Shape

FIRST = "stages[0].tests["


def day0_of(pack: Pack, facts: Facts, shape: Shape) -> date:
    """Return the anchor: discharge for patients, else arrival, else placement (A-25).

    Under `contact_anchor = last_exposure` the last exposure of a contact who does not arrive; at
    least the last day of the first stage then lies after the placement.
    """
    exposed = _exposed(pack, facts, shape)
    if exposed and facts.placed_on:
        return max(exposed, facts.placed_on - DAYS[shape.stages[0].days - 1])
    return _stated(facts, shape.winner.row)


def _stated(facts: Facts, winner: Row) -> date:
    own = facts.patient_anchor if winner.when.patient else None
    day = own or facts.arrival or facts.placed_on or facts.patient_anchor
    if day is None:  # Facts.parse refuses such facts
        raise FactsError("facts.arrives_at: is missing; give the time of arrival.")
    return day


def _exposed(pack: Pack, facts: Facts, shape: Shape) -> date | None:
    """Return the last exposure where the days count from it; a hold is one test, at once."""
    setting = pack.settings.get("contact_anchor")
    if setting is None or setting.value != "last_exposure" or not facts.contact:
        return None
    if facts.arrival or not shape.winner.row.when.contact or not shape.stages:
        return None
    return None if shape.stages[0].hold else facts.exposed_on


def begun(facts: Facts, day0: date) -> date:
    """Return the first day of a plan with that day 0: not before the placement."""
    return day0 if facts.arrival or facts.placed_on is None else max(day0, facts.placed_on)


def placed(pack: Pack, plan: Plan, facts: Facts) -> Plan:
    """Return the plan as it begins on the placement where its day 0 lies before that."""
    if not plan.stages:
        return plan
    first = plan.stages[0]
    day = begun(facts, first.first_day)
    if day == first.first_day:
        return plan
    tests: dict[date, int] = {}
    for index, test in enumerate(first.tests):
        # What fell due before the placement is made up for on its day, once.
        tests.setdefault(max(test.date, day), index)
    planned = tuple(PlannedTest((one - first.day0).days, one) for one in tests)
    stages = (replace(first, first_day=day, tests=planned), *plan.stages[1:])
    return replace(
        plan,
        stages=stages,
        daily_checks=daily_checks(stages),
        why=Reasons((*_kept(plan, list(tests.values())), _why(pack, first.day0))),
    )


def _kept(plan: Plan, indices: list[int]) -> list[Reason]:
    rest = [one for one in plan.why if not one.item.startswith(FIRST)]
    known = {one.item: one for one in plan.why}
    return rest + [
        known[f"{FIRST}{index}]"].about(f"{FIRST}{number}]") for number, index in enumerate(indices)
    ]


def _why(pack: Pack, day0: date) -> Reason:
    ground = pack.settings["contact_anchor"].ground
    zh, en = f"自最后接触之日（{day0}）起算", f"counted from the last exposure ({day0})"
    return Reason("stages[0].day0", ground.rests_on, zh, en, ground.quote, ground.reading)
