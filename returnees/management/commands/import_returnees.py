"""`manage.py import_returnees FILE`: a list of returnees as it really comes."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grid.errors import Refused
from returnees.services.import_command import (
    Imported,
    file_content,
    import_file,
    place_for,
    user_named,
)


class Command(BaseCommand):
    """Imports a list; bad rows are results, only a file that is no use at all is a failure."""

    help = (
        "Imports a CSV or XLSX list of returnees. Rows in doubt wait for a decision, bad rows are "
        "listed with row, column and reason, all others are imported. The same list again changes "
        "nothing. Ends with a summary; duplicates are rows of the list that repeat another one, "
        "and count among the unchanged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the list, CSV or XLSX")
        parser.add_argument("--place", metavar="CODE", default="", help="the list's place")
        parser.add_argument("--user", metavar="NAME", default="", help="who imports: name or phone")
        parser.add_argument(
            "--as-of", metavar="DATE", type=_day, help="the day on which it is judged (today)"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")
        parser.add_argument("--json", metavar="OUT", type=Path, help="write the summary there")

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        try:
            content = file_content(file)
            by = user_named(options["user"])
            place = place_for(content, given=options["place"], as_of=options["as_of"])
            done = import_file(
                content=content,
                file_name=file.name,
                place=place,
                by=by,
                as_of=options["as_of"],
                dry_run=options["dry_run"],
                say=self.stderr.write,
            )
            if options["json"]:
                write_json(options["json"], done)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}; give a path that can be used.", returncode=2
            ) from error
        self.stdout.write(summary(done))


def write_json(path: Path, done: Imported) -> None:
    """Write the contract's JSON object."""
    path.write_text(json.dumps(done.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")


def summary(done: Imported) -> str:
    """Return the figures in one line."""
    figures = done.figures
    words = ("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid")
    line = ", ".join(f"{figures[word]} {word}" for word in words)
    return f"{line}; batch {figures['batch']}{' (dry run: nothing kept)' if done.dry_run else ''}"


def _day(text: str) -> date:
    return date.fromisoformat(text)
