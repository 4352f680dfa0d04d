"""`manage.py policy_check FILE`: a pack file is "ok", or its faults one by one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from policies.errors import PackError
from policies.schema import load_file


class Command(BaseCommand):
    """Check a pack file: exit 0 and "ok", or exit 2 and one sentence per fault."""

    help = (
        'Checks a policy pack (TOML). Prints "ok", or one sentence per fault on standard error '
        "(file, row, field, how to mend it) with exit code 2. Needs no database."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the pack file, UTF-8 TOML")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the pack; every fault is its own line."""
        try:
            load_file(options["file"])
        except PackError as error:
            for fault in error.faults:
                self.stderr.write(fault)
            raise SystemExit(2) from None
        self.stdout.write("ok")
