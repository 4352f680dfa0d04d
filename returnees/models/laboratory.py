"""What a laboratory's list says of a test beyond its result."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.scope import ScopedQuerySet
from returnees.choices import Swab
from returnees.models.episodes import Test


class LabReportQuerySet(ScopedQuerySet):
    """Reports of laboratories by the place of their episode."""

    place_lookup = "test__episode__place"
    household_lookup = "test__episode__person__household"
    person_lookup = "test__episode__person"


@tracked
class LabReport(models.Model):
    """The report on one sample: tube, swab, batch, and when the laboratory said so."""

    test = models.OneToOneField(Test, models.CASCADE, related_name="lab_report")
    sample_no = models.CharField(_("sample number"), max_length=60, blank=True)
    swab = models.CharField(_("kind of swab"), max_length=8, choices=Swab, blank=True)
    batch_no = models.CharField(_("batch number"), max_length=40, blank=True)
    site = models.CharField(_("sampled at the site"), max_length=80, blank=True)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = LabReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a laboratory")
        verbose_name_plural = _("reports of laboratories")
        indexes: ClassVar = [models.Index(fields=["sample_no"], name="lab_report_sample")]

    def __str__(self) -> str:
        return self.sample_no or str(self.test)
