"""Committing a checked list: a thousand rows at a time, each whole, resumable after any."""

from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.framing import frame_of
from grid.batches.kinds import Frame
from grid.batches.refusing import (
    OPEN,
    BarredError,
    QuestionsOpenError,
    refuse_barred,
    refuse_open,
    refuse_unless_whole,
)
from grid.batches.registry import kind_of
from grid.batches.running import (
    CHUNK,
    STALLED,
    BatchRefusedError,
    CancelledError,
    alone,
    ask_for_help,
    go_on,
    halted,
    locked,
    note,
    queue,
    stop_at,
)
from grid.batches.sharing import WRITING, Lane, left_of
from grid.batches.summary import row_problems, summary_of
from grid.batches.writing import Writer
from grid.choices import BatchState
from grid.collecting import seldom
from grid.models import Event, ImportBatch, ImportRow, User

__all__ = [
    "BarredError",
    "BatchRefusedError",
    "QuestionsOpenError",
    "cancel",
    "commit_batch",
    "commit_queued",
    "frame_of",
    "help_queued",
    "resume_stalled",
    "start_commit",
]

MANY = 2000  # rows from which a page hands the work to a worker
SPELL = 5.0  # seconds for which one helps, before other messages have their turn
COMMITTABLE = (
    BatchState.CHECKED,
    BatchState.COMMITTING,
    BatchState.FAILED,
    BatchState.CANCELLED,
)
RUNNING = (BatchState.CHECKING, BatchState.COMMITTING, BatchState.UNDOING)
AGAIN = timedelta(hours=1)  # after which a failed undo is tried once more: nobody may be looking


class NotWholeError(BatchRefusedError):
    """All or nothing was asked for, and one row cannot be written."""


def start_commit(
    *, batch: ImportBatch, by: User | None, as_understood: bool = False
) -> ImportBatch:
    """Commit a batch: a small one at once, a big one by a worker; its state tells how far it is.

    While columns of a checked list ask which field they feed it is refused (QuestionsOpenError),
    unless the caller takes them `as_understood`: who asks nobody, and tells what was taken. So is a
    list whose kind bars it (BarredError).
    """
    if batch.rows.count() < MANY:
        return commit_batch(batch=batch, by=by, as_understood=as_understood)
    with transaction.atomic():
        batch = _claim(batch, by, as_understood=as_understood)
        queue(batch, by)
    return batch


def commit_batch(
    *,
    batch: ImportBatch,
    by: User | None,
    now: datetime | None = None,
    states: Container[str] = COMMITTABLE,
    as_understood: bool = False,
) -> ImportBatch:
    """Write the rows of a checked batch; rows that ask wait, bad rows stop nothing.

    Each thousand rows is a transaction of its own and marks its rows done, so that a commit that
    was cut off goes on where it stopped; with the option `whole` all rows are one transaction. Two
    at once: the second is refused (BusyError), and no row is ever written twice. With MANY rows
    other workers are asked to help; this one leads: it waits for them, and finishes. A batch in
    none of `states` by now is refused (BatchRefusedError), and so are open questions about columns
    unless taken `as_understood`.
    """
    now = now or timezone.now()
    with alone(batch):
        with transaction.atomic():
            batch = _claim(batch, by, states, as_understood=as_understood)
        try:
            _write(batch, now, by=by)
        except CancelledError:
            with halted(batch):
                stop_at(batch, BatchState.CANCELLED)
            return batch
        except SoftTimeLimitExceeded:
            raise  # the sweep goes on with it
        except NotWholeError as refusal:
            stop_at(batch, BatchState.CHECKED, error=str(refusal))
            raise
        except Exception:
            sentence = _("Something went wrong; what is written stays, it can be continued.")
            with halted(batch):
                stop_at(batch, BatchState.FAILED, error=sentence)
            raise
        with transaction.atomic(), acting(by=by, why="import", batch=str(batch.pk)):
            _finish(batch, by=by, now=now)
    return batch


def commit_queued(*, batch: str, user: int | None) -> None:
    """Commit the batch that was queued; a message that comes twice finds nothing left to do."""
    found = ImportBatch.objects.filter(pk=batch, state=BatchState.COMMITTING).first()
    if found is None:
        return
    try:
        # Stopped or finished since it was looked up, it stays so.
        commit_batch(
            batch=found,
            by=User.objects.filter(pk=user).first() if user else None,
            states=(BatchState.COMMITTING,),
        )
    except BatchRefusedError:
        return  # another worker is at it; or it was refused, and the batch says so


def help_queued(*, batch: str, user: int | None, moment: str) -> None:
    """Help with a commit for a short while; then queue for more behind whatever else waits.

    When nothing is left to help with, and whoever led it has died, the commit is gone on with here.
    """
    found = ImportBatch.objects.filter(pk=batch, state=BatchState.COMMITTING).first()
    if found is None:
        return
    by = User.objects.filter(pk=user).first() if user else None
    frame = frame_of(found, datetime.fromisoformat(moment))
    if Lane(found, frame, by, shared=True).help(SPELL):
        ask_for_help(batch, user, moment)
    else:
        commit_queued(batch=batch, user=user)


def cancel(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Ask what runs with a batch to stop at the next thousand; what is written stays.

    A check or commit that nobody is at work on, because its message was lost, stops at once.
    """
    with transaction.atomic(), acting(by=by, why="cancel import", batch=str(batch.pk)):
        batch = locked(batch)
        if batch.state not in (BatchState.CHECKING, BatchState.COMMITTING):
            raise BatchRefusedError(
                _("This import is %(state)s; nothing runs that could be stopped.")
                % {"state": batch.get_state_display()}
            )
        if timezone.now() - (batch.beat_at or batch.uploaded_at) > STALLED:
            stop_at(batch, BatchState.CANCELLED)
        else:
            batch.cancel_asked = True
            batch.save(update_fields=["cancel_asked"])
    return batch


def resume_stalled(*, now: datetime) -> int:
    """Queue again what runs without a sign of life for STALLED; return how many batches.

    The worker may have been killed, or the message lost; one too many finds nothing left to do.
    An undo that has failed is tried again AGAIN after its last sign of life.
    """
    quiet = Q(beat_at__lt=now - STALLED) | Q(beat_at=None, uploaded_at__lt=now - STALLED)
    stalled = Q(quiet, state__in=RUNNING, error="")
    failed = Q(state=BatchState.UNDOING, beat_at__lt=now - AGAIN)
    found = ImportBatch.objects.filter(stalled | failed)
    count = 0
    for batch in found.select_related("uploaded_by", "committed_by"):
        with transaction.atomic():
            batch.beat_at, batch.error = now, ""
            batch.save(update_fields=["beat_at", "error"])
            checking = batch.state == BatchState.CHECKING
            queue(batch, batch.uploaded_by if checking else batch.committed_by)
        count += 1
    return count


def _claim(
    batch: ImportBatch,
    by: User | None,
    states: Container[str] = COMMITTABLE,
    *,
    as_understood: bool = False,
) -> ImportBatch:
    batch = locked(batch)
    if batch.state not in states or batch.checked_at is None:
        raise BatchRefusedError(
            _("This import is %(state)s; only a checked one can be committed.")
            % {"state": batch.get_state_display()}
        )
    if batch.options.get("validate_only"):
        raise BatchRefusedError(
            _("This list was to be checked only; lift that option before it is imported.")
        )
    # A commit that was begun has had its columns accepted.
    if batch.state == BatchState.CHECKED:
        refuse_open(batch, as_understood=as_understood)
    # What runs already goes on: a worker has nobody to tell.
    if batch.state != BatchState.COMMITTING:
        refuse_barred(batch)
    if batch.options.get("whole"):
        refuse_unless_whole(batch)
    # Asked of one who has died since: whoever goes on hears it.
    batch.cancel_asked = batch.cancel_asked and batch.state == BatchState.COMMITTING
    batch.state, batch.committed_by = BatchState.COMMITTING, by
    batch.beat_at, batch.error = timezone.now(), ""
    batch.save()
    return batch


@seldom()
def _write(batch: ImportBatch, now: datetime, *, by: User | None) -> None:
    """Write all rows that are left, in one transaction or in one for each thousand."""
    if batch.options.get("whole"):
        with transaction.atomic():
            for rows in _parts(batch, frame_of(batch, now), by=by):
                _refuse_left(rows)
                if ImportBatch.objects.filter(pk=batch.pk, cancel_asked=True).exists():
                    raise CancelledError
        return
    done, left = left_of(batch)
    go_on(batch, done=done, total=done + left)
    shared = kind_of(batch.list_name).side_by_side and left >= MANY
    if shared:
        ask_for_help(str(batch.pk), by.pk if by else None, now.isoformat())
    Lane(batch, frame_of(batch, now), by, shared=shared).lead()


def _parts(batch: ImportBatch, frame: Frame, *, by: User | None) -> Iterator[list[ImportRow]]:
    """Write thousand by thousand in the order of the file; yield the rows of each."""
    writer = Writer(batch, kind_of(batch.list_name), frame, by)
    todo = batch.rows.filter(done=False, action__in=WRITING).defer("raw").order_by("number")
    after = 0
    while True:
        with transaction.atomic(), acting(by=by, why="import", batch=str(batch.pk)):
            part = todo.filter(number__gt=after).select_for_update(of=("self",))
            rows = list(part[:CHUNK])
            if not rows:
                return
            after = rows[-1].number
            writer.apply(rows)
        yield rows


def _refuse_left(rows: Sequence[ImportRow]) -> None:
    """Give up the whole list where a row turned out to ask or to be refused."""
    for row in rows:
        if row.action in OPEN:
            raise NotWholeError(
                _("All or nothing: row %(number)s cannot be imported: %(why)s")
                % {"number": row.number, "why": row_problems(row)[-1].message}
            )


def _finish(batch: ImportBatch, *, by: User | None, now: datetime) -> None:
    batch.refresh_from_db()
    batch.state, batch.committed_at, batch.cancel_asked = BatchState.COMMITTED, now, False
    batch.summary = summary_of(batch)
    batch.save(update_fields=["state", "committed_at", "cancel_asked", "summary"])
    kind_of(batch.list_name).after(batch, by=by)
    note(batch, Event.Kind.IMPORT, by, {k: v for k, v in batch.summary.items() if k != "batch"})
