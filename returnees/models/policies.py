"""Notices as files, and which of them binds which place since when."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User, ancestor_codes
from grid.scope import ScopedQuerySet


@tracked
class PolicyPack(models.Model):
    """A pack file as it was put in force: plans stay reproducible whatever ships later (A-50)."""

    key = models.CharField(_("notice"), max_length=8)
    version = models.CharField(_("version"), max_length=20)
    title_zh = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=160)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    text = models.TextField(_("file"))
    base = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("lies over"), null=True, blank=True
    )
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("notice file")
        verbose_name_plural = _("notice files")
        ordering: ClassVar = ["key", "-pk"]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class PolicyVersionQuerySet(ScopedQuerySet):
    """Policy versions by place and day."""

    def binding(self) -> Self:
        """Return those in force once or now, not the proposals."""
        return self.filter(proposed=False)

    def in_force(self, *, place: str, day: date) -> Self:
        """Return those that bind a place on a day, the nearest place first."""
        return (
            self.binding()
            .filter(place__in=ancestor_codes(place), since__lte=day)
            .filter(Q(until=None) | Q(until__gt=day))
            .order_by("-place", "-since", "-pk")
        )


@tracked
class PolicyVersion(models.Model):
    """A pack's version binds a place (county or above) for some time; plans keep theirs (A-50).

    `settings` are the readings chosen other than the pack's own. `proposed` marks one that is
    looked at and not in force.
    """

    pack = models.CharField(_("notice"), max_length=8)
    version = models.CharField(_("version"), max_length=20)
    digest = models.CharField(max_length=64, editable=False)
    file = models.ForeignKey(
        PolicyPack, models.PROTECT, verbose_name=_("file"), null=True, related_name="versions"
    )
    settings: Any = models.JSONField(_("readings"), default=dict, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="+")
    since = models.DateField(_("in force since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)
    proposed = models.BooleanField(_("proposal"), default=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("made by"), null=True, related_name="+"
    )

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_policy_in_force_per_place",
                fields=["place"],
                condition=Q(until=None, proposed=False),
            ),
            models.CheckConstraint(
                name="policy_dates_in_order",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None
