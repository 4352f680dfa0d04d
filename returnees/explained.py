"""A plan in words: what awaits somebody, when, and the clause with its quote behind each item.

Takes the plan object of docs/policies.md as it is stored, returns what pages show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.errors import FactsError, PackError
from policies.facts import Facts
from policies.planner import plan as make_plan
from policies.schema import load

Plan = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: words, clause (or reading), quote of the notice, reading beside the clause."""

    text: str
    clause: str = ""
    quote: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that awaits somebody; `when` and `until` are days, both included."""

    what: str
    reason: Reason
    when: date | None = None
    until: date | None = None
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A whole plan, ready for a page."""

    classification: Reason
    others: list[Reason]
    items: list[Item]
    flags: list[Reason]
    report: Reason
    report_status: str
    free_from: date | str | None
    daily_first: date | None
    daily_last: date | None
    daily_count: int | None
    daily: Reason


def explain(plan: Plan, facts: Mapping[str, Any]) -> Explained:
    """Return the plan in the language of the page, in the order of its dates.

    Stored plans leave out the quotes; planning the same facts again finds them.
    """
    reasons = _reasons(plan, _quotes(plan, facts))
    checks = plan.get("daily_checks") or {}
    items = sorted(_items(plan, reasons), key=lambda item: item.when or date.max)
    free = plan.get("free_from")
    return Explained(
        classification=reasons.get("classification", Reason(plan.get("classification", ""))),
        others=[reason for item, reason in reasons.items() if item.startswith("matched.")],
        items=items,
        flags=[
            reason
            for item, reason in reasons.items()
            if item.startswith(("flags.", "restrictions["))
        ],
        report=reasons.get("report", Reason("")),
        report_status=report_words(plan.get("report") or {}),
        free_from=_day(free) or free,
        daily_first=_day(checks.get("first")),
        daily_last=_day(checks.get("last")),
        daily_count=checks.get("count"),
        daily=reasons.get("daily_checks", Reason("")),
    )


def _quotes(plan: Plan, facts: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return (item, clause) -> words of the notice; none for facts or a pack of another time."""
    try:
        made = make_plan(load(plan.get("pack", "")), Facts.parse(facts))
    except (FactsError, PackError):
        return {}
    return {(why.item, why.rests_on): why.quote for why in made.why}


def _reasons(plan: Plan, quotes: Mapping[tuple[str, str], str]) -> dict[str, Reason]:
    english = not (get_language() or "zh").startswith("zh")
    return {
        why["item"]: Reason(
            text=why.get("text_en") or why["text"] if english else why["text"],
            clause=why.get("rests_on", ""),
            quote=why.get("quote") or quotes.get((why["item"], why.get("rests_on", "")), ""),
            reading=why.get("reading", ""),
        )
        for why in plan.get("why") or ()
    }


def _items(plan: Plan, reasons: Mapping[str, Reason]) -> Iterator[Item]:
    for n, test in enumerate(plan.get("arrival_tests") or ()):
        reason = reasons.get(f"arrival_tests[{n}]", Reason(_("Test on arrival")))
        yield Item(reason.text, reason, _day(test["date"]), _day(test.get("due")), kind="test")
    for n, stage in enumerate(plan.get("stages") or ()):
        yield from _stage(stage, f"stages[{n}]", reasons)
    for n, owed in enumerate(plan.get("follow_ups") or ()):
        reason = reasons.get(f"follow_ups[{n}]", Reason(owed.get("what", "")))
        yield Item(reason.text, reason, _day(owed["date"]), kind="follow_up")


def _stage(stage: Plan, path: str, reasons: Mapping[str, Reason]) -> Iterator[Item]:
    reason = reasons.get(path, Reason(stage["kind"]))
    first, last = _day(stage["first_day"]), _day(stage.get("last_day"))
    note = "" if last else _("until the result is negative")
    yield Item(reason.text, reason, first, last, note, "stage")
    for n, test in enumerate(stage.get("tests") or ()):
        why = reasons.get(f"{path}.tests[{n}]", Reason(_("Test")))
        yield Item(why.text, why, _day(test["date"]), kind="test")


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def report_words(report: Plan) -> str:
    """Return how the report of the journey was judged, with the lead in hours (JY-2a)."""
    status, minutes = report.get("status", ""), report.get("lead_minutes")
    words = {
        "on_time": _("reported in time"),
        "late": _("reported late"),
        "missing": _("not reported"),
        "not_required": _("no report required"),
    }.get(status, "")
    if minutes is None or not words:
        return words
    return _("%(words)s: %(hours)s h before") % {"words": words, "hours": f"{minutes / 60:g}"[:5]}
