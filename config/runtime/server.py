"""One embedded server: is it running, start it, stop it.

Liveness is a kernel lock: the server process inherits an open, locked file, so the lock lives
exactly as long as the server and its children do. No pid is ever trusted alone: after a kill -9, a
restart of the machine or a reused pid the lock is simply free.
"""

import fcntl
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]

from config.runtime.fault import StartError
from config.runtime.home import Account
from config.runtime.launch import spawn

POLL_SECONDS = 0.02
SAY_AFTER_SECONDS = 5
LOG_LIMIT_BYTES = 10_000_000
# Seconds that children of a killed server get to notice and leave by themselves.
ORPHAN_SECONDS = 3

# The servers that this process itself started last, by folder.
_launched: dict[Path, subprocess.Popen[bytes]] = {}


def say(text: str) -> None:
    """Print a line for the person at the terminal; standard output stays free for results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    """Poll `done` for at most `seconds`; say whether it came true."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            return False
        time.sleep(POLL_SECONDS)
    return True


def try_lock(handle: int, mode: int) -> bool:
    """Take a flock without waiting; say whether it was free."""
    try:
        fcntl.flock(handle, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class State(Enum):
    """What a server answers."""

    READY = auto()
    STARTING = auto()
    SILENT = auto()


class Server(ABC):
    """A server of one checkout, kept in `folder`, answering on a socket below `sockets`."""

    title: str
    # What the kernel calls the server's processes.
    program: str
    stop_signal: signal.Signals
    # How long a live server may say nothing at all before it counts as stuck.
    silence_seconds: float = 30

    def __init__(
        self, *, folder: Path, sockets: Path, account: Account, dies_with_us: bool = False
    ) -> None:
        self.folder = folder
        self.sockets = sockets
        self.account = account
        self.dies_with_us = dies_with_us
        self.log = folder / "server.log"

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """Where the running server writes its pid (first line)."""

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The socket it answers on."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for DATABASE_URL or REDIS_URL."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that runs the server in the foreground."""

    @abstractmethod
    def prepare(self) -> None:
        """Bring the data folder into being and clear what a killed server left."""

    @abstractmethod
    def state(self) -> State:
        """Ask the server whether it serves requests now."""

    def complete(self) -> None:  # noqa: B027  most servers need nothing
        """Do what is still missing inside a server that answers."""

    def refuse_lost(self) -> None:  # noqa: B027  what most servers keep can be made anew
        """Raise StartError where starting would put an empty store in the place of a lost one."""

    @property
    def running(self) -> bool:
        """Say whether any process of this server is alive."""
        if self.launched:
            return True
        try:
            with self._lock_file() as handle:
                return not try_lock(handle.fileno(), fcntl.LOCK_SH)
        except FileNotFoundError:  # the folder was removed, and the lock with it
            return any(map(self._is_ours, psutil.process_iter()))

    @property
    def led(self) -> bool:
        """Say whether the server's leading process is alive, whoever started it."""
        return self.launched is not None or (
            self.running and self.pid is not None and psutil.pid_exists(self.pid)
        )

    @property
    def launched(self) -> subprocess.Popen[bytes] | None:
        """The living leader, where this very process started it."""
        process = _launched.get(self.folder)
        return process if process and process.poll() is None else None

    @property
    def last_status(self) -> int | None:
        """How the leader that this process started ended; None where it lives or is unknown."""
        process = _launched.get(self.folder)
        return process.poll() if process else None

    @property
    def pid(self) -> int | None:
        """The pid the server wrote down; only of worth while `running`."""
        try:
            return int(self.pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def ensure(self) -> bool:
        """Start the server unless it answers already; say whether it was started."""
        if self._led() and self._comes_up(self._led):
            self.complete()
            return False
        with self._lock_file() as handle:
            self._claim(handle.fileno())
            self.prepare()
            process = self._launch(handle.fileno())
        if not self._comes_up(lambda: process.poll() is None):
            raise StartError(self._why_not(process))
        self.complete()
        return True

    def stop(self, *, seconds: float = 60) -> None:
        """Stop the server in an orderly way; after `seconds`, and what it left, by force."""
        leader = self._leader()
        if leader and self.running:
            with suppress(psutil.NoSuchProcess):
                leader.send_signal(self.stop_signal)
            wait_until(self._gone, seconds=seconds)
        if not self._gone():
            self._end_leftovers()
            wait_until(self._gone, seconds=ORPHAN_SECONDS)

    def _gone(self) -> bool:
        self._reap()
        return not self.running

    def _reap(self) -> None:
        for process in list(_launched.values()):
            process.poll()

    def _lock_file(self) -> IO[str]:
        return (self.folder / "alive.lock").open("a")

    def _comes_up(self, alive: Callable[[], bool]) -> bool:
        """Wait until the server answers; give up when it is gone or long silent."""
        began = heard = time.monotonic()
        told = False
        while (state := self.state()) is not State.READY:
            now = time.monotonic()
            if state is State.STARTING:
                heard = now
            if not alive() or now - heard > self.silence_seconds:
                return False
            if now - began > SAY_AFTER_SECONDS and not told:
                say(f"{self.title} is getting ready (recovering from an unclean stop?) …")
                told = True
            time.sleep(POLL_SECONDS)
        return True

    def _claim(self, handle: int) -> None:
        """Take the liveness lock, ending children that outlived a killed server."""
        if wait_until(lambda: try_lock(handle, fcntl.LOCK_EX), seconds=0.5):
            return
        leader = self._leader()
        if leader:
            raise StartError(
                f"{self.title} (pid {leader.pid}) runs but does not answer in {self.sockets}: stop "
                f"it with `kill {leader.pid}` (or `kill -9 {leader.pid}`), then start again."
            )
        self._end_leftovers()
        if not wait_until(lambda: try_lock(handle, fcntl.LOCK_EX), seconds=ORPHAN_SECONDS):
            lock = self.folder / "alive.lock"
            raise StartError(
                f"Something still holds {lock}: find it with `fuser {lock}`, end it, then start "
                "again."
            )

    def _led(self) -> bool:
        """Say whether the server runs under its own leader (one that was just born included)."""
        wait_until(lambda: self._leader() is not None or not self.running, seconds=1)
        return self.running and self._leader() is not None

    def _leader(self) -> psutil.Process | None:
        """Return the living process that we started, else the pid file's, if it is ours."""
        with suppress(psutil.Error):
            if launched := self.launched:
                return psutil.Process(launched.pid)
            process = psutil.Process(self.pid) if self.pid else None
            return process if process and self._is_ours(process) else None
        return None

    def _end_leftovers(self) -> None:
        """Kill processes of this server whose leader is gone, such as a busy backend."""
        for process in psutil.process_iter():
            if self._is_ours(process):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            named = process.name() == self.program
            return bool(named and process.cwd() == str(self.workplace))
        except psutil.Error:
            return False

    @property
    def workplace(self) -> Path:
        """The folder the server's processes stand in."""
        return self.folder

    def _launch(self, lock: int) -> subprocess.Popen[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            process = spawn(
                self.command(),
                account=self.account,
                log=log.fileno(),
                keep=(lock,),
                dies_with_us=self.dies_with_us,
            )
        _launched[self.folder] = process
        return process

    def _why_not(self, process: subprocess.Popen[bytes]) -> str:
        if process.poll() is None:
            process.kill()
            return f"{self.title} did not answer for {self.silence_seconds:.0f} s; see {self.log}."
        return (
            f"{self.title} ended at once (status {process.returncode}): {self.last_words()} "
            f"The whole log is {self.log}."
        )

    def last_words(self) -> str:
        """Return the log's last line that names a fault, else its last line."""
        lines = self.log.read_text(errors="replace").strip().splitlines()[-40:]
        faults = [line for line in lines if "FATAL" in line or "#" in line or "rror" in line]
        return (faults or lines or [""])[-1]
