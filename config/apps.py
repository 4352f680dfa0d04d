from django.apps import AppConfig

from config import celery


class ConfigConfig(AppConfig):
    """Holds the commands that belong to no domain app (up, policy_plan, seed …)."""

    name = "config"
    verbose_name = "config"

    celery_app = celery.app  # loaded with the apps, so that shared tasks know their queue
