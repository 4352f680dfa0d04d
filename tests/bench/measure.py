"""Interleaved timing: ours, reference, ours, reference …; the medians make the ratio."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import psutil
from django.db import connection

from tests.bench.figures import Figure

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """Return how long one call takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the wall, and of the processors: ours and the database's for our connection."""

    wall: float
    cpu: float


def spent(work: Work) -> Spent:
    """Return how long one call takes; others may load the machine, so both clocks are read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])

    def cpu() -> float:
        theirs = backend.cpu_times()
        return time.process_time() + theirs.user + theirs.system

    before = cpu()
    wall = seconds(work)
    return Spent(wall, cpu() - before)


def side_by_side(
    name: str,
    *,
    ours: Work,
    reference: Work,
    limit: float,
    rounds: int = 5,
    before: Work | None = None,
) -> Figure:
    """Return ours as a multiple of the reference; `before` puts the ground back each time."""
    own, other = [], []
    for turn in range(rounds):
        pair = [(own, ours), (other, reference)]
        for times, work in pair if turn % 2 == 0 else reversed(pair):
            if before:
                before()
            times.append(seconds(work))
    mine, theirs = median(own), median(other)
    detail = f"{mine * 1000:.1f} ms : {theirs * 1000:.1f} ms, median of {rounds}"
    return Figure(name=name, ratio=mine / theirs, limit=limit, detail=detail)
