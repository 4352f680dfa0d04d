"""A fortnight of mornings that are skipped, doubled, or killed in the middle: the work is the same.

`make test` lives one fortnight, `make soak` forty, each with faults of its own.
"""

import threading
import time
from datetime import timedelta
from random import Random

import pytest
from django.db import DatabaseError, connection

from grid.days import today
from schedules.choices import TaskState
from schedules.models import JobRun, Task
from schedules.services import run_day
from tests.factories.schedules import clock, returnee
from tests.schedules.test_derivation import owed_by_spans

DAYS = 14
KILL = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'"""


def one_morning(day: int) -> None:
    """Run the day's job on a connection of its own; a killed one leaves nothing half done."""
    try:
        run_day(day=today() + timedelta(days=day), now=clock(1, day))
    except DatabaseError:
        pass
    finally:
        connection.close()


def disturbed(day: int, random: Random) -> None:
    """Skip the morning, run it twice at once, or kill its connection somewhere on the way."""
    fault = random.choice(("skip", "double", "kill", "none"))
    runs = {"skip": 0, "double": 2}.get(fault, 1)
    threads = [threading.Thread(target=one_morning, args=(day,)) for _run in range(runs)]
    for thread in threads:
        thread.start()
    if fault == "kill":
        time.sleep(random.random() * 0.12)
        with connection.cursor() as cursor:
            cursor.execute(KILL)
    for thread in threads:
        thread.join()


def live_a_fortnight(seed: int) -> None:
    random = Random(seed)
    episodes = [returnee() for _n in range(8)]
    for day in range(DAYS):
        disturbed(day, random)
    last = today() + timedelta(days=DAYS)

    run_day(day=last, now=clock(1, DAYS))

    for episode in episodes:
        tasks = Task.objects.filter(episode=episode).exclude(state=TaskState.CANCELLED)
        first = min(one.due_day for one in tasks)
        assert {(t.duty_id, t.due_day, t.occasion) for t in tasks} == owed_by_spans(
            episode, first, last
        ), f"seed {seed}"
    assert JobRun.objects.filter(name="run_day", error="", day=last).exists()


@pytest.mark.django_db(transaction=True)
def test_a_fortnight_of_faults_leaves_the_work_of_an_undisturbed_one(world):
    live_a_fortnight(seed=7)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(40))
def test_forty_fortnights_of_faults(world, seed):
    live_a_fortnight(seed)
