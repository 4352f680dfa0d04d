"""Re-screening: whom a new list, notice or zone touches, and what was decided about each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.choices import ItemState, ScreeningState, Touch
from returnees.models.episodes import Episode
from returnees.models.policies import PolicyVersion
from returnees.models.risk import RiskListVersion
from returnees.models.zones import ControlZone


class Screening(models.Model):
    """One re-screening with exactly one origin; `day` is day 0 of the plans it makes (A-35)."""

    risk_list = models.OneToOneField(
        RiskListVersion,
        models.CASCADE,
        verbose_name=_("risk list"),
        null=True,
        blank=True,
        related_name="screening",
    )
    policy = models.OneToOneField(
        PolicyVersion,
        models.CASCADE,
        verbose_name=_("notice"),
        null=True,
        blank=True,
        related_name="screening",
    )
    zone = models.OneToOneField(
        ControlZone,
        models.CASCADE,
        verbose_name=_("zone"),
        null=True,
        blank=True,
        related_name="screening",
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=ScreeningState)
    found_at = models.DateTimeField(_("looked for at"), null=True, blank=True)
    figures = models.JSONField(default=dict)  # counts of the last search
    error = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("re-screening")
        verbose_name_plural = _("re-screenings")
        ordering: ClassVar = ["-made_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="screening_has_one_origin",
                condition=(
                    Q(risk_list__isnull=False, policy=None, zone=None)
                    | Q(risk_list=None, policy__isnull=False, zone=None)
                    | Q(risk_list=None, policy=None, zone__isnull=False)
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.origin)

    @property
    def origin(self) -> RiskListVersion | PolicyVersion | ControlZone:
        """The list, notice or zone that asks for it."""
        origin = self.risk_list or self.policy or self.zone
        if origin is None:  # the database refuses such a row
            raise ValueError("a re-screening has an origin")
        return origin


class ScreeningItemQuerySet(ScopedQuerySet):
    """Items by the place of their episode."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"


@tracked
class ScreeningItem(models.Model):
    """One person touched: how, what the plan is now, what it would become, what was decided.

    `before` and `after` are summaries of plans (returnees.screening): class, end, rooms, tests.
    """

    screening = models.ForeignKey(Screening, models.CASCADE, related_name="items")
    episode = models.ForeignKey(Episode, models.CASCADE, related_name="screenings")
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("village"), related_name="+")
    touch = models.CharField(_("touched"), max_length=10, choices=Touch)
    why = models.JSONField(default=list)  # [{stay, place, part, mark, was}]: what touches whom
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    changes = models.BooleanField(_("the plan changes"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ItemState, default=ItemState.PENDING
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = ScreeningItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("person touched")
        verbose_name_plural = _("persons touched")
        ordering: ClassVar = ["place_id", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="screened_once", fields=["screening", "episode"])
        ]
        indexes: ClassVar = [
            models.Index(fields=["screening", "state", "place"], name="screening_open")
        ]

    def __str__(self) -> str:
        return str(self.episode)

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()
