"""Bringing chosen episodes up to date at once: what every writer of evidence calls."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from grid.models import User
from schedules import sql
from schedules.services.day import catch_up, create_tasks, drop_changed, first_day_owed
from schedules.services.evidence import close_by_evidence, raise_unreached
from schedules.services.handover import follow_tasks
from schedules.services.responsibility import follow_responsibility, held_by_nobody_active
from schedules.services.spans import derive_spans

CHUNK = 1000


def reconcile(
    *, episode_ids: Iterable[int], now: datetime | None = None, by: User | None = None
) -> None:
    """Derive spans, bring today's tasks into being and close what has evidence, for these episodes.

    `by` is whoever acted just now, named on a task closed by a confirmed arrival.
    """
    ids = sorted(set(episode_ids))
    for start in range(0, len(ids), CHUNK):
        _reconcile(ids[start : start + CHUNK], now or timezone.now(), by)


@transaction.atomic
def _reconcile(ids: list[int], now: datetime, by: User | None) -> None:
    day = timezone.localdate(now)
    # No work for who may no longer sign in, even before anybody else has heard of it.
    if places := held_by_nobody_active(ids):
        follow_responsibility(place_codes=places, now=now)
    changed = derive_spans(episode_ids=ids, now=now)
    working = {pk for (pk,) in sql.rows(sql.WITH_TASKS, ids=ids)}
    drop_changed([pk for pk, _fresh in changed if pk in working], now=now)
    catch_up(changed, day=day, now=now)
    # Whoever is new has been given every day by now, today among them.
    fresh = {pk for pk, is_fresh in changed if is_fresh}
    known = [pk for pk in ids if pk not in fresh]
    create_tasks(ids=known, since=first_day_owed(day), day=day, now=now)
    if working:
        follow_tasks(ids=sorted(working), now=now)
    close_by_evidence(episode_ids=ids, now=now, by=by)
    raise_unreached(episode_ids=ids, now=now)
