"""`manage.py prepare`: schema, static files and first data, as `manage.py up` needs them."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Brings a database and the static files up to this version; safe to run again."""

    help = (
        "Migrates, collects static files where they changed, and on an empty portal seeds a demo "
        "community, or with SEED=0 prints a link to make the first admin."
    )
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        self.say("Bringing the tables up to date …")
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static(Path(settings.STATIC_ROOT))
        if get_user_model().objects.exists():
            return
        if os.environ.get("SEED") == "0":
            call_command("setup_link")
        else:
            self.say("First start: making a demo community (SEED=0 starts empty) …")
            call_command("seed")

    def collect_static(self, root: Path) -> None:
        """Collect the static files unless neither they nor the packages changed since."""
        stamp = root.with_name(f"{root.name}.stamp")
        digest = sources_digest()
        if root.is_dir() and stamp.exists() and stamp.read_text() == digest:
            return
        self.say("Collecting and compressing the static files, once for each version …")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(digest)

    def say(self, text: str) -> None:
        """Print a line of progress at once."""
        self.stdout.write(text)
        self.stdout.flush()


def sources_digest() -> str:
    """Return a digest of the locked packages and of our own static files (name, size, time)."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            found = path.stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
