"""A plan in words: what awaits somebody, when, and the clause with its quote behind each item.

Takes the plan object of docs/policies.md as it is stored and the pack it was made with, returns
what pages show. Where a clause leaves a choice the reading is told in a sentence, with the
alternatives where it is a setting.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.errors import FactsError
from policies.facts import Facts
from policies.pack import Pack
from policies.planner import plan as make_plan
from returnees.grounds import Choice, choices_of, quotes_of, reading_words

Plan = Mapping[str, Any]
OVERRIDE = "override"  # what a class set by people rests on
# Items that have a place of their own on the page; whatever else a plan explains is a note.
PLACED = (
    "classification",
    "matched.",
    "overridden.",
    "report",
    "arrival_tests[",
    "stages[",
    "superseded_stages[",
    "follow_ups[",
    "flags.",
    "restrictions[",
    "observation_ends",
    "daily_checks",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: words, clause (or reading), quote of the notice, reading with its sentence.

    `choices` are the settings that the reading stands for, `decided` marks what people set.
    """

    text: str
    clause: str = ""
    quote: str = ""
    reading: str = ""
    says: str = ""
    choices: tuple[Choice, ...] = ()
    decided: bool = False

    @property
    def is_grounded(self) -> bool:
        """Whether it rests on words of the notice, a reading in words, or a decision of people."""
        return bool(self.clause and (self.quote or self.says)) or self.decided


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that awaits somebody; `when` and `until` are days, both included.

    `because` are further reasons: how many days, and how they are counted.
    """

    what: str
    reason: Reason
    when: date | None = None
    until: date | None = None
    note: str = ""
    kind: str = ""
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """A whole plan, ready for a page."""

    classification: Reason
    others: list[Reason]
    items: list[Item]
    flags: list[Reason]
    notes: list[Reason]
    report: Reason
    report_status: str
    free_from: date | str | None
    end: Reason
    daily_first: date | None
    daily_last: date | None
    daily_count: int | None
    daily: Reason

    @property
    def reasons(self) -> list[Reason]:
        """Every reason once, in the order of the page."""
        found = [self.classification, *self.others, *self.notes, self.report, *self.flags]
        for item in self.items:
            found += [item.reason, *item.because]
        found += [self.daily, self.end]
        return list(dict.fromkeys(reason for reason in found if reason.text))


def explain(plan: Plan, facts: Mapping[str, Any], pack: Pack) -> Explained:
    """Return the plan in the language of the page, in the order of its dates.

    `pack` is the one the plan was made with (returnees.policies.pack_of). Stored plans leave out
    the quotes; planning the same facts again finds them.
    """
    reasons = _reasons(plan, pack, _quotes(plan, facts, pack))
    checks = plan.get("daily_checks") or {}
    items = sorted(_items(plan, reasons), key=lambda item: item.when or date.max)
    free = plan.get("free_from")
    return Explained(
        classification=reasons.get("classification", Reason(plan.get("classification", ""))),
        others=_those(reasons, "matched.", "overridden."),
        items=items,
        flags=_those(reasons, "flags.", "restrictions["),
        notes=[reason for item, reason in reasons.items() if not item.startswith(PLACED)],
        report=reasons.get("report", Reason("")),
        report_status=report_words(plan.get("report") or {}),
        free_from=_day(free) or free,
        end=reasons.get("observation_ends", Reason("")),
        daily_first=_day(checks.get("first")),
        daily_last=_day(checks.get("last")),
        daily_count=checks.get("count"),
        daily=reasons.get("daily_checks", Reason("")),
    )


def _those(reasons: Mapping[str, Reason], *prefixes: str) -> list[Reason]:
    return [reason for item, reason in reasons.items() if item.startswith(prefixes)]


def _quotes(plan: Plan, facts: Mapping[str, Any], pack: Pack) -> dict[tuple[str, str], str]:
    """Return (item, clause) -> words of the notice; none for facts of another time."""
    if all(why.get("quote") for why in plan.get("why") or ()):
        return {}
    try:
        made = make_plan(pack, Facts.parse(facts))
    except FactsError:
        return {}
    return {(why.item, why.rests_on): why.quote for why in made.why}


def _reasons(plan: Plan, pack: Pack, quotes: Mapping[tuple[str, str], str]) -> dict[str, Reason]:
    english = not (get_language() or "zh").startswith("zh")
    anywhere = quotes_of(pack)
    found = {}
    for why in plan.get("why") or ():
        rests_on = why.get("rests_on", "")
        found[why["item"]] = reason_of(
            pack,
            text=why.get("text_en") or why["text"] if english else why["text"],
            rests_on=rests_on,
            quote=why.get("quote")
            or quotes.get((why["item"], rests_on), "")
            or anywhere.get(rests_on, ""),
            reading=why.get("reading", ""),
        )
    return found


def reason_of(pack: Pack, *, text: str, rests_on: str, quote: str, reading: str = "") -> Reason:
    """Return a reason with the sentence and the settings of its reading."""
    if rests_on == OVERRIDE:
        return Reason(text, decided=True)
    name = reading or (rests_on if rests_on.startswith("A-") else "")
    return Reason(
        text=text,
        clause=rests_on,
        quote=quote,
        reading=name,
        says=reading_words(name),
        choices=choices_of(pack, name) if name else (),
    )


def _items(plan: Plan, reasons: Mapping[str, Reason]) -> Iterator[Item]:
    for n, test in enumerate(plan.get("arrival_tests") or ()):
        reason = reasons.get(f"arrival_tests[{n}]", Reason(_("Test on arrival")))
        yield Item(reason.text, reason, _day(test["date"]), _day(test.get("due")), kind="test")
    for n, stage in enumerate(plan.get("superseded_stages") or ()):
        path = f"superseded_stages[{n}]"
        reason = reasons.get(path, Reason(stage["kind"]))
        ended = _day(stage.get("closed_early_on")) or _day(stage.get("last_day"))
        note = _("replaced by a later plan")
        yield Item(reason.text, reason, _day(stage["first_day"]), ended, note, "superseded")
    for n, stage in enumerate(plan.get("stages") or ()):
        yield from _stage(stage, f"stages[{n}]", reasons)
    for n, owed in enumerate(plan.get("follow_ups") or ()):
        reason = reasons.get(f"follow_ups[{n}]", Reason(owed.get("what", "")))
        yield Item(reason.text, reason, _day(owed["date"]), kind="follow_up")


def _stage(stage: Plan, path: str, reasons: Mapping[str, Reason]) -> Iterator[Item]:
    reason = reasons.get(path, Reason(stage["kind"]))
    first, last = _day(stage["first_day"]), _day(stage.get("last_day"))
    note = "" if last else _("until the result is negative")
    names = (f"{path}.days", "observation_ends") if last else ()
    more = tuple(reasons[name] for name in names if name in reasons)
    yield Item(reason.text, reason, first, last, note, "stage", more)
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
