"""One check by several workers: parts of a file are read side by side, and stored in turn.

Every worker goes through the whole file, which is quick, and takes the parts nobody is at: a lock
of the database on a part, held until the transaction ends, says who is. What the rows of a part
mean is found out meanwhile; stored they are when the part before them is, for a row may repeat
any earlier one. What the parts add up to stands with the batch (`SoFar`), written with each part.

The leading worker holds the batch (`running.alone`) and sees to it that every part is stored: what
a helper had taken and left is done here. Each check has a moment that names it; a helper whose
check is over, or has begun anew, finds nothing left to help with.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grid.batches.rows import Check, Part, SoFar
from grid.batches.running import CancelledError, halted, joined, key_of
from grid.choices import BatchState
from grid.collecting import seldom
from grid.imports.results import Seen
from grid.models import ImportBatch

SO_FAR = "so_far"  # where it stands in what was understood, until that is whole


class OverError(Exception):
    """The check that was to be helped with is over, or has lost the part before."""


def begin(batch: ImportBatch, moment: str) -> None:
    """Name the check of a batch by its moment; nothing is stored of it, or of an earlier one.

    Whoever helped with that is out of its part by then, and finds it over: its leader may have died
    while it went on.
    """
    with halted(batch), transaction.atomic():
        batch.rows.all().delete()
        batch.understood = {SO_FAR: _told(SoFar(), moment)}
        batch.save(update_fields=["understood"])


def keep(batch: ImportBatch, so_far: SoFar, moment: str) -> None:
    """Note how far a check is, which is a sign of life."""
    ImportBatch.objects.filter(pk=batch.pk).update(
        understood={SO_FAR: _told(so_far, moment)},
        summary={**batch.summary, "done": so_far.rows},
        beat_at=timezone.now(),
    )


def is_at(batch: ImportBatch, moment: str) -> bool:
    """Say whether the check of a batch is the one that this moment names."""
    so_far: dict[str, Any] = batch.understood.get(SO_FAR) or {}
    return so_far.get("moment") == moment


class Turns:
    """One worker's part in checking a batch."""

    def __init__(self, check: Check, moment: str) -> None:
        self.check, self.moment = check, moment
        self.batch = check.batch
        self.kept: dict[int, list[Seen]] = {}  # parts that others have taken

    def lead(self) -> None:
        """See to it that every part is stored; CancelledError where a stop is asked."""
        parts = 0
        for n, seen in enumerate(self.check.parts()):
            if not self._step(n, seen):
                self.kept[n] = seen
            parts = n + 1
        with transaction.atomic():
            self._store_before(parts)
            self.check.finish()

    def help(self, seconds: float) -> bool:
        """Take parts for so long; False when there are none left.

        What becomes of the batch is for the leading worker to say: a stop that is asked ends this.
        """
        end = time.monotonic() + seconds
        try:
            for n, seen in enumerate(self.check.parts()):
                if n >= self.check.so_far.parts:
                    self._step(n, seen, helping=True)
                if time.monotonic() > end:
                    return True
        except (CancelledError, OverError):
            pass
        return False

    def _step(self, n: int, seen: Sequence[Seen], *, helping: bool = False) -> bool:
        """Read and store a part; False where another worker is at it."""
        with transaction.atomic(), seldom():
            if helping and not joined(self.batch):
                raise OverError
            if not self._takes(n):
                return False
            if self._look() > n:
                return True
            part = self.check.read(seen)
            self._store_before(n)
            self._store(part)
        return True

    def _store_before(self, n: int) -> None:
        """Wait until all parts before this one are stored; those left by who had them, store."""
        while (left := self._look()) < n:
            self._wait_for(left)
            if self._look() > left:
                continue
            if left not in self.kept:
                raise OverError
            self._store(self.check.read(self.kept[left]))
        self.kept = {key: seen for key, seen in self.kept.items() if key >= n}

    def _store(self, part: Part) -> None:
        self.check.store(part)
        keep(self.batch, self.check.so_far, self.moment)

    def _look(self) -> int:
        """See how far the check is; return how many parts are stored."""
        rows = ImportBatch.objects.filter(pk=self.batch.pk)
        state, cancel_asked, understood = rows.values_list(
            "state", "cancel_asked", "understood"
        ).get()
        if cancel_asked:
            raise CancelledError
        told = understood.get(SO_FAR)
        if state != BatchState.CHECKING or not told or told["moment"] != self.moment:
            raise OverError
        self.check.so_far = _read(told)
        return self.check.so_far.parts

    def _takes(self, n: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [self._key(n)])
            return bool(cursor.fetchone()[0])

    def _wait_for(self, n: int) -> None:
        """Wait for whoever is at a part: whoever has one waits for earlier ones alone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self._key(n)])

    def _key(self, n: int) -> int:
        return key_of((str(self.batch.pk), n))


def _told(so_far: SoFar, moment: str) -> dict[str, Any]:
    return {
        "moment": moment,
        "parts": so_far.parts,
        "rows": so_far.rows,
        "verdicts": dict(so_far.verdicts),
        "unknown": so_far.unknown,
        "groups": list(so_far.groups.items()),
        "recent": so_far.recent,
    }


def _read(told: dict[str, Any]) -> SoFar:
    return SoFar(
        parts=told["parts"],
        rows=told["rows"],
        verdicts=Counter(told["verdicts"]),
        unknown=told["unknown"],
        groups=dict(told["groups"]),
        recent=[(part, met) for part, met in told["recent"]],
    )
