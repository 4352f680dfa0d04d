"""A plan in few words: what the list of those touched shows and counts, ten thousand at a time."""

from collections.abc import Mapping
from typing import Any

from policies.load import rooms_and_tests

Plan = Mapping[str, Any]
# What is said about a plan, not what it asks for.
TOLD = ("event_result", "why")


def summary_of(plan: Plan) -> dict[str, Any]:
    """Return class, end, stages [kind, first, last], rooms [first, last] and days of tests.

    Days are ISO dates; the last day of a hold and the end of an open plan are null. Empty for a
    plan that is not there.
    """
    if not plan:
        return {}
    rooms, tests = rooms_and_tests(plan)
    return {
        "class": plan["classification"],
        "ends": plan["observation_ends"],
        "stages": [[s["kind"], s["first_day"], s.get("last_day")] for s in plan["stages"]],
        "rooms": [[first.isoformat(), last.isoformat()] for first, last in rooms],
        "tests": [day.isoformat() for day in tests],
    }


def differ(before: Plan, after: Plan) -> bool:
    """Say whether two plans ask for different things."""
    return _asked(before) != _asked(after)


def _asked(plan: Plan) -> dict[str, Any]:
    return {key: value for key, value in plan.items() if key not in TOLD}
