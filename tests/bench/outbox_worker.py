"""The portal's worker, two processes, to whose webhooks nobody listens: whatever is sent is taken.

It also knows a task that does nothing, and takes from a queue of its own when it is told to.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from config.celery import app
from config.runtime.up import QUEUES
from schedules.channels.answers import Answer, Message, Outcome

NOTHING, BESIDES = "bench.nothing", "bench"
LONG = 3600  # seconds for anything


@contextlib.contextmanager
def workers() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Run the worker; what is yielded waits until something has come about."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.outbox_worker"])

    def wait(done: Callable[[], bool], pause: float = 0.05) -> None:
        end = time.monotonic() + LONG
        while not done():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the workers of the benchmark have died, or never end")
            time.sleep(pause)

    try:
        wait(lambda: bool(app.control.ping(timeout=1)))
        yield wait
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()


@app.task(name=NOTHING, ignore_result=True)
def nothing() -> None:
    """Do nothing."""


def take(_message: Message) -> Answer:
    """Take a message and show it to nobody."""
    return Answer(Outcome.ACCEPTED)


def main() -> None:
    """Run the worker with the command line of `make run`."""
    import django

    django.setup()
    from schedules.channels import SENDERS  # the settings must be there first
    from schedules.choices import ChannelKind

    SENDERS[ChannelKind.WEBHOOK] = take
    app.worker_main(
        [
            *("--quiet", "worker", "-Q", QUEUES, "--concurrency", "2", "-O", "fair"),
            *("--without-gossip", "--without-mingle", "--loglevel", "warning"),
        ]
    )


if __name__ == "__main__":
    main()
