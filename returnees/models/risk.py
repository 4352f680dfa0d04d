"""Policy versions in force and risk areas with their dates."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, ancestor_codes
from grid.scope import ScopedQuerySet
from returnees.choices import AreaFlag, Risk


class PolicyVersionQuerySet(ScopedQuerySet):
    """Policy versions by place and day."""

    def in_force(self, *, place: str, day: date) -> Self:
        """Return those that bind a place on a day, the nearest place first."""
        return (
            self.filter(place__in=ancestor_codes(place), since__lte=day)
            .filter(Q(until=None) | Q(until__gt=day))
            .order_by("-place", "-since", "-pk")
        )


@tracked
class PolicyVersion(models.Model):
    """A pack's version binds a place (county or above) for some time; plans keep theirs (A-50)."""

    pack = models.CharField(_("notice"), max_length=8)
    version = models.CharField(_("version"), max_length=20)
    digest = models.CharField(max_length=64, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="+")
    since = models.DateField(_("in force since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_policy_in_force_per_place", fields=["place"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="policy_dates_in_order",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"


class RiskAreaQuerySet(ScopedQuerySet):
    """Risk areas by day and place."""

    def on_any_day_between(self, first: date, last: date) -> Self:
        """Return the areas in force on at least one of these days."""
        return self.filter(since__lte=last).filter(Q(until=None) | Q(until__gt=first))


@tracked
class RiskArea(models.Model):
    """A place's risk level and flags, with dates (JX57-3a, GZ-1a); below it everything counts."""

    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="risk_areas"
    )
    level = models.CharField(_("level"), max_length=4, choices=Risk, default=Risk.LOW)
    flags = ArrayField(
        models.CharField(max_length=16, choices=AreaFlag),
        verbose_name=_("flags"),
        default=list,
        blank=True,
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = RiskAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk area")
        verbose_name_plural = _("risk areas")
        ordering: ClassVar = ["place_id", "since"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="risk_dates_in_order",
                condition=Q(until=None) | Q(until__gt=models.F("since")),
            ),
            models.UniqueConstraint(
                name="one_open_risk_per_place", fields=["place"], condition=Q(until=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.level}"
