"""Acts that change no row, and imports."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.choices import BatchState, RowAction
from grid.fields import SealedJSONField
from grid.models.places import Place
from grid.models.users import User
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


class ImportBatchQuerySet(ScopedQuerySet):
    """Imports by the place they were made for."""


class ImportBatch(models.Model):
    """One upload: what was understood, what was decided, what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    list_name = models.CharField(_("list"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("for"), related_name="+")
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("by"), null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    as_of = models.DateField(_("judged as of"))
    state = models.CharField(_("state"), max_length=12, choices=BatchState)
    understood = models.JSONField(default=dict)  # encoding, sheet, header rows, columns, counts
    summary = models.JSONField(default=dict)  # the figures of the contract's JSON
    committed_at = models.DateTimeField(_("committed at"), null=True, blank=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.file_name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None


class ImportRow(models.Model):
    """One physical row of an upload with its verdict; its content is stored encrypted."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(max_length=16)
    verdict = models.CharField(max_length=8, blank=True)
    action = models.CharField(_("action"), max_length=10, choices=RowAction)
    duplicate = models.CharField(max_length=16, blank=True)
    raw = SealedJSONField(null=True)
    values = SealedJSONField(null=True)
    problems = models.JSONField(default=list)  # [{column, code, severity, params}]; no values
    done = models.BooleanField(default=False)
    decided = models.CharField(max_length=10, choices=RowAction, blank=True)
    person_key = models.BigIntegerField(null=True)
    report_key = models.BigIntegerField(null=True)
    episode_key = models.BigIntegerField(null=True)
    before = SealedJSONField(null=True)  # values of the fields an update replaced, for undo

    objects = models.Manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="import_row_once", fields=["batch", "number"])
        ]
