"""`manage.py setup_link`: how the first admin comes into an empty portal."""

import os

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from grid.errors import Refused
from grid.services.setup import MINUTES, setup_token

ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104  compared with, not listened on


class Command(BaseCommand):
    """Prints a link for making the first admin."""

    help = (
        "Prints a signed link for making the first admin; it works once and for half an hour, and "
        "only while there is no admin. HOST and PORT are those of `make run`."
    )

    def handle(self, *args: object, **options: object) -> None:
        try:
            path = reverse("setup", args=[setup_token()])
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        host = os.environ.get("HOST", "")
        host = "127.0.0.1" if host in ANYWHERE else host
        port = os.environ.get("PORT") or "8000"
        address = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Make the first admin within {MINUTES} minutes, here:")
        self.stdout.write(f"http://{address}:{port}{path}")
