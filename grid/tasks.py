"""Work of this app that runs in a worker; each task is one call of a service.

Messages outlive a deployment: names stay, and arguments a later version adds are ignored here.
"""

from typing import Any

from celery import shared_task

from grid.batches.checking import check_queued, help_check_queued
from grid.batches.committing import commit_queued, help_queued
from grid.batches.running import (
    CHECK_HELP_TASK,
    CHECK_TASK,
    COMMIT_TASK,
    HELP_TASK,
    THEN_TASK,
    UNDO_TASK,
)
from grid.batches.undoing import undo_queued
from grid.import_intake import then_commit

# 100,000 rows take minutes; below the hour after which the broker hands a message out again.
AGAIN, TRIES = 5, 720  # seconds between two looks at a list being checked; an hour of them
LIMITS = {"soft_time_limit": 3300, "time_limit": 3400}


@shared_task(name=CHECK_TASK, **LIMITS)  # type: ignore[untyped-decorator]
def import_check(batch: str, user: int | None = None, *_more: Any, **_later: Any) -> None:
    """Check a big list; after a crash it is checked anew."""
    check_queued(batch=batch, user=user)


@shared_task(name=CHECK_HELP_TASK, **LIMITS)  # type: ignore[untyped-decorator]
def import_check_help(
    batch: str, user: int | None, moment: str, *_more: Any, **_later: Any
) -> None:
    """Help another worker with the check of a big list."""
    help_check_queued(batch=batch, user=user, moment=moment)


@shared_task(name=COMMIT_TASK, **LIMITS)  # type: ignore[untyped-decorator]
def import_commit(batch: str, user: int | None = None, *_more: Any, **_later: Any) -> None:
    """Commit a big import; after a crash it goes on where it stopped."""
    commit_queued(batch=batch, user=user)


@shared_task(name=HELP_TASK, **LIMITS)  # type: ignore[untyped-decorator]
def import_help(batch: str, user: int | None, moment: str, *_more: Any, **_later: Any) -> None:
    """Help another worker with a big commit."""
    help_queued(batch=batch, user=user, moment=moment)


@shared_task(name=UNDO_TASK, **LIMITS)  # type: ignore[untyped-decorator]
def import_undo(batch: str, user: int | None = None, *_more: Any, **_later: Any) -> None:
    """Take a big import back; after a crash it goes on where it stopped."""
    undo_queued(batch=batch, user=user)


@shared_task(name=THEN_TASK, bind=True, max_retries=TRIES, **LIMITS)  # type: ignore[untyped-decorator]
def import_then_commit(
    self: Any, batch: str, user: int | None = None, *_more: Any, **_later: Any
) -> None:
    """Commit a big list once it is checked; until then look again every few seconds."""
    if not then_commit(batch=batch, user=user):
        raise self.retry(countdown=AGAIN)
