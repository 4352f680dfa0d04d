"""`manage.py up`: the whole portal in the foreground, from nothing to a served page."""

import argparse
import asyncio
import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.runtime import CHECKOUT, Home, StartError, ensure_services, given, secrets
from config.runtime.messages import compile_stale
from config.runtime.orphans import Ledger
from config.runtime.server import say, try_lock
from config.runtime.supervisor import Program, Supervisor
from config.runtime.watch import watches

QUEUES = "celery,reminders,imports,reconcile"
# What each worker takes, and with how many processes. Whoever changed somebody's return waits for
# what follows from it: one process takes nothing else, so that it is always soon free for that.
# The other worker takes it too, where it has a process to spare, and where the second one is gone.
WORKERS = {"worker": (QUEUES, 2), "reconcile": ("reconcile", 1)}
HIGHEST_PORT = 65_535
# In a container `make run` is root on purpose; Celery's sentence about it helps nobody there.
ROOT_IS_MEANT = "ignore:You're running the worker with superuser privileges"
ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def reachable(self) -> str:
        """The host under which this machine reaches itself."""
        return ANYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The address to type into a browser on this machine."""
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; their defaults come from HOST and PORT."""
    parser.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="address to listen on"
    )
    parser.add_argument(
        "--port", default=os.environ.get("PORT") or "8000", help="port to listen on"
    )


def run(argv: Sequence[str]) -> int:
    """Run the portal until Ctrl-C; return the exit status."""
    parser = argparse.ArgumentParser(prog="manage.py up")
    add_arguments(parser)
    options = parser.parse_args(list(argv))
    address = Address(host=options.host, port=port_number(options.port))
    refuse_taken(address)
    home = Home.of(CHECKOUT)
    home.prepare()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, interrupt)
    try:
        with alone(home, address):
            serve(home, address)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def interrupt(_number: int, _frame: object) -> None:
    """Treat SIGTERM and SIGHUP like Ctrl-C."""
    raise KeyboardInterrupt


def serve(home: Home, address: Address) -> None:
    """Bring up servers, schema, first data, and then the programs, until told to stop."""
    ledger = Ledger(home.var / "children.json")
    ledger.end_leftovers()
    secrets.load(home)
    embedded = not given("DATABASE_URL")
    if embedded:
        secrets.check(home)
    watched = watches(home)  # asked first: once started, their addresses look like given ones
    with ensure_services(home=home):
        if embedded:
            secrets.remember(home)
        environment = child_environment(address)
        compile_stale(CHECKOUT / "locale")
        ready(environment)
        supervisor = Supervisor(
            programs=programs(home, address),
            watched=watched,
            environment=environment,
            folder=str(CHECKOUT),
            noted=ledger.note,
        )
        try:
            asyncio.run(supervisor.run(lambda: greet(supervisor, home, address)))
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    say("Stopped.")


def ready(environment: dict[str, str]) -> None:
    """Migrate, collect static files and seed, in a process of its own."""
    command = [sys.executable, "manage.py", "prepare"]
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, check=False)  # noqa: S603
    if done.returncode:
        raise StartError("The portal was not started: preparing it failed, as said above.")


def child_environment(address: Address) -> dict[str, str]:
    """Return the environment of all programs; the host listened on is an allowed one."""
    environment = dict(os.environ) | {"PYTHONUNBUFFERED": "1"}
    given_filters = environment.get("PYTHONWARNINGS")
    environment["PYTHONWARNINGS"] = ",".join(filter(None, [given_filters, ROOT_IS_MEANT]))
    if address.host not in ANYWHERE and "ALLOWED_HOSTS" not in environment:
        environment["ALLOWED_HOSTS"] = f"127.0.0.1,localhost,[::1],{address.host}"
    return environment


def programs(home: Home, address: Address) -> list[Program]:
    """Return the programs of the portal: web, the workers and beat."""
    python = sys.executable
    celery = (python, "-m", "celery", "--quiet", "-A", "config")
    web = (
        *(python, "-m", "granian", "--interface", "wsgi"),
        *("--host", address.host, "--port", str(address.port)),
        *("--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "5", "--no-ws", "--log-level", "warning"),
        "config.wsgi:application",
    )
    workers = [Program(name, (*celery, *worker_options(name))) for name in WORKERS]
    schedule = str(home.var / "beat-schedule")
    beat = (*celery, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "warning")
    return [Program("web", web), *workers, Program("beat", beat)]


def worker_options(name: str) -> tuple[str, ...]:
    """Return Celery's words for one of the workers; the name tells them apart at the broker."""
    queues, processes = WORKERS[name]
    return (
        *("worker", "-n", f"{name}@%h", "-Q", queues, "--concurrency", str(processes)),
        *("-O", "fair", "--without-gossip", "--without-mingle", "--loglevel", "warning"),
    )


async def greet(supervisor: Supervisor, home: Home, address: Address) -> None:
    """Print the address and the demo log-ins once the first page is served."""
    while not await answers(address):
        await asyncio.sleep(0.2)
    lines = ["", f"The portal is ready: {address.url}   (Ctrl-C stops it)"]
    log_ins = home.var / "demo_logins.txt"
    if log_ins.exists():
        lines += ["", *log_ins.read_text(encoding="utf-8").rstrip().splitlines()]
    for line in [*lines, ""]:
        supervisor.say("portal", line)


async def answers(address: Address) -> bool:
    """Say whether the web server answers HTTP."""
    try:
        reader, writer = await asyncio.open_connection(address.reachable, address.port)
        try:
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return (await reader.read(5)) == b"HTTP/"
        finally:
            writer.close()
    except OSError:
        return False


def port_number(text: str) -> int:
    """Read PORT; refuse what is no port."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise StartError(f"PORT is {text!r}: give a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def refuse_taken(address: Address) -> None:
    """Refuse an address that cannot be listened on, before anything is started."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, kind, proto, _name, target = found[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen(1)
    except socket.gaierror as error:
        raise StartError(
            f"HOST is {address.host!r}, which names no address of this machine: try 127.0.0.1."
        ) from error
    except OSError as error:
        raise StartError(bind_fault(address, error)) from error


def bind_fault(address: Address, error: OSError) -> str:
    """Say in one sentence why the address cannot be listened on."""
    where = f"Port {address.port} on {address.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken{taker(address.port)}: stop that program, or choose another port, "
            f"for example `make run PORT={min(address.port + 1, HIGHEST_PORT)}`."
        )
    if error.errno == errno.EACCES:
        return f"{where} needs more rights than yours: choose one from 1024 on."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {address.host!r}, no address of this machine: try 127.0.0.1 or 0.0.0.0."
    return f"{where} cannot be listened on: {error.strerror}."


def taker(port: int) -> str:
    """Name the process that listens on the port, where the system tells."""
    with suppress(psutil.Error, OSError):
        for found in psutil.net_connections(kind="tcp"):
            if found.status == psutil.CONN_LISTEN and found.laddr.port == port and found.pid:
                return f" by {psutil.Process(found.pid).name()} (pid {found.pid})"
    return ""


@contextmanager
def alone(home: Home, address: Address) -> Iterator[None]:
    """Hold the checkout for one supervisor; a second one is told where the first is."""
    path: Path = home.var / "up.lock"
    with path.open("a+") as handle:
        if not try_lock(handle.fileno(), fcntl.LOCK_EX):
            handle.seek(0)
            raise StartError(
                f"This checkout's portal already runs ({handle.read().strip()}): use it, or stop "
                "it first."
            )
        handle.truncate(0)
        handle.write(f"pid {os.getpid()}, {address.url}")
        handle.flush()
        yield
