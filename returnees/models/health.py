"""What was found on the persons under management: health checks and abnormal findings."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.choices import AbnormalityKind, Channel, HealthCode, Outcome, Symptom
from returnees.models.episodes import Episode


class HealthLogQuerySet(ScopedQuerySet):
    """Health logs by episode and day."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"


@tracked
class HealthLog(models.Model):
    """One health check: the temperature somebody read and the symptoms they named (JY-2r).

    The time that counts is the server's (`at`); the phone's own is kept beside it.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="health_logs")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("logged at"))
    phone_at = models.DateTimeField(_("time on the phone"), null=True, blank=True)
    temperature = models.DecimalField(_("temperature"), max_digits=3, decimal_places=1)  # °C
    symptoms = ArrayField(
        models.CharField(max_length=12, choices=Symptom),
        verbose_name=_("symptoms"),
        default=list,
        blank=True,
    )
    health_code = models.CharField(_("health code"), max_length=6, choices=HealthCode, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    logged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entry_key = models.UUIDField(null=True, editable=False)  # the phone's id of the entry
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = HealthLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("health log")
        verbose_name_plural = _("health logs")
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="health_log_entry_once", fields=["entry_key"]),
            models.CheckConstraint(
                name="temperature_of_a_living_person",
                condition=Q(temperature__gte=34, temperature__lte=43),
                violation_error_message=_("A temperature lies between 34 and 43 °C."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["episode", "day"], name="health_log_day"),
            models.Index(fields=["place", "day"], name="health_log_place_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.temperature}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()


REPORT_WITHIN = timedelta(hours=2)  # where the notice does not say


class AbnormalityQuerySet(ScopedQuerySet):
    """Abnormalities by place and state."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"

    def open(self) -> Self:
        """Return those without an outcome."""
        return self.filter(closed_at=None)


@tracked
class Abnormality(models.Model):
    """An abnormal finding, report to outcome (JY-2s, A-38): report in 2 h, transfer same day."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="abnormalities")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=AbnormalityKind)
    found_at = models.DateTimeField(_("found at"))
    found_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    what = models.CharField(_("finding"), max_length=200)
    reported_at = models.DateTimeField(_("reported upward at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    outcome_note = models.CharField(_("note on the outcome"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AbnormalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("abnormal finding")
        verbose_name_plural = _("abnormal findings")
        ordering: ClassVar = ["-found_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="abnormality_closed_with_outcome",
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["place"], condition=Q(closed_at=None), name="abnormality_open_place"
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def report_due_at(self) -> datetime:
        """When the level above must know, as the notice of the episode says (A-38: two hours)."""
        from returnees.policies import report_within  # noqa: PLC0415  it knows the models

        return self.found_at + report_within(self.episode.policy)

    @property
    def is_reported_late(self) -> bool:
        """Whether the report upward came late, or is late by now."""
        return (self.reported_at or timezone.now()) > self.report_due_at

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()
