"""What a plan asks of a place by day: rooms, tests, daily checks. Read from the stored plan.

It is asked for ten thousand plans at a time, so it reads the plain data and builds no `Plan`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policies.pack import HOLD

ROOMED = ("centralised", "hospital_rehab")
TEST = "test"
DAY = timedelta(days=1)
Range = tuple[date, date]
_day = date.fromisoformat


@dataclass(frozen=True, slots=True)
class DayLoad:
    """Ranges of days with a room (both ends included), days with a test, days of daily checks.

    `checks` has no last day while the end of the plan is not known.
    """

    rooms: list[Range]
    tests: list[date]
    checks: tuple[date, date | None] | None


def day_load(plan: Mapping[str, Any]) -> DayLoad:
    """Return the load of a plan in the form `Plan.as_dict` gives."""
    rooms, tests = rooms_and_tests(plan)
    checks = plan["daily_checks"]
    if checks is None:
        return DayLoad(rooms, tests, None)
    last = checks["last"]
    return DayLoad(rooms, tests, (_day(checks["first"]), _day(last) if last else None))


def rooms_and_tests(plan: Mapping[str, Any]) -> tuple[list[Range], list[date]]:
    """Return the days with a room and the days with a test, one entry for each test.

    A stage whose end a missing test holds open counts to the last day it was planned for. A
    stage closed early gives its room back on the day it was closed.
    """
    arrival = [_day(test["date"]) for test in plan["arrival_tests"]]
    stages = [*plan["superseded_stages"], *plan["stages"]]
    tests = [*arrival, *_stage_tests(stages, arrival)]
    tests += [_day(item["date"]) for item in plan["follow_ups"] if item["what"] == TEST]
    rooms = [days for stage in stages if stage["kind"] in ROOMED and (days := _range(stage))]
    return _joined(rooms), tests


def _stage_tests(stages: list[Mapping[str, Any]], arrival: list[date]) -> Iterator[date]:
    for stage in stages:
        for test in stage.get("tests", ()):
            yield _day(test["date"])
        # The test of a hold is one of those on arrival, unless a later event began the hold.
        if stage["kind"] == HOLD and stage["result_due"] and _day(stage["day0"]) not in arrival:
            yield _day(stage["day0"])


def _range(stage: Mapping[str, Any]) -> Range | None:
    closed = stage.get("closed_early_on")
    first, last = (
        _day(stage["first_day"]),
        _day(closed) - DAY if closed else _day(stage["last_day"]),
    )
    return (first, last) if first <= last else None


def _joined(rooms: list[Range]) -> list[Range]:
    """Return the ranges with those that follow each other as one: a room is kept, not changed."""
    if len(rooms) < 2:
        return rooms
    found: list[Range] = []
    for first, last in sorted(rooms):
        if found and first <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
