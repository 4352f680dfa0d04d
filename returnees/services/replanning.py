"""New plans for episodes whose facts changed: what happened stays, the open rest follows."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import copy_in, update_in
from grid.errors import Refused
from grid.models import User
from grid.responsibility import responsible_for
from returnees.announce import episodes_changed
from returnees.choices import OPEN_STATES
from returnees.clock import local_day
from returnees.models import AdvanceReport, Certificate, Episode, Stay
from returnees.policies import pack_of
from returnees.services.inputs import (
    STATED,
    CertificateInput,
    StayInput,
    check_arrival,
    check_stays,
)
from returnees.services.planning import (
    Journey,
    assess_stays,
    journeys_of,
    new_certificate,
    new_stay,
    replanned,
)
from returnees.services.rows import Rows, sync_rows

EPISODE_FIELDS = (
    "place",
    "policy",
    "responsible",
    "state",
    "classification",
    "stage_kind",
    "facts",
    "plan",
    "revision",
    "arrives_on",
    "arrived_at",
    "observation_ends",
    "closed_at",
    "closed_why",
)
KNOWN = (
    "contact",
    "risk_assessment",
    "home_single_room",
    "fit_for_centralised",
    "exposed_on",
    "override",
    "zone",
)
REPORT_FIELDS = frozenset((*STATED, "place_id", "origin_id", "extra"))


class ClosedEpisodeError(Refused):
    """The episode is over: nothing about it can be changed."""


class UnknownFactError(Refused):
    """There is no such fact, or its value cannot be used."""


@dataclass(slots=True)
class Change:
    """New facts of one episode.

    `report` are fields of the advance report, `known` facts beyond it (KNOWN); `stays` replace the
    ones stated; `certificates` are added; `event` is one of planner.md's, added to the facts.
    """

    report: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    stays: tuple[StayInput, ...] | None = None
    certificates: tuple[CertificateInput, ...] = ()
    event: dict[str, Any] | None = None


def locked(ids: Iterable[int]) -> list[Episode]:
    """Return these episodes with person and policy, locked for the transaction, in order of id."""
    rows = Episode.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    return list(rows.select_related("person__household", "policy", "place").order_by("pk"))


def lock(episode: Episode) -> Episode:
    """Return one episode locked for the transaction, as it stands in the database."""
    (found,) = locked([episode.pk])
    return found


def refuse_closed(episode: Episode) -> None:
    """Refuse an act upon an episode that is over."""
    if not episode.is_open:
        raise ClosedEpisodeError(
            _("%(name)s: this period is over (%(state)s); nothing about it can be changed.")
            % {"name": episode.person.name, "state": episode.get_state_display()}
        )


@transaction.atomic
def change_facts(
    *,
    changes: Mapping[int, Change],
    by: User | None,
    why: str,
    now: datetime | None = None,
) -> list[Episode]:
    """Write new facts of many episodes and plan them anew; return those whose plan changed.

    Keys are episode ids. Refuses closed episodes and facts that contradict the arrival. The number
    of queries does not depend on how many there are.
    """
    now = now or timezone.now()
    with acting(by=by, why=why):
        episodes = locked(changes)
        for episode in episodes:
            refuse_closed(episode)
        journeys = journeys_of(episodes)
        _write_sources(episodes, journeys, changes, now)
        known = {episode.pk: _known(episode, changes[episode.pk]) for episode in episodes}
        day = local_day(now)
        moved = _follow_reports(episodes, journeys, changes, day=day)
        return replan_all(episodes, journeys, known, day=day, also=moved)


def _follow_reports(
    episodes: Sequence[Episode],
    journeys: Mapping[int, Journey],
    changes: Mapping[int, Change],
    *,
    day: date,
) -> set[int]:
    """Give episodes the village and the day of their changed reports; return whose changed.

    The arrival of somebody under management follows only where it was taken from the report.
    """
    moved: set[int] = set()
    for episode in episodes:
        report, names = journeys[episode.pk].report, changes[episode.pk].report
        if "arrives_at" in names:
            episode.arrives_on = local_day(report.arrives_at)
            episode.arrived_at = report.arrives_at if episode.is_active else None
            moved.add(episode.pk)
        if "place_id" in names:
            episode.place_id = report.place_id
            moved.add(episode.pk)
    holders = responsible_for([e.person_id for e in episodes if e.pk in moved], day)
    for episode in episodes:
        if episode.pk in moved:
            episode.responsible_id = holders.get(episode.person_id)
    return moved


def replan_all(
    episodes: Sequence[Episode],
    journeys: Mapping[int, Journey],
    known: Mapping[int, Mapping[str, Any]],
    *,
    day: date,
    also: Container[int] = (),
) -> list[Episode]:
    """Plan locked episodes anew from their sources and write what changed; return the changed.

    Episodes `also` named are written even where their plan stays the same.
    """
    arrivals = [
        (journeys[e.pk], local_day(e.arrived_at or journeys[e.pk].report.arrives_at), e)
        for e in episodes
    ]
    # Risk is judged as known at arrival: once somebody is here, later news comes as an event.
    fresh = [(j, on, pack_of(e.policy)) for j, on, e in arrivals if e.is_expected]
    save_stays(assess_stays(fresh, known_on=day))
    rows = Rows.of(episode for episode in episodes if episode.is_active)
    changed: list[Episode] = []
    for episode in episodes:
        facts = journeys[episode.pk].facts(
            arrived_at=episode.arrived_at, known=known.get(episode.pk, episode.facts)
        )
        if replanned(episode, facts, rows, day=day):
            changed.append(episode)
    sync_rows([episode for episode in changed if episode.is_active], rows, day=day)
    written = {episode.pk for episode in changed}
    save_episodes([e for e in episodes if e.pk in written or e.pk in also])
    return changed


def save_stays(stays: Sequence[Stay]) -> None:
    """Write level and flags of stays back."""
    update_in(stays, ["risk", "flags", "unclear"])


def save_episodes(episodes: Sequence[Episode]) -> None:
    """Write changed episodes back and tell the work above."""
    if episodes:
        update_in(episodes, EPISODE_FIELDS)
        episodes_changed(episode.pk for episode in episodes)


def _known(episode: Episode, change: Change) -> dict[str, Any]:
    known = {**episode.facts, **change.known}
    if change.event:
        known["events"] = [*known.get("events", ()), change.event]
    return known


def _write_sources(
    episodes: Sequence[Episode],
    journeys: Mapping[int, Journey],
    changes: Mapping[int, Change],
    now: datetime,
) -> None:
    """Write the changed reports, stays and certificates of all, a query per kind."""
    reports: list[AdvanceReport] = []
    names: set[str] = set()
    stays: list[Stay] = []
    papers: list[Certificate] = []
    gone: list[int] = []
    for episode in episodes:
        journey, change = journeys[episode.pk], changes[episode.pk]
        if change.report:
            _set_report(episode, journey.report, change.report, now)
            reports.append(journey.report)
            names |= set(change.report)
        if change.stays is not None:
            check_stays(episode.person.name, journey.report.arrives_at, change.stays)
            gone += [stay.pk for stay in journey.stays]
            journey.stays = [new_stay(journey.report, stay) for stay in change.stays]
            stays += journey.stays
        new = [new_certificate(journey.report, paper) for paper in change.certificates]
        journey.certificates += new
        papers += new
    if names:
        update_in(reports, sorted(name.removesuffix("_id") for name in names))
    if gone:
        Stay.objects.filter(pk__in=gone).delete()
    copy_in(stays)
    copy_in(papers)


def _set_report(
    episode: Episode, report: AdvanceReport, values: Mapping[str, Any], now: datetime
) -> None:
    if unknown := sorted(set(values) - REPORT_FIELDS):
        raise UnknownFactError(_("There is no fact named %(name)s.") % {"name": unknown[0]})
    for name, value in values.items():
        setattr(report, name, value)
    if "arrives_at" in values:
        check_arrival(episode.person.name, report.arrives_at, now=now)
    if report.departs_at and report.departs_at > report.arrives_at:
        raise UnknownFactError(
            _("%(name)s: the departure lies after the arrival; correct one of the two.")
            % {"name": episode.person.name}
        )


def replan_open(*, ids: Iterable[int], day: date) -> list[Episode]:
    """Plan these open episodes anew from what is known; for jobs that follow the calendar."""
    episodes = [episode for episode in locked(ids) if episode.state in OPEN_STATES]
    journeys = journeys_of(episodes)
    known = {episode.pk: _known(episode, Change()) for episode in episodes}
    return replan_all(episodes, journeys, known, day=day)
