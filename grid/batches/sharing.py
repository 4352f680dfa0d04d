"""One commit by several workers side by side: each claims the next thousand rows nobody is at.

Rows are claimed by locking them (FOR UPDATE SKIP LOCKED), a chunk and transaction at a time: what a
killed worker had claimed is free again with its connection. Two waves keep the order that matters:
first all rows that are the first about their subject, by as many workers as come; then, in the
order of the file and by the leading worker alone, the later ones and those somebody has decided.
The second begins when no row of the first is left, claimed or not.

Rows of different subjects may meet as well, by name and phone (`ListKind.meets`): the later of two
chunks that share such a sign waits until the earlier is written. Signs are locked in one order and
before anything else, so that no two chunks wait for each other over them.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from grid.audit import acting
from grid.batches.kinds import Frame
from grid.batches.records import plain
from grid.batches.registry import kind_of
from grid.batches.running import CHUNK, CancelledError, count_done, joined, key_of
from grid.batches.writing import Writer
from grid.choices import BatchState, RowAction
from grid.collecting import seldom
from grid.models import ImportBatch, ImportRow, User

WRITING = (RowAction.CREATE, RowAction.UPDATE)
FIRST = Q(duplicate="", decided="")  # the first row about its subject, as the file has it
LATER = ~FIRST
FEW = 400  # rows at a time of the second wave
PAUSE = 0.1  # seconds between two looks at rows that others are at
TRIES = 3  # of one chunk that met another transaction


@dataclass(slots=True)
class Lane:
    """One worker's part in committing a batch."""

    batch: ImportBatch
    frame: Frame
    by: User | None
    shared: bool  # whether other workers may be at it too
    writer: Writer = field(init=False)
    after: int = 0  # the last row this worker has claimed

    def __post_init__(self) -> None:
        kind = kind_of(self.batch.list_name)
        self.writer = Writer(self.batch, kind, self.frame, self.by)

    def lead(self) -> None:
        """See to it that every row is written, by whomever; CancelledError where a stop is asked.

        Rows that a helper has claimed are waited for, and written here if it dies.
        """
        for wave in (FIRST, LATER) if self.shared else (Q(),):
            self.after = 0
            while True:
                if self.step(wave):
                    continue
                if not self._left(wave).exists():
                    break
                count_done(self.batch, 0)
                time.sleep(PAUSE)

    def help(self, seconds: float) -> bool:
        """Write rows of the first wave for so long; False when there is nothing left to help with.

        What becomes of the batch is for the leading worker to say: a stop that is asked ends this.
        """
        end = time.monotonic() + seconds
        try:
            while self.step(FIRST, helping=True):
                if time.monotonic() > end:
                    return True
        except CancelledError:
            pass
        return False

    def step(self, wave: Q, *, helping: bool = False) -> bool:
        """Write the next rows that nobody is at; False when there are none."""
        for left in reversed(range(TRIES)):
            try:
                rows = self._write(wave, helping=helping)
                break
            except (IntegrityError, OperationalError):
                # Another transaction has registered the same subject, or waited for this one:
                # judged again, the rows fit what it wrote.
                if not left:
                    raise
        if rows:
            count_done(self.batch, len(rows))
        return bool(rows)

    @seldom()
    def _write(self, wave: Q, *, helping: bool) -> list[ImportRow]:
        with transaction.atomic(), acting(by=self.by, why="import", batch=str(self.batch.pk)):
            if helping and not self._joins():
                return []
            rows = self._claimed(wave)
            if rows:
                if self.shared:
                    self._meet(rows)
                self.writer.apply(rows)
        return rows

    def _joins(self) -> bool:
        """Be counted among those at work until the transaction ends; False where nothing runs."""
        running = ImportBatch.objects.filter(pk=self.batch.pk, state=BatchState.COMMITTING)
        return joined(self.batch) and running.exists()

    def _left(self, wave: Q) -> "QuerySet[ImportRow]":
        rows: QuerySet[ImportRow] = self.batch.rows.filter(wave, done=False, action__in=WRITING)
        return rows

    def _claimed(self, wave: Q) -> list[ImportRow]:
        """Lock the next rows; once around from the start, for those that were given up."""
        todo = self._left(wave).defer("raw").order_by("number")
        todo = todo.select_for_update(of=("self",), skip_locked=True)
        # What is known is at hand with all its past: fewer at a time.
        most = FEW if wave is LATER else CHUNK
        rows = list(todo.filter(number__gt=self.after)[:most])
        if not rows and self.after:
            rows = list(todo[:most])
        if rows:
            self.after = rows[-1].number
        return rows

    def _meet(self, rows: Sequence[ImportRow]) -> None:
        """Wait for whoever is writing rows that share a sign with these."""
        found = (self.writer.kind.meets(plain(row)) for row in rows)
        lock_signs(sign for sign in found if sign is not None)


def lock_signs(signs: Iterable[object]) -> None:
    """Take a lock of the database on each sign until the transaction ends, in one order."""
    keys = sorted({key_of(sign) for sign in signs})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) key", [keys]
            )


def left_of(batch: ImportBatch) -> tuple[int, int]:
    """Return how many rows of a batch are written, and how many are left to write."""
    done = batch.rows.filter(done=True).count()
    return done, batch.rows.filter(done=False, action__in=WRITING).count()
