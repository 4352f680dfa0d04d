"""What the morning job does, now, in the foreground."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schedules.services import run_day


class Command(BaseCommand):
    """Bring a day's tasks into being; running it twice creates nothing."""

    help = "Bring the day's tasks into being and print how many were created, kept and cancelled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="the day; default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = run_day(day=_day(options["date"]))
        self.stdout.write(
            f"created {figures.created}, kept {figures.kept}, cancelled {figures.cancelled}"
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(
            f"--date {text!r} is no date; write it as YYYY-MM-DD, such as 2021-02-08.",
            returncode=2,
        ) from None
