from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    """Advance reports, risk areas, episodes, stages, tests, health logs."""

    name = "returnees"
    verbose_name = _("Returnees")
