"""How the report of a journey is judged under each notice (A-06, A-07, A-33)."""

from datetime import timedelta

from policies.facts import Facts
from policies.pack import Pack
from policies.plan import Report

NOT_REQUIRED = Report("not_required")
MINUTE = timedelta(minutes=1)


def report_of(pack: Pack, facts: Facts, classification: str) -> Report:
    """Return the report's status for someone of that class; nobody who does not arrive owes one."""
    rule = pack.report
    arrives_at, reported_at = facts.arrives_at, facts.reported_at
    if arrives_at is None or rule.kind == "none":
        return NOT_REQUIRED
    if rule.rows and classification not in rule.rows:
        return NOT_REQUIRED
    limit = timedelta(hours=rule.hours)
    if rule.kind == "before_departure":
        basis = "departure" if facts.departs_at else "arrival"
        if reported_at is None:
            return Report("missing", basis=basis)
        lead = (facts.departs_at or arrives_at) - reported_at
        return Report("on_time" if lead >= limit else "late", lead // MINUTE, basis)
    if rule.kind == "after_landing":
        if reported_at is None:
            return Report("missing", basis="landing")
        late = reported_at > arrives_at + limit
        return Report("late" if late else "on_time", basis="landing")
    if reported_at is None:
        return Report("missing")
    return Report("on_time" if reported_at < arrives_at else "late")
