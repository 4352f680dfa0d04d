"""Tells the work above that episodes changed, by the task's name: nothing above is imported."""

import logging
from collections.abc import Iterable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

TASK = "schedules.reconcile_episodes"
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
