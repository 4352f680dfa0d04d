"""Imports: one upload with its file, its rows, and how the lists of its source are read."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.choices import BatchState, RowAction
from grid.fields import SealedBytesField, SealedJSONField
from grid.models.places import Place
from grid.models.users import User
from grid.scope import ScopedQuerySet


@tracked
class ImportMapping(models.Model):
    """How the lists of one layout are read, as people have settled it; shared by all importers.

    `columns` gives the field each column feeds, by `Column.key` (None: it feeds nothing); `values`
    gives for a field what a text stands for (grid.imports.mapping), sealed: such a text is a cell
    of somebody's list, and people may be named in it.
    """

    list_name = models.CharField(_("list"), max_length=30)
    layout = models.CharField(max_length=32, editable=False)
    name = models.CharField(_("name"), max_length=120)
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    values = SealedJSONField(_("values"), default=dict, blank=True)
    saved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("by"), null=True, related_name="+"
    )
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("reading of a list")
        verbose_name_plural = _("readings of lists")
        constraints: ClassVar = [
            models.UniqueConstraint(name="import_mapping_once", fields=["list_name", "layout"])
        ]

    def __str__(self) -> str:
        return self.name


class ImportBatchQuerySet(ScopedQuerySet):
    """Imports by the place they were made for."""


class ImportBatch(models.Model):
    """One upload: what was understood, what was decided, what became of it.

    `options`: validate_only (it can never be committed), whole (all rows or none, in one
    transaction), overwrite (values of the list win over later edits by hand). `summary` holds the
    figures of the contract and, while something runs, `done` and `total` rows. `checked_at` is
    empty until every row has been checked; `beat_at` is the last sign of life of what runs.
    """

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
    # Encoding, sheet, header rows, columns, counts; sealed, for texts of cells are among it.
    understood = SealedJSONField(default=dict)
    summary = models.JSONField(default=dict)  # the figures of the contract's JSON
    options = models.JSONField(_("options"), default=dict, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)  # chosen; "": the likeliest
    mapping = models.ForeignKey(
        ImportMapping, models.SET_NULL, verbose_name=_("reading"), null=True, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_asked = models.BooleanField(default=False, editable=False)
    error = models.TextField(_("what went wrong"), blank=True)
    committed_at = models.DateTimeField(_("committed at"), null=True, blank=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-uploaded_at"]
        indexes: ClassVar = [
            # Who has sent tonight's list, by list and place.
            models.Index(name="import_sent", fields=["list_name", "as_of", "place"])
        ]

    def __str__(self) -> str:
        return self.file_name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None


class ImportFile(models.Model):
    """The file of an import as it came, sealed; its sheets as `choosing.sheets` told them.

    `decisions` are those about its rows, by row number: they outlive another reading of the file.
    """

    batch = models.OneToOneField(ImportBatch, models.CASCADE, related_name="file")
    content = SealedBytesField()
    sheets = models.JSONField(default=list)  # [{name, rows, fields, looks_like, guess}]
    decisions = SealedJSONField(null=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")


class ImportRow(models.Model):
    """One physical row of an upload with its verdict; its content is stored encrypted.

    `target_key` is the primary key of what the row wrote, or would change: which model that is, its
    list says. `done` rows are written; `undone` ones were taken back. `village` is the code of the
    village the row names, in the open so that the rows of a township's list are counted by village.
    """

    batch = models.ForeignKey(  # found by the unique constraint
        ImportBatch, models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(max_length=16)
    verdict = models.CharField(max_length=8, blank=True)
    action = models.CharField(_("action"), max_length=10, choices=RowAction)
    duplicate = models.CharField(max_length=16, blank=True)
    village = models.CharField(max_length=12, blank=True)
    raw = SealedJSONField(null=True)
    values = SealedJSONField(null=True)
    problems = models.JSONField(default=list)  # [{column, code, severity, params}]; no values
    done = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)
    decided = models.CharField(max_length=10, choices=RowAction, blank=True)
    person_key = models.BigIntegerField(null=True)
    target_key = models.BigIntegerField(null=True)
    before = SealedJSONField(null=True)  # values of the fields an update replaced, for undo

    objects = models.Manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="import_row_once", fields=["batch", "number"])
        ]
        indexes: ClassVar = [
            # What earlier imports said of one record.
            models.Index(
                name="import_row_target",
                fields=["target_key"],
                condition=Q(target_key__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.batch.place_id, None, None
