"""Committing a checked list: a thousand rows at a time, each thousand whole, resumable after any.

Every row is judged again when its turn comes: somebody may have registered the person meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.choices import BatchState, RowAction
from grid.errors import Refused
from grid.models import Event, ImportBatch, ImportRow, Place, User
from returnees.importing import summary_of
from returnees.models import Episode
from returnees.services.import_apply import Applied, change_of, update_persons
from returnees.services.import_known import Judged, KnownBook
from returnees.services.import_messages import problem, stored
from returnees.services.import_values import Frame, Values, moment_of, plain, report_of
from returnees.services.replanning import change_facts
from returnees.services.reports import register_reports

CHUNK = 1000
MANY = 2000  # rows from which a page hands the commit to a worker
TASK = "returnees.import_commit"
WRITING = (RowAction.CREATE, RowAction.UPDATE)
COMMITTABLE = (BatchState.CHECKED, BatchState.COMMITTING, BatchState.FAILED)
DONE_FIELDS = ("action", "done", "person_key", "target_key", "before")


class BatchRefusedError(Refused):
    """The batch is not in a state in which this can be done with it."""


def start_commit(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Commit a batch: a small one at once, a big one by a worker; its state tells how far it is."""
    if batch.rows.count() < MANY:
        return commit_batch(batch=batch, by=by)
    with transaction.atomic():
        batch = _claim(batch, by)
        user = by.pk if by else None
        transaction.on_commit(
            lambda: current_app.send_task(TASK, args=[str(batch.pk), user], ignore_result=True)
        )
    return batch


def commit_batch(
    *, batch: ImportBatch, by: User | None, now: datetime | None = None
) -> ImportBatch:
    """Write the rows of a checked batch; rows that ask wait, bad rows stop nothing.

    Each thousand rows is a transaction of its own and marks its rows done, so that a commit that
    was cut off goes on where it stopped. Running it again on a committed batch is refused.
    """
    now = now or timezone.now()
    with transaction.atomic():
        batch = _claim(batch, by)
    frame = frame_of(batch, now)
    todo = batch.rows.filter(done=False, action__in=WRITING).order_by("number")
    try:
        while numbers := list(todo.values_list("pk", flat=True)[:CHUNK]):
            _commit_rows(batch, numbers, frame, by=by)
    except Exception:
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.FAILED)
        raise
    with transaction.atomic(), acting(by=by, why="import", batch=str(batch.pk)):
        _finish(batch, by=by, now=now)
    return batch


def commit_queued(*, batch: str, user: int | None) -> None:
    """Commit the batch that was queued; a message that comes twice finds nothing left to do."""
    found = ImportBatch.objects.filter(pk=batch, state__in=COMMITTABLE).first()
    if found is not None:
        commit_batch(batch=found, by=User.objects.filter(pk=user).first() if user else None)


def frame_of(batch: ImportBatch, now: datetime) -> Frame:
    """Return what all rows of a batch share."""
    places = Place.objects.filter(level__lte=3).values_list("code", flat=True)
    return Frame(batch.pk, batch.as_of, moment_of(batch.as_of, now), frozenset(places))


def _claim(batch: ImportBatch, by: User | None) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in COMMITTABLE:
        raise BatchRefusedError(
            _("This import is %(state)s; only a checked one can be committed.")
            % {"state": batch.get_state_display()}
        )
    batch.state, batch.committed_by = BatchState.COMMITTING, by
    batch.save(update_fields=["state", "committed_by"])
    return batch


@transaction.atomic
def _commit_rows(batch: ImportBatch, keys: Sequence[int], frame: Frame, *, by: User | None) -> None:
    """Write some rows and mark them done, all or nothing."""
    rows = list(
        batch.rows.select_for_update(of=("self",))
        .filter(pk__in=keys, done=False)
        .defer("raw")
        .order_by("number")
    )
    with acting(by=by, why="import", batch=str(batch.pk)):
        apply_rows(batch, rows, frame, by=by)
    done = batch.rows.filter(done=True).count()
    ImportBatch.objects.filter(pk=batch.pk).update(summary={**batch.summary, "done": done})


def apply_rows(
    batch: ImportBatch,
    rows: Sequence[ImportRow],
    frame: Frame,
    *,
    by: User | None,
) -> None:
    """Judge rows again, register the new ones, update the known ones, note what became of each.

    First everybody new, then what later rows say of them: a person's rows come in their order.
    """
    said = {row.pk: len(row.problems) for row in rows}
    creating = [row for row in rows if row.action == RowAction.CREATE]
    updating = [row for row in rows if row.action == RowAction.UPDATE]
    turned = _create(batch, creating, frame, by=by)
    _update(batch, [*turned, *updating], frame, by=by)
    for row in rows:
        row.done = row.action != RowAction.ASK
    update_in(rows, DONE_FIELDS)
    update_in([row for row in rows if len(row.problems) != said[row.pk]], ["problems", "values"])


def _create(
    batch: ImportBatch,
    rows: Sequence[ImportRow],
    frame: Frame,
    *,
    by: User | None,
) -> list[ImportRow]:
    """Register what is new; return the rows that turn out to be updates."""
    book = KnownBook.of([plain(row) for row in rows], lock=True)
    new: list[tuple[ImportRow, Judged]] = []
    turned: list[ImportRow] = []
    for row in rows:
        judged = book.judge(plain(row), home=batch.place_id, decided=bool(row.decided))
        if judged.action == RowAction.CREATE:
            new.append((row, judged))
        elif judged.action == RowAction.UPDATE:
            turned.append(row)
        else:
            _note(row, judged)
    _register(new, frame, by=by)
    return turned


def _register(new: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None) -> None:
    reports = [report_of(plain(row), frame) for row, _judged in new]
    try:
        with transaction.atomic():
            episodes = register_reports(reports=reports, by=by, now=frame.moment, why="import")
    except Refused as refusal:
        if len(new) == 1:
            _refuse(new[0][0], refusal)
            return
        # One of them cannot be: halve until it is alone, the others go in.
        middle = len(new) // 2
        _register(new[:middle], frame, by=by)
        _register(new[middle:], frame, by=by)
        return
    for (row, judged), episode in zip(new, episodes, strict=True):
        _written(row, episode)
        row.before = Applied.of_new(judged.person).as_json()


def _written(row: ImportRow, episode: Episode) -> None:
    row.person_key = episode.person_id
    row.target_key = episode.pk


@dataclass(slots=True)
class _Merged:
    """What the rows about one person change together, in their order."""

    judged: Judged
    rows: list[ImportRow] = field(default_factory=list)
    changes: Values = field(default_factory=dict)


def _update(
    batch: ImportBatch,
    rows: Sequence[ImportRow],
    frame: Frame,
    *,
    by: User | None,
) -> None:
    """Change exactly the fields that differ, in bulk."""
    if not rows:
        return
    book = KnownBook.of([plain(row) for row in rows], lock=True)
    merged: dict[int, _Merged] = {}
    for row in sorted(rows, key=lambda row: row.number):
        judged = book.judge(plain(row), home=batch.place_id, decided=bool(row.decided))
        if judged.action != RowAction.UPDATE or judged.episode is None:
            if judged.action == RowAction.CREATE:
                _register([(row, judged)], frame, by=by)
                row.action = RowAction.CREATE if row.target_key else row.action
            else:
                _note(row, judged)
            continue
        one = merged.setdefault(judged.episode.pk, _Merged(judged))
        # Taken now: applying changes the person at hand.
        row.before = Applied.of_change(judged, plain(row)).as_json()
        one.rows.append(row)
        one.changes |= judged.changes
    _apply(list(merged.values()), frame, by=by)


def _apply(merged: Sequence[_Merged], frame: Frame, *, by: User | None) -> None:
    """Write the merged changes; where one is refused, halve until it is alone."""
    if not merged:
        return
    try:
        with transaction.atomic():
            update_persons((one.judged, one.changes) for one in merged)
            changes = {
                one.judged.episode.pk: change_of(one.judged, one.changes, frame)
                for one in merged
                if one.judged.episode
            }
            change_facts(changes=changes, by=by, why="import", now=frame.moment)
    except Refused as refusal:
        if len(merged) == 1:
            for row in merged[0].rows:
                _refuse(row, refusal)
            return
        middle = len(merged) // 2
        _apply(merged[:middle], frame, by=by)
        _apply(merged[middle:], frame, by=by)
        return
    for one in merged:
        for row in one.rows:
            _note_update(row, one.judged)


def _note_update(row: ImportRow, judged: Judged) -> None:
    if judged.episode:
        _written(row, judged.episode)
    row.action = RowAction.UPDATE


def _note(row: ImportRow, judged: Judged) -> None:
    """Note a row that is not written after all: it asks, or there is nothing left to do."""
    row.action = judged.action
    if judged.problem:
        _say(row, judged.problem)
    if judged.episode:
        _written(row, judged.episode)


def _refuse(row: ImportRow, refusal: Refused) -> None:
    row.action, row.before = RowAction.REFUSE, None
    _say(row, problem("row_refused", sentence=str(refusal)))


def _say(row: ImportRow, said: Any) -> None:
    kept, params = stored([said])
    row.problems = [*row.problems, *kept]
    row.values = {**row.values, "_params": [*row.values.get("_params", ()), *params]}


def _finish(batch: ImportBatch, *, by: User | None, now: datetime) -> None:
    batch.refresh_from_db()
    batch.state, batch.committed_at = BatchState.COMMITTED, now
    batch.summary = summary_of(batch)
    batch.save(update_fields=["state", "committed_at", "summary"])
    Event.objects.create(
        kind=Event.Kind.IMPORT,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "portal",
        subject=batch.file_name[:120],
        subject_key=f"import:{batch.pk}",
        place_id=batch.place_id,
        data={key: value for key, value in batch.summary.items() if key != "batch"},
    )
