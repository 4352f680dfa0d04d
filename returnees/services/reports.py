"""Registering returns: one, or ten thousand from a list, by the same function (JY-2a, JY-2b)."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import copy_in, make
from grid.errors import Refused
from grid.models import Household, Person, Place, User
from grid.responsibility import responsible_for
from policies.pack import Pack
from returnees.announce import episodes_changed
from returnees.choices import OPEN_STATES, EpisodeState
from returnees.clock import local_day
from returnees.models import AdvanceReport, Episode, PolicyVersion
from returnees.policies import PolicyBook
from returnees.screening.news import late_news
from returnees.services import persons as people
from returnees.services.away import end_reported
from returnees.services.inputs import (
    STATED,
    CertificateInput,
    ReportInput,
    ReportRefusedError,
    StayInput,
    check_report,
)
from returnees.services.planning import (
    Journey,
    assess_stays,
    new_certificate,
    new_stay,
    plan_of,
    settle_plan,
)
from returnees.services.rows import Rows, sync_rows
from returnees.zones import ZoneBook, day_of, home_of

__all__ = [
    "CertificateInput",
    "ReportInput",
    "ReportRefusedError",
    "SecondOpenEpisodeError",
    "StayInput",
    "register_report",
    "register_reports",
]

CHUNK = 1000
COPIED = (*STATED, "channel", "batch_key")
copied = attrgetter(*COPIED)


class SecondOpenEpisodeError(Refused):
    """The person is expected or under management already."""


class PlaceRefusedError(Refused):
    """The village of the stay is not known, or what was given is no village."""


def register_report(
    *, report: ReportInput, by: User | None, now: datetime | None = None
) -> Episode:
    """Register one return and plan what awaits the person; refusals as for register_reports."""
    (episode,) = register_reports(reports=[report], by=by, now=now)
    return episode


@transaction.atomic
def register_reports(
    *, reports: Sequence[ReportInput], by: User | None, now: datetime | None = None, why: str = ""
) -> list[Episode]:
    """Register returns and plan each; the same number of queries for any thousand of them.

    Someone expected gets an episode with its plan; stages and tests become rows with the arrival,
    at once for reports that say `arrived`. Refused as a whole, nothing written: ReportRefusedError,
    PlaceRefusedError, SecondOpenEpisodeError, SamePersonTwiceError, NoPolicyInForceError,
    NotPlannableError.
    """
    now = now or timezone.now()
    for report in reports:
        check_report(report, now=now)
    with acting(by=by, why=why or "register"):
        episodes: list[Episode] = []
        for start in range(0, len(reports), CHUNK):
            episodes += _register(reports[start : start + CHUNK], by=by, now=now)
        episodes_changed(episode.pk for episode in episodes)
    return episodes


def _register(reports: Sequence[ReportInput], *, by: User | None, now: datetime) -> list[Episode]:
    _check_places(reports)
    # First of all: where no notice is in force nothing has to be written to be given up again.
    versions = PolicyBook.of(report.place_code for report in reports)
    bound = [versions.at(report.place_code, local_day(report.arrives_at)) for report in reports]
    day = local_day(now)
    try:
        with transaction.atomic():
            persons = people.resolve(reports)
    except IntegrityError as error:
        raise SecondOpenEpisodeError(
            _("Somebody else is registering one of these persons right now; try again.")
        ) from error
    _refuse_second(persons)
    holders = responsible_for([person.pk for person in persons], day)
    written = copy_in(
        [_report(r, p, by=by, now=now) for r, p in zip(reports, persons, strict=True)]
    )
    _load_homes(persons)
    journeys = [_journey(report, row) for report, row in zip(reports, written, strict=True)]
    arriving = [
        (journey, local_day(journey.report.arrives_at), pack)
        for journey, (pack, _version) in zip(journeys, bound, strict=True)
    ]
    assess_stays(arriving)
    news = late_news(arriving, day)
    zones = ZoneBook.of((home_of(row) for row in written), min(map(day_of, written)))
    episodes = [
        _episode(report, journey, policy, zones, late, now=now)
        for report, journey, policy, late in zip(reports, journeys, bound, news, strict=True)
    ]
    for episode in episodes:
        episode.responsible_id = holders.get(episode.person_id)
    _write(journeys, episodes, day=day)
    return episodes


def _write(journeys: Sequence[Journey], episodes: Sequence[Episode], *, day: date) -> None:
    end_reported(persons=[episode.person_id for episode in episodes], day=day)
    copy_in([stay for journey in journeys for stay in journey.stays])
    copy_in([paper for journey in journeys for paper in journey.certificates])
    copy_in(episodes)
    sync_rows([episode for episode in episodes if episode.is_active], Rows(), day=day)


def _check_places(reports: Sequence[ReportInput]) -> None:
    """Refuse a stay anywhere but in a village or below, and places nobody loaded."""
    codes = {report.place_code for report in reports}
    codes |= {report.origin_code for report in reports if report.origin_code}
    codes |= {stay.place_code for report in reports for stay in report.stays if stay.place_code}
    known = set(Place.objects.filter(code__one_of=codes).values_list("code", flat=True))
    for report in reports:
        if report.place_code not in known or len(report.place_code) < people.VILLAGE:
            raise PlaceRefusedError(
                _("%(name)s: %(code)s is no village here; choose the village of the stay.")
                % {"name": report.who, "code": report.place_code or "—"}
            )
    if missing := sorted(codes - known):
        raise PlaceRefusedError(
            _("Place %(code)s is not loaded; import the places first.") % {"code": missing[0]}
        )


def _refuse_second(persons: Sequence[Person]) -> None:
    """Refuse a second open episode; the persons' locks keep another one from being opened now."""
    taken = (
        Episode.objects.filter(person__one_of=[person.pk for person in persons])
        .filter(state__in=OPEN_STATES)
        .select_related("person", "place")
        .order_by("pk")
        .first()
    )
    if taken:
        raise SecondOpenEpisodeError(
            _("%(name)s is registered already (%(place)s, arrival %(day)s); open that episode.")
            % {"name": taken.person.name, "place": taken.place.name, "day": taken.arrives_on}
        )


def _report(
    report: ReportInput, person: Person, *, by: User | None, now: datetime
) -> AdvanceReport:
    return make(
        AdvanceReport,
        {"person": person, **({"reported_by": by} if by else {})},
        place_id=report.place_code,
        origin_id=report.origin_code,
        reported_at=report.reported_at or now,
        extra=dict(report.extra),
        **dict(zip(COPIED, copied(report), strict=True)),
    )


def _load_homes(persons: Sequence[Person]) -> None:
    """Give each person the household, with one query: where the home is, and what it is like."""
    homes = Household.objects.in_bulk({p.household_id for p in persons if p.household_id})
    for person in persons:
        if person.household_id:
            person.household = homes[person.household_id]


def _journey(report: ReportInput, row: AdvanceReport) -> Journey:
    home = row.person.household
    return Journey(
        report=row,
        stays=[new_stay(row, stay) for stay in report.stays],
        certificates=[new_certificate(row, paper) for paper in report.certificates],
        home_suitable=home.home_suitable if home else None,
    )


def _episode(
    report: ReportInput,
    journey: Journey,
    policy: tuple[Pack, PolicyVersion],
    zones: ZoneBook,
    news: list[dict[str, Any]],
    *,
    now: datetime,
) -> Episode:
    pack, version = policy
    person = journey.report.person
    episode = make(
        Episode,
        {"person": person, "report": journey.report, "policy": version},
        place_id=report.place_code,
        state=EpisodeState.ACTIVE if report.arrived else EpisodeState.EXPECTED,
        arrives_on=local_day(report.arrives_at),
        arrived_at=report.arrives_at if report.arrived else None,
        registered_at=now,
        revision=0,  # the first plan makes it 1
    )
    zone = zones.fact(home_of(journey.report), day_of(journey.report))
    known = {**report.known, "zone": zone}
    if report.arrived and news:  # an area left was raised before we heard of the arrival
        known["events"] = [*known.get("events", ()), *news]
    facts: dict[str, Any] = journey.facts(known=known)
    plan = plan_of(pack, facts, person.name)
    settle_plan(episode, plan, Rows(), day=local_day(now), facts=facts)
    return episode
