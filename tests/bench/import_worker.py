"""A worker beside the import, as `make run` keeps two: it reconciles the episodes it is told of."""

import json
import subprocess
import sys
from datetime import datetime
from types import TracebackType
from typing import Self

import django


class Worker:
    """The process, seen from the import: `tell` is the message, `wait` until all is done."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.import_worker", self.now.isoformat()]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.stdin.close()
        self.process.wait(60)

    def tell(self, ids: list[int]) -> None:
        """Send the ids of episodes that changed."""
        self.process.stdin.write(json.dumps(ids) + "\n")
        self.process.stdin.flush()

    def wait(self) -> None:
        """Return when everything told has been reconciled."""
        self.tell([])
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError("the worker of the benchmark has died")


def main() -> None:
    """Reconcile each line of ids; answer an empty one."""
    django.setup()
    from schedules.services import reconcile  # the settings must be there first

    now = datetime.fromisoformat(sys.argv[1])
    for line in sys.stdin:
        if ids := json.loads(line):
            reconcile(episode_ids=ids, now=now)
        else:
            print("done", flush=True)


if __name__ == "__main__":
    main()
