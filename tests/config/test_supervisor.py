import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from config.runtime.orphans import Ledger, started
from config.runtime.server import wait_until
from tests.config.conftest import LONG

pytestmark = pytest.mark.processes

# A supervisor over programs given as JSON, its ledger in the current folder.
HARNESS = """
import asyncio, json, pathlib, sys
from config.runtime.orphans import Ledger
from config.runtime.supervisor import Patience, Program, Supervisor
ledger = Ledger(pathlib.Path("children.json"))
ledger.end_leftovers()
programs = [Program(name, command) for name, command in json.loads(sys.argv[1]).items()]
patience = Patience(stop=0.5, first_restart=0.1, longest_restart=0.4, recovered=60)
asyncio.run(Supervisor(programs=programs, patience=patience, noted=ledger.note).run())
print("all ended", flush=True)
"""
SLEEP = ["sleep", "1000"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"]


class Run:
    """A supervisor in a process of its own."""

    def __init__(self, python: str, env: dict[str, str], folder: Path, programs: dict) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [python, "-c", HARNESS, json.dumps(programs)],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def children(self, *names: str) -> dict[str, int]:
        """Wait until the named programs run; return their pids."""
        path = self.folder / "children.json"

        def noted() -> dict[str, int]:
            try:
                return {name: pid for name, (pid, _) in json.loads(path.read_text()).items()}
            except (OSError, ValueError):
                return {}

        assert wait_until(lambda: set(names) <= set(noted()), seconds=LONG)
        return noted()

    def read_until(self, word: str) -> str:
        """Return the first line with the word."""
        for line in self.process.stdout:
            if word in line:
                return line.strip()
        raise AssertionError(f"no line with {word!r}")

    def end(self, sign: signal.Signals) -> str:
        self.process.send_signal(sign)
        return self.process.communicate(timeout=LONG)[0]


@pytest.fixture
def supervise(python: str, python_environment: dict[str, str], tmp_path: Path):
    runs: list[Run] = []

    def start(**programs: list[str]) -> Run:
        runs.append(Run(python, python_environment, tmp_path, programs))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.communicate()
    Ledger(tmp_path / "children.json").end_leftovers()


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_every_program_and_what_it_started(supervise, sign: signal.Signals):
    grandchild = ["sh", "-c", "sleep 1000 & echo $!; wait"]
    run = supervise(one=SLEEP, family=grandchild)
    inner = int(run.read_until("family |").split("|")[1])
    pids = [*run.children("one", "family").values(), inner]

    words = run.end(sign)

    assert "all ended" in words
    assert run.process.returncode == 0
    assert wait_until(lambda: not any(map(lives, pids)), seconds=LONG)


def test_it_stops_nothing_else(supervise):
    with subprocess.Popen(SLEEP) as other:
        run = supervise(one=SLEEP)
        run.children("one")
        run.end(signal.SIGINT)

        assert other.poll() is None
        other.kill()


def test_a_deaf_program_is_ended_by_force(supervise):
    run = supervise(deaf=STUBBORN)
    run.read_until("deaf | deaf")
    pid = run.children("deaf")["deaf"]

    words = run.end(signal.SIGTERM)

    assert "deaf does not stop" in words.replace("supervisor | ", "")
    assert not lives(pid)


def test_a_crashed_program_is_reported_and_restarted_ever_more_slowly(supervise):
    run = supervise(frail=["sh", "-c", "exit 3"], firm=SLEEP)

    waits = [run.read_until("restarting").rpartition(" in ")[2] for _ in range(4)]

    assert waits == ["0.1 s", "0.2 s", "0.4 s", "0.4 s"]
    assert lives(run.children("firm")["firm"])


def test_a_killed_program_comes_back_with_another_pid(supervise):
    run = supervise(one=SLEEP)
    pid = run.children("one")["one"]

    os.kill(pid, signal.SIGKILL)

    assert "one was killed by SIGKILL; restarting in 0.1 s" in run.read_until("restarting")
    assert wait_until(lambda: run.children("one")["one"] != pid, seconds=LONG)


def test_programs_do_not_outlive_a_killed_supervisor(supervise):
    run = supervise(one=SLEEP)
    pid = run.children("one")["one"]

    run.process.kill()

    assert wait_until(lambda: not lives(pid), seconds=LONG)


def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path: Path):
    left = subprocess.Popen(STUBBORN, start_new_session=True, stdout=subprocess.PIPE, text=True)
    assert left.stdout.readline() == "deaf\n"  # from here on only force ends it
    ledger = Ledger(tmp_path / "children.json")
    ledger.note({"web": left.pid})

    names = ledger_with_short_patience(ledger)

    assert names == ["web"]
    assert left.wait(timeout=LONG) == -signal.SIGKILL
    left.stdout.close()


def test_a_later_process_with_the_same_pid_is_left_alone(tmp_path: Path):
    other = subprocess.Popen(SLEEP, start_new_session=True)
    path = tmp_path / "children.json"
    path.write_text(json.dumps({"web": [other.pid, started(other.pid) - 3600]}))

    assert Ledger(path).end_leftovers() == []

    assert other.poll() is None
    other.kill()
    other.wait()


def ledger_with_short_patience(ledger: Ledger) -> list[str]:
    """End leftovers without waiting ten seconds for a deaf one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.runtime.orphans.LEAVE_SECONDS", 0.3)
        return ledger.end_leftovers()
