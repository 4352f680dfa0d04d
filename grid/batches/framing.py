"""What all rows of a batch share."""

from datetime import date, datetime, time

from django.utils import timezone

from grid.batches.kinds import Frame
from grid.choices import Level
from grid.days import at
from grid.models import ImportBatch, Place

NOON = time(12)


def frame_of(batch: ImportBatch, now: datetime) -> Frame:
    """Return what all rows of a batch share; one query."""
    places = Place.objects.filter(level__lte=Level.COUNTY).values_list("code", flat=True)
    return Frame(
        batch=batch.pk,
        as_of=batch.as_of,
        moment=moment_of(batch.as_of, now),
        places=frozenset(places),
        home=batch.place_id,
        overwrite=bool(batch.options.get("overwrite")),
    )


def moment_of(as_of: date, now: datetime) -> datetime:
    """Return the moment at which a list is judged: now, or noon of another day it is judged on."""
    return now if as_of == timezone.localdate(now) else at(as_of, NOON)
