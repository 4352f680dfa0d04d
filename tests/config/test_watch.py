import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

import psutil
import psycopg
import pytest
import redis

from config.runtime.home import Home
from config.runtime.postgres import Postgres
from config.runtime.valkey import Valkey
from config.runtime.watch import watches
from tests.config.conftest import LONG

pytestmark = pytest.mark.processes

# What `manage.py up` does, with a sleeper for the portal's programs and a short patience.
HARNESS = """
import asyncio, pathlib, sys
from config.runtime import Home, StartError, ensure_services
from config.runtime.orphans import Ledger
from config.runtime.supervisor import Patience, Program, Supervisor
from config.runtime.watch import watches
from tests.config.conftest import LONG
home = Home.of(pathlib.Path(sys.argv[1]))
home.prepare()
patience = Patience(stop=2, first_restart=0.1, longest_restart=0.4, look=0.1)
try:
    watched = watches(home)
    with ensure_services(home=home):
        ledger = Ledger(home.var / "children.json")
        programs = [Program("one", ["sh", "-c", "echo up; exec sleep 1000"])]
        supervisor = Supervisor(
            programs=programs, watched=watched, patience=patience, noted=ledger.note
        )
        asyncio.run(supervisor.run())
        print("programs ended", *(one.server.running for one in watched), flush=True)
except StartError as error:
    print(error, flush=True)
    sys.exit(2)
"""


class Portal:
    """A supervisor with the servers of a home, in a process of its own."""

    def __init__(self, home: Home, python: str, env: dict[str, str]) -> None:
        self.home = home
        self.postgres, self.valkey = Postgres(home), Valkey(home)
        self.process = subprocess.Popen(
            [python, "-c", HARNESS, str(home.checkout)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.read_until("one | up")

    def read_until(self, word: str) -> str:
        """Return the first line with the word."""
        said = []
        for line in self.process.stdout:
            said.append(line)
            if word in line:
                return line.strip()
        raise AssertionError(f"no line with {word!r} in {said}")

    def rest(self) -> list[str]:
        """Return what is said until the end."""
        return self.process.communicate(timeout=LONG)[0].splitlines()

    def ask(self, text: str) -> list[tuple]:
        """Ask the database on its socket."""
        address = {"host": str(self.home.sockets), "user": "grid", "dbname": "postgres"}
        with psycopg.connect(**address, autocommit=True) as connection:
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []

    def queue(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.valkey.socket))


@pytest.fixture
def portal(home: Home, python: str, python_environment: dict[str, str]) -> Iterator[Portal]:
    run = Portal(home, python, python_environment)
    pids = [run.postgres.pid, run.valkey.pid]
    yield run
    run.process.kill()
    run.process.communicate()
    home.prepare()
    for pid in pids:  # where a test failed, what a removed pid file no longer names
        if pid and psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


def test_a_killed_database_comes_back_with_its_data_on_its_socket(portal: Portal):
    portal.ask("CREATE TABLE kept AS SELECT 7 AS n")
    killed = portal.postgres.pid

    os.kill(killed, signal.SIGKILL)

    said = portal.read_until("restarting")
    assert said.endswith("The embedded PostgreSQL was killed by SIGKILL; restarting in 0.1 s")
    portal.read_until("The embedded PostgreSQL answers again")
    assert portal.ask("SELECT n FROM kept") == [(7,)]
    assert portal.postgres.pid != killed


def test_a_killed_queue_comes_back_with_what_was_queued(portal: Portal):
    with portal.queue() as queue:
        queue.lpush("celery", "job")

    os.kill(portal.valkey.pid, signal.SIGKILL)

    said = portal.read_until("restarting")
    assert said.endswith("The embedded Valkey was killed by SIGKILL; restarting in 0.1 s")
    portal.read_until("The embedded Valkey answers again")
    with portal.queue() as queue:
        assert queue.lrange("celery", 0, -1) == [b"job"]


def test_one_that_is_killed_again_and_again_is_waited_for_longer(portal: Portal):
    waits = []
    for _ in range(3):
        os.kill(portal.valkey.pid, signal.SIGKILL)
        waits.append(portal.read_until("restarting").rpartition(" in ")[2])
        portal.read_until("answers again")

    assert waits == ["0.1 s", "0.2 s", "0.4 s"]


def test_a_queue_without_its_folder_begins_anew_and_leaves_no_second_server(portal: Portal):
    former = portal.valkey.pid

    shutil.rmtree(portal.valkey.folder)

    assert f"lost its folder {portal.valkey.folder}" in portal.read_until("restarting")
    portal.read_until("The embedded Valkey answers again")
    with portal.queue() as queue:
        assert queue.ping()
    assert not psutil.pid_exists(former)


def test_servers_whose_sockets_were_removed_answer_again(portal: Portal):
    portal.ask("CREATE TABLE kept AS SELECT 7 AS n")

    shutil.rmtree(portal.home.sockets)

    portal.read_until("answers again")
    portal.read_until("answers again")
    assert portal.ask("SELECT n FROM kept") == [(7,)]
    with portal.queue() as queue:
        assert queue.ping()


@pytest.mark.parametrize("removed", ["data", "postgres", "var"])
def test_without_the_folder_of_the_database_everything_stops_with_a_sentence(
    portal: Portal, removed: str
):
    data = portal.postgres.data
    pids = [portal.postgres.pid, portal.valkey.pid]
    folder = {"data": data, "postgres": data.parent, "var": portal.home.var}[removed]

    folder.rename(folder.with_name("gone"))

    sentences = [line for line in portal.rest() if " | " not in line]
    assert portal.process.returncode == 2
    assert len(sentences) == 1, sentences
    assert f"the database's folder {data} was removed" in sentences[0]
    assert "put that folder back, or restore a backup" in sentences[0]
    assert not any(map(psutil.pid_exists, pids))
    assert not data.exists()


def test_a_killed_database_whose_folder_was_emptied_is_not_made_anew(portal: Portal):
    data = portal.postgres.data
    os.kill(portal.postgres.pid, signal.SIGKILL)
    shutil.rmtree(data)
    data.mkdir()

    assert f"the database's folder {data} was removed" in portal.rest()[-1]
    assert portal.process.returncode == 2
    assert list(data.iterdir()) == []


def test_programs_end_before_the_servers_and_nothing_is_restarted_then(portal: Portal):
    pids = [portal.postgres.pid, portal.valkey.pid]

    portal.process.send_signal(signal.SIGTERM)

    said = portal.rest()
    assert said[-1] == "programs ended True True"
    assert not any("restarting" in line for line in said)
    assert portal.process.returncode == 0
    assert not any(map(psutil.pid_exists, pids))


def test_servers_that_others_run_are_not_watched(empty_home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@there/db")
    assert [one.name for one in watches(empty_home)] == ["The embedded Valkey"]

    monkeypatch.setenv("REDIS_URL", "redis://there/0")
    assert watches(empty_home) == []
