"""From a report to the facts the planner looks at: the keys of contracts.md, ready for JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from returnees.choices import TestResult
from returnees.clock import local, local_day
from returnees.models import AdvanceReport, Certificate, Stay

# Known about a person beyond what the report says; kept from plan to plan.
KEPT = (
    "contact",
    "placed_on",
    "risk_assessment",
    "home_single_room",
    "fit_for_centralised",
    "patient",
    "patient_anchor",
    "exposed_on",
    "override",
    "zone",
    "policy_from",  # of somebody under management: the first day under another notice
    "events",
)


def facts_of(
    *,
    report: AdvanceReport,
    stays: Sequence[Stay],
    certificates: Sequence[Certificate],
    arrived_at: datetime | None = None,
    home_suitable: bool | None = None,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the planner's facts: the report, its stays with their risk, the papers, what is known.

    `known` are facts from elsewhere (KEPT). `home_suitable` is the assessment of the household
    (none = not assessed) and wins over what was stated. A contact who was placed without a journey
    has no arrival.
    """
    known = known or {}
    facts: dict[str, Any] = {}
    arrival = local_day(arrived_at or report.arrives_at)
    if not known.get("placed_on"):
        facts = _journey(report, stays, arrived_at or report.arrives_at)
    paper = _best(certificates, arrival)
    if paper:
        facts["certificate"] = {"sampled_on": paper.sampled_on.isoformat(), "result": paper.result}
    if report.health_code:
        facts["health_code"] = report.health_code
    if report.role:
        facts["role"] = report.role
    facts |= {key: known[key] for key in KEPT if known.get(key) not in (None, "", [])}
    if home_suitable is not None:
        facts["home_single_room"] = home_suitable
    return {key: value for key, value in facts.items() if value is not None}


def _journey(report: AdvanceReport, stays: Sequence[Stay], arrives_at: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "arrives_at": _moment(arrives_at),
        "departs_at": _departure(report.departs_at, arrives_at),
        "reported_at": _moment(report.reported_at),
        "history": [_stay(stay, local_day(arrives_at)) for stay in stays],
    }
    if report.entered_on:
        facts["overseas"] = {
            "entered_on": report.entered_on.isoformat(),
            "quarantine_days": report.quarantine_days,
            "quarantine_proof": report.quarantine_proof,
            "irregular": report.irregular_entry,
            "negative_tests": report.negative_tests,
        }
    return facts


def _moment(at: datetime) -> str:
    return local(at).isoformat()


def _departure(departs_at: datetime | None, arrives_at: datetime) -> str | None:
    """Return the departure; nobody knows when somebody set out who came earlier than reported."""
    if departs_at is None or departs_at > arrives_at:
        return None
    return _moment(departs_at)


def _stay(stay: Stay, arrival: date) -> dict[str, Any]:
    return {
        "place": stay.place_id or stay.text,
        # Who comes earlier than reported left earlier too.
        "last_day": min(stay.last_day, arrival).isoformat(),
        "risk": stay.risk,
        "flags": sorted(stay.flags),
    }


def _best(certificates: Sequence[Certificate], arrival: date) -> Certificate | None:
    """Return the paper that helps most: the youngest negative one sampled by arrival, if any."""
    return max(
        certificates,
        key=lambda paper: (
            paper.sampled_on <= arrival and paper.result == TestResult.NEGATIVE,
            paper.sampled_on,
        ),
        default=None,
    )
