"""A worker that dies in the middle: real processes, a real database, a real broker."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, connections

from config.runtime.valkey import Valkey
from config.settings import celery_url
from grid.batches import running, sharing, undoing
from grid.batches.checking import check_file
from grid.batches.committing import BatchRefusedError, commit_batch, resume_stalled, start_commit
from grid.batches.undoing import start_undo, undo_batch
from grid.choices import BatchState
from grid.days import today
from grid.models import ImportBatch
from returnees.models import Episode
from tests.cast import TOWN, World, build_world
from tests.factories.lists import a_line, a_list
from tests.factories.returnees import in_force
from tests.returnees.imports.state import business_state, differences
from tests.services import scratch, throw_away_home

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 2500  # three chunks: the worker dies in one of them
FEWER = 1500
LONG = 300  # seconds for anything, on a busy machine
COMMAND = ("-m", "celery", "--quiet", "-A", "config", "worker", "-P", "solo", "-Q", "imports")


class Worker:
    """A Celery worker of its own, that takes imports from a broker."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *COMMAND], cwd=ROOT, env=environment, stdout=out, stderr=out
            )

    def works_until(self, done: Callable[[], Any]) -> None:
        """Wait until something has come about; it must not die before."""
        end = time.monotonic() + LONG
        while not done():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End it on the spot."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a Valkey of this test's own, to which imports are sent."""
    folder = Path(tempfile.mkdtemp(prefix="grid-broker-", dir=scratch()))
    folder.chmod(0o755)
    home = throw_away_home(folder)
    home.prepare()
    server = Valkey(home, throw_away=True)
    server.ensure()
    sender = Celery("sender", broker=celery_url(server.url), set_as_current=False)
    sender.conf.task_routes = settings.CELERY_TASK_ROUTES
    monkeypatch.setattr(running, "current_app", sender)
    yield server.url
    sender.close()
    server.stop(seconds=5)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def worker(broker: str, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start Celery workers on the database of the test; they end with it."""
    given = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(given._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONWARNINGS": "",
    }
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(environment, tmp_path / f"worker{len(started)}.log"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def town(transactional_db: None) -> World:
    """The cast with a notice in force, visible to other processes."""
    world = build_world()
    in_force()
    return world


def listed(people: int, *, changed: str = "") -> ImportBatch:
    """Check a list of so many people, judged as of yesterday: the same whenever it is written."""
    # A number that ends in zeros would count as one that a spreadsheet has rounded.
    numbers = islice((n for n in count(1) if n % 10), people)
    lines = (a_line(n, 备注=changed or f"第{n}人", 联系电话=f"188{n:08d}") for n in numbers)
    return check_file(
        content=a_list(*lines),
        file_name="list.csv",
        place_code=TOWN,
        by=None,
        as_of=yesterday(),
    )


def yesterday() -> date:
    """Return the day before the run."""
    return today() - timedelta(days=1)


def done(batch: ImportBatch) -> int:
    """Return how many rows are written by now."""
    return batch.rows.filter(done=True, undone=False).count()


def reached(batch: ImportBatch, state: str) -> bool:
    """Say whether a batch is in this state by now."""
    batch.refresh_from_db()
    return bool(batch.state == state)


@pytest.mark.processes
def test_a_commit_whose_worker_is_killed_ends_as_if_nothing_had_happened(
    town: World, worker: Callable[[], Worker]
) -> None:
    empty = business_state()
    undisturbed = commit_batch(batch=listed(PEOPLE), by=town.township)
    wanted = business_state()
    assert len(wanted["Episode"]) == PEOPLE
    assert undo_batch(batch=undisturbed, by=None).taken_back == PEOPLE
    assert differences(empty, business_state()) == []
    batch = start_commit(batch=listed(PEOPLE), by=town.township)

    first = worker()
    first.works_until(lambda: 0 < done(batch) < PEOPLE)
    first.kill()
    written = done(batch)
    assert reached(batch, BatchState.COMMITTING)
    assert 0 < written < PEOPLE
    assert resume_stalled(now=batch.beat_at + timedelta(minutes=4)) == 0  # it may be alive
    assert resume_stalled(now=batch.beat_at + timedelta(minutes=6)) == 1
    worker().works_until(lambda: reached(batch, BatchState.COMMITTED))

    assert batch.summary["created"] == PEOPLE
    assert differences(wanted, business_state()) == []


@pytest.mark.processes
def test_one_of_two_workers_is_killed_and_the_other_ends_the_commit(
    town: World, worker: Callable[[], Worker]
) -> None:
    batch = start_commit(batch=listed(PEOPLE), by=town.township)
    first, second = worker(), worker()
    first.works_until(lambda: 0 < done(batch) < PEOPLE)
    first.kill()
    second.works_until(lambda: reached(batch, BatchState.COMMITTED))

    assert batch.summary["created"] == PEOPLE
    assert Episode.objects.values("person").distinct().count() == PEOPLE


@pytest.mark.processes
def test_taking_back_whose_worker_is_killed_goes_on_too(
    town: World, worker: Callable[[], Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "MANY", FEWER)  # by a worker, short as the list is
    before = business_state()
    batch = commit_batch(batch=listed(FEWER), by=town.township)
    start_undo(batch=batch, by=town.township)
    first = worker()
    first.works_until(lambda: 0 < done(batch) < FEWER)
    first.kill()
    assert reached(batch, BatchState.UNDOING)
    assert resume_stalled(now=batch.beat_at + timedelta(minutes=6)) == 1
    worker().works_until(lambda: reached(batch, BatchState.UNDONE))

    assert batch.summary["taken_back"] == FEWER
    assert batch.summary["left"] == []
    assert differences(before, business_state()) == []


def test_two_at_once_write_no_row_twice(
    town: World, monkeypatch: pytest.MonkeyPatch, announced: Any
) -> None:
    monkeypatch.setattr(sharing, "CHUNK", 10)
    batch = listed(60)
    said: list[str] = []

    def commit() -> None:
        try:
            said.append(commit_batch(batch=batch, by=None).state)
        except BatchRefusedError:
            said.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=commit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == [BatchState.COMMITTED, "refused", "refused"]
    assert Episode.objects.count() == 60
    assert Episode.objects.values("person").distinct().count() == 60


@pytest.mark.parametrize(
    "people", [pytest.param(400), pytest.param(10_000, marks=pytest.mark.soak)]
)
def test_a_long_list_taken_back_leaves_what_was_before(
    town: World, announced: Any, people: int
) -> None:
    commit_batch(batch=listed(people // 2), by=None)
    before = business_state()
    batch = commit_batch(batch=listed(people, changed="改"), by=town.township)
    assert (batch.summary["created"], batch.summary["updated"]) == (people // 2, people // 2)

    undone = undo_batch(batch=batch, by=town.township)

    assert (undone.taken_back, undone.left) == (people, [])
    assert differences(before, business_state()) == []
