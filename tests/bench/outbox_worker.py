"""The portal's workers, to whose webhooks nobody listens: whatever is sent is taken.

They also know a task that does nothing, which the one of two processes takes from a queue of its
own when it is told to.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from celery.utils.nodenames import gethostname, nodename

from config.celery import app
from config.runtime.up import WORKERS, worker_options
from schedules.channels.answers import Answer, Message, Outcome

NOTHING, BESIDES = "bench.nothing", "bench"
OF_TWO = nodename("worker", gethostname())
LONG = 3600  # seconds for anything


@contextlib.contextmanager
def workers() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Run the workers; what is yielded waits until something has come about."""
    command = [sys.executable, "-m", "tests.bench.outbox_worker"]
    running = [subprocess.Popen([*command, name]) for name in WORKERS]

    def wait(done: Callable[[], bool], pause: float = 0.05) -> None:
        end = time.monotonic() + LONG
        while not done():
            dead = any(process.poll() is not None for process in running)
            if dead or time.monotonic() > end:
                raise RuntimeError("the workers of the benchmark have died, or never end")
            time.sleep(pause)

    try:
        wait(lambda: len(names()) == len(WORKERS))
        yield wait
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


def names() -> list[str]:
    """Return the names of the workers that answer."""
    return [name for answer in app.control.ping(timeout=1) for name in answer]


def take_besides(*, on: bool) -> None:
    """Tell the worker of two processes to take from the queue of its own too, or no more."""
    tell = app.control.add_consumer if on else app.control.cancel_consumer
    tell(BESIDES, destination=[OF_TWO])


@app.task(name=NOTHING, ignore_result=True)
def nothing() -> None:
    """Do nothing."""


def take(_message: Message) -> Answer:
    """Take a message and show it to nobody."""
    return Answer(Outcome.ACCEPTED)


def main() -> None:
    """Run the worker that is named, with the command line of `make run`."""
    import django

    django.setup()
    from schedules.channels import SENDERS  # the settings must be there first
    from schedules.choices import ChannelKind

    SENDERS[ChannelKind.WEBHOOK] = take
    app.worker_main(["--quiet", *worker_options(sys.argv[1])])


if __name__ == "__main__":
    main()
