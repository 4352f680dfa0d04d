"""An episode from expected to under management to over, and new facts on the way."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import Household, Place, User
from returnees.announce import episodes_changed
from returnees.choices import OPEN_STATES, EpisodeState
from returnees.clock import local_day, local_text
from returnees.models import Episode, PolicyVersion, Stage, Test
from returnees.policies import NoPolicyInForceError, PolicyBook, pack_of
from returnees.screening.news import late_news
from returnees.services.away import reopen
from returnees.services.planning import Journey, assess_stays, journeys_of
from returnees.services.replanning import (
    KNOWN,
    REPORT_FIELDS,
    Change,
    UnknownFactError,
    change_facts,
    lock,
    locked,
    refuse_closed,
    replan_all,
    save_stays,
)
from returnees.services.rows import FINAL
from returnees.zones import ZoneBook, home_of


class ArrivalRefusedError(Refused):
    """This arrival cannot be: the person is here already, or the time contradicts the journey."""


class NotExpectedError(Refused):
    """Only somebody who is still expected can fail to appear."""


@transaction.atomic
def confirm_arrival(
    *,
    episode: Episode,
    by: User | None,
    arrived_at: datetime | None = None,
    now: datetime | None = None,
) -> Episode:
    """Take the arrival down: plan with the real time and make stages and tests rows (C-3).

    ArrivalRefusedError when the person is here already, or when the time lies in the future or
    before the departure reported.
    """
    now = now or timezone.now()
    arrived_at = arrived_at or now
    with acting(by=by, why="confirm arrival"):
        episode = lock(episode)
        journeys = journeys_of([episode])
        journey = journeys[episode.pk]
        _check_arrival(episode, journey, arrived_at, now)
        day = local_day(arrived_at)
        episode.policy = notice_at(episode, day)
        # The last look at the risk list: from here on news comes as events.
        here = (journey, day, pack_of(episode.policy))
        save_stays(assess_stays([here]))
        (news,) = late_news([here], local_day(now))
        episode.state = EpisodeState.ACTIVE
        episode.arrived_at, episode.arrives_on = arrived_at, day
        episode.plan = {}  # so that it counts as changed and is written
        home = home_of(journey.report)
        zone = ZoneBook.of([home], day).fact(home, day)
        events = [*episode.facts.get("events", ()), *news]
        known = {**episode.facts, "zone": zone, "events": events}
        replan_all([episode], journeys, {episode.pk: known}, day=local_day(now))
    return episode


def notice_at(episode: Episode, day: date) -> PolicyVersion:
    """Return the notice that binds the village on the day of arrival (A-50), if there is one."""
    try:
        return PolicyBook.of([episode.place_id]).at(episode.place_id, day)[1]
    except NoPolicyInForceError:
        return episode.policy


def _check_arrival(episode: Episode, journey: Journey, arrived_at: datetime, now: datetime) -> None:
    name = episode.person.name
    if episode.is_active:
        raise ArrivalRefusedError(
            _("%(name)s arrived already, on %(day)s.") % {"name": name, "day": episode.arrives_on}
        )
    refuse_closed(episode)
    if arrived_at > now:
        raise ArrivalRefusedError(
            _("%(name)s: the arrival lies in the future; confirm it when it has happened.")
            % {"name": name}
        )
    departs_at = journey.report.departs_at
    if departs_at and arrived_at < departs_at:
        raise ArrivalRefusedError(
            _("%(name)s cannot arrive before the departure reported (%(at)s).")
            % {"name": name, "at": local_text(departs_at)}
        )


@transaction.atomic
def mark_no_show(
    *, episode: Episode, by: User | None, why: str = "", day: date | None = None
) -> Episode:
    """Close the episode of somebody who did not come; not before the day of arrival is there."""
    day = day or timezone.localdate()
    with acting(by=by, why=why or "no-show"):
        episode = lock(episode)
        refuse_closed(episode)
        name = episode.person.name
        if not episode.is_expected:
            raise NotExpectedError(
                _("%(name)s has arrived; record where the person went instead.") % {"name": name}
            )
        if episode.arrives_on > day:
            raise NotExpectedError(
                _("%(name)s is expected on %(day)s only; wait for the day, or cancel the report.")
                % {"name": name, "day": episode.arrives_on}
            )
        end_episode(episode, EpisodeState.NO_SHOW, why=why, day=day)
        reopen(reports=[episode.report_id])
    return episode


@transaction.atomic
def cancel(*, episode: Episode, by: User | None, why: str, day: date | None = None) -> Episode:
    """Close an episode that should not be: the trip is off, or it was registered by mistake."""
    with acting(by=by, why=why):
        episode = lock(episode)
        refuse_closed(episode)
        _need_reason(why)
        end_episode(episode, EpisodeState.CANCELLED, why=why, day=day or timezone.localdate())
        reopen(reports=[episode.report_id])
    return episode


@transaction.atomic
def divert(
    *,
    episode: Episode,
    by: User | None,
    why: str,
    to_place: Place | None = None,
    day: date | None = None,
) -> Episode:
    """Close the episode of somebody who went, or goes, elsewhere."""
    with acting(by=by, why=why):
        episode = lock(episode)
        refuse_closed(episode)
        _need_reason(why)
        where = f"{why} → {to_place.name}" if to_place else why
        end_episode(episode, EpisodeState.DIVERTED, why=where, day=day or timezone.localdate())
    return episode


def _need_reason(why: str) -> None:
    if not why.strip():
        raise Refused(_("Say why; the reason is kept with the episode."))


def end_episode(
    episode: Episode,
    state: EpisodeState,
    *,
    why: str = "",
    day: date,
    now: datetime | None = None,
    keep_follow_ups: bool = False,
) -> None:
    """Close a locked episode: what is open of its stages and tests is superseded, the rest stays.

    Runs inside the transaction of the act that ends it.
    """
    Stage.objects.filter(episode=episode).open().update(superseded_on=day)
    tests = Test.objects.filter(episode=episode, superseded_on=None).exclude(result__in=FINAL)
    if keep_follow_ups:
        tests = tests.exclude(purpose="follow_up")
    tests.update(superseded_on=day)
    episode.state = state
    episode.stage_kind = ""
    episode.closed_at = now or timezone.now()
    episode.closed_why = why[:200]
    episode.revision += 1
    episode.save(update_fields=["state", "stage_kind", "closed_at", "closed_why", "revision"])
    episodes_changed([episode.pk])


@transaction.atomic
def update_facts(
    *, episode: Episode, by: User | None, why: str, now: datetime | None = None, **changes: Any
) -> Episode:
    """Take new facts down and plan anew: a certificate arrives, the home proves unsuitable (JY-2f).

    `changes` are fields of the report (arrives_at only while expected), `stays`, `certificates`
    (added), `home_single_room`, `fit_for_centralised`, `contact` with `contact_on` and
    `risk_assessment`. A contact found after the arrival is an event: day 0 is that day (C-10).
    """
    now = now or timezone.now()
    with acting(by=by, why=why):
        home = changes.pop("home_single_room", None)
        if home is not None and episode.person.household_id is None:
            changes["home_single_room"] = home
        if changes:
            change = _change(episode, changes, now)
            change_facts(changes={episode.pk: change}, by=by, why=why, now=now)
        if home is not None and episode.person.household_id is not None:
            _assess(episode.person.household_id, suitable=home, day=local_day(now))
    episode.refresh_from_db()
    return episode


def _change(episode: Episode, changes: dict[str, Any], now: datetime) -> Change:
    change = Change(
        stays=changes.pop("stays", None), certificates=tuple(changes.pop("certificates", ()))
    )
    level, on = changes.pop("contact", None), changes.pop("contact_on", None)
    if level and episode.is_active:
        change.event = {
            "type": "contact_identified",
            "date": (on or local_day(now)).isoformat(),
            "level": level,
        }
        if assessment := changes.pop("risk_assessment", None):
            change.event["risk_assessment"] = assessment
    elif level:
        change.known["contact"] = level
    if "arrives_at" in changes and not episode.is_expected:
        raise UnknownFactError(
            _("%(name)s has arrived; the expected arrival cannot be changed any more.")
            % {"name": episode.person.name}
        )
    for name, value in changes.items():
        if name in KNOWN:
            change.known[name] = value
        elif name in REPORT_FIELDS:
            change.report[name] = value
        else:
            raise UnknownFactError(_("There is no fact named %(name)s.") % {"name": name})
    return change


def _assess(household: int, *, suitable: bool, day: date) -> None:
    """Note what a home is like and plan everybody in it anew: the home is one for all of them."""
    Household.objects.filter(pk=household).update(home_suitable=suitable, assessed_on=day)
    ids = Episode.objects.filter(person__household=household, state__in=OPEN_STATES).values_list(
        "pk", flat=True
    )
    _replan(list(ids), day=day)


@transaction.atomic
def replan(
    *,
    episodes: Iterable[Episode],
    by: User | None,
    why: str,
    event: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> list[Episode]:
    """Plan open episodes anew, with an event where one happened; return those whose plan changed.

    An `area_risk_changed` event may name any place: it reaches the stays at and below it. Where the
    person is still expected, the risk is simply looked up again.
    """
    now = now or timezone.now()
    ids = [episode.pk for episode in episodes]
    with acting(by=by, why=why):
        return _replan(ids, day=local_day(now), event=event)


def _replan(ids: list[int], *, day: date, event: Mapping[str, Any] | None = None) -> list[Episode]:
    episodes = [episode for episode in locked(ids) if episode.is_open]
    known = {e.pk: {**e.facts, "events": _events(e, event)} for e in episodes}
    return replan_all(episodes, journeys_of(episodes), known, day=day)


def _events(episode: Episode, event: Mapping[str, Any] | None) -> list[Any]:
    """Return the episode's events with the new one, spelt for the places of its own stays."""
    events = list(episode.facts.get("events", ()))
    if event is None or episode.is_expected:
        return events
    if event["type"] != "area_risk_changed":
        return [*events, dict(event)]
    area = event["place"]
    places = {s["place"] for s in episode.facts.get("history", ()) if s["place"].startswith(area)}
    new = [{**event, "place": place} for place in sorted(places)]
    return [*events, *(one for one in new if one not in events)]
