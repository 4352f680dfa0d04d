"""Taking an import back: what it wrote goes, unless somebody has worked with it since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.framing import frame_of
from grid.batches.kinds import Frame
from grid.batches.registry import kind_of
from grid.batches.running import BatchRefusedError, BusyError, alone, go_on, locked, note, queue
from grid.batches.sentences import problem
from grid.batches.writing import say
from grid.bulk import update_in
from grid.choices import BatchState, RowAction
from grid.models import Event, ImportBatch, ImportRow, User

CHUNK = 500
MANY = 2000  # rows from which a page hands the work to a worker
MOST_LISTED = 500  # rows left that the summary lists; all of them say so themselves
WRITTEN = (RowAction.CREATE, RowAction.UPDATE)
UNDOABLE = (
    BatchState.COMMITTED,
    BatchState.FAILED,
    BatchState.CANCELLED,
    BatchState.UNDOING,
)


@dataclass(frozen=True, slots=True)
class Left:
    """A row that was not taken back: somebody has worked with it since."""

    row: int
    who: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of taking an import back; `left` lists MOST_LISTED rows at most."""

    taken_back: int
    left: list[Left]


def start_undo(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Take a committed import back: a small one at once, a big one by a worker."""
    if batch.rows.filter(done=True).count() < MANY:
        undo_batch(batch=batch, by=by)
        batch.refresh_from_db()
        return batch
    with transaction.atomic():
        batch = _claim(batch, by)
        queue(batch, by)
    return batch


def undo_batch(*, batch: ImportBatch, by: User | None, now: datetime | None = None) -> Undone:
    """Take a committed import back: records it made are deleted, values it replaced come back.

    Rows with anything entered since by anybody (a check, a visit, a change by hand) are left as
    they are and listed. Each part is a transaction of its own; cut off or failed, it goes on where
    it stopped when this is called again: by a button, or by the sweep.
    """
    now = now or timezone.now()
    with alone(batch):
        with transaction.atomic():
            batch = _claim(batch, by)
        try:
            _take_back(batch, frame_of(batch, now), by=by)
            with transaction.atomic(), acting(by=by, why="undo import", batch=str(batch.pk)):
                return _finish(batch, by=by)
        except SoftTimeLimitExceeded:
            raise  # the sweep goes on with it
        except Exception:
            sentence = _("Something went wrong; go on with taking the import back.")
            # Not what a part rolled back had at hand: its figures are those of the database.
            ImportBatch.objects.filter(pk=batch.pk).update(error=sentence)
            raise


def undo_queued(*, batch: str, user: int | None) -> None:
    """Take back the batch that was queued; a message that comes twice finds nothing left to do."""
    found = ImportBatch.objects.filter(pk=batch, state=BatchState.UNDOING).first()
    if found is None:
        return
    try:
        undo_batch(batch=found, by=User.objects.filter(pk=user).first() if user else None)
    except BusyError:
        return


def _claim(batch: ImportBatch, by: User | None) -> ImportBatch:
    batch = locked(batch)
    # A zero report has no rows, and was given all the same.
    is_zero = batch.state == BatchState.COMMITTED and not batch.rows.exists()
    if batch.state not in UNDOABLE or not (is_zero or batch.rows.filter(done=True).exists()):
        raise BatchRefusedError(
            _("This import is %(state)s; only a committed one can be taken back.")
            % {"state": batch.get_state_display()}
        )
    if batch.state != BatchState.UNDOING:
        total = batch.rows.filter(done=True, undone=False, action__in=WRITTEN).count()
        figures = {"done": 0, "total": total, "taken_back": 0, "left": [], "left_count": 0}
        batch.summary = {**batch.summary, **figures, "after": None}
    batch.state, batch.beat_at = BatchState.UNDOING, timezone.now()
    batch.error, batch.cancel_asked = "", False
    batch.save(update_fields=["state", "beat_at", "error", "cancel_asked", "summary"])
    return batch


def _take_back(batch: ImportBatch, frame: Frame, *, by: User | None) -> None:
    """Take the rows back from the last to the first, part by part."""
    todo = batch.rows.filter(done=True, undone=False, action__in=WRITTEN).defer("raw")
    while True:
        after = batch.summary.get("after")
        part = todo if after is None else todo.filter(number__lt=after)
        with transaction.atomic(), acting(by=by, why="undo import", batch=str(batch.pk)):
            rows = list(part.select_for_update(of=("self",)).order_by("-number")[:CHUNK])
            if not rows:
                return
            left = _undo_rows(batch, rows, frame, by=by)
            go_on(batch, **_figures(batch, rows, left))


def _undo_rows(
    batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
) -> list[Left]:
    """Take some rows back and mark them; return those somebody has worked with since."""
    kind = kind_of(batch.list_name)
    touched = kind.touched(batch, rows)
    left = [row for row in rows if row.target_key in touched]
    free = [row for row in rows if row.target_key not in touched]
    kind.take_back(batch, free, frame, by=by)
    for row in free:
        row.undone = True
    update_in(free, ["undone"])
    found = []
    for row in left:
        who, when = touched[row.target_key or 0]
        found.append(Left(row.number, who, when))
        day = timezone.localtime(when).strftime("%Y-%m-%d %H:%M")
        say(row, [problem("changed_since", who=who, when=day)])
    update_in(left, ["problems", "values"])
    return found


def _figures(batch: ImportBatch, rows: Sequence[ImportRow], left: Sequence[Left]) -> dict[str, Any]:
    figures = batch.summary
    listed = [{"row": one.row, "who": one.who, "when": one.when.isoformat()} for one in left]
    return {
        "after": rows[-1].number,
        "done": figures["done"] + len(rows),
        "taken_back": figures["taken_back"] + len(rows) - len(left),
        "left": [*figures["left"], *listed][:MOST_LISTED],
        "left_count": figures["left_count"] + len(left),
    }


def _finish(batch: ImportBatch, *, by: User | None) -> Undone:
    figures = dict(batch.summary)
    figures["left"] = sorted(figures["left"], key=lambda one: one["row"])
    for name in ("after", "done", "total"):
        figures.pop(name, None)
    batch.state, batch.summary = BatchState.UNDONE, figures
    batch.save(update_fields=["state", "summary"])
    kind_of(batch.list_name).after(batch, by=by)
    counts = {"taken_back": figures["taken_back"], "left": figures["left_count"]}
    note(batch, Event.Kind.UNDO, by, counts)
    left = [
        Left(one["row"], one["who"], datetime.fromisoformat(one["when"])) for one in figures["left"]
    ]
    return Undone(figures["taken_back"], left)
