from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulesConfig(AppConfig):
    """Duties, tasks, reminders: derived from the rows below."""

    name = "schedules"
    verbose_name = _("Schedules")
