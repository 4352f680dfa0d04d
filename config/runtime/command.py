"""What manage.py does around a command: keys, database and queue in the environment."""

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

from django.core.management import execute_from_command_line

from config.runtime import CHECKOUT, Home, StartError, ensure_services, given, offline, secrets
from config.runtime.up import run as run_up

# These touch no data, so they start nothing and leave no trace.
OFFLINE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "spectacular",
        "startapp",
        "version",
    }
)
# These know no settings either: without Django's set-up they start in a fraction of the time.
PURE = frozenset({"policy_check", "policy_plan"})
CANNOT_START = 2


def run(argv: Sequence[str]) -> int:
    """Run the command line; return the exit status. A StartError is one sentence and status 2."""
    try:
        if argv[1:2] and argv[1] in PURE:
            run_pure(argv)
        elif needs_nothing(argv):
            offline()
            secrets.lend()
            execute_from_command_line(list(argv))
        elif argv[1] == "up":
            return run_up(argv[2:])
        else:
            run_with_services(argv)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def run_pure(argv: Sequence[str]) -> None:
    """Run a command that is plain Python but for its arguments."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    module = import_module(f"config.management.commands.{argv[1]}")
    module.Command().run_from_argv(list(argv))


def needs_nothing(argv: Sequence[str]) -> bool:
    """Say whether the command line needs neither database nor keys."""
    return (
        len(argv) < 2
        or argv[1] in OFFLINE | PURE
        or bool({"-h", "--help", "--version"} & {*argv[1:]})
    )


def run_with_services(argv: Sequence[str]) -> None:
    """Run a command on the given servers, the running ones, or ones started for its duration."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, leave)
    home = Home.of(CHECKOUT)
    secrets.load(home)
    embedded = not given("DATABASE_URL")
    if embedded:
        secrets.check(home)
    with ensure_services(home=home):
        if embedded:
            secrets.remember(home)
        execute_from_command_line(list(argv))


def leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into an ordinary exit, so that what was started is stopped."""
    sys.exit(128 + number)
