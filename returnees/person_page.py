"""What the person page shows, read with a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from grid.days import today
from grid.models import Person, User
from grid.models.people import PersonQuerySet
from grid.responsibility import ChainLink, chain
from returnees.choices import TestResult
from returnees.explained import Explained, explain
from returnees.models import (
    Abnormality,
    Away,
    ControlZone,
    Episode,
    HealthLog,
    Override,
    Stage,
    Test,
)
from returnees.policies import pack_of
from returnees.services.overrides import OPEN
from returnees.services.placements import RECORD, Clock, PlacementKind
from returnees.zones import home_code

LOGS = 60  # health logs on the page: a whole management period of the longest class
FEVER = Decimal("37.3")  # °C, from which a temperature is abnormal


def persons_for(user: User) -> PersonQuerySet:
    """Return the persons in scope, and those whose return leads into it."""
    here = Episode.objects.visible_to(user).values("person")
    within = Person.objects.visible_to(user).values("pk")
    return Person.objects.filter(Q(pk__in=within) | Q(pk__in=here))


@dataclass(slots=True)
class PersonPage:
    """One person as a certain user may see them; episodes elsewhere are counted, not opened."""

    person: Person
    episodes: list[Episode]
    elsewhere: bool
    chain: list[ChainLink]
    plan: Explained | None = None
    stages: Sequence[Stage] = ()
    tests: Sequence[Test] = ()
    logs: Sequence[HealthLog] = ()
    abnormalities: Sequence[Abnormality] = ()
    override: Override | None = None  # in force or proposed, of the open episode
    away: Away | None = None  # the open entry of the ledger
    zone: ControlZone | None = None  # the closed zone the person lives in
    day: date = field(default_factory=today)

    @property
    def episode(self) -> Episode | None:
        """The open episode, or the latest one."""
        return self.episodes[0] if self.episodes else None

    @property
    def is_managed(self) -> bool:
        """Whether there is an open episode, here or elsewhere: nobody managed here is away."""
        return self.elsewhere or (self.episode is not None and self.episode.is_open)

    @property
    def placement(self) -> dict[str, Any] | None:
        """The record of a contact or a discharged patient, as placement_record.html shows it."""
        record = self.episode.report.extra.get(RECORD) if self.episode else None
        if not record:
            return None
        return {
            "record": record,
            "kind": PlacementKind(record["kind"]).label,
            "clock": Clock.of(record),
        }

    @property
    def chart(self) -> "Chart | None":
        """The temperatures as a chart, from two readings on."""
        return Chart.of(self.logs) if len(self.logs) > 1 else None

    @property
    def timeline(self) -> list["Moment"]:
        """Everything that happened or is planned, in the order of its days."""
        moments = [*map(of_stage, self.stages), *map(of_test, self.tests)]
        moments += [*map(of_abnormality, self.abnormalities), *map(of_log, self.logs)]
        return sorted(moments, key=lambda moment: (moment.day, moment.rank))


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; the row itself tells the template the rest."""

    day: date
    rank: int
    kind: str
    row: Any
    tone: str = ""


def of_stage(stage: Stage) -> Moment:
    """Return the line of a stage."""
    tone = "good" if stage.closed_on else "info" if stage.is_open else ""
    return Moment(stage.first_day, 0, "stage", stage, tone)


def of_test(test: Test) -> Moment:
    """Return the line of a test, on the day it was taken or is planned."""
    day = test.sampled_at.date() if test.sampled_at else test.planned_on
    tone = {TestResult.NEGATIVE: "good", TestResult.POSITIVE: "danger"}.get(
        TestResult(test.result), ""
    )
    return Moment(day, 1, "test", test, tone)


def of_abnormality(found: Abnormality) -> Moment:
    """Return the line of an abnormal finding."""
    tone = "warning" if found.closed_at else "danger"
    return Moment(found.found_at.date(), 3, "abnormality", found, tone)


def of_log(log: HealthLog) -> Moment:
    """Return the line of a health log."""
    return Moment(log.day, 2, "log", log, "danger" if is_abnormal(log) else "good")


def is_abnormal(log: HealthLog) -> bool:
    """Say whether a log shows fever or a symptom (A-38)."""
    return log.temperature >= FEVER or bool(log.symptoms)


@dataclass(frozen=True, slots=True)
class Chart:
    """Temperatures over time in the units of an SVG of 100 × 40, oldest left."""

    line: str
    points: list[tuple[str, str, HealthLog, bool]]
    fever: str
    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, logs: Sequence[HealthLog]) -> "Chart":
        """Return the chart of the logs, which come newest first."""
        ordered = list(reversed(logs))
        low = min(Decimal("36.0"), *(log.temperature for log in ordered)) - Decimal("0.2")
        high = max(Decimal("37.6"), *(log.temperature for log in ordered)) + Decimal("0.2")

        def height(temperature: Decimal) -> str:
            return f"{38 - 36 * float((temperature - low) / (high - low)):.2f}"

        step = 196 / (len(ordered) - 1)
        points = [
            (f"{2 + n * step:.2f}", height(log.temperature), log, is_abnormal(log))
            for n, log in enumerate(ordered)
        ]
        line = " ".join(f"{x},{y}" for x, y, _log, _abnormal in points)
        return cls(line=line, points=points, fever=height(FEVER), low=low, high=high)


def read_person(person: Person, user: User) -> PersonPage:
    """Gather what the page of this person shows to this user."""
    every = Episode.objects.filter(person=person)
    episodes = list(shown(every.visible_to(user)))
    episodes.sort(key=lambda episode: (not episode.is_open, -episode.pk))
    page = PersonPage(
        person=person,
        episodes=episodes,
        elsewhere=every.exclude(pk__in=[episode.pk for episode in episodes]).exists(),
        chain=chain(person, today()),
        away=Away.objects.open().filter(person=person).select_related("place").first(),
        zone=zone_around(home_code(person)),
    )
    if page.episode is None:
        return page
    page.plan = explain(page.episode.plan, page.episode.facts, pack_of(page.episode.policy))
    page.stages = list(page.episode.stages.select_related("site", "closed_by"))
    page.tests = list(page.episode.tests.select_related("stage", "entered_by"))
    page.logs = list(page.episode.health_logs.select_related("logged_by")[:LOGS])
    page.abnormalities = list(page.episode.abnormalities.select_related("found_by"))
    overrides = page.episode.overrides.filter(state__in=OPEN)
    page.override = overrides.select_related("asked_by", "decided_by").first()
    return page


def zone_around(place: str) -> ControlZone | None:
    """Return the closed zone that a place lies in today, the smallest one."""
    zones = ControlZone.objects.in_force(today()).around(place).select_related("place")
    return zones.order_by("-place").first()


def shown(episodes: QuerySet[Episode]) -> QuerySet[Episode]:
    """Return episodes with what their lines name."""
    return episodes.select_related("place", "policy", "responsible", "report__origin")
