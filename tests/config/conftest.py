import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.runtime.home import Home
from config.runtime.postgres import TUNING, Postgres
from config.runtime.valkey import Valkey
from tests.services import scratch, throw_away_home

ROOT = Path(__file__).resolve().parents[2]
LONG = 120  # seconds for anything, on a busy machine
MakeCheckout = Callable[..., Home]


@pytest.fixture
def make_checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeCheckout]:
    """Give homes of empty checkouts that know no server of the test run."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    # What a killed process wrote is safe without it; only a power cut needs it.
    monkeypatch.setitem(TUNING, "fsync", "off")
    folder = Path(tempfile.mkdtemp(prefix="grid-checkout-", dir=scratch()))
    folder.chmod(0o755)
    homes: list[Home] = []

    def make(name: str = "checkout", *, mode: int = 0o755) -> Home:
        checkout = folder / name / "portal"
        checkout.mkdir(parents=True)
        (folder / name).chmod(mode)
        homes.append(Home.of(checkout))
        return homes[-1]

    yield make
    for home in homes:
        for server in (Valkey(home), Postgres(home)):
            if server.folder.exists():
                server.stop(seconds=5)
        if home.sockets.parent != home.store:
            shutil.rmtree(home.sockets, ignore_errors=True)
        shutil.rmtree(home.store, ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A database folder fresh from initdb, to be copied: making one takes a second."""
    folder = Path(tempfile.mkdtemp(prefix="grid-cluster-", dir=scratch()))
    folder.chmod(0o755)
    home = throw_away_home(folder / "portal")
    home.prepare()
    server = Postgres(home, throw_away=True)
    server.prepare()
    yield server.data
    shutil.rmtree(folder)


@pytest.fixture
def home(make_checkout: MakeCheckout, cluster: Path) -> Home:
    """A checkout that ran before: its database is there, its servers are not."""
    home = make_checkout()
    home.prepare()
    data = Postgres(home).data
    shutil.copytree(cluster, data)
    for path in (data, *data.rglob("*")):
        os.chown(path, home.account.uid, home.account.gid)
    return home


@pytest.fixture
def empty_home(make_checkout: MakeCheckout) -> Home:
    """A checkout in which nothing was ever started."""
    return make_checkout()


@pytest.fixture
def python_environment() -> dict[str, str]:
    """The environment for a Python of its own that imports this checkout."""
    names = {"DATABASE_URL", "REDIS_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}


@pytest.fixture
def python() -> str:
    return sys.executable
