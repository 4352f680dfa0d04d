"""Acts that change no row."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.places import Place
from grid.scope import ScopedQuerySet


class EventQuerySet(ScopedQuerySet):
    """Events by place."""


class Event(models.Model):
    """An act that changes no row: sign-in, reveal, export, undo, override (JY-18d).

    It holds no foreign keys to its subject, so that it outlives it. What changes rows is audited by
    triggers (grid.audit).
    """

    class Kind(models.TextChoices):
        """What was done."""

        SIGN_IN = "sign_in", _("Signed in")
        REVEAL = "reveal", _("Shown in full")
        EXPORT = "export", _("Exported")
        IMPORT = "import", _("Imported")
        UNDO = "undo", _("Import taken back")
        OVERRIDE = "override", _("Overridden")
        PASSWORD_RESET = "password_reset", _("Password reset")
        HAND_OVER = "hand_over", _("Handed over")

    kind = models.CharField(_("act"), max_length=16, choices=Kind)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    actor_id = models.BigIntegerField(null=True, editable=False)
    actor_name = models.CharField(_("who"), max_length=30)
    subject = models.CharField(_("on what"), max_length=120)
    subject_key = models.CharField(max_length=60, blank=True, db_index=True)
    place = models.ForeignKey(
        Place, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(_("details"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write once; an event is never changed."""
        if self.pk is not None:
            raise TypeError("An event is never changed.")
        super().save(*args, **kwargs)
