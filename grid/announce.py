"""Telling the upper layers, by a task's name, what changed here; the minute sweep is the net."""

from collections.abc import Iterable
from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

FOLLOW_RESPONSIBILITY = "schedules.follow_responsibility"
log = structlog.get_logger(__name__)


def responsibility_changed(place_codes: Iterable[str]) -> None:
    """After the commit, say below which places somebody else may answer now."""
    if codes := outermost(place_codes):
        transaction.on_commit(partial(send, FOLLOW_RESPONSIBILITY, codes))


def send(task: str, argument: list[str] | list[int]) -> None:
    """Put the task in the queue; a queue that is down is logged and never the user's trouble."""
    try:
        current_app.send_task(task, args=[argument], retry=False)
    except (KombuError, RedisError, OSError) as error:
        log.warning("announcement_not_sent", task=task, error=str(error))


def outermost(codes: Iterable[str]) -> list[str]:
    """Return the codes without those that lie under another one of them."""
    kept: list[str] = []
    for code in sorted(set(codes)):
        if not kept or not code.startswith(kept[-1]):
            kept.append(code)
    return kept
