"""`manage.py import_list NAME FILE`: any declared list, as it really comes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grid.batches.registry import all_kinds, kind_of
from grid.choices import Level
from grid.errors import Refused
from grid.import_command import Wanted, add_arguments, run

OPTIONS = ("validate_only", "whole", "overwrite")


class Command(BaseCommand):
    """Imports a list; bad rows are results, only a file that is no use at all is a failure."""

    requires_system_checks: list[str] = []  # those of the whole site cost a second
    help = (
        "Imports a CSV or XLSX list of any declared kind. Rows in doubt wait for a decision, bad "
        "rows are listed with row, column and reason, all others are imported. The same list again "
        "changes nothing. Ends with a summary. --list names the lists there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", nargs="?", help="which list (--list)")
        parser.add_argument(
            "file", type=Path, metavar="FILE", nargs="?", help="the list, CSV or XLSX"
        )
        parser.add_argument("--list", action="store_true", dest="lists", help="print the lists")
        add_arguments(parser)
        parser.add_argument("--sheet", metavar="NAME", default="", help="the worksheet to read")
        parser.add_argument(
            "--validate-only", action="store_true", help="keep it checked; nobody can commit it"
        )
        parser.add_argument(
            "--whole", action="store_true", help="write all rows, or none while one asks or is bad"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="the list wins over later edits by hand"
        )

    def handle(
        self, *args: object, name: str | None, file: Path | None, lists: bool, **options: Any
    ) -> None:
        if lists:
            for kind in all_kinds():
                levels = ", ".join(str(Level(level).label) for level in kind.levels)
                self.stdout.write(f"{kind.name}: {kind.title} ({levels})")
            return
        if not name or file is None:
            raise CommandError(
                "Give the NAME of a list and a FILE; --list names the lists.", returncode=2
            )
        try:
            kind = kind_of(name)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        wanted = Wanted(
            kind=kind,
            file=file,
            place=options["place"],
            user=options["user"],
            as_of=options["as_of"],
            sheet=options["sheet"],
            dry_run=options["dry_run"],
            options={key: options[key] for key in OPTIONS},
        )
        done = run(wanted, out=options["json"], say=self.stderr.write)
        self.stdout.write(done.as_line())
