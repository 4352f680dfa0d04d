"""Plans of many episodes at once, and the stage and test rows that follow from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from django.utils.translation import gettext as _

from grid.bulk import make
from grid.errors import Refused
from policies.errors import FactsError
from policies.facts import Facts
from policies.pack import Pack
from policies.planner import plan as make_plan
from returnees import rules
from returnees.ahead import ahead_of
from returnees.choices import LEVELS
from returnees.facts import facts_of
from returnees.models import AdvanceReport, Certificate, Episode, Stage, Stay, Test
from returnees.policies import pack_of
from returnees.risk import AreaRisk, RiskBook, touches
from returnees.services.inputs import CertificateInput, StayInput
from returnees.services.rows import FINAL, Rows, blocks

LONGEST_LOOK_BACK = timedelta(days=60)
REMEMBERED = 1024  # plans: on one day people come in a few dozen ways
PART = 60  # characters of a part's name by which an answer is known


class NotPlannableError(Refused):
    """The notice in force has no rule for these facts, or the facts contradict each other."""


@dataclass(slots=True)
class Journey:
    """An episode's sources: its report with stays and papers, and the home it leads to."""

    report: AdvanceReport
    stays: list[Stay] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    home_suitable: bool | None = None

    def facts(
        self, *, arrived_at: datetime | None = None, known: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the planner's facts (returnees.facts)."""
        return facts_of(
            report=self.report,
            stays=self.stays,
            certificates=self.certificates,
            arrived_at=arrived_at,
            home_suitable=self.home_suitable,
            known=known,
        )


def new_stay(report: AdvanceReport, stay: StayInput) -> Stay:
    """Return the row of a stay, not yet written."""
    return make(
        Stay,
        {"report": report},
        place_id=stay.place_code,
        text=stay.text,
        first_day=stay.first_day,
        last_day=stay.last_day,
    )


def new_certificate(report: AdvanceReport, paper: CertificateInput) -> Certificate:
    """Return the row of a certificate, not yet written."""
    return make(
        Certificate,
        {"report": report},
        sampled_on=paper.sampled_on,
        result=paper.result,
        laboratory=paper.laboratory,
    )


def assess_stays(
    journeys: Sequence[tuple[Journey, date, Pack]],
    *,
    known_on: date | None = None,
    coming: Callable[[RiskBook], RiskBook] | None = None,
) -> list[Stay]:
    """Set level and flags of every stay as known by the arrival; return the stays that changed.

    Each is judged on its days within the notice's look-back before the arrival (C-5, A-04): the
    highest level of any of them counts, and that of an area raised after the person left it (A-35).
    Of somebody expected whatever is known on a day counts (`known_on`). One query for all. `coming`
    adds the areas of a list that is looked at before it is published.
    """
    stays = [stay for journey, _arrival, _pack in journeys for stay in journey.stays]
    if not stays:
        return []
    days = [arrival for _journey, arrival, _pack in journeys]
    places = {stay.place_id for stay in stays if stay.place_id}
    latest = max(*days, *(stay.last_day for stay in stays), known_on or days[0])
    book = RiskBook.of(places, min(days) - LONGEST_LOOK_BACK, latest)
    book = coming(book) if coming else book
    changed = []
    for journey, arrival, pack in journeys:
        since = arrival - timedelta(days=pack.number("look_back_days"))
        still = timedelta(days=pack.number("reclass_days"))
        until = max(arrival, known_on or arrival)
        for stay in journey.stays:
            first = max(stay.first_day or since, since)
            if stay.place_id and first <= stay.last_day:
                last = max(stay.last_day, min(stay.last_day + still, until))
                risk = book.risk(stay.place_id, first, last, asked_on=stay.asked_on)
                if _set_risk(stay, with_named_parts(risk, book, stay, first, last)):
                    changed.append(stay)
    return changed


def _set_risk(stay: Stay, risk: AreaRisk) -> bool:
    """Put what is known of its place on a stay; say whether anything changed."""
    known = (stay.risk, sorted(stay.flags), stay.unclear)
    stay.risk, stay.flags, stay.unclear = risk.level, list(risk.flags), risk.unclear
    return known != (risk.level, list(risk.flags), risk.unclear)


def with_named_parts(
    risk: AreaRisk, book: RiskBook, stay: Stay, first: date, last: date
) -> AreaRisk:
    """Return the risk of a stay whose text names the part of the place that is at risk.

    Only for those who were asked where exactly they were: the answer stands in the text.
    """
    if stay.asked_on is None or not stay.place_id:
        return risk
    for area in book.areas:
        if named_in(stay, area.place_id, area.part) and touches(area, first, last):
            if area.mark in LEVELS:
                level = max(risk.level, area.mark, key=LEVELS.index)
                risk = replace(risk, level=level)
            else:
                risk = replace(risk, flags=tuple(sorted({*risk.flags, area.mark})))
    return risk


def named_in(stay: Stay, place: str, part: str) -> bool:
    """Say whether the text of a stay names this part of a place around or inside its own."""
    branch = (stay.place_id or "").startswith(place) or place.startswith(stay.place_id or " ")
    return bool(part) and branch and part[:PART] in stay.text


def plan_of(pack: Pack, facts: Mapping[str, Any], who: str) -> rules.Plan:
    """Return the plan as an episode keeps it; NotPlannableError names the person and the fault.

    Others may share it: who wants another makes one (`plan | {…}`).
    """
    try:
        return _planned(pack, _decisive(facts))
    except FactsError as error:
        raise NotPlannableError(
            _("%(name)s cannot be planned: %(fault)s") % {"name": who, "fault": error}
        ) from error


def _decisive(facts: Mapping[str, Any]) -> bytes:
    """Return the facts as JSON, without what no plan depends on: where exactly somebody was.

    A place counts by its risk, and by its name only where an event speaks of it.
    """
    if "history" in facts and not facts.get("events"):
        facts = {**facts, "history": [{**stay, "place": "-"} for stay in facts["history"]]}
    return orjson.dumps(facts)


@lru_cache(REMEMBERED)
def _planned(pack: Pack, facts: bytes) -> rules.Plan:
    """Return the plan of facts that many people of a list share; nobody changes what is inside."""
    made = make_plan(pack, Facts.parse(orjson.loads(facts))).as_dict()
    # The quote is the clause's own: the pack has it, a hundred thousand plans need not. New
    # dicts: the planner shares its reasons between plans.
    made["why"] = [{**reason, "quote": ""} for reason in made["why"]]
    return rules.SharedPlan(made)


def journeys_of(episodes: Iterable[Episode]) -> dict[int, Journey]:
    """Return the sources of many episodes by episode id, with three queries."""
    episodes = list(episodes)
    ids = [episode.report_id for episode in episodes]
    reports = {
        report.pk: Journey(report, home_suitable=_home(report))
        for report in AdvanceReport.objects.filter(pk__in=ids).select_related("person__household")
    }
    for stay in Stay.objects.filter(report__in=ids).order_by("pk"):
        reports[stay.report_id].stays.append(stay)
    for paper in Certificate.objects.filter(report__in=ids).order_by("pk"):
        reports[paper.report_id].certificates.append(paper)
    return {episode.pk: reports[episode.report_id] for episode in episodes}


def _home(report: AdvanceReport) -> bool | None:
    household = report.person.household
    return household.home_suitable if household else None


def replanned(episode: Episode, facts: dict[str, Any], rows: Rows, *, day: date) -> bool:
    """Give an episode the plan of these facts as it really goes; say whether anything changed.

    Changes the object, not the database: facts, plan, class, end, current stage, revision.
    """
    pack = pack_of(episode.policy)
    plan = plan_of(pack, facts, str(episode.person))
    return settle_plan(episode, plan, rows, day=day, facts=facts)


def settle_plan(
    episode: Episode,
    plan: rules.Plan,
    rows: Rows,
    *,
    day: date,
    facts: dict[str, Any] | None = None,
) -> bool:
    """Lay what happened over a plan and put it on the episode; say whether anything changed."""
    stages = rows.stages.get(episode.pk, [])
    if since := (episode.facts if facts is None else facts).get("policy_from"):
        plan = _ahead(plan, date.fromisoformat(since), stages, rows.tests.get(episode.pk, []))
    lived = [
        rules.Lived(stage.kind, stage.day0, stage.closed_on)
        for stage in stages
        if stage.closed_on is not None
    ]
    plan = rules.as_lived(plan, lived, held=_held(stages, rows.tests.get(episode.pk, []), day))
    before = (episode.facts, episode.plan, episode.stage_kind, episode.observation_ends)
    episode.facts = episode.facts if facts is None else facts
    episode.plan = plan
    episode.classification = plan["classification"]
    ends = plan["observation_ends"]
    episode.observation_ends = date.fromisoformat(ends) if ends else None
    closed = {(stage.kind, stage.day0) for stage in lived}
    episode.stage_kind = rules.current_kind(plan, closed) if episode.is_active else ""
    after = (episode.facts, episode.plan, episode.stage_kind, episode.observation_ends)
    if before[:2] != after[:2]:
        episode.revision += 1
    return before != after


def _ahead(
    plan: rules.Plan, since: date, stages: Sequence[Stage], tests: Sequence[Test]
) -> rules.Plan:
    """Return the plan of another notice as far as it lies ahead; what there was stays."""
    return ahead_of(
        plan,
        since,
        stages={(one.kind, one.day0) for one in stages if one.superseded_on is None},
        tests={
            (one.purpose, one.planned_on)
            for one in tests
            if one.superseded_on is None or one.result in FINAL
        },
    )


def _held(stages: Sequence[Stage], tests: Sequence[Test], day: date) -> tuple[str, date] | None:
    """Return the key of the running stage when it is over but for a test (C-8)."""
    running = next((stage for stage in stages if stage.is_open), None)
    if running is None or not running.is_held_on(day):
        return None
    missing = [test for test in tests if test.stage_id == running.pk and blocks(test)]
    return (running.kind, running.day0) if missing else None
