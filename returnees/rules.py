"""Pure rules: from a plan to the stages and tests it asks for, and how what happened moves it.

Plans are those of contracts.md as plain data; days are local dates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from grid.bulk import Written
from returnees.choices import StageKind, TestPurpose

Plan = dict[str, Any]
DAY = timedelta(days=1)


class SharedPlan(Written):
    """A plan that many people of a list share: what it asks for is worked out once."""

    __slots__ = ("stages", "tests")

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.stages: list[WantedStage] = _stages(plan)
        self.tests: list[WantedTest] = _tests(plan)


@dataclass(frozen=True, slots=True)
class WantedStage:
    """A stage the plan asks for; no last day for a hold."""

    n: int
    kind: str
    day0: date
    first_day: date
    last_day: date | None
    days: int | None
    clause: str

    @property
    def key(self) -> tuple[str, date]:
        """What makes it the same stage in another plan."""
        return self.kind, self.day0


@dataclass(frozen=True, slots=True)
class WantedTest:
    """A test the plan asks for; `stage` is the key of the stage that closes only with it."""

    purpose: str
    n: int
    planned_on: date
    due_on: date
    clause: str
    stage: tuple[str, date] | None = None

    @property
    def key(self) -> tuple[str, date]:
        """What makes it the same test in another plan."""
        return self.purpose, self.planned_on


@dataclass(frozen=True, slots=True)
class Lived:
    """A stage that was closed: the planned one it is, and the day on which it really ended."""

    kind: str
    day0: date
    ended_on: date


def wanted_stages(plan: Mapping[str, Any]) -> list[WantedStage]:
    """Return the stages of a plan in their order."""
    return plan.stages if isinstance(plan, SharedPlan) else _stages(plan)


def _stages(plan: Mapping[str, Any]) -> list[WantedStage]:
    clauses = clauses_of(plan)
    return [
        WantedStage(
            n=n,
            kind=stage["kind"],
            day0=_day(stage["day0"]),
            first_day=_day(stage["first_day"]),
            last_day=_day(stage["last_day"]) if stage.get("last_day") else None,
            days=stage.get("days"),
            clause=clauses.get(f"stages[{n}]", ""),
        )
        for n, stage in enumerate(plan.get("stages", ()))
    ]


def wanted_tests(plan: Mapping[str, Any]) -> list[WantedTest]:
    """Return every test of a plan, those still due of the stages it replaced included.

    Tests on arrival hold the first stage: it ends with all its tests negative (C-8, A-13).
    """
    return plan.tests if isinstance(plan, SharedPlan) else _tests(plan)


def _tests(plan: Mapping[str, Any]) -> list[WantedTest]:
    clauses = clauses_of(plan)
    stages = plan.get("stages", ())
    first = (stages[0]["kind"], _day(stages[0]["day0"])) if stages else None
    found = [
        WantedTest(
            TestPurpose.ARRIVAL,
            test["n"],
            _day(test["date"]),
            _day(test["due"]),
            clauses.get(f"arrival_tests[{i}]", ""),
            first,
        )
        for i, test in enumerate(plan.get("arrival_tests", ()))
    ]
    for part in ("superseded_stages", "stages"):
        for n, stage in enumerate(plan.get(part, ())):
            found += _stage_tests(stage, f"{part}[{n}]", clauses)
    for i, item in enumerate(plan.get("follow_ups", ())):
        if item["what"] == "test":
            day = _day(item["date"])
            n = item.get("day_after_end") or item.get("months_after_end") or 0
            clause = clauses.get(f"follow_ups[{i}]", "")
            found.append(WantedTest(TestPurpose.FOLLOW_UP, n, day, day, clause))
    return list({test.key: test for test in found}.values())


def _stage_tests(
    stage: Mapping[str, Any], item: str, clauses: Mapping[str, str]
) -> list[WantedTest]:
    key = (stage["kind"], _day(stage["day0"]))
    return [
        WantedTest(
            TestPurpose.STAGE,
            test["day"],
            _day(test["date"]),
            _day(test["date"]),
            clauses.get(f"{item}.tests[{i}]", ""),
            key,
        )
        for i, test in enumerate(stage.get("tests", ()))
    ]


def clauses_of(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the clause each item of a plan rests on."""
    return {reason["item"]: reason["rests_on"] for reason in plan.get("why", ())}


def as_lived(plan: Plan, lived: Sequence[Lived], *, held: tuple[str, date] | None = None) -> Plan:
    """Return the plan as it really goes: a stage that ended later moves all that follows (C-8).

    `held` is the key of a stage past its last day with a test missing: then no end is known.
    """
    for stage in lived:
        plan = _ended(plan, stage)
    if held is not None and any(_key(stage) == held for stage in plan["stages"]):
        plan = _held(plan)
    return plan


def _key(stage: Mapping[str, Any]) -> tuple[str, date]:
    return stage["kind"], _day(stage["day0"])


def _ended(plan: Plan, lived: Lived) -> Plan:
    for n, stage in enumerate(plan["stages"]):
        if _key(stage) != (lived.kind, lived.day0):
            continue
        if not stage.get("last_day"):
            return _hold_over(plan, lived.ended_on)
        late = lived.ended_on - _day(stage["last_day"])
        return _moved(plan, n, late) if late > timedelta(0) else plan
    return plan


def _hold_over(plan: Plan, day: date) -> Plan:
    """Return the plan of a hold whose test came back negative: it ends that day."""
    return plan | {"observation_ends": day.isoformat(), "free_from": day.isoformat()}


def _moved(plan: Plan, n: int, late: timedelta) -> Plan:
    """Return the plan with everything after stage n moved by so many days."""
    stages = [
        _stage_moved(stage, late) if i > n else stage for i, stage in enumerate(plan["stages"])
    ]
    stages[n] = stages[n] | {"ended_on": _shift(stages[n]["last_day"], late)}
    checks = plan.get("daily_checks")
    return plan | {
        "stages": stages,
        "follow_ups": [item | {"date": _shift(item["date"], late)} for item in plan["follow_ups"]],
        "observation_ends": _shift(plan["observation_ends"], late),
        "free_from": _shift(plan["free_from"], late),
        "daily_checks": checks
        and checks
        | {
            "last": _shift(checks["last"], late),
            "count": checks["count"] and checks["count"] + late.days,
        },
    }


def _stage_moved(stage: Mapping[str, Any], late: timedelta) -> dict[str, Any]:
    moved = dict(stage)
    for name in ("day0", "first_day", "last_day", "result_due"):
        if moved.get(name):
            moved[name] = _shift(moved[name], late)
    if "tests" in moved:
        moved["tests"] = [test | {"date": _shift(test["date"], late)} for test in moved["tests"]]
    return moved


def _held(plan: Plan) -> Plan:
    checks = plan.get("daily_checks")
    return plan | {
        "observation_ends": None,
        "free_from": None,
        "daily_checks": checks and checks | {"last": None, "count": None},
    }


def _shift(day: str | None, late: timedelta) -> str | None:
    """Return a date as text, moved; what is no date stays as it is."""
    if not day or not day[:1].isdigit():
        return day
    return (_day(day) + late).isoformat()


def _day(text: str) -> date:
    return date.fromisoformat(text)


def current_kind(plan: Mapping[str, Any], closed: set[tuple[str, date]]) -> str:
    """Return the kind of the stage running now: the first that is not closed; empty after all."""
    for stage in wanted_stages(plan):
        if stage.key not in closed:
            return StageKind(stage.kind).value
    return ""
