"""Acts of the daily work on arrivals and tests: the returnees' service, then the work that follows.

In one transaction, so that the next page is already right.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from grid.models import User
from returnees.models import Episode, Test
from returnees.services import episodes, tests
from schedules.services.reconcile import reconcile


@transaction.atomic
def confirm_arrival(
    *, episode: Episode, by: User | None, arrived_at: datetime | None = None
) -> Episode:
    """Confirm an arrival and bring the person's tasks into being."""
    arrived = episodes.confirm_arrival(episode=episode, by=by, arrived_at=arrived_at)
    reconcile(episode_ids=[episode.pk], by=by)
    return arrived


@transaction.atomic
def mark_no_show(*, episode: Episode, by: User | None) -> Episode:
    """Note that somebody did not come, and drop what is no longer owed."""
    closed = episodes.mark_no_show(episode=episode, by=by)
    reconcile(episode_ids=[episode.pk], by=by)
    return closed


@transaction.atomic
def enter_result(*, test: Test, by: User | None, **result: Any) -> Test:
    """Enter a test's result and close the task it is evidence of; arguments as in returnees."""
    entered = tests.enter_result(test=test, by=by, **result)
    reconcile(episode_ids=[test.episode_id], by=by)
    return entered
