"""`manage.py import_returnees FILE`: a list of returnees as it really comes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from grid.batches.registry import kind_of
from grid.import_command import Wanted, add_arguments, run
from returnees.imports.list import RETURNEES


class Command(BaseCommand):
    """Imports a list; bad rows are results, only a file that is no use at all is a failure."""

    requires_system_checks: list[str] = []  # those of the whole site cost a second
    help = (
        "Imports a CSV or XLSX list of returnees. Rows in doubt wait for a decision, bad rows are "
        "listed with row, column and reason, all others are imported. The same list again changes "
        "nothing. Ends with a summary; duplicates are rows of the list that repeat another one, "
        "and count among the unchanged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the list, CSV or XLSX")
        add_arguments(parser)

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        wanted = Wanted(
            kind=kind_of(RETURNEES.name),
            file=file,
            place=options["place"],
            user=options["user"],
            as_of=options["as_of"],
            dry_run=options["dry_run"],
        )
        done = run(wanted, out=options["json"], say=self.stderr.write)
        self.stdout.write(done.as_line())
