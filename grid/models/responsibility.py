"""包保 as dated facts: who answers for which place, block, household or person, and who is away."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.choices import Tier
from grid.days import today
from grid.models.people import Person
from grid.models.places import Block, Household, Place
from grid.models.users import User
from grid.scope import ScopedQuerySet, active_on

TARGETS = ("place", "block", "household", "person")


class AssignmentQuerySet(ScopedQuerySet):
    """Assignments by day and target."""

    place_lookup = "at"
    household_lookup = "household"
    person_lookup = "person"

    def active_on(self, day: date) -> Self:
        """Return the assignments in force on a day."""
        return self.filter(active_on(day))

    def open(self) -> Self:
        """Return the assignments nobody has ended."""
        return self.filter(until=None)


@tracked
class Assignment(models.Model):
    """A cadre answers for a target from a day on (JY-2j, JY-16c, A-43). Ended and begun only.

    `until` is the first day no longer covered. Write through grid.services.responsibility.
    """

    cadre = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("cadre"), related_name="assignments"
    )
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, default=Tier.HOUSEHOLD)
    lead = models.BooleanField(_("lead"), default=True)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=_("place"),
        null=True,
        blank=True,
        related_name="assignments",
    )
    block = models.ForeignKey(
        Block,
        models.PROTECT,
        verbose_name=_("block"),
        null=True,
        blank=True,
        related_name="assignments",
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        verbose_name=_("household"),
        null=True,
        blank=True,
        related_name="assignments",
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        verbose_name=_("person"),
        null=True,
        blank=True,
        related_name="assignments",
    )
    # Where the target lies, kept beside it so that lists and scope need no join.
    at = models.ForeignKey(Place, models.PROTECT, related_name="+", editable=False)
    since = models.DateField(_("since"), default=today)
    until = models.DateField(_("until (not included)"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="assignment_has_one_target",
                condition=Q(
                    *(
                        Q(**{f"{other}__isnull": other != target for other in TARGETS})
                        for target in TARGETS
                    ),
                    _connector=Q.OR,
                ),
                violation_error_message=_("An assignment has exactly one target."),
            ),
            models.CheckConstraint(
                name="assignment_dates_in_order",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                violation_error_message=_("The assignment ends before it begins."),
            ),
            *(
                models.UniqueConstraint(
                    name=f"one_open_lead_per_{target}",
                    fields=[target, "tier"],
                    condition=Q(until=None, lead=True, **{f"{target}__isnull": False}),
                )
                for target in TARGETS
            ),
            *(
                models.UniqueConstraint(
                    name=f"cadre_open_once_per_{target}",
                    fields=["cadre", target, "tier"],
                    condition=Q(until=None, **{f"{target}__isnull": False}),
                )
                for target in TARGETS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadre} → {self.target}"

    @property
    def target(self) -> Place | Block | Household | Person:
        """What the cadre answers for."""
        target = self.person or self.household or self.place or self.block
        if target is None:
            raise ValueError("This assignment has no target.")
        return target

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.at_id, self.household_id, self.person_id


@tracked
class Leave(models.Model):
    """A cadre is away from `since` up to, not including, `until`; `cover` does the work."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("cadre"), related_name="leaves")
    cover = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("covered by"), related_name="covers"
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("back at work on"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="leave_dates_in_order",
                condition=Q(until__gt=models.F("since")),
                violation_error_message=_("The leave ends before it begins."),
            ),
            models.CheckConstraint(
                name="leave_covered_by_another",
                condition=~Q(user=models.F("cover")),
                violation_error_message=_("Nobody covers for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.since}"
