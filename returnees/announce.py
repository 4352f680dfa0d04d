"""Tells the work above that episodes changed, by the task's name: nothing above is imported."""

import logging
from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

TASK = "schedules.reconcile_episodes"
TELL_SCREENED = "schedules.tell_screened"
MOST = 1000  # ids in one message

log = logging.getLogger(__name__)


def episodes_changed(ids: Iterable[int]) -> None:
    """Send the changed episodes to be reconciled, once the transaction is committed.

    A broker that is down is logged, never raised: the minute sweep is the net below.
    """
    wanted = sorted(set(ids))
    if wanted:
        transaction.on_commit(lambda: send(wanted))


def send(ids: list[int]) -> None:
    """Put the message into the queue now."""
    try:
        for start in range(0, len(ids), MOST):
            current_app.send_task(TASK, args=[ids[start : start + MOST]], ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("episodes_changed not announced: %s", error, extra={"episodes": len(ids)})


def screening_confirmed(screening: int, ids: Iterable[int]) -> None:
    """Have the responsible cadres told who of theirs was re-planned, once that is committed."""
    wanted = sorted(set(ids))
    if wanted:
        transaction.on_commit(lambda: queue(TELL_SCREENED, [screening, wanted]))


def queue(task: str, args: list[Any]) -> None:
    """Put a task into the queue now; a broker that is down is logged, never raised."""
    try:
        current_app.send_task(task, args=args, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("%s not sent: %s", task, error)
