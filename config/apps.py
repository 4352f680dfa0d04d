from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Holds the commands that belong to no domain app (up, policy_plan, seed …)."""

    name = "config"
    verbose_name = "config"
