from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturneesConfig(AppConfig):
    """Advance reports, risk areas, episodes, stages, tests, health logs."""

    name = "returnees"
    verbose_name = _("Returnees")

    def ready(self) -> None:
        from grid.batches.registry import register  # noqa: PLC0415  models are not loaded yet
        from returnees.imports import others  # noqa: PLC0415
        from returnees.imports.kind import ReturneeKind  # noqa: PLC0415

        register(ReturneeKind())
        for kind in others.kinds():
            register(kind)
