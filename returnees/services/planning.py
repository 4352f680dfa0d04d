"""Plans of many episodes at once, and the stage and test rows that follow from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from grid.errors import Refused
from policies.errors import FactsError
from policies.facts import Facts
from policies.pack import Pack
from policies.planner import plan as make_plan
from policies.schema import load
from returnees import rules
from returnees.choices import TestPurpose, TestResult
from returnees.facts import facts_of
from returnees.models import AdvanceReport, Certificate, Episode, Stage, Stay, Test
from returnees.policies import RiskBook
from returnees.services.bulk import copy_in

FINAL = (TestResult.NEGATIVE, TestResult.POSITIVE)
LONGEST_LOOK_BACK = timedelta(days=60)


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


def assess_stays(journeys: Sequence[tuple[Journey, date, Pack]]) -> list[Stay]:
    """Set level and flags of every stay as known now; return the stays that changed.

    Each is judged on its days within the notice's look-back before the arrival (C-5, A-04): the
    highest level of any of them counts. One query for all.
    """
    stays = [stay for journey, _arrival, _pack in journeys for stay in journey.stays]
    days = [arrival for _journey, arrival, _pack in journeys]
    if not stays:
        return []
    places = {stay.place_id for stay in stays if stay.place_id}
    book = RiskBook.of(places, min(days) - LONGEST_LOOK_BACK, max(days))
    changed = []
    for journey, arrival, pack in journeys:
        since = arrival - timedelta(days=pack.number("look_back_days"))
        for stay in journey.stays:
            first = max(stay.first_day or since, since)
            if not stay.place_id or first > stay.last_day:
                continue
            risk = book.risk(stay.place_id, first, stay.last_day)
            if (stay.risk, sorted(stay.flags)) != (risk.level, list(risk.flags)):
                stay.risk, stay.flags = risk.level, list(risk.flags)
                changed.append(stay)
    return changed


def plan_of(pack: Pack, facts: Mapping[str, Any], who: str) -> rules.Plan:
    """Return the plan as an episode keeps it; NotPlannableError names the person and the fault."""
    try:
        made = make_plan(pack, Facts.parse(facts)).as_dict()
    except FactsError as error:
        raise NotPlannableError(
            _("%(name)s cannot be planned: %(fault)s") % {"name": who, "fault": error}
        ) from error
    for reason in made["why"]:
        # The quote is the clause's own: the pack has it, a hundred thousand plans need not.
        reason["quote"] = ""
    return made


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


@dataclass(slots=True)
class Rows:
    """The stages and tests of some episodes as they stand in the database."""

    stages: dict[int, list[Stage]] = field(default_factory=dict)
    tests: dict[int, list[Test]] = field(default_factory=dict)

    @classmethod
    def of(cls, episodes: Iterable[Episode]) -> "Rows":
        """Load them with two queries, locked for the transaction."""
        ids = [episode.pk for episode in episodes]
        rows = cls()
        if ids:
            for stage in Stage.objects.filter(episode__in=ids).order_by("day0", "n", "pk"):
                rows.stages.setdefault(stage.episode_id, []).append(stage)
            for test in Test.objects.filter(episode__in=ids).order_by("planned_on", "pk"):
                rows.tests.setdefault(test.episode_id, []).append(test)
        return rows


def replanned(episode: Episode, facts: dict[str, Any], rows: Rows, *, day: date) -> bool:
    """Give an episode the plan of these facts as it really goes; say whether anything changed.

    Changes the object, not the database: facts, plan, class, end, current stage, revision.
    """
    pack = load(episode.policy.pack)
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


def _held(stages: Sequence[Stage], tests: Sequence[Test], day: date) -> tuple[str, date] | None:
    """Return the key of the running stage when it is over but for a test (C-8)."""
    running = next((stage for stage in stages if stage.is_open), None)
    if running is None or not running.is_held_on(day):
        return None
    missing = [test for test in tests if test.stage_id == running.pk and blocks(test)]
    return (running.kind, running.day0) if missing else None


def blocks(test: Test) -> bool:
    """Say whether this test keeps its stage open: it still applies and is not negative."""
    return test.superseded_on is None and test.result != TestResult.NEGATIVE


def sync_rows(episodes: Sequence[Episode], rows: Rows, *, day: date) -> None:
    """Bring stages and tests in step with the plans, a constant number of queries for all.

    What happened stays. What is open and no longer asked for is superseded; the rest keeps its row:
    a stage by kind and day 0, a test by purpose and planned day. Superseded rows asked for again
    are taken up again.
    """
    diff = _Diff(day)
    for episode in episodes:
        diff.stages(episode, rows.stages.get(episode.pk, []))
    copy_in(diff.new_stages)
    for episode in episodes:
        diff.tests(episode, rows.tests.get(episode.pk, []))
    copy_in(diff.new_tests)
    if diff.changed_stages:
        Stage.objects.bulk_update(diff.changed_stages.values(), STAGE_FIELDS)
    if diff.changed_tests:
        Test.objects.bulk_update(diff.changed_tests.values(), TEST_FIELDS)


STAGE_FIELDS = ("n", "first_day", "last_day", "days", "clause", "superseded_on")
TEST_FIELDS = ("stage", "n", "due_on", "clause", "superseded_on")


class _Diff:
    """What differs between plans and rows, gathered over many episodes."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.new_stages: list[Stage] = []
        self.new_tests: list[Test] = []
        self.changed_stages: dict[int, Stage] = {}
        self.changed_tests: dict[int, Test] = {}
        self.stage_at: dict[tuple[int, str, date], Stage] = {}

    def stages(self, episode: Episode, rows: Sequence[Stage]) -> None:
        """Compare the stages of one episode."""
        known = {(stage.kind, stage.day0): stage for stage in rows}
        for key, stage in known.items():
            self.stage_at[episode.pk, *key] = stage
        wanted = {stage.key: stage for stage in rules.wanted_stages(episode.plan)}
        for key, want in wanted.items():
            if key not in known:
                self._add_stage(episode, want)
                continue
            stage = known[key]
            if stage.closed_on is None and _set(stage, superseded_on=None, **_cells(want)):
                self.changed_stages[stage.pk] = stage
        for key, stage in known.items():
            if key not in wanted and stage.is_open:
                stage.superseded_on = self.day
                self.changed_stages[stage.pk] = stage

    def _add_stage(self, episode: Episode, want: rules.WantedStage) -> None:
        stage = Stage(episode=episode, kind=want.kind, day0=want.day0, **_cells(want))
        self.new_stages.append(stage)
        self.stage_at[episode.pk, *want.key] = stage

    def tests(self, episode: Episode, rows: Sequence[Test]) -> None:
        """Compare the tests of one episode; its stages have their ids by now."""
        known: dict[tuple[str, date], Test] = {(t.purpose, t.planned_on): t for t in rows}
        wanted = {test.key: test for test in rules.wanted_tests(episode.plan)}
        for key, want in wanted.items():
            stage = self.stage_at.get((episode.pk, *want.stage)) if want.stage else None
            cells = {
                "n": want.n,
                "due_on": want.due_on,
                "clause": want.clause,
                "stage_id": stage.pk if stage else None,
            }
            test = known.get(key)
            if test is None:
                self.new_tests.append(
                    Test(episode=episode, purpose=want.purpose, planned_on=want.planned_on, **cells)
                )
            elif test.result not in FINAL and _set(test, superseded_on=None, **cells):
                self.changed_tests[test.pk] = test
        for key, test in known.items():
            open_ = test.superseded_on is None and test.result not in FINAL
            if key not in wanted and open_ and test.purpose != TestPurpose.EXTRA:
                test.superseded_on = self.day
                self.changed_tests[test.pk] = test


def _cells(want: rules.WantedStage) -> dict[str, Any]:
    return {
        "n": want.n,
        "first_day": want.first_day,
        "last_day": want.last_day,
        "days": want.days,
        "clause": want.clause,
    }


def _set(row: Stage | Test, **cells: Any) -> bool:
    """Set the fields; say whether any of them differed."""
    differs = {name for name, value in cells.items() if getattr(row, name) != value}
    for name in differs:
        setattr(row, name, cells[name])
    return bool(differs)
