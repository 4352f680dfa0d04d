import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
import redis

from config.runtime import NOWHERE, StartError, ensure_services, offline
from config.runtime.home import Account, Home, own_folder
from config.runtime.postgres import Postgres
from config.runtime.server import wait_until
from config.runtime.valkey import Valkey
from tests.config.conftest import LONG

USE = """
import pathlib, sys
from config.runtime import Home, ensure_services
with ensure_services(home=Home.of(pathlib.Path(sys.argv[1])), need_redis=False) as started:
    print(len(started), flush=True)
    sys.stdin.readline()
"""


@pytest.mark.processes
def test_what_was_queued_survives_a_killed_valkey(empty_home: Home):
    empty_home.prepare()
    server = Valkey(empty_home)
    server.ensure()
    with redis.Redis(unix_socket_path=str(server.socket)) as connection:
        connection.lpush("celery", "job")
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert connection.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert connection.config_get("port") == {"port": "0"}
    # A killed process loses nothing that it wrote; everysec is about power cuts.
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: not server.running, seconds=LONG)

    assert server.ensure()

    with redis.Redis(unix_socket_path=str(server.socket)) as connection:
        assert connection.lrange("celery", 0, -1) == [b"job"]
    server.stop()
    assert not server.running


@pytest.mark.processes
def test_the_last_user_out_stops_the_servers_and_a_killed_user_counts_no_more(
    home: Home, python: str, python_environment: dict[str, str]
):
    def user() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [python, "-c", USE, str(home.checkout)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=python_environment,
        )

    with user() as first, user() as second:
        started = sorted(process.stdout.readline() for process in (first, second))
        assert started == ["0\n", "1\n"]
        first.kill()
        first.wait()
        assert Postgres(home).running

        second.communicate("\n")

    assert second.returncode == 0
    assert not Postgres(home).running


@pytest.mark.processes
def test_many_commands_at_once_start_one_server(
    home: Home, python: str, python_environment: dict[str, str]
):
    command = [python, "-c", USE, str(home.checkout)]
    ran = []

    def one() -> None:
        done = subprocess.run(
            command, input="\n", capture_output=True, text=True, env=python_environment, check=False
        )
        ran.append(done.returncode)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ran == [0, 0, 0]
    assert not Postgres(home).running


def test_given_addresses_are_used_and_nothing_is_started(
    empty_home: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgres://me@there/db")
    monkeypatch.setenv("REDIS_URL", "redis://there/0")

    with ensure_services(home=empty_home) as started:
        assert os.environ["DATABASE_URL"] == "postgres://me@there/db"

    assert started == []
    assert not empty_home.var.exists()


@pytest.mark.usefixtures("make_checkout")
def test_a_command_without_data_gets_addresses_of_nowhere():
    offline()

    assert {name: os.environ[name] for name in NOWHERE} == NOWHERE


def test_a_folder_somebody_else_put_there_is_refused(tmp_path: Path):
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)

    with pytest.raises(StartError, match="remove it"):
        own_folder(trap, Account.of(os.geteuid()))
