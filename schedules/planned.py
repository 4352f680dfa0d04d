"""The stored plan of an episode, read back for what it owes by day."""

from datetime import datetime

from django.utils import timezone

from policies import spans
from policies.stored import stored_plan
from returnees.models import Episode
from returnees.policies import pack_of


def planned_spans(episode: Episode, *, replanned_at: datetime | None) -> tuple[spans.Span, ...]:
    """Return every duty span of the stored plan; `replanned_at` is when the class last changed."""
    # A contact who was placed where they live made no journey.
    travelled = not episode.facts.get("placed_on")
    report = episode.report
    return spans.duty_spans(
        pack_of(episode.policy),
        stored_plan(episode.plan),
        reported_at=report.reported_at,
        departs_at=report.departs_at if travelled else None,
        arrives_at=(episode.arrived_at or report.arrives_at) if travelled else None,
        registered_on=timezone.localdate(episode.registered_at),
        registered_at=episode.registered_at,
        arrived=episode.arrived_at is not None,
        replanned_at=replanned_at,
    )
