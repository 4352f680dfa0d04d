"""What a new plan takes over from the old one: stages already begun, and their reasons."""

from dataclasses import replace
from datetime import date

from policies.memory import remembered
from policies.pack import Pack
from policies.plan import Plan, Reason, Reasons, Stage


def closed(stage: Stage, day: date) -> Stage:
    """Return a begun stage as it ended: complete, or closed with the tests due before the day."""
    if stage.last_day is not None and stage.last_day <= day:
        return stage
    tests = tuple(test for test in stage.tests if test.date < day)
    return replace(stage, tests=tests, closed_early_on=day)


def moved_reasons(pack: Pack, old: Plan, new: Plan, kept: int, *, shared: bool) -> Reasons:
    """Return the new plan's reasons, with those of the kept stages under their new place.

    `shared` False: the reasons hold words about one person, so nobody else is given them.
    """
    if not shared:
        return Reasons(_moved(pack, old, new, kept))
    # The entry holds both tuples, so their ids stay theirs as long as it lives.
    key = (id(old.why), id(new.why), kept, len(old.superseded_stages))
    made = remembered(pack, key, lambda: (Reasons(_moved(pack, old, new, kept)), old.why, new.why))
    reasons: Reasons = made[0]
    return reasons


def _moved(pack: Pack, old: Plan, new: Plan, kept: int) -> list[Reason]:
    why = carried(old, new)
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
    return why


def carried(old: Plan, new: Plan) -> list[Reason]:
    """Return the new reasons, with the old ones of tests on arrival and stages superseded."""
    why = [reason for reason in new.why if not reason.item.startswith("arrival_tests[")]
    stays = ("superseded_stages[", "arrival_tests[")
    return why + [reason for reason in old.why if reason.item.startswith(stays)]
