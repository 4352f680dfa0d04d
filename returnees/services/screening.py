"""Re-screenings: computing them, leaving persons as they are, closing.

Confirming stands in `returnees.services.confirming`, the answers of those who are asked where
exactly they were in `returnees.services.stay_answers`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.errors import Refused
from grid.models import User
from grid.permissions import Permission
from returnees.announce import queue
from returnees.choices import ItemState, ScreeningState
from returnees.clock import local_day
from returnees.models import (
    ControlZone,
    PolicyVersion,
    RiskListVersion,
    Screening,
    ScreeningItem,
    Stay,
)
from returnees.models.screening import ScreeningItemQuerySet
from returnees.screening.origins import Touched, is_certain, origin_of
from returnees.screening.work import compute, figures_of

CHUNK = 1000
MANY = 2000  # persons from which a worker computes and confirms
SCREEN_TASK = "returnees.screen"
STALLED = timedelta(minutes=5)
ORIGINS = ("risk_list__published_by", "policy__place", "zone__place", "made_by")


class ScreeningRefusedError(Refused):
    """The re-screening is not in a state in which this can be done with it."""


@transaction.atomic
def start_screening(
    *,
    risk_list: RiskListVersion | None = None,
    policy: PolicyVersion | None = None,
    zone: ControlZone | None = None,
    by: User | None,
    now: datetime | None = None,
) -> Screening:
    """Look for everybody a list, a notice or a zone touches; again, where it was looked for before.

    Exactly one origin. Up to MANY persons are computed at once, more by a worker (state waiting).
    The state becomes preview while the origin is a draft or proposal, open when it is in force.
    Computing again keeps what was decided, refreshes what waits and drops whom it no longer
    touches.
    """
    now = now or timezone.now()
    origin = {"risk_list": risk_list, "policy": policy, "zone": zone}
    given = {name: row for name, row in origin.items() if row is not None}
    if len(given) != 1:
        raise ValueError("a re-screening has exactly one origin")
    with acting(by=by, why="re-screening", **{name: row.pk for name, row in given.items()}):
        made, _new = Screening.objects.get_or_create(
            **given,
            defaults={"day": local_day(now), "state": ScreeningState.WAITING, "made_by": by},
        )
        screening = locked_screening(made.pk)
        screening.day = day_of(screening)
        touched = origin_of(screening).touched()
        screening.state, screening.error = ScreeningState.WAITING, ""
        screening.figures = {"done": 0, "total": len(touched), "at": now.isoformat()}
        screening.save()
        if len(touched) <= MANY:
            for part in parts(touched):
                compute(screening, origin_of(screening), part, now)
            _finish(screening, touched, now)
        else:
            args = [screening.pk, by.pk if by else None]
            transaction.on_commit(lambda: queue(SCREEN_TASK, args))
    return screening


def day_of(screening: Screening) -> date:
    """Return day 0 of the new plans: the list's day, the notice's first, the zone's first."""
    if screening.risk_list is not None:
        return screening.risk_list.day
    if screening.policy is not None:
        return screening.policy.since
    return screening.zone.since if screening.zone is not None else screening.day


def parts(touched: Sequence[Touched]) -> list[Sequence[Touched]]:
    """Return the persons touched in parts of CHUNK."""
    return [touched[n : n + CHUNK] for n in range(0, len(touched), CHUNK)]


def locked_screening(pk: int) -> Screening:
    """Return a re-screening locked for the transaction."""
    rows = Screening.objects.select_for_update(of=("self",)).select_related(*ORIGINS)
    return rows.get(pk=pk)


def screen_queued(*, screening: int, user: int | None, now: datetime | None = None) -> None:
    """Compute the re-screening that was queued, each thousand in a transaction of its own.

    After a crash it goes on behind the last thousand; a message that comes twice finds nothing.
    """
    now = now or timezone.now()
    by = User.objects.filter(pk=user).first() if user else None
    found = Screening.objects.filter(pk=screening, state=ScreeningState.WAITING)
    first = found.select_related(*ORIGINS).first()
    if first is None:
        return
    touched = origin_of(first).touched()
    for part in parts(touched):
        with transaction.atomic(), acting(by=by, why="re-screening", screening=screening):
            row = locked_screening(screening)
            if row.state != ScreeningState.WAITING:
                return
            if part[-1].episode > row.figures.get("after", 0):
                compute(row, origin_of(row), part, now)
                done = row.figures.get("done", 0) + len(part)
                row.figures |= {"done": done, "total": len(touched), "after": part[-1].episode}
                row.figures |= {"at": timezone.now().isoformat()}
                row.save(update_fields=["figures"])
    with transaction.atomic(), acting(by=by, why="re-screening", screening=screening):
        row = locked_screening(screening)
        if row.state == ScreeningState.WAITING:
            _finish(row, touched, now)


def stands_still(at: str, now: datetime) -> bool:
    """Say whether a queued work that last moved at this moment (ISO 8601) was lost."""
    return now - datetime.fromisoformat(at) > STALLED


def resume_stalled(*, now: datetime) -> int:
    """Queue again what was queued and went no further for STALLED; return how many.

    The message may be lost with the broker; one too many finds nothing left to do.
    """
    waiting = Screening.objects.filter(state=ScreeningState.WAITING)
    stalled = [
        (row.pk, row.made_by_id)
        for row in waiting
        if stands_still(row.figures.get("at", row.made_at.isoformat()), now)
    ]
    for pk, user in stalled:
        queue(SCREEN_TASK, [pk, user])
    return len(stalled)


def _finish(screening: Screening, touched: Sequence[Touched], now: datetime) -> None:
    """Drop whom the origin no longer touches, mark who is to be asked, set state and counts."""
    waiting = screening.items.exclude(state__in=(ItemState.APPLIED, ItemState.LEFT))
    now_touched = {one.episode for one in touched}
    gone = [
        pk for pk, episode in waiting.values_list("pk", "episode_id") if episode not in now_touched
    ]
    ScreeningItem.objects.filter(pk__in=gone).delete()
    in_force = origin_of(screening).in_force
    if in_force:
        _mark_unclear(screening)
    screening.state = ScreeningState.OPEN if in_force else ScreeningState.PREVIEW
    screening.found_at = now
    settle_state(screening)


def _mark_unclear(screening: Screening) -> None:
    """Have the persons asked where exactly they were, on their own pages too."""
    why = screening.items.filter(state=ItemState.PENDING).values_list("why", flat=True)
    entries = {entry["stay"]: entry for entries in why for entry in entries}
    stays = Stay.objects.filter(pk__in=entries, unclear=False)
    asked = [stay for stay in stays if not is_certain(entries[stay.pk], stay)]
    for stay in asked:
        stay.unclear = True
    update_in(asked, ["unclear"])


def settle_state(screening: Screening) -> None:
    """Count anew; a re-screening in which nobody waits any more is closed. Saves."""
    screening.figures = dict(figures_of(screening.items.all()))
    waits = screening.figures["to_confirm"] + screening.figures["to_ask"]
    if screening.state == ScreeningState.OPEN and not waits + screening.figures["refused"]:
        screening.state = ScreeningState.CLOSED
    screening.save(update_fields=["state", "figures", "found_at"])


def refuse_unless_open(screening: Screening) -> None:
    """Refuse to decide anything in a re-screening that is not in force."""
    if screening.state == ScreeningState.OPEN:
        return
    said = {
        ScreeningState.WAITING: _("It is still being computed; wait until it is done."),
        ScreeningState.PREVIEW: _("This is a preview; it can be confirmed once it is in force."),
        ScreeningState.CLOSED: _("This re-screening is closed."),
    }
    raise ScreeningRefusedError(said[ScreeningState(screening.state)])


@transaction.atomic
def leave(
    *,
    screening: Screening,
    items: Sequence[int],
    by: User | None,
    why: str,
    now: datetime | None = None,
) -> int:
    """Leave these persons as they are, with the reason; return how many."""
    if not why.strip():
        raise ScreeningRefusedError(_("Say why they stay as they are; the reason is recorded."))
    with acting(by=by, why=f"re-screening: left: {why}", screening=screening.pk):
        screening = locked_screening(screening.pk)
        refuse_unless_open(screening)
        rows = deciding(screening, by).filter(pk__in=items).exclude(state=ItemState.APPLIED)
        left = rows.update(
            state=ItemState.LEFT,
            problem=why.strip()[:300],
            decided_by=by,
            decided_at=now or timezone.now(),
        )
        if items and not left:
            raise ScreeningRefusedError(_("None of these persons waits for you to decide."))
        settle_state(screening)
    return left


def deciding(screening: Screening, by: User | None) -> ScreeningItemQuerySet:
    """Return the items that somebody may decide on; all of them for the portal itself."""
    rows = ScreeningItem.objects.filter(screening=screening)
    return rows.visible_to(by, Permission.DECIDE) if by is not None else rows


@transaction.atomic
def close(*, screening: Screening, by: User | None) -> Screening:
    """Close a re-screening; whoever still waits stays as they are."""
    with acting(by=by, why="re-screening closed", screening=screening.pk):
        screening = locked_screening(screening.pk)
        refuse_unless_open(screening)
        others = screening.items.filter(state=ItemState.PENDING, changes=True)
        if by is not None and others.exclude(pk__in=deciding(screening, by)).exists():
            raise ScreeningRefusedError(
                _("Persons outside your area still wait; only who answers for all may close it.")
            )
        others.update(
            state=ItemState.LEFT,
            problem=_("The re-screening was closed."),
            decided_by=by,
            decided_at=timezone.now(),
        )
        screening.state = ScreeningState.CLOSED
        settle_state(screening)
    return screening
