"""The worker of the portal as `make run` keeps it, two processes, living on the day of the list."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from config.runtime.up import QUEUES

LONG = 3600  # seconds for anything
LOOK = 0.1  # seconds between two looks: who looks all the time takes a core from those who work


class Workers:
    """The two processes, seen from outside: they take from the broker what is put there."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.import_worker", self.now.isoformat()]
        self.process = subprocess.Popen(command)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()

    def work_until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come about; they must not die before."""
        end = time.monotonic() + LONG
        while not done():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the workers of the benchmark have died, or never end")
            time.sleep(LOOK)


def main() -> None:
    """Run a worker whose clock says the moment on the command line when it starts."""
    import time_machine  # the clock of this process alone

    with time_machine.travel(datetime.fromisoformat(sys.argv[1]), tick=True):
        from config.celery import app

        app.worker_main(
            [
                *("--quiet", "worker", "-Q", QUEUES, "--concurrency", "2", "-O", "fair"),
                *("--without-gossip", "--without-mingle", "--loglevel", "warning"),
            ]
        )


if __name__ == "__main__":
    main()
