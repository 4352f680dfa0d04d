"""Starts a server program: its own session, its account, a clean environment, output to a log."""

import os
import signal
import subprocess

from config.runtime.fault import StartError
from config.runtime.home import Account
from config.runtime.lifeline import die_with_parent


def clean_environment() -> dict[str, str]:
    """Return an environment in which no PG* variable of the caller leads a server astray."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LD_")) and name != "LANG"
    }
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def spawn(
    command: list[str],
    *,
    account: Account,
    log: int,
    keep: tuple[int, ...] = (),
    dies_with_us: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program in its own session as `account`, both outputs going to the file `log`."""
    other = not account.is_ours
    try:
        return subprocess.Popen(  # noqa: S603  our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=clean_environment(),
            start_new_session=True,
            pass_fds=keep,
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=[] if other else None,
            umask=0o077,
            preexec_fn=die_with_parent(signal.SIGINT) if dies_with_us else None,
        )
    except PermissionError as error:
        raise StartError(
            f"{command[0]} cannot be started as {account.name} ({error.strerror}): run as an "
            "ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error
