"""The plan: what awaits one person, and why. `as_dict` gives the form users script against."""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

Day = date  # the classes below have fields called date
ON_NEGATIVE = "on_negative_result"
# One encoder for all plans: json.dumps would build it anew for each.
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class Report:
    """How the report of the journey is judged; minutes of lead only with a report."""

    status: str
    lead_minutes: int | None = None
    basis: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the status, and the lead and its basis where they are known."""
        data: dict[str, Any] = {"status": self.status}
        if self.lead_minutes is not None:
            data["lead_minutes"] = self.lead_minutes
        if self.basis:
            data["basis"] = self.basis
        return data


@dataclass(frozen=True, slots=True)
class ArrivalTest:
    """A test on arrival: its number, the date it is taken and the date it is due at the latest."""

    n: int
    date: Day
    due: Day

    def as_dict(self) -> dict[str, Any]:
        """Return number, date and due date."""
        return {"n": self.n, "date": self.date.isoformat(), "due": self.due.isoformat()}


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A test inside a stage, with its day of the stage."""

    day: int
    date: Day


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; a hold has no last day and ends on the negative result due by `result_due`."""

    kind: str
    day0: date
    first_day: date
    last_day: date | None
    days: int | None
    tests: tuple[PlannedTest, ...] = ()
    note: str = ""
    result_due: date | None = None
    closed_early_on: date | None = None

    @property
    def is_hold(self) -> bool:
        """Whether the stage ends on a negative result instead of a date."""
        return self.last_day is None

    def as_dict(self) -> dict[str, Any]:
        """Return the stage in the contract's form."""
        data: dict[str, Any] = {
            "kind": self.kind,
            "day0": self.day0.isoformat(),
            "first_day": self.first_day.isoformat(),
        }
        if self.last_day is None:
            data["ends"] = ON_NEGATIVE
            data["result_due"] = self.result_due.isoformat() if self.result_due else None
        else:
            data["last_day"] = self.last_day.isoformat()
            data["days"] = self.days
            data["tests"] = [{"day": t.day, "date": t.date.isoformat()} for t in self.tests]
        if self.note:
            data["note"] = self.note
        if self.closed_early_on:
            data["closed_early_on"] = self.closed_early_on.isoformat()
        return data


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something owed so many days or months after the end of the observation."""

    what: str
    days: int
    months: int
    date: Day

    def as_dict(self) -> dict[str, Any]:
        """Return what is owed, its distance from the end and its date."""
        distance = ("day_after_end", self.days) if self.days else ("months_after_end", self.months)
        return {"what": self.what, distance[0]: distance[1], "date": self.date.isoformat()}


@dataclass(frozen=True, slots=True)
class DailyChecks:
    """The dates of the daily check, both included; open when the end is not known."""

    first: date
    last: date | None
    count: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return first, last and count."""
        last = self.last.isoformat() if self.last else None
        return {"first": self.first.isoformat(), "last": last, "count": self.count}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item of the plan is as it is: the clause or reading, its words in zh and en, quote."""

    item: str
    rests_on: str
    text: str
    text_en: str
    quote: str
    reading: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the reason; the reading only where there is one beside the clause."""
        data = {
            "item": self.item,
            "rests_on": self.rests_on,
            "text": self.text,
            "text_en": self.text_en,
            "quote": self.quote,
        }
        if self.reading:
            data["reading"] = self.reading
        return data

    def about(self, item: str) -> "Reason":
        """Return the same reason for another item."""
        return replace(self, item=item)


class Reasons(tuple[Reason, ...]):
    """The reasons of a plan; they are the same for many people, so their data is made once."""

    @classmethod
    def of(cls, reasons: tuple[Reason, ...]) -> "Reasons":
        """Return the reasons as they are, or made into this kind of tuple."""
        return reasons if isinstance(reasons, cls) else cls(reasons)

    @cached_property
    def data(self) -> list[dict[str, str]]:
        """The reasons as plain data."""
        return [reason.as_dict() for reason in self]

    @cached_property
    def json(self) -> str:
        """The reasons as JSON text."""
        return encode(self.data)


@dataclass(frozen=True, slots=True)
class Plan:
    """What awaits one person under one pack; docs/policies.md says when each is null."""

    pack: str
    version: str
    classification: str
    matched: tuple[str, ...]
    report: Report
    arrival_tests: tuple[ArrivalTest, ...]
    stages: tuple[Stage, ...]
    follow_ups: tuple[FollowUp, ...]
    observation_ends: date | None
    free_from: date | str | None
    daily_checks: DailyChecks | None
    superseded_stages: tuple[Stage, ...]
    flags: tuple[str, ...]
    restrictions: tuple[str, ...]
    why: tuple[Reason, ...]
    event_result: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain data, dates as ISO 8601."""
        return {**self._dated(), "why": [one.copy() for one in Reasons.of(self.why).data]}

    def as_json(self) -> str:
        """Return the JSON text of `as_dict`."""
        return f'{encode(self._dated())[:-1]},"why":{Reasons.of(self.why).json}}}'

    def _dated(self) -> dict[str, Any]:
        free = self.free_from
        ends = self.observation_ends
        data: dict[str, Any] = {
            "pack": self.pack,
            "version": self.version,
            "classification": self.classification,
            "matched": list(self.matched),
            "report": self.report.as_dict(),
            "arrival_tests": [test.as_dict() for test in self.arrival_tests],
            "stages": [stage.as_dict() for stage in self.stages],
            "follow_ups": [item.as_dict() for item in self.follow_ups],
            "observation_ends": ends.isoformat() if ends else None,
            "free_from": free.isoformat() if isinstance(free, date) else free,
            "daily_checks": self.daily_checks.as_dict() if self.daily_checks else None,
            "superseded_stages": [stage.as_dict() for stage in self.superseded_stages],
            "flags": list(self.flags),
            "restrictions": list(self.restrictions),
        }
        if self.event_result:
            data["event_result"] = self.event_result
        return data
