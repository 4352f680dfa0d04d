from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    """Places, households, persons, cadres, assignments, scope, audit, the import machine."""

    name = "grid"
    verbose_name = _("Grid")

    def ready(self) -> None:
        from grid.batches.registry import register  # noqa: PLC0415  models are not loaded yet
        from grid.lists.cadres import CadreKind  # noqa: PLC0415
        from grid.lists.households import HouseholdKind  # noqa: PLC0415

        register(HouseholdKind())
        register(CadreKind())
        # Signing in is Django's own act: this is the one place where a signal is the door to it.
        user_logged_in.connect(_note_sign_in, dispatch_uid="grid.sign_in")


def _note_sign_in(sender: object, **words: Any) -> None:
    from grid.services.events import record_sign_in  # noqa: PLC0415  models are not loaded yet

    words.pop("signal", None)
    record_sign_in(**words)
