"""Pytest plugin: one throw-away PostgreSQL and Valkey for the whole run.

Loaded with `-p tests.services` before anything reads the settings. The process that controls the
run starts them, unless DATABASE_URL / REDIS_URL name others; its workers inherit the addresses.
They die with that process, however it ends.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.runtime import CHECKOUT, given
from config.runtime.home import Home, enterable, make_folder
from config.runtime.messages import compile_stale
from config.runtime.postgres import Postgres
from config.runtime.server import Server, try_lock
from config.runtime.valkey import Valkey

PREFIX = "grid-tests-"
# Keys of the tests' own: they seal invented people only.
KEYS = {
    "DJANGO_SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
    "GRID_FIELD_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtLi4uLjA=",
    "GRID_HASH_KEY": "dGVzdHMtb25seS1oYXNoLW9mLTMyLWJ5dGVzLS4uLjA=",
}
MAKERS = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}


class Services:
    """The servers of this run, and the folder they live in."""

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self.root: Path | None = None
        self._lock: int | None = None

    def start(self) -> None:
        """Start what the environment does not name, and put the addresses there."""
        missing = {name: maker for name, maker in MAKERS.items() if not given(name)}
        if not missing:
            return
        sweep()
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=scratch()))
        self.root.chmod(0o711)
        self._lock = os.open(self.root / "run.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try_lock(self._lock, fcntl.LOCK_EX)
        home = throw_away_home(self.root)
        home.prepare()
        for name, maker in missing.items():
            server = maker(home, throw_away=True)
            self.servers.append(server)
            server.ensure()
            os.environ[name] = server.url

    def stop(self) -> None:
        """Stop the servers and remove their folder."""
        for server in reversed(self.servers):
            server.stop(seconds=10)
        if self.root:
            shutil.rmtree(self.root, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)


class ThrowAwayHome(Home):
    """A home whose programs, if they must be copied, come from the checkout's store."""

    def programs(self):
        own = Home.of(CHECKOUT)
        if own.store != own.var:
            make_folder(own.store, mode=0o711)
        else:
            own.make_var()
        return own.programs()


def throw_away_home(root: Path) -> Home:
    """Return a home in `root`, for the same account as the checkout's."""
    account = Home.of(CHECKOUT).account
    return ThrowAwayHome(checkout=root, var=root, store=root, account=account)


def scratch() -> Path:
    """Return a temporary folder that the servers' account can enter, with a short path."""
    folder = Path(tempfile.gettempdir()).resolve()
    fits = len(str(folder)) < 60
    return folder if fits and (os.geteuid() or enterable(folder)) else Path("/tmp")  # noqa: S108  the run's folder in it is ours alone


def sweep() -> None:
    """Remove folders of runs that were killed: their lock is free."""
    for folder in scratch().glob(f"{PREFIX}*"):
        with suppress(OSError):
            if not stat.S_ISDIR(folder.lstat().st_mode) or folder.stat().st_uid != os.geteuid():
                continue
            with (folder / "run.lock").open("a") as handle:
                if try_lock(handle.fileno(), fcntl.LOCK_EX):
                    shutil.rmtree(folder, ignore_errors=True)


def worker_redis(url: str, worker: str) -> str:
    """Return the address with a database number of this xdist worker's own (gw0 -> 1)."""
    number = int(worker.removeprefix("gw") or 0) + 1
    return url.replace("db=0", f"db={number}") if url.startswith("unix://") else url


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Have the servers before pytest-django reads the settings."""
    os.environ.update(KEYS)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = worker_redis(os.environ["REDIS_URL"], worker)
    else:
        # Dozens of programs are started: what one has compiled need not be compiled by the next.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        compile_stale(CHECKOUT / "locale")
        services = Services()
        early_config.add_cleanup(services.stop)
        services.start()
    return (yield)
