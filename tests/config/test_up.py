import os
import socket
import subprocess
from itertools import pairwise

import pytest

from config.celery import app
from config.runtime import StartError, up
from config.runtime.command import needs_nothing
from config.runtime.home import Home
from config.runtime.up import Address, alone, port_number, refuse_taken
from schedules.queues import QUEUES
from tests.config.conftest import ROOT


@pytest.fixture
def taken():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.processes
def test_a_taken_port_is_one_sentence_and_nothing_is_started(
    taken: int, python: str, python_environment: dict[str, str]
):
    done = subprocess.run(
        [python, "manage.py", "up"],
        cwd=ROOT,
        env=python_environment | {"PORT": str(taken)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"Port {taken} on 127.0.0.1 is taken by" in done.stderr
    assert f"(pid {os.getpid()})" in done.stderr
    assert f"PORT={taken + 1}" in done.stderr


@pytest.mark.parametrize("text", ["web", "0", "65536", "-1", "8000.5", "", "８０００"])
def test_what_is_no_port_is_refused(text: str):
    with pytest.raises(StartError, match=r"PORT is .*1 to 65535"):
        port_number(text)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(StartError, match=r"192\.0\.2\.1.*no address of this machine"):
        refuse_taken(Address("192.0.2.1", 8000))


def test_a_second_start_in_the_same_checkout_hears_where_the_first_is(empty_home: Home):
    home = empty_home
    home.make_var()
    second = alone(home, Address("127.0.0.1", 8124))
    with (
        alone(home, Address("127.0.0.1", 8123)),
        pytest.raises(StartError, match=rf"pid {os.getpid()}, http://127\.0\.0\.1:8123/"),
    ):
        second.__enter__()
    with alone(home, Address("127.0.0.1", 8125)):
        pass


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80/"),  # noqa: S104
        ("::1", "http://[::1]:80/"),
        ("::", "http://[::1]:80/"),
        ("portal.example", "http://portal.example:80/"),
    ],
)
def test_the_printed_address_is_one_to_type(host: str, url: str):
    assert Address(host, 80).url == url


def test_the_host_listened_on_is_an_allowed_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)

    assert "10.0.0.5" in up.child_environment(Address("10.0.0.5", 80))["ALLOWED_HOSTS"]
    assert "ALLOWED_HOSTS" not in up.child_environment(Address("0.0.0.0", 80))  # noqa: S104


def words(program: up.Program) -> dict[str, str]:
    """Return what follows each word of a worker's command line."""
    return dict(pairwise(program.command))


def test_one_process_takes_nothing_but_changed_plans_and_one_worker_every_queue(empty_home: Home):
    programs = up.programs(empty_home, Address("127.0.0.1", 80))
    workers = {one.name: words(one) for one in programs if "worker" in one.command}

    assert [one.name for one in programs] == ["web", "worker", "reconcile", "beat"]
    assert (workers["reconcile"]["-Q"], workers["reconcile"]["--concurrency"]) == ("reconcile", "1")
    assert workers["worker"]["-Q"].split(",") == up.QUEUES.split(",")
    assert set(up.QUEUES.split(",")) == set(QUEUES)
    assert len({of["-n"] for of in workers.values()}) == len(workers), "or the broker mixes them up"


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("schedules.reconcile_episodes", "reconcile"),
        ("schedules.send_reminders", "reminders"),
        ("schedules.escalate", "celery"),
        ("schedules.tell_screened", "celery"),
        ("schedules.send_digests", "celery"),
        ("returnees.screen", "imports"),
        ("grid.import_check", "imports"),
    ],
)
def test_what_has_its_hour_does_not_wait_behind_what_takes_hours(task: str, queue: str):
    assert app.amqp.router.route({}, task)["queue"].name == queue


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is warned")
def test_programs_run_by_root_hear_other_warnings_only(python: str):
    code = (
        "import warnings; from celery.platforms import check_privileges\n"
        "check_privileges(['json']); warnings.warn('something else')"
    )
    environment = up.child_environment(Address("127.0.0.1", 80))

    done = subprocess.run(
        [python, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert "superuser" not in done.stderr
    assert "something else" in done.stderr


@pytest.mark.parametrize(
    ("line", "nothing"),
    [
        ("manage.py", True),
        ("manage.py policy_plan", True),
        ("manage.py makemigrations --check", True),
        ("manage.py policy_check pack.toml", True),
        ("manage.py import_places --help", True),
        ("manage.py import_places places.csv", False),
        ("manage.py up", False),
    ],
)
def test_only_commands_without_data_start_nothing(line: str, nothing: bool):
    assert needs_nothing(line.split()) is nothing


@pytest.mark.processes
def test_a_python_without_the_packages_hears_which_one_to_use(python: str):
    done = subprocess.run(
        [python, "-S", "manage.py", "help"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "use .venv/bin/python manage.py" in done.stderr
    assert "Traceback" not in done.stderr
