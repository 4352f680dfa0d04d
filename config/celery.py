"""The Celery app. The beat schedule is code (config.schedule), so that a review sees it."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("grid_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def use_django_logging(**_: object) -> None:
    """Keep Celery from replacing the portal's own log set-up."""
    from logging.config import dictConfig  # noqa: PLC0415  settings are not loaded at import time

    from django.conf import settings  # noqa: PLC0415

    dictConfig(settings.LOGGING)


setup_logging.connect(use_django_logging)
