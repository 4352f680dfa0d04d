"""Closed zones and the permits to leave (JX8-12, JX8-16)."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Person, Place, User, ancestor_codes
from grid.scope import ScopedQuerySet
from returnees.choices import PermitState, TestResult
from returnees.models.policies import PolicyVersion

CLEAR_DAYS = timedelta(days=14)


class ControlZoneQuerySet(ScopedQuerySet):
    """Zones by day and place."""

    def in_force(self, day: date) -> Self:
        """Return the zones closed on a day."""
        return self.filter(since__lte=day).filter(Q(until=None) | Q(until__gt=day))

    def not_over(self, day: date) -> Self:
        """Return the zones closed on a day or from a later one on."""
        return self.filter(Q(until=None) | Q(until__gt=day))

    def around(self, place: str) -> Self:
        """Return the zones a place lies in."""
        return self.filter(place__in=ancestor_codes(place))


@tracked
class ControlZone(models.Model):
    """An estate, village or street under closed management: in, not out (JX8-12a, JX8-12b)."""

    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="zones")
    since = models.DateField(_("closed since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)
    last_case_on = models.DateField(_("last case on"))
    approved_by = models.CharField(_("approved by"), max_length=80)  # the prefecture headquarters
    reference = models.CharField(_("decision number"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ControlZoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed zone")
        verbose_name_plural = _("closed zones")
        ordering: ClassVar = ["place_id", "-since"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="zone_dates_in_order",
                condition=Q(until=None) | Q(until__gt=models.F("since")),
            ),
            models.UniqueConstraint(
                name="one_open_zone_per_place",
                fields=["place"],
                condition=Q(until=None),
                violation_error_message=_("This place is closed already."),
            ),
        ]

    def __str__(self) -> str:
        return self.place.name

    @property
    def last_day(self) -> date:
        """The last closed day: as decided, else the earliest that JX8-18 allows (A-42)."""
        return self.until - timedelta(days=1) if self.until else self.last_case_on + CLEAR_DAYS

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None


class ExitPermitQuerySet(ScopedQuerySet):
    """Permits by place of living."""

    household_lookup = "person__household"
    person_lookup = "person"


@tracked
class ExitPermit(models.Model):
    """A request to leave, judged by the notice in force; granted by a person (JX8-16a, 16b)."""

    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("person"), related_name="exit_permits"
    )
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("lives in"), related_name="+")
    policy = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    destination = models.CharField(_("wants to go to"), max_length=120)
    leaves_on = models.DateField(_("leaves on"))
    returns_on = models.DateField(_("returns on"), null=True, blank=True)
    necessity = models.CharField(_("why it is necessary"), max_length=200, blank=True)
    sampled_on = models.DateField(_("certificate sampled on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=TestResult, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PermitState)
    rule = models.CharField(_("rule"), max_length=32, blank=True)
    verdict = models.JSONField(default=dict)  # what policies.leaving said, with its clauses
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ExitPermitQuerySet.as_manager()

    class Meta:
        verbose_name = _("exit permit")
        verbose_name_plural = _("exit permits")
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="permit_dates_in_order",
                condition=Q(returns_on=None) | Q(returns_on__gte=models.F("leaves_on")),
                violation_error_message=_("The return lies before the departure."),
            ),
            models.CheckConstraint(
                name="permit_decided_with_time",
                condition=Q(state=PermitState.ASKED) | Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.leaves_on}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.person.household_id, self.person_id
