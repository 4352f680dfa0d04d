"""People of whom the notice asks no stage: free on arrival, released the day after."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from grid.audit import acting
from returnees.announce import episodes_changed
from returnees.choices import EpisodeState
from returnees.models import Abnormality, Episode, Stage, Test


@transaction.atomic
def release_free(*, day: date, now: datetime | None = None) -> int:
    """Release those who arrived before `day` and owe no stage and no test; return how many.

    Nothing abnormal may be open. Without this they would stay under management for ever.
    """
    now = now or timezone.now()
    mine = {"episode": OuterRef("pk")}
    free = Episode.objects.active().filter(stage_kind="", arrives_on__lt=day)
    for rows in (Stage.objects.open(), Test.objects.due(), Abnormality.objects.open()):
        free = free.filter(~Exists(rows.filter(**mine)))
    with acting(by=None, why="free on arrival"):
        ids = list(free.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        # The plan stands, but its duties end here: the revision says so to the work above.
        Episode.objects.filter(pk__in=ids).update(
            state=EpisodeState.RELEASED, closed_at=now, revision=F("revision") + 1
        )
    episodes_changed(ids)
    return len(ids)
