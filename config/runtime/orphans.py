"""Remembers the supervisor's children, and ends those that outlived a killed supervisor."""

import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from config.runtime.server import say, wait_until

LEAVE_SECONDS = 10
# A start time is reckoned from the boot time, which the kernel rounds anew at each reading.
CLOCK_SLACK_SECONDS = 2


@dataclass(frozen=True)
class Ledger:
    """The children of a supervisor, by name, with their start times, kept in a file."""

    path: Path

    def note(self, pids: dict[str, int]) -> None:
        """Write down the living children."""
        rows = {name: [pid, started(pid)] for name, pid in pids.items()}
        half = self.path.with_suffix(".new")
        with suppress(FileNotFoundError):  # var/ was removed meanwhile: nothing can be kept there
            half.write_text(json.dumps(rows))
            half.replace(self.path)

    def end_leftovers(self) -> list[str]:
        """End the noted children that still live; return their names."""
        try:
            rows = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return []
        left = {name: pid for name, (pid, since) in rows.items() if is_left(pid, since)}
        for name, pid in left.items():
            say(f"Ending {name} (process group {pid}), left over from a killed run …")
            end(pid)
        self.path.unlink(missing_ok=True)
        return list(left)


def started(pid: int) -> float | None:
    """Return when the process began, which tells it from a later one with the same pid."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_left(pid: int, since: float | None) -> bool:
    """Say whether the noted process, or a group it led, is still there."""
    now = started(pid)
    if now is not None:
        return since is not None and abs(now - since) < CLOCK_SLACK_SECONDS
    # The leader is gone. Its number stays reserved while a member of its group lives.
    return bool(members(pid))


def members(group: int) -> list[psutil.Process]:
    """Return the living processes of a process group."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def end(group: int) -> None:
    """End a process group: its leader in an orderly way first, then all by force."""
    ask = os.kill if psutil.pid_exists(group) else os.killpg
    with suppress(ProcessLookupError):
        ask(group, signal.SIGTERM)
    if not wait_until(lambda: not members(group), seconds=LEAVE_SECONDS):
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        wait_until(lambda: not members(group), seconds=LEAVE_SECONDS)
