"""`manage.py undo_import BATCH`: take one import back."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grid.batches.undoing import undo_batch
from grid.errors import Refused
from grid.models import ImportBatch


class Command(BaseCommand):
    """Takes one import back; rows edited since are listed and left."""

    help = (
        "Takes one import of any list back by its batch id (the import commands print it). Rows "
        "that somebody has worked with since are listed and left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", metavar="BATCH", help="the batch's id")

    def handle(self, *args: object, batch: str, **options: Any) -> None:
        try:
            found = ImportBatch.objects.filter(pk=UUID(batch)).first()
        except ValueError:
            found = None
        if found is None:
            raise CommandError(
                f"There is no import {batch}; the import commands print the id of each.",
                returncode=2,
            )
        try:
            undone = undo_batch(batch=found, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        for one in undone.left:
            when = timezone.localtime(one.when).strftime("%Y-%m-%d %H:%M")
            self.stdout.write(f"row {one.row}: left, edited by {one.who} on {when}")
        found.refresh_from_db(fields=["summary"])
        count = found.summary["left_count"]  # the list above ends at some hundreds
        self.stdout.write(f"{undone.taken_back} rows taken back, {count} left")
