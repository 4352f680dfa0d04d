"""The stored plan of an episode, read back for what it owes by day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from policies import schema, spans
from policies.plan import ArrivalTest, DailyChecks, FollowUp, Plan, PlannedTest, Reasons, Report, Stage
from returnees.models import Episode


def planned_spans(episode: Episode, *, replanned_at: datetime | None) -> tuple[spans.Span, ...]:
    """Return every duty span of the stored plan; `replanned_at` is when the class last changed."""
    # A contact who was placed where they live made no journey.
    travelled = not episode.facts.get("placed_on")
    report = episode.report
    return spans.duty_spans(
        schema.load(episode.policy.pack),
        stored_plan(episode.plan),
        reported_at=report.reported_at,
        departs_at=report.departs_at if travelled else None,
        arrives_at=(episode.arrived_at or report.arrives_at) if travelled else None,
        registered_on=timezone.localdate(episode.registered_at),
        registered_at=episode.registered_at,
        arrived=episode.arrived_at is not None,
        replanned_at=replanned_at,
    )


def stored_plan(data: Mapping[str, Any]) -> Plan:
    """Return the plan object of the stored form; its reasons are not read."""
    checks = data.get("daily_checks")
    return Plan(
        pack=data.get("pack", ""),
        version=data.get("version", ""),
        classification=data["classification"],
        matched=tuple(data.get("matched", ())),
        report=Report((data.get("report") or {}).get("status", "not_required")),
        arrival_tests=tuple(
            ArrivalTest(test["n"], _day(test["date"]), _day(test["due"]))
            for test in data.get("arrival_tests") or ()
        ),
        stages=_stages(data.get("stages")),
        follow_ups=tuple(_follow_up(item) for item in data.get("follow_ups") or ()),
        observation_ends=_maybe(data.get("observation_ends")),
        free_from=data.get("free_from"),
        daily_checks=DailyChecks(
            _day(checks["first"]), _maybe(checks["last"]), checks["count"]
        )
        if checks
        else None,
        superseded_stages=_stages(data.get("superseded_stages")),
        flags=tuple(data.get("flags") or ()),
        restrictions=(),
        why=Reasons(),
    )


def _stages(items: list[dict[str, Any]] | None) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            kind=item["kind"],
            day0=_day(item["day0"]),
            first_day=_day(item["first_day"]),
            last_day=_maybe(item.get("last_day")),
            days=item.get("days"),
            tests=tuple(
                PlannedTest(test["day"], _day(test["date"])) for test in item.get("tests") or ()
            ),
            result_due=_maybe(item.get("result_due")),
            closed_early_on=_maybe(item.get("closed_early_on")),
        )
        for item in items or ()
    )


def _follow_up(item: dict[str, Any]) -> FollowUp:
    return FollowUp(
        item["what"],
        item.get("day_after_end", 0),
        item.get("months_after_end", 0),
        _day(item["date"]),
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
