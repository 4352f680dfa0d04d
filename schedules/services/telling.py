"""Telling the cadres whose people were planned anew by a re-screening."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from returnees.models import Episode, Screening
from schedules.models import Reminder

KIND = "screening"
TOP = 5  # persons named by key


@transaction.atomic
def tell_screened(
    *, screening_id: int, episode_ids: Iterable[int], now: datetime | None = None
) -> int:
    """Give each cadre responsible for one of these episodes one notice; return how many are new.

    Telling the same again changes nothing. Where a further part of the same re-screening is
    confirmed later, the cadre's notice grows and is unread again.
    """
    now = now or timezone.now()
    # The lock lets a second worker with the same message wait, and then find everybody told.
    screening = (
        Screening.objects.select_for_update(of=("self",))
        .select_related("risk_list", "policy", "zone__place")
        .filter(pk=screening_id)
        .first()
    )
    if screening is None:
        return 0
    mine: dict[int, list[int]] = defaultdict(list)
    rows = Episode.objects.filter(pk__in=list(episode_ids), responsible__isnull=False)
    for episode, cadre in rows.order_by("pk").values_list("pk", "responsible"):
        mine[cadre].append(episode)
    return sum(_told(screening, cadre, episodes, now) for cadre, episodes in sorted(mine.items()))


def _told(screening: Screening, cadre: int, episodes: list[int], now: datetime) -> bool:
    slot = str(screening.pk)
    known = Reminder.objects.filter(user=cadre, kind=KIND, slot=slot, channel="portal").first()
    told = known.body["told"] if known else []
    fresh = [pk for pk in episodes if pk not in set(told)]
    if not fresh:
        return False
    if known is None:
        known = Reminder(
            user_id=cadre, kind=KIND, day=timezone.localdate(now), slot=slot, channel="portal"
        )
    every = [*told, *fresh]
    known.body = {
        "screening": screening.pk,
        "origin": origin_of(screening),
        "changed": len(every),
        "episodes": [*fresh, *told][:TOP],
        "told": every,
    }
    known.created_at, known.sent_at, known.read_at = now, now, None
    known.save()
    return True


def origin_of(screening: Screening) -> dict[str, Any]:
    """Return what asked for a re-screening: its kind, and a day or a name in no language."""
    if screening.risk_list:
        return {"kind": "risk_list", "text": screening.risk_list.day.isoformat()}
    if screening.policy:
        return {"kind": "policy", "text": f"{screening.policy.pack} {screening.policy.version}"}
    place = screening.zone.place.name if screening.zone else ""
    return {"kind": "zone", "text": place}
