"""The outbox: digests sent by the portal's two processes, against as many tasks that do nothing.

Both are taken by the same worker from the same broker; what is taken by nobody yet when the clock
starts was put there before. While the digests go out people are registered, and it is measured how
long after the commit their tasks are in the database, against the same with nothing else to do.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles

from django.conf import settings
from django.db import transaction
from redis import Redis

from config.celery import app
from schedules.models import Reminder, Task
from schedules.services.outbox import TASK
from tests.bench import outbox_scene as scene
from tests.bench.figures import Figure
from tests.bench.measure import seconds
from tests.bench.outbox_worker import BESIDES, NOTHING, take_besides, workers

Wait = Callable[..., None]
PROCESSES = 2
PEOPLE = 40  # registered with nothing else to do, in each round


def run(size: str) -> Iterator[Figure]:
    """Compare at 10,000 or 100,000 digests, and the delay of a change beside them."""
    # Ten times as many take long enough to be one round.
    digests, rounds = (10_000, 3) if size == "small" else (100_000, 1)
    scene.generate(digests)
    try:
        with workers() as wait:
            yield sending(digests, rounds, wait)
            yield beside(digests, rounds, wait)
    finally:
        scene.clear()


def sending(digests: int, rounds: int, wait: Wait) -> Figure:
    """Send the digests, and let as many tasks do nothing."""
    own: list[float] = []
    other: list[float] = []
    for turn in range(rounds):
        pair = [(own, send_all), (other, do_nothing)]
        for times, work in pair if turn % 2 == 0 else reversed(pair):
            times.append(work(digests, wait))
    mine, theirs = median(own), median(other)
    return Figure(
        name=f"{digests:,} digests sent by two processes : as many tasks that do nothing",
        ratio=mine / theirs,
        limit=3.0,
        detail=f"{mine:.1f} s : {theirs:.1f} s, rounds: {rounds}",
    )


def send_all(digests: int, wait: Wait) -> float:
    """Return the seconds in which the worker's processes send all digests."""
    scene.owe_again()
    start_sending()
    taken = seconds(lambda: wait(scene.all_sent, 0.2))
    sent = Reminder.objects.filter(state="sent").exclude(channel="portal").count()
    assert sent >= digests, "not every digest was sent"
    return taken


def start_sending() -> None:
    """Wake both processes, as the sweep does."""
    for _process in range(PROCESSES):
        app.send_task(TASK, kwargs={"now": scene.now().isoformat()})


def do_nothing(tasks: int, wait: Wait) -> float:
    """Return the seconds in which the worker's processes take so many tasks that do nothing."""
    with app.producer_pool.acquire(block=True) as producer:
        for _task in range(tasks):
            app.send_task(NOTHING, queue=BESIDES, producer=producer)
    with Redis.from_url(settings.REDIS_URL) as broker:

        def done() -> bool:
            return not broker.llen(BESIDES) and not broker.hlen("unacked")

        def work() -> None:
            take_besides(on=True)
            wait(done)

        taken = seconds(work)
    take_besides(on=False)
    return taken


def beside(digests: int, rounds: int, wait: Wait) -> Figure:
    """Register people while nothing is queued, and while the digests go out."""
    idle: list[float] = []
    busy: list[float] = []
    people = iter(range(1, 1_000_000))
    for _round in range(rounds):
        idle += [delay(next(people), wait) for _one in range(PEOPLE)]
        scene.owe_again()
        start_sending()
        while not scene.all_sent():
            busy.append(delay(next(people), wait))
    alone, p95 = median(idle), quantiles(busy, n=20)[-1]
    return Figure(
        name=f"commit to tasks while {digests:,} digests are queued, p95 : idle median",
        ratio=p95 / alone,
        limit=3.0,
        detail=f"{p95 * 1000:.0f} ms : {alone * 1000:.0f} ms; median beside them "
        f"{median(busy) * 1000:.0f} ms; {len(busy)} : {len(idle)} people",
    )


def delay(nth: int, wait: Wait) -> float:
    """Return the seconds from the commit of somebody's registration to their tasks."""
    start = 0.0

    def committed() -> None:
        nonlocal start
        start = time.perf_counter()

    with transaction.atomic():
        transaction.on_commit(committed)  # the first to be called, before the change is announced
        episode = scene.somebody_new(nth)
    tasks = Task.objects.filter(episode=episode)
    wait(tasks.exists, 0.004)
    return time.perf_counter() - start
