"""A plan read back from the form `Plan.as_dict` gives: what is stored can be worked with again."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from policies.plan import (
    ArrivalTest,
    DailyChecks,
    FollowUp,
    Plan,
    PlannedTest,
    Reason,
    Reasons,
    Report,
    Stage,
)


def stored_plan(data: Mapping[str, Any]) -> Plan:
    """Return the plan of its stored form; KeyError when that is not one of ours."""
    free = data["free_from"]
    report = data["report"]
    return Plan(
        pack=data["pack"],
        version=data["version"],
        classification=data["classification"],
        matched=tuple(data["matched"]),
        report=Report(report["status"], report.get("lead_minutes"), report.get("basis", "")),
        arrival_tests=tuple(
            ArrivalTest(test["n"], _day(test["date"]), _day(test["due"]))
            for test in data["arrival_tests"]
        ),
        stages=_stages(data["stages"]),
        follow_ups=tuple(_follow_up(item) for item in data["follow_ups"]),
        observation_ends=_maybe(data["observation_ends"]),
        free_from=_day(free) if free and free[0].isdigit() else free,
        daily_checks=_checks(data["daily_checks"]),
        superseded_stages=_stages(data["superseded_stages"]),
        flags=tuple(data["flags"]),
        restrictions=tuple(data["restrictions"]),
        why=Reasons(Reason(**reason) for reason in data["why"]),
        event_result=data.get("event_result", ""),
    )


def _stages(items: Iterable[Mapping[str, Any]]) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            kind=item["kind"],
            day0=_day(item["day0"]),
            first_day=_day(item["first_day"]),
            last_day=_maybe(item.get("last_day")),
            days=item.get("days"),
            tests=tuple(PlannedTest(t["day"], _day(t["date"])) for t in item.get("tests", ())),
            note=item.get("note", ""),
            result_due=_maybe(item.get("result_due")),
            closed_early_on=_maybe(item.get("closed_early_on")),
        )
        for item in items
    )


def _follow_up(item: Mapping[str, Any]) -> FollowUp:
    days, months = item.get("day_after_end", 0), item.get("months_after_end", 0)
    return FollowUp(item["what"], days, months, _day(item["date"]))


def _checks(item: Mapping[str, Any] | None) -> DailyChecks | None:
    if item is None:
        return None
    return DailyChecks(_day(item["first"]), _maybe(item["last"]), item["count"])


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
