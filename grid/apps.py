from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    """Places, households, persons, cadres, assignments, scope, audit, the import machine."""

    name = "grid"
    verbose_name = _("Grid")
