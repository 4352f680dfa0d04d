"""Runs several programs in the foreground: prefixed lines, restarts with backoff, one stop."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from config.runtime.fault import StartError
from config.runtime.lifeline import die_with_parent

LINE_LIMIT_BYTES = 2**20
Greeting = Callable[[], Coroutine[None, None, None]]


@dataclass(frozen=True)
class Program:
    """A program to keep running. `first_stop` is the signal that ends it in an orderly way."""

    name: str
    command: Sequence[str]
    first_stop: signal.Signals = signal.SIGTERM


class Watched(Protocol):
    """Something that runs beside the programs and is started again when it dies."""

    @property
    def name(self) -> str:
        """What lines call it."""

    def fault(self) -> str | None:
        """Say what ails it, None if nothing; StartError where going on makes no sense."""

    def mend(self) -> None:
        """Start it again; StartError where that fails this time."""


@dataclass(frozen=True)
class Patience:
    """How long things may take, in seconds."""

    stop: float = 15
    first_restart: float = 1
    longest_restart: float = 30
    # Who ran this long has recovered: the next crash waits the first delay again.
    recovered: float = 60
    # Between two looks at what is watched.
    look: float = 1


@dataclass
class Supervisor:
    """Keeps programs running until told to stop, and what is `watched` beside them.

    Each program leads its own process group, so that a Ctrl-C reaches only the supervisor, and the
    end of a program takes what it started along.
    """

    programs: Sequence[Program]
    watched: Sequence[Watched] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: str | None = None
    patience: Patience = field(default_factory=Patience)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    noted: Callable[[dict[str, int]], None] = lambda _pids: None
    pids: dict[str, int] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _end: StartError | None = None

    async def run(self, when_started: Greeting | None = None) -> None:
        """Run all programs until SIGINT, SIGTERM or SIGHUP; return when all have ended.

        Raises, all having ended too, the StartError of something watched that cannot go on.
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, self.stop)
        keepers = [asyncio.create_task(self._keep(program)) for program in self.programs]
        keepers += [asyncio.create_task(self._watch(one)) for one in self.watched]
        greeting = asyncio.create_task(when_started()) if when_started else None
        await asyncio.gather(*keepers)
        if greeting:
            greeting.cancel()
            with suppress(asyncio.CancelledError):
                await greeting
        if self._end:
            raise self._end

    def stop(self) -> None:
        """Stop everything; called again, at once."""
        if self._stopping.is_set():
            self._hurry.set()
        else:
            self.say("supervisor", "stopping …")
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Say whether the end has been asked for."""
        return self._stopping.is_set()

    def say(self, name: str, line: str) -> None:
        """Print one line with its program's name before it."""
        width = max(len(program.name) for program in self.programs)
        with suppress(BrokenPipeError):
            self.out.write(f"{name:<{width}} | {line}\n")
            self.out.flush()

    async def _keep(self, program: Program) -> None:
        delay = self.patience.first_restart
        while not self.stopping:
            began = time.monotonic()
            status = await self._run_once(program)
            if self.stopping:
                return
            if time.monotonic() - began > self.patience.recovered:
                delay = self.patience.first_restart
            self.say("supervisor", f"{program.name} {outcome(status)}; restarting in {delay:g} s")
            await self._pause(delay)
            delay = min(2 * delay, self.patience.longest_restart)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not beyond the moment the end is asked for."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)

    async def _watch(self, one: Watched) -> None:
        """Look after something that runs beside the programs, with their delays."""
        delay, mended = self.patience.first_restart, time.monotonic()
        try:
            while not self.stopping:
                if fault := await asyncio.to_thread(one.fault):
                    if time.monotonic() - mended > self.patience.recovered:
                        delay = self.patience.first_restart
                    self.say("supervisor", f"{one.name} {fault}; restarting in {delay:g} s")
                    await self._pause(delay)
                    await self._mend(one)
                    delay = min(2 * delay, self.patience.longest_restart)
                    mended = time.monotonic()
                await self._pause(self.patience.look)
        except StartError as error:
            self._end = self._end or error
            if not self.stopping:
                self.stop()

    async def _mend(self, one: Watched) -> None:
        # Asked again, as the wait may have shown that it cannot go on.
        if self.stopping or await asyncio.to_thread(one.fault) is None:
            return
        try:
            await asyncio.to_thread(one.mend)
        except StartError as error:
            self.say("supervisor", str(error))
        else:
            self.say("supervisor", f"{one.name} answers again")

    async def _run_once(self, program: Program) -> int:
        """Run a program to its end, passing its lines on; return its status."""
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
            limit=LINE_LIMIT_BYTES,
        )
        self._note(program.name, process.pid)
        lines = asyncio.create_task(self._pass_on(program.name, process))
        stopper = asyncio.create_task(self._stop_when_asked(program, process))
        status = await process.wait()
        stopper.cancel()
        end_group(process.pid)
        await lines
        self._note(program.name, None)
        return status

    def _note(self, name: str, pid: int | None) -> None:
        if pid is None:
            self.pids.pop(name, None)
        else:
            self.pids[name] = pid
        self.noted(dict(self.pids))

    async def _pass_on(self, name: str, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line beyond the limit: drop it, go on
                continue
            if not line:
                return
            self.say(name, line.decode(errors="replace").rstrip())

    async def _stop_when_asked(self, program: Program, process: asyncio.subprocess.Process) -> None:
        """Ask the program to stop, and end its whole group when it takes too long."""
        await self._stopping.wait()
        with suppress(ProcessLookupError):
            process.send_signal(program.first_stop)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), timeout=self.patience.stop)
        self.say("supervisor", f"{program.name} does not stop; ending it by force")
        end_group(process.pid)


def end_group(leader: int) -> None:
    """Kill what is left of a process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def outcome(status: int) -> str:
    """Say in words how a program ended."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
