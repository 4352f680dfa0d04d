"""The answer to the public question: what awaits, why, and what to do before setting out.

Nothing is stored and nothing personal is asked: facts in, words out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from grid.choices import Level
from grid.days import today
from grid.models import Place
from grid.place_search import labelled
from policies.facts import Facts
from policies.ground import Ground
from policies.pack import Pack
from policies.plan import Plan
from policies.plan import Reason as Cause
from policies.planner import plan as make_plan
from returnees.classes import in_words
from returnees.clock import local_text
from returnees.explained import Explained, Reason, explain, reason_of
from returnees.models import PolicyVersion, RiskListVersion
from returnees.policies import PolicyBook
from returnees.stay_risk import StayRisk, risks_of

DISSUADE = "dissuade_before_coming"  # the restriction that is advice and refuses nobody (JY-2c)


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything the page says; `dissuaded` is set where the notice advises against coming."""

    pack: Pack
    title: str
    since: date
    plan: Explained
    stays: list[StayRisk]
    todo: list[Reason]
    dissuaded: Reason | None
    listed: RiskListVersion | None


def places_bound() -> list[tuple[str, str]]:
    """Return code and name of the places where a notice binds now or will."""
    rows = PolicyVersion.objects.binding().filter(until=None).select_related("place")
    found = labelled([version.place for version in rows.order_by("place")])
    return [(place.code, place.label) for place in found]


def village_of(code: str) -> Place | None:
    """Return the village that the address names, if it takes reports."""
    if not code.isdecimal():
        return None
    found: Place | None = Place.objects.filter(code=code, level=Level.VILLAGE, closed=False).first()
    return found


def answer_to(
    *, place: str, facts: Mapping[str, Any], stays: Sequence[tuple[Place, date]], arrival: date
) -> Answer:
    """Return what awaits; Refused where no notice binds, FactsError where no rule fits."""
    pack, version = PolicyBook.of([place]).at(place, arrival)
    judged = risks_of(stays, arrival, pack)
    known = {**facts, "history": [stay.fact() for stay in judged]}
    made = make_plan(pack, Facts.parse(known))
    # Nobody has reported yet: what is to be reported stands among what to do.
    plan = replace(explain(made.as_dict(), known, pack), report_status="")
    return Answer(
        pack=pack,
        title=in_words(pack.title),
        since=version.since,
        plan=plan,
        stays=judged,
        todo=list(_todo(pack, made, known, arrival)),
        dissuaded=_dissuaded(made, plan),
        listed=RiskListVersion.objects.published().filter(day__lte=today()).first(),
    )


def _dissuaded(made: Plan, plan: Explained) -> Reason | None:
    item = next(
        (f"restrictions[{n}]" for n, name in enumerate(made.restrictions) if name == DISSUADE), ""
    )
    rests_on = next((why.rests_on for why in made.why if why.item == item), "")
    return next((flag for flag in plan.flags if rests_on and flag.clause == rests_on), None)


def _todo(pack: Pack, made: Plan, facts: Mapping[str, Any], arrival: date) -> Iterator[Reason]:
    """Yield what to do and to bring before setting out: the report, and papers that matter.

    A paper matters where having it or not makes another plan.
    """
    if made.report.status != "not_required" or pack.report.kind == "none":
        yield _report(pack, facts)
    days = pack.number("certificate_days")
    first = arrival - timedelta(days=days)
    paper = {"sampled_on": arrival.isoformat(), "result": "negative"}
    yield from _paper(
        pack,
        {**facts, "certificate": paper},
        {**facts, "certificate": None},
        _("Bring a negative test certificate, sampled on %(day)s or later (%(days)s days).")
        % {"day": first, "days": days},
        ground=pack.settings["certificate_days"].ground,
    )
    yield from _paper(
        pack,
        {**facts, "health_code": "green"},
        {**facts, "health_code": "none"},
        _("Have the green health code ready."),
    )
    overseas = facts.get("overseas")
    if overseas:
        yield from _paper(
            pack,
            {**facts, "overseas": {**overseas, "quarantine_proof": True}},
            {**facts, "overseas": {**overseas, "quarantine_proof": False}},
            _("Bring the proof of the quarantine served; without it the days do not count."),
        )


def _report(pack: Pack, facts: Mapping[str, Any]) -> Reason:
    rule, words = pack.report, ""
    departs = facts.get("departs_at")
    if rule.kind == "before_departure" and departs:
        by = datetime.fromisoformat(departs) - timedelta(hours=rule.hours)
        words = _("Report your journey by %(moment)s, %(hours)s hours before you set out.") % {
            "moment": local_text(by),
            "hours": rule.hours,
        }
    elif rule.kind == "before_departure":
        words = _("Report your journey at least %(hours)s hours before you set out.") % {
            "hours": rule.hours
        }
    elif rule.kind == "before_arrival":
        words = _("Report your journey before you arrive.")
    elif rule.kind == "after_landing":
        words = _("Report within %(hours)s hours of your arrival.") % {"hours": rule.hours}
    else:
        words = _("No report in advance is asked for; register when you arrive.")
    return advice(pack, words, rule.ground)


def advice(pack: Pack, words: str, cause: Ground | Cause) -> Reason:
    """Return what to do, with what it rests on; which settings there are matters to nobody here."""
    reason = reason_of(
        pack, text=words, rests_on=cause.rests_on, quote=cause.quote, reading=cause.reading
    )
    return replace(reason, choices=())


def _paper(
    pack: Pack,
    having: Mapping[str, Any],
    lacking: Mapping[str, Any],
    words: str,
    ground: Ground | None = None,
) -> Iterator[Reason]:
    """Yield the advice to bring a paper where it changes the plan.

    It rests on the ground given, else on what the plan has without the paper alone.
    """
    best, worst = (make_plan(pack, Facts.parse(facts)) for facts in (having, lacking))
    if _shape(best) == _shape(worst):
        return
    cause = ground or next((why for why in worst.why if why not in best.why), worst.why[0])
    yield advice(pack, words, cause)


def _shape(plan: Plan) -> tuple[Any, ...]:
    stages = tuple((stage.kind, stage.days) for stage in plan.stages)
    return plan.classification, stages, len(plan.arrival_tests), plan.flags
