"""Advance reports with their stays and certificates: the facts as the person states them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Person, Place, User
from grid.scope import ScopedQuerySet
from returnees.choices import AreaFlag, Channel, HealthCode, Risk, TestResult, Transport


class AdvanceReportQuerySet(ScopedQuerySet):
    """Reports by destination."""

    household_lookup = "person__household"
    person_lookup = "person"


@tracked
class AdvanceReport(models.Model):
    """Who comes, from where, when and how (JY-2a: arrival, unit, work, living place, health)."""

    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("person"), related_name="reports"
    )
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("village of the stay"), related_name="+"
    )
    address = models.CharField(_("living place"), max_length=120, blank=True)
    origin = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=_("comes from"),
        null=True,
        blank=True,
        related_name="+",
    )
    origin_text = models.CharField(_("comes from, as written"), max_length=120, blank=True)
    departs_at = models.DateTimeField(_("sets out at"), null=True, blank=True)
    arrives_at = models.DateTimeField(_("arrives at"))
    reported_at = models.DateTimeField(_("reported at"))
    transport = models.CharField(_("travels by"), max_length=12, choices=Transport, blank=True)
    transport_no = models.CharField(_("train, flight or car number"), max_length=40, blank=True)
    health_code = models.CharField(_("health code"), max_length=6, choices=HealthCode, blank=True)
    employer = models.CharField(_("unit"), max_length=80, blank=True)
    occupation = models.CharField(_("occupation"), max_length=60, blank=True)
    health_state = models.CharField(_("state of health"), max_length=120, blank=True)
    infection_history = models.CharField(_("infection history"), max_length=120, blank=True)
    declared_true = models.BooleanField(_("declared to be true"), default=False)
    role = models.CharField(_("pupil, staff, cadre"), max_length=12, blank=True)
    # Overseas (JY-1c, JY-1d)
    entered_on = models.DateField(_("entered the mainland on"), null=True, blank=True)
    quarantine_days = models.PositiveSmallIntegerField(_("days of quarantine served"), default=0)
    quarantine_proof = models.BooleanField(_("proof of quarantine seen"), default=False)
    irregular_entry = models.BooleanField(_("entered irregularly"), default=False)
    negative_tests = models.PositiveSmallIntegerField(_("documented negative tests"), default=0)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    reported_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("entered by"), null=True, related_name="+"
    )
    batch_key = models.UUIDField(null=True, editable=False, db_index=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    extra = models.JSONField(_("further columns of the list"), default=dict, blank=True)

    objects = AdvanceReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("advance report")
        verbose_name_plural = _("advance reports")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="departs_before_arrival",
                condition=Q(departs_at=None) | Q(departs_at__lte=models.F("arrives_at")),
                violation_error_message=_("The departure lies after the arrival."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.person.household_id, self.person_id


class StayQuerySet(ScopedQuerySet):
    """Stays by the place that was stayed in (not by who may see them)."""


@tracked
class Stay(models.Model):
    """Where somebody was in the last weeks; the last day there is what the look-back counts."""

    report = models.ForeignKey(AdvanceReport, models.CASCADE, related_name="stays")
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=_("place"),
        null=True,
        blank=True,
        related_name="stays",
        db_index=False,  # stay_where serves it
    )
    text = models.CharField(_("as written"), max_length=120, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"))
    # As known when the plan was made; re-screening compares them with newer lists.
    risk = models.CharField(_("level"), max_length=4, choices=Risk, default=Risk.LOW)
    flags = ArrayField(
        models.CharField(max_length=16, choices=AreaFlag),
        verbose_name=_("flags"),
        default=list,
        blank=True,
    )
    # An area inside the place, or a part of it, is at risk: the person is asked where exactly.
    unclear = models.BooleanField(_("to be asked where exactly"), default=False)
    asked_on = models.DateField(_("asked on"), null=True, blank=True)

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("stay")
        verbose_name_plural = _("stays")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="stay_dates_in_order",
                condition=Q(first_day=None) | Q(first_day__lte=models.F("last_day")),
                violation_error_message=_("The stay ends before it begins."),
            )
        ]
        # Re-screening asks who was in a place until lately.
        indexes: ClassVar = [models.Index(fields=["place", "last_day"], name="stay_where")]

    def __str__(self) -> str:
        return self.text


@tracked
class Certificate(models.Model):
    """A test certificate shown on arrival; its age counts from sampling (C-6)."""

    report = models.ForeignKey(AdvanceReport, models.CASCADE, related_name="certificates")
    sampled_on = models.DateField(_("sampled on"))
    result = models.CharField(
        _("result"), max_length=8, choices=TestResult, default=TestResult.NEGATIVE
    )
    laboratory = models.CharField(_("laboratory"), max_length=80, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return f"{self.sampled_on} {self.result}"
