"""The stored plan of an episode, read back for what it owes by day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from policies import spans
from policies.pack import Pack
from policies.plan import Plan
from policies.stored import stored_plan
from returnees.models import Episode
from returnees.policies import pack_of


@dataclass(frozen=True, slots=True)
class Times:
    """The moments a plan's duties are timed by; `replanned_at` is when the class last changed."""

    reported_at: datetime | None
    departs_at: datetime | None
    arrives_at: datetime | None
    registered_at: datetime
    arrived: bool
    replanned_at: datetime | None = None

    @property
    def registered_on(self) -> date:
        """The local day on which the portal knew of the person."""
        return timezone.localdate(self.registered_at)


def times_of(episode: Episode, *, replanned_at: datetime | None = None) -> Times:
    """Return the moments of an episode; its report is needed."""
    # A contact who was placed where they live made no journey.
    travelled = not episode.facts.get("placed_on")
    report = episode.report
    return Times(
        reported_at=report.reported_at,
        departs_at=report.departs_at if travelled else None,
        arrives_at=(episode.arrived_at or report.arrives_at) if travelled else None,
        registered_at=episode.registered_at,
        arrived=episode.arrived_at is not None,
        replanned_at=replanned_at,
    )


def spans_of(pack: Pack, plan: Plan, times: Times) -> tuple[spans.Span, ...]:
    """Return every duty span of a plan at these moments."""
    return spans.duty_spans(
        pack,
        plan,
        reported_at=times.reported_at,
        departs_at=times.departs_at,
        arrives_at=times.arrives_at,
        registered_on=times.registered_on,
        registered_at=times.registered_at,
        arrived=times.arrived,
        replanned_at=times.replanned_at,
    )


def planned_spans(episode: Episode, *, replanned_at: datetime | None) -> tuple[spans.Span, ...]:
    """Return every duty span of the stored plan; `replanned_at` is when the class last changed."""
    times = times_of(episode, replanned_at=replanned_at)
    return spans_of(pack_of(episode.policy), stored_plan(episode.plan), times)
