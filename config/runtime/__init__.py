"""Starts what the portal needs on this machine; `ensure_services` is the door.

With DATABASE_URL and REDIS_URL set it uses those. Otherwise it uses this checkout's running
servers, or starts them. Everyone who uses them holds a shared lock; whoever leaves last stops them.
So commands may overlap in any order, and a killed one is forgotten by the kernel.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.runtime.fault import StartError
from config.runtime.home import Home
from config.runtime.postgres import Postgres
from config.runtime.server import Server, say, try_lock
from config.runtime.valkey import Valkey

__all__ = ["CHECKOUT", "Home", "StartError", "ensure_services", "offline"]

CHECKOUT = Path(__file__).resolve().parents[2]
# Settings want an address even from commands that never connect.
NOWHERE = {
    "DATABASE_URL": "postgres://grid@/grid?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0",
}


def given(name: str) -> bool:
    """Say whether the caller's environment names its own server."""
    return os.environ.get(name, "") not in {"", NOWHERE[name]}


def offline() -> None:
    """Let the settings load for a command that needs no server."""
    for name, url in NOWHERE.items():
        if not given(name):
            os.environ[name] = url


def wanted(home: Home | None, *, need_redis: bool) -> dict[str, Server]:
    """Return this checkout's servers for the addresses that nobody gave, by variable."""
    makers: dict[str, type[Postgres | Valkey]] = {"DATABASE_URL": Postgres}
    if need_redis:
        makers["REDIS_URL"] = Valkey
    missing = {name: maker for name, maker in makers.items() if not given(name)}
    if not missing:
        return {}
    home = home or Home.of(CHECKOUT)
    return {name: maker(home) for name, maker in missing.items()}


@contextmanager
def ensure_services(*, home: Home | None = None, need_redis: bool = True) -> Iterator[list[Server]]:
    """Have PostgreSQL and Redis running inside the block, their addresses in the environment.

    Yields the servers that this call started itself. Raises StartError with one sentence.
    """
    servers = wanted(home, need_redis=need_redis)
    if not need_redis and not given("REDIS_URL"):
        os.environ["REDIS_URL"] = NOWHERE["REDIS_URL"]
    if not servers:
        yield []
        return
    home = home or Home.of(CHECKOUT)
    home.prepare()
    if home.store != home.var:
        say(
            f"Servers keep their data in {home.store}: {home.account.name} cannot enter {home.var}."
        )
    with in_use(home, list(servers.values())) as started:
        os.environ.update({name: server.url for name, server in servers.items()})
        try:
            yield started
        finally:
            for name in servers:
                os.environ.pop(name, None)


@contextmanager
def in_use(home: Home, servers: list[Server]) -> Iterator[list[Server]]:
    """Hold the servers in use inside the block; the last user out stops them."""
    started: list[Server] = []
    with (home.store / "in-use.lock").open("a") as use:
        try:
            with exclusively(home):
                fcntl.flock(use, fcntl.LOCK_SH)
                started += [server for server in servers if server.ensure()]
            yield started
        finally:
            with exclusively(home):
                if try_lock(use.fileno(), fcntl.LOCK_EX):
                    for server in (Valkey(home), Postgres(home)):
                        server.stop()


@contextmanager
def exclusively(home: Home) -> Iterator[None]:
    """Let one command at a time start or stop this checkout's servers."""
    if not home.store.is_dir():  # removed while they ran: nobody else can be starting them there
        yield
        return
    with (home.store / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
