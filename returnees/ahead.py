"""A new notice for somebody under management: only what lies ahead moves (A-50). Pure."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from returnees.rules import Plan

Key = tuple[str, date]


def ahead_of(
    plan: Plan, day: date, *, stages: Collection[Key], tests: Collection[Key]
) -> dict[str, Any]:
    """Return the plan without what it would have asked for before a day and nobody was told.

    `stages` (kind, day 0) and `tests` (purpose, planned day) are those there were: they stay. The
    last stage stays in any case, so that the period has its end.
    """
    moved: dict[str, str] = {}

    def keep(items: list[Any], path: str, wanted: Callable[[Any], bool]) -> list[Any]:
        kept = [n for n, item in enumerate(items) if wanted(item)]
        moved.update({f"{path}[{n}]": f"{path}[{i}]" for i, n in enumerate(kept)})
        moved.update({f"{path}[{n}]": "" for n in range(len(items)) if n not in kept})
        return [items[n] for n in kept]

    def test_wanted(purpose: str) -> Callable[[Any], bool]:
        return lambda test: _day(test["date"]) >= day or (purpose, _day(test["date"])) in tests

    arrival = keep(plan.get("arrival_tests", []), "arrival_tests", test_wanted("arrival"))
    all_stages = [
        {**stage, "tests": keep(stage["tests"], f"stages[{n}].tests", test_wanted("stage"))}
        if "tests" in stage
        else stage
        for n, stage in enumerate(plan["stages"])
    ]
    last = all_stages[-1] if all_stages else None
    kept = keep(
        all_stages,
        "stages",
        lambda stage: (
            stage is last
            or not stage.get("last_day")
            or _day(stage["last_day"]) >= day
            or (stage["kind"], _day(stage["day0"])) in stages
        ),
    )
    why = [_renamed(reason, moved) for reason in plan.get("why", [])]
    told = [reason for reason in why if reason is not None]
    return {**plan, "arrival_tests": arrival, "stages": kept, "why": told}


def _renamed(reason: Mapping[str, Any], moved: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a reason under the new place of its item; None where the item is gone."""
    item = str(reason["item"])
    if item in moved and ".tests[" in item:  # the test first, then its stage
        item = moved[item]
    head, dot, rest = item.partition(".")
    if head in moved:
        item = f"{moved[head]}{dot}{rest}" if moved[head] else ""
    return {**reason, "item": item} if item else None


def _day(text: str) -> date:
    return date.fromisoformat(text)
