"""Run the benchmarks on a throw-away PostgreSQL and print the table.

SIZE=small (default) or full; PLACES=file and LIST=file use given lists instead of generated ones.
"""

import importlib
import os
import sys

from tests.services import KEYS, Services

MODULES = ["plans", "places", "run_day", "outbox", "screening", "imports", "pages"]


def main() -> int:
    """Print one row per figure; exit 1 when one is over its limit."""
    os.environ.update(KEYS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    size = os.environ.get("SIZE") or "small"
    if size not in {"small", "full"}:
        sys.stderr.write(f"SIZE is {size!r}: write SIZE=small or SIZE=full.\n")
        return 2
    services = Services()
    services.start()
    try:
        return _run(size, sys.argv[1:] or MODULES)
    finally:
        services.stop()


def _run(size: str, modules: list[str]) -> int:
    import django  # the addresses must be in the environment first
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    over = 0
    sys.stdout.write(f"{'figure':<66} {'ratio':>9} {'goal':>9}  detail\n")
    for name in modules:
        for figure in importlib.import_module(f"tests.bench.{name}").run(size):
            over += not figure.met
            sys.stdout.write(figure.row() + "\n")
            sys.stdout.flush()
    sys.stdout.write("all goals met\n" if not over else f"{over} over the goal\n")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
