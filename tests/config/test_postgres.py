import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import psycopg
import pytest

from config.runtime import StartError, ensure_services
from config.runtime.home import Home, enterable, runnable
from config.runtime.postgres import DATABASE, Postgres
from tests.config.conftest import ROOT, MakeCheckout

pytestmark = pytest.mark.processes


def query(text: str) -> list[tuple]:
    """Ask the embedded server that the environment names."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url.replace("postgres://", "postgresql://")) as connection:
        cursor = connection.execute(text)
        return cursor.fetchall() if cursor.description else []


def test_data_survives_a_killed_postmaster(home: Home):
    with ensure_services(home=home, need_redis=False):
        query("CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(Postgres(home).pid, signal.SIGKILL)
        del os.environ["DATABASE_URL"]

        with ensure_services(home=home, need_redis=False):
            assert query("SELECT n FROM kept") == [(7,)]


def test_a_busy_child_of_a_killed_postmaster_does_not_keep_the_next_from_starting(home: Home):
    with ensure_services(home=home, need_redis=False):
        url = os.environ.pop("DATABASE_URL").replace("postgres://", "postgresql://")
        connection = psycopg.connect(url, autocommit=True)
        connection.pgconn.send_query(b"DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
        time.sleep(0.2)
        os.kill(Postgres(home).pid, signal.SIGKILL)

        with ensure_services(home=home, need_redis=False):
            assert query("SELECT 1") == [(1,)]
        connection.close()


def test_it_answers_on_its_socket_alone_and_to_its_owner_alone(home: Home):
    with ensure_services(home=home, need_redis=False):
        assert query("SHOW listen_addresses") == [("",)]
        rules = query("SELECT type, auth_method FROM pg_hba_file_rules")

    assert {method for kind, method in rules if kind != "local"} == {"reject"}
    assert home.sockets.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("stray", ["a process of somebody else", "a dead process"])
def test_a_stale_pid_file_heals_whoever_has_the_pid_now(home: Home, stray: str):
    with ensure_services(home=home, need_redis=False):
        pass
    pid = os.getpid() if stray == "a process of somebody else" else 2**22 - 7
    server = Postgres(home)
    server.pid_file.write_text(f"{pid}\n{server.data}\n1700000000\n5432\n{home.sockets}\n\n")
    os.chown(server.pid_file, home.account.uid, home.account.gid)
    (home.sockets / ".s.PGSQL.5432.lock").write_text(f"{pid}\n")

    with ensure_services(home=home, need_redis=False):
        assert query("SELECT 1") == [(1,)]
    os.kill(os.getpid(), 0)


def test_a_half_made_data_folder_is_set_aside(
    make_checkout: MakeCheckout, capsys: pytest.CaptureFixture[str]
):
    home = make_checkout()
    home.prepare()
    data = home.store / "postgres" / "data"
    (data / "base").mkdir(parents=True)
    (data / "postgresql.conf").write_text("")
    (home.store / "postgres" / ".new-killed" / "base").mkdir(parents=True)

    with ensure_services(home=home, need_redis=False):
        assert query("SELECT current_database()") == [(DATABASE,)]

    assert "half-made" in capsys.readouterr().err
    assert [p.name[:9] for p in data.parent.glob("half-made*")] == ["half-made"]
    assert not list(data.parent.glob(".new-*"))


def test_a_damaged_database_is_refused_and_left_as_it_is(home: Home):
    with ensure_services(home=home, need_redis=False):
        pass
    control = home.store / "postgres" / "data" / "global" / "pg_control"
    control.unlink()

    with pytest.raises(StartError, match=r"damaged.*restore a backup"):
        Postgres(home).ensure()

    assert control.parent.is_dir()


def test_a_database_of_another_major_version_is_refused(home: Home):
    with ensure_services(home=home, need_redis=False):
        pass
    (home.store / "postgres" / "data" / "PG_VERSION").write_text("17\n")

    with pytest.raises(StartError, match=r"made by PostgreSQL 17.*brings 18"):
        Postgres(home).ensure()


def test_a_stuck_server_is_named_with_the_way_to_end_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    with ensure_services(home=home, need_redis=False):
        pid = Postgres(home).pid
        monkeypatch.setattr(Postgres, "silence_seconds", 0.1)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (home.sockets / name).unlink()

        with pytest.raises(StartError, match=f"pid {pid}.*kill {pid}"):
            Postgres(home).ensure()


def test_two_checkouts_run_side_by_side(make_checkout: MakeCheckout):
    first, second = make_checkout("first"), make_checkout("second")

    with ensure_services(home=first, need_redis=False):
        query("CREATE TABLE mine ()")
        del os.environ["DATABASE_URL"]
        with ensure_services(home=second, need_redis=False):
            assert query("SELECT to_regclass('mine')") == [(None,)]
            assert Postgres(first).running
        assert not Postgres(second).running
        assert Postgres(first).running


def test_a_deep_checkout_gets_a_short_socket_folder(make_checkout: MakeCheckout):
    home = make_checkout("a-very-long-name-" * 8)

    with ensure_services(home=home):
        assert query("SELECT 1") == [(1,)]
        assert home.sockets.name.startswith("grid-portal-")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_below_a_folder_closed_to_others_root_keeps_data_under_var_lib(
    make_checkout: MakeCheckout, capsys: pytest.CaptureFixture[str]
):
    home = make_checkout("closed", mode=0o700)

    with ensure_services(home=home):
        assert query("SELECT 1") == [(1,)]
        assert Postgres(home).data.stat().st_uid == home.account.uid != 0

    assert home.store.parent.name == "grid-portal"
    assert str(home.store) in capsys.readouterr().err
    assert home.checkout.parent.stat().st_mode & 0o777 == 0o700


def pythons() -> list[str]:
    """Return Pythons of this version that every account can run."""
    version = f"python3.{sys.version_info.minor}"
    found = [Path(sys.executable).resolve(), Path(f"/usr/bin/{version}")]
    return [str(path) for path in found if path.exists() and runnable(path)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a plain user")
@pytest.mark.skipif(not pythons(), reason="no Python here that a plain user can run")
def test_a_plain_user_runs_everything_in_var(
    make_checkout: MakeCheckout, python_environment: dict[str, str]
):
    if not enterable(ROOT):
        pytest.skip(f"other users cannot enter {ROOT}, so none of them can run its code")
    checkout = make_checkout("plain").checkout
    os.chown(checkout, 65534, 65534)
    code = (
        "import sys, pathlib; from config.runtime import Home, ensure_services\n"
        "home = Home.of(pathlib.Path(sys.argv[1]))\n"
        "with ensure_services(home=home): print(home.store == home.var)\n"
    )
    packages = sysconfig.get_path("purelib")

    done = subprocess.run(
        [pythons()[0], "-c", code, str(checkout)],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        env=python_environment | {"PYTHONPATH": f"{ROOT}:{packages}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr
    assert (checkout / "var").stat().st_mode & 0o777 == 0o700
