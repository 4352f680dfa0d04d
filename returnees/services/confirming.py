"""Confirming a re-screening: those touched are planned anew, a thousand to a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.errors import Refused
from grid.models import User
from returnees.announce import queue, screening_confirmed
from returnees.choices import ItemState, ScreeningState, Touch
from returnees.clock import local_day
from returnees.models import Screening, ScreeningItem
from returnees.screening.origins import Origin, origin_of
from returnees.services.planning import journeys_of
from returnees.services.reopening import refuse_idle, reopen
from returnees.services.replanning import locked, replan_all
from returnees.services.screening import (
    CHUNK,
    MANY,
    deciding,
    locked_screening,
    refuse_unless_open,
    settle_state,
    stands_still,
)
from returnees.services.stay_answers import take_for_there

CONFIRM_TASK = "returnees.screen_confirm"
DECISION = ("state", "problem", "decided_by", "decided_at")


@dataclass(slots=True)
class Confirmed:
    """What became of a confirmation: persons re-planned, refused; queued for a worker or not."""

    applied: int = 0
    refused: int = 0
    queued: int = 0


def confirm(
    *,
    screening: Screening,
    items: Sequence[int] | None = None,
    by: User | None,
    now: datetime | None = None,
) -> Confirmed:
    """Plan those touched anew: all whom it surely changes, or the items named.

    Only what `by` may decide on. Somebody who is only possibly touched must be named: then they
    count as having been there. Each thousand is a transaction; who cannot be re-planned is refused
    with the reason and stops nobody else. Confirming again changes nothing. More than MANY are left
    to a worker.
    """
    now = now or timezone.now()
    with transaction.atomic():
        screening = locked_screening(screening.pk)
        refuse_unless_open(screening)
        todo = waiting(screening, items, by)
        count = todo.count()
        if items is None and count > MANY:
            args = [screening.pk, by.pk if by else None]
            mark = {"total": count, "done": 0, "by": args[1], "at": now.isoformat()}
            screening.figures |= {"confirming": mark}
            screening.save(update_fields=["figures"])
            transaction.on_commit(lambda: queue(CONFIRM_TASK, args))
            return Confirmed(queued=count)
    return _confirm_all(screening, items, by, now)


def confirm_queued(*, screening: int, user: int | None, now: datetime | None = None) -> None:
    """Confirm what was queued; a message that comes twice finds nothing left to do."""
    found = Screening.objects.filter(pk=screening, state=ScreeningState.OPEN).first()
    by = User.objects.filter(pk=user).first() if user else None
    if found is not None and (by is not None or user is None):
        _confirm_all(found, None, by, now or timezone.now())


def waiting(screening: Screening, items: Sequence[int] | None, by: User | None) -> Any:
    """Return the items to confirm: those named, or all that wait and are sure to change."""
    rows = deciding(screening, by).order_by("pk")
    if items is not None:
        return rows.filter(pk__in=items, state__in=(ItemState.PENDING, ItemState.REFUSED))
    return rows.filter(state=ItemState.PENDING, touch=Touch.CERTAIN, changes=True)


def _confirm_all(
    screening: Screening, items: Sequence[int] | None, by: User | None, now: datetime
) -> Confirmed:
    done = Confirmed()
    keys = list(waiting(screening, items, by).values_list("pk", flat=True))
    if items is not None and not keys:
        raise Refused(_("None of these persons waits for you to decide."))
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic(), acting(by=by, **_trail(screening)):
            decided = _confirm_chunk(screening, keys[start : start + CHUNK], by, now)
            done.applied += sum(item.state == ItemState.APPLIED for item in decided)
            done.refused += sum(item.state == ItemState.REFUSED for item in decided)
            _note_progress(screening, start + CHUNK, len(keys))
    with transaction.atomic(), acting(by=by, **_trail(screening)):
        settle_state(locked_screening(screening.pk))
    return done


def _trail(screening: Screening) -> dict[str, Any]:
    """Return what the history says of the writes: why, and the list, notice or zone they follow."""
    origin = {"risk_list": screening.risk_list_id, "policy": screening.policy_id}
    origin["zone"] = screening.zone_id
    named = {name: pk for name, pk in origin.items() if pk is not None}
    return {"why": f"re-screening: {screening}", "screening": screening.pk, **named}


def _note_progress(screening: Screening, done: int, total: int) -> None:
    if total > MANY:
        row = locked_screening(screening.pk)
        mark = {**row.figures.get("confirming", {}), "total": total, "done": min(done, total)}
        row.figures |= {"confirming": mark | {"at": timezone.now().isoformat()}}
        row.save(update_fields=["figures"])


def resume_confirming(*, now: datetime) -> int:
    """Queue again the confirmations that were queued and went no further; return how many.

    The message may be lost with the broker; one too many finds nothing left to do.
    """
    begun = Screening.objects.filter(state=ScreeningState.OPEN, figures__has_key="confirming")
    stalled = [(row.pk, row.figures["confirming"]) for row in begun]
    stalled = [(pk, mark) for pk, mark in stalled if stands_still(mark["at"], now)]
    for pk, mark in stalled:
        queue(CONFIRM_TASK, [pk, mark["by"]])
    return len(stalled)


def _confirm_chunk(
    screening: Screening, keys: Sequence[int], by: User | None, now: datetime
) -> list[ScreeningItem]:
    """Decide some items; whoever confirms the same ones at the same time finds them decided."""
    rows = ScreeningItem.objects.select_for_update(of=("self",)).filter(
        pk__in=keys, state__in=(ItemState.PENDING, ItemState.REFUSED)
    )
    items = list(rows.order_by("pk"))
    origin = origin_of(screening)
    changed = _apply(origin, items, now)
    for item in items:
        item.decided_by, item.decided_at = by, now
    update_in(items, DECISION)
    screening_confirmed(screening.pk, changed)
    return items


def _apply(origin: Origin, items: Sequence[ScreeningItem], now: datetime) -> list[int]:
    """Re-plan the episodes of items; where one is refused, halve until it is alone."""
    if not items:
        return []
    try:
        with transaction.atomic():
            changed = replan_items(origin, items, now)
    except (Refused, IntegrityError) as refusal:
        if len(items) > 1:
            middle = len(items) // 2
            return _apply(origin, items[:middle], now) + _apply(origin, items[middle:], now)
        items[0].state = ItemState.REFUSED
        items[0].problem = _sentence(refusal)[:300]
        return []
    for item in items:
        item.state, item.problem = ItemState.APPLIED, ""
    return changed


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, Refused):
        return str(refusal)
    return _("Somebody else is changing this person right now; confirm again.")


def replan_items(origin: Origin, items: Sequence[ScreeningItem], now: datetime) -> list[int]:
    """Plan the episodes of items anew and return those whose plan changed.

    Runs inside a transaction; refuses episodes that ended otherwise than by release.
    """
    day = local_day(now)
    by_episode = {item.episode_id: item for item in items}
    episodes = locked(by_episode)
    plans = reopen([episode for episode in episodes if not episode.is_open])
    journeys = journeys_of(episodes)
    take_for_there(
        [(e, journeys[e.pk], by_episode[e.pk].why) for e in episodes if _chosen(by_episode[e.pk])],
        day=day,
    )
    known, moved = {}, set()
    for episode in episodes:
        item, policy = by_episode[episode.pk], episode.policy_id
        known[episode.pk] = origin.known(
            episode, journeys[episode.pk], item.why, chosen=_chosen(item), day=day
        )
        if episode.policy_id != policy:
            moved.add(episode.pk)
            episode.revision += 1  # its duties are another notice's, even if the plan is the same
    changed = {e.pk for e in replan_all(episodes, journeys, known, day=day, also=moved)}
    refuse_idle(episodes, plans)
    return sorted(changed | moved)


def _chosen(item: ScreeningItem) -> bool:
    return item.touch == Touch.POSSIBLE
