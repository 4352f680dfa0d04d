"""Answers to "where exactly were you?": a finer place, there, or not there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.errors import Refused
from grid.models import Place, User
from returnees.announce import screening_confirmed
from returnees.choices import LEVELS, ItemState, ScreeningState, Touch
from returnees.clock import local_day
from returnees.models import Episode, RiskArea, ScreeningItem, Stay
from returnees.policies import pack_of
from returnees.risk import AreaRisk, RiskBook
from returnees.screening.news import event_of, known_of, news_of
from returnees.screening.origins import Why, is_certain
from returnees.screening.outlook import height
from returnees.services.planning import (
    LONGEST_LOOK_BACK,
    PART,
    Journey,
    journeys_of,
    with_named_parts,
)
from returnees.services.reopening import NothingLeftError, refuse_idle, reopen
from returnees.services.replanning import lock, replan_all
from returnees.services.screening import locked_screening, settle_state

TEXT = 120  # characters of a stay's text
STAY_FIELDS = ("place", "text", "unclear", "asked_on")


class AnswerRefusedError(Refused):
    """The answer does not fit the stay."""


def take_for_there(asked: Sequence[tuple[Episode, Journey, Why]], *, day: date) -> None:
    """Note of stays that may have been in a changed area that they were; one query for all."""
    answered = []
    for episode, journey, why in asked:
        for stay in journey.stays:
            doubts = [e for e in why if e["stay"] == stay.pk and not is_certain(e, stay)]
            if doubts:
                worst = max(doubts, key=lambda entry: (height(entry["mark"]), len(entry["place"])))
                note_place(episode, journey, stay, worst["place"], worst["part"], day=day)
                answered.append(stay)
    update_in(answered, STAY_FIELDS)


def note_place(
    episode: Episode, journey: Journey, stay: Stay, place: str, part: str, *, day: date
) -> None:
    """Note on a stay, not yet written, the finer place or the part of it that it really was.

    The text as it was given is kept; a part of a place is added to it. What happened at the place
    as it was called before goes on counting.
    """
    before = stay.place_id
    if before is None or (place.startswith(before) and place != before):
        stay.place_id = place
        others = [one for one in journey.stays if one is not stay and one.place_id == before]
        if before and not others:
            episode.facts = {**episode.facts, "events": _renamed(episode, before, place)}
    if part and part[:PART] not in stay.text:
        stay.text = f"{stay.text[: TEXT - PART - 1]} {part[:PART]}".strip()
    stay.unclear, stay.asked_on = False, day


def _renamed(episode: Episode, before: str, place: str) -> list[dict[str, Any]]:
    events = episode.facts.get("events", ())
    return [
        {**event, "place": place} if event.get("place") == before else event for event in events
    ]


@transaction.atomic
def settle_stay(
    *,
    stay: Stay,
    by: User | None,
    place: str | None = None,
    was_there: bool | None = None,
    area: RiskArea | None = None,
    now: datetime | None = None,
) -> Stay:
    """Note where exactly somebody was and plan anew where it matters.

    Either `place`, the code of a finer place, or `was_there`: in the area at risk (`area`, the
    worst of those in doubt where none is named), or in none of them. Open re-screenings follow:
    who was there is re-planned, who was not stays as they are. Refuses a place that does not lie
    in the stay's own.
    """
    now = now or timezone.now()
    day = local_day(now)
    with acting(by=by, why="asked where exactly"):
        episode = lock(Episode.objects.get(report=stay.report_id))
        journey = journeys_of([episode])[episode.pk]
        (stay,) = (one for one in journey.stays if one.pk == stay.pk)
        if place:
            _check_place(stay, place)
            note_place(episode, journey, stay, place, "", day=day)
        elif was_there:
            found = _named(area, doubts_of(stay, episode, day))
            note_place(episode, journey, stay, found.place_id, found.part, day=day)
        elif was_there is None:
            raise AnswerRefusedError(_("Choose the place, or say whether the person was there."))
        stay.unclear, stay.asked_on = False, day
        update_in([stay], STAY_FIELDS)
        changed = _replan(episode, journey, stay, now)
        _follow_items(episode, journey, changed=changed, by=by, now=now)
    return stay


def _check_place(stay: Stay, place: str) -> None:
    found = Place.objects.filter(pk=place).first()
    if found is None:
        raise AnswerRefusedError(_("There is no place with the code %(code)s.") % {"code": place})
    if stay.place_id and not place.startswith(stay.place_id):
        raise AnswerRefusedError(
            _("%(place)s does not lie in the place of the stay; choose one inside it.")
            % {"place": found.name}
        )


def doubts_of(stay: Stay, episode: Episode, day: date) -> list[RiskArea]:
    """Return the areas in which the person may have been, the finest last; two queries."""
    if not stay.place_id:
        return []
    first, last = _days(stay, episode, day)
    book = RiskBook.of([stay.place_id], first, last)
    sure = book.risk(stay.place_id, first, last)
    return sorted(
        (area for area in book.areas if _doubtful(area, stay) and _adds(area, sure)),
        key=lambda area: (height(area.mark), len(area.place_id), area.place_id),
    )


def _days(stay: Stay, episode: Episode, day: date) -> tuple[date, date]:
    pack = pack_of(episode.policy)
    since = episode.arrives_on - timedelta(days=pack.number("look_back_days"))
    still = stay.last_day + timedelta(days=pack.number("reclass_days"))
    return max(stay.first_day or since, since), max(stay.last_day, min(still, day))


def _doubtful(area: RiskArea, stay: Stay) -> bool:
    place = stay.place_id or ""
    inside = area.place_id.startswith(place) and area.place_id != place
    return inside or bool(area.part and place.startswith(area.place_id))


def _adds(area: RiskArea, sure: AreaRisk) -> bool:
    if area.mark in LEVELS:
        return height(area.mark) > height(sure.level)
    return area.mark not in sure.flags


def _named(area: RiskArea | None, areas: Sequence[RiskArea]) -> RiskArea:
    """Return the area in doubt that is named, the worst where none is."""
    if area is not None and area in areas:
        return area
    if area is not None or not areas:
        raise AnswerRefusedError(_("No area in this place is at risk; there is nothing to answer."))
    return areas[-1]


def _replan(episode: Episode, journey: Journey, stay: Stay, now: datetime) -> bool:
    """Plan anew with the answer; say whether the plan changed. Whoever was let go may stay so."""
    day = local_day(now)
    known: Mapping[str, Any] = episode.facts
    if not episode.is_expected:
        events = list(known.get("events", ()))
        new = _news(stay, episode, events, day)
        if not new and not (events and stay.place_id):
            return False
        known = {**known, "events": [*events, *new]}
    if not episode.is_open and not known.get("events"):
        return False
    try:
        with transaction.atomic():
            plans = reopen([] if episode.is_open else [episode])
            changed = replan_all([episode], {episode.pk: journey}, {episode.pk: known}, day=day)
            refuse_idle([episode], plans)
    except NothingLeftError:
        return False
    return bool(changed)


def _news(
    stay: Stay, episode: Episode, events: list[dict[str, Any]], day: date
) -> list[dict[str, Any]]:
    """Return what the answer tells: what rose since the arrival, then what was so before it.

    What was so before the arrival is found out today: the new plan begins today (A-35).
    """
    if not stay.place_id:
        return []
    first, last = _days(stay, episode, day)
    book = RiskBook.of([stay.place_id], first - LONGEST_LOOK_BACK, last)
    still = timedelta(days=pack_of(episode.policy).number("reclass_days"))
    found = news_of(stay, events, book, after=episode.arrives_on, until=day, still=still)
    until = max(stay.last_day, min(last, episode.arrives_on))
    risk = book.risk(stay.place_id, first, until)
    risk = with_named_parts(risk, book, stay, first, until)
    known = known_of(stay, [*events, *found])
    late = event_of(stay, known, (risk.level, frozenset(risk.flags)), day)
    return [*found, late] if late else found


def _follow_items(
    episode: Episode, journey: Journey, *, changed: bool, by: User | None, now: datetime
) -> None:
    """Decide the items that waited for this answer."""
    stays = {stay.pk: stay for stay in journey.stays}
    waiting = ScreeningItem.objects.filter(
        episode=episode,
        touch=Touch.POSSIBLE,
        state=ItemState.PENDING,
        screening__state=ScreeningState.OPEN,
        screening__risk_list__isnull=False,
    )
    for item in waiting.select_related("screening").order_by("screening_id"):
        entries = [(entry, stays[entry["stay"]]) for entry in item.why if entry["stay"] in stays]
        there = any(is_certain(entry, stay) for entry, stay in entries)
        asked = all((stay.asked_on or date.min) >= item.screening.day for _entry, stay in entries)
        if not there and not asked:
            continue
        item.state = ItemState.APPLIED if there else ItemState.LEFT
        item.problem = "" if there else _("Asked: was not there.")
        item.decided_by, item.decided_at = by, now
        item.save(update_fields=["state", "problem", "decided_by", "decided_at"])
        if there and changed:
            screening_confirmed(item.screening_id, [episode.pk])
        settle_state(locked_screening(item.screening_id))
