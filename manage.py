#!/usr/bin/env python3
"""Runs a management command, with this checkout's database and queue where none are given."""

import os
import sys


def main() -> None:
    """Say in one sentence what is missing, else hand over to config.runtime.command."""
    if sys.version_info < (3, 11):  # noqa: UP036  an older python3 must hear why
        sys.exit(
            f"manage.py needs Python 3.11 or newer, this is {sys.version.split()[0]} "
            f"({sys.executable}): use .venv/bin/python, which `make run` builds."
        )
    try:
        from config.runtime.command import run  # noqa: PLC0415  after the check above
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "config":
            raise
        sys.exit(
            f"{error.name} is not installed for {sys.executable}: use .venv/bin/python manage.py, "
            "which `make run` (or `make test`) builds."
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(run(sys.argv))


if __name__ == "__main__":
    main()
