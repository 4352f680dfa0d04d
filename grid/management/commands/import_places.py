"""`manage.py import_places FILE`: the national place tree."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from grid.errors import Refused
from grid.services.places import import_places


class Command(BaseCommand):
    """Loads a list of places; running it again with the same file changes nothing."""

    help = (
        "Loads places from a CSV list (UTF-8, also gzipped) with the columns code,name[,level,"
        "parent]: national 12-digit statistical codes, zeros for the lower levels. Places missing "
        "from the list stay. A faulty list changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv[.gz]", help="the list")

    def handle(self, *args: object, file: Path, **options: object) -> None:
        try:
            done = import_places(file)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"{done.rows} places read: {done.created} created, {done.renamed} renamed, "
            f"{done.moved} moved, {done.unchanged} unchanged."
        )
