"""`manage.py up`: see config.runtime.up, which manage.py enters before Django's settings load."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from config.runtime import up


class Command(BaseCommand):
    """The whole portal in the foreground: database, queue, web, worker and beat."""

    help = (
        "Runs the whole portal in the foreground until Ctrl-C: database and queue (unless "
        "DATABASE_URL / REDIS_URL name others), web, Celery worker and Celery beat. HOST, PORT and "
        "SEED=0 are read from the environment."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        up.add_arguments(parser)

    def handle(self, *args: object, **options: object) -> None:
        up.run(["--host", str(options["host"]), "--port", str(options["port"])])
