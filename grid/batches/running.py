"""What runs with a batch: one at a time, with signs of life, stopped when somebody asks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from grid.choices import BatchState
from grid.errors import Refused
from grid.models import Event, ImportBatch, User

CHUNK = 1000  # rows of one transaction
# Stable names: messages in the queue outlive a deployment.
CHECK_TASK = "grid.import_check"
COMMIT_TASK = "returnees.import_commit"
HELP_TASK = "grid.import_help"
CHECK_HELP_TASK = "grid.import_check_help"
UNDO_TASK = "grid.import_undo"
THEN_TASK = "grid.import_then_commit"
STALLED = timedelta(minutes=5)
TASKS = {
    BatchState.CHECKING: CHECK_TASK,
    BatchState.COMMITTING: COMMIT_TASK,
    BatchState.UNDOING: UNDO_TASK,
}
log = structlog.get_logger(__name__)


class BatchRefusedError(Refused):
    """The batch is not in a state in which this can be done with it."""


class BusyError(BatchRefusedError):
    """Somebody else is at work on this batch right now."""


class CancelledError(Exception):
    """Somebody has asked that what runs with the batch stop."""


def locked(batch: ImportBatch) -> ImportBatch:
    """Return a batch as it stands, locked for the transaction."""
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("place", "mapping")
    found: ImportBatch = rows.get(pk=batch.pk)
    return found


@contextmanager
def alone(batch: ImportBatch) -> Iterator[None]:
    """Be the only one at work on a batch, or raise BusyError.

    The database holds the lock with the connection: that of a killed worker is free at once.
    """
    key = _lock_of(batch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise BusyError(_("Somebody is at work on this import right now; wait a moment."))
    try:
        with halted(batch):
            pass  # whoever helped somebody who has died is through with it
        yield
    finally:
        _unlock(key)


@contextmanager
def halted(batch: ImportBatch) -> Iterator[None]:
    """Wait until nobody helps with a batch any more, and let nobody begin meanwhile."""
    key = _helpers_of(batch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        _unlock(key)


def joined(batch: ImportBatch) -> bool:
    """Be one who helps with a batch until the transaction ends; False while it is halted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [_helpers_of(batch)])
        return bool(cursor.fetchone()[0])


def key_of(sign: object) -> int:
    """Return what stands for a sign, in 64 bits: the same in every process, unlike hash()."""
    return int.from_bytes(blake2b(repr(sign).encode(), digest_size=8).digest(), signed=True)


def _lock_of(batch: ImportBatch) -> int:
    return int(batch.pk.int & (2**63 - 1))


def _helpers_of(batch: ImportBatch) -> int:
    return _lock_of(batch) ^ 1


def _unlock(key: int) -> None:
    if connection.connection is not None and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def go_on(batch: ImportBatch, **figures: Any) -> None:
    """Give a sign of life with these figures, or raise CancelledError where a stop is asked."""
    batch.summary = {**batch.summary, **figures}
    batch.beat_at = timezone.now()
    batch.save(update_fields=["summary", "beat_at"])
    if ImportBatch.objects.filter(pk=batch.pk, cancel_asked=True).exists():
        raise CancelledError


COUNT = """UPDATE grid_importbatch
    SET beat_at = %s,
        summary = jsonb_set(summary, '{done}', to_jsonb(coalesce((summary->>'done')::int, 0) + %s))
    WHERE id = %s RETURNING summary, cancel_asked"""


def count_done(batch: ImportBatch, rows: int) -> None:
    """Add rows to those done and give a sign of life, or raise CancelledError where asked to stop.

    In the database itself: several workers may be counting.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [timezone.now(), rows, batch.pk])
        summary, cancel_asked = cursor.fetchone()
    batch.summary = json.loads(summary) if isinstance(summary, str) else summary
    if cancel_asked:
        raise CancelledError


def stop_at(batch: ImportBatch, state: BatchState, *, error: str = "") -> None:
    """Note that what ran has stopped in this state."""
    batch.state, batch.error, batch.cancel_asked = state, error, False
    batch.save(update_fields=["state", "error", "cancel_asked"])


def note(batch: ImportBatch, kind: Event.Kind, by: User | None, data: dict[str, Any]) -> None:
    """Keep what was done with a batch as an event."""
    Event.objects.create(
        kind=kind,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "portal",
        subject=batch.file_name[:120],
        subject_key=f"import:{batch.pk}",
        place_id=batch.place_id,
        data=data,
    )


def queue(batch: ImportBatch, by: User | None) -> None:
    """Have a worker go on with a batch, as its state says, once the transaction is committed.

    A broker that is down is logged, never raised: the minute sweep is the net below.
    """
    task = TASKS[BatchState(batch.state)]
    args = [str(batch.pk), by.pk if by else None]
    transaction.on_commit(partial(send, task, args))


def ask_for_help(batch: str, user: int | None, moment: str, *, task: str = HELP_TASK) -> None:
    """Have another worker help with a commit, judged at this moment (ISO 8601): there are two.

    Nothing hangs on it: without help the leading worker does it all.
    """
    transaction.on_commit(partial(send, task, [batch, user, moment]))


def send(task: str, args: list[Any]) -> None:
    """Hand a task to the workers; a broker that is down is logged."""
    try:
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
    except (KombuError, RedisError, OSError) as error:
        log.warning("import_not_queued", task=task, error=str(error))
