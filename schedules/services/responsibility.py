"""Who is responsible is kept on the episode, and its open tasks follow (JY-2j, A-43)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Left
from django.utils import timezone

from grid.announce import outermost
from grid.audit import acting
from grid.choices import CODE_LENGTHS, Level
from grid.models import Assignment, Leave
from grid.responsibility import responsible_for
from returnees.models import Episode
from schedules import sql

CHUNK = 1000
# The newest changes of responsibility that each sweep looks at.
NEWEST = 200


def follow_responsibility(*, place_codes: Iterable[str], now: datetime | None = None) -> int:
    """Write on each open episode below these places who answers for it today; return how many moved.

    Its open tasks move along; done ones keep the old name.
    """
    now = now or timezone.now()
    return sum(_follow_under(code, now) for code in outermost(place_codes))


def follow_everywhere(*, now: datetime) -> int:
    """Do the same for every township with open episodes: leave and assignments begin at midnight."""
    townships = (
        Episode.objects.open()
        .order_by()
        .annotate(township=Left("place_id", Value(CODE_LENGTHS[Level.TOWNSHIP])))
        .values_list("township", flat=True)
        .distinct()
    )
    return follow_responsibility(place_codes=townships, now=now)


def follow_recent(*, now: datetime) -> int:
    """Do the same where assignments or leave were written lately, as their history says."""
    history = Assignment.events.model.objects.order_by("-pgh_id")  # type: ignore[attr-defined]
    places = set(history.values_list("at_id", flat=True)[:NEWEST])
    absences = Leave.events.model.objects.order_by("-pgh_id")  # type: ignore[attr-defined]
    away = set(absences.values_list("user_id", flat=True)[:NEWEST])
    places |= set(Assignment.objects.open().filter(cadre__in=away).values_list("at_id", flat=True))
    return follow_responsibility(place_codes=places, now=now)


@transaction.atomic
def _follow_under(code: str, now: datetime) -> int:
    found = list(
        Episode.objects.under(code)
        .open()
        .order_by("pk")
        .values_list("pk", "person_id", "responsible_id")
    )
    if not found:
        return 0
    holders = responsible_for([person for _pk, person, _now in found], timezone.localdate(now))
    moved = [
        Episode(pk=pk, responsible_id=holders.get(person))
        for pk, person, current in found
        if holders.get(person) != current
    ]
    if moved:
        with acting(by=None, why="responsibility changed"):
            Episode.objects.bulk_update(moved, ["responsible"], batch_size=CHUNK)
        sql.run(sql.FOLLOW, ids=[episode.pk for episode in moved])
    return len(moved)
