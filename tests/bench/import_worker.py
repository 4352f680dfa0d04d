"""The workers of the portal as `make run` keeps them, living on the day of the list."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from config.runtime.up import WORKERS, worker_options

LONG = 3600  # seconds for anything
LOOK = 0.1  # seconds between two looks: who looks all the time takes a core from those who work


class Workers:
    """Their processes, seen from outside: they take from the broker what is put there."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.import_worker", self.now.isoformat()]
        self.running = [subprocess.Popen([*command, name]) for name in WORKERS]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()

    def work_until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come about; they must not die before."""
        end = time.monotonic() + LONG
        while not done():
            dead = any(process.poll() is not None for process in self.running)
            if dead or time.monotonic() > end:
                raise RuntimeError("the workers of the benchmark have died, or never end")
            time.sleep(LOOK)


def main() -> None:
    """Run the worker that is named; its clock says the moment given when it starts."""
    import time_machine  # the clock of this process alone

    with time_machine.travel(datetime.fromisoformat(sys.argv[1]), tick=True):
        from config.celery import app

        app.worker_main(["--quiet", *worker_options(sys.argv[2])])


if __name__ == "__main__":
    main()
