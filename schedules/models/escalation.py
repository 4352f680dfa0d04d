"""What was not done in time and who above was told: one row a subject and tier."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.choices import Tier
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.models import Abnormality, Episode
from schedules.choices import Matter
from schedules.models.work import Task


class EscalationQuerySet(ScopedQuerySet):
    """Escalations by place and state."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"

    def open(self) -> Self:
        """Return those whose matter is not settled."""
        return self.filter(closed_at=None)

    def unanswered(self) -> Self:
        """Return open ones that whoever was told has not acknowledged."""
        return self.open().filter(answered_at=None)


class Escalation(models.Model):
    """A tier above was told, once, that something is not done; what they answered."""

    matter = models.CharField(_("matter"), max_length=10, choices=Matter)
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="escalations")
    abnormality = models.ForeignKey(
        Abnormality, models.CASCADE, null=True, related_name="escalations"
    )
    episode = models.ForeignKey(Episode, models.CASCADE, related_name="escalations")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier)
    user = models.ForeignKey(User, models.PROTECT, verbose_name=_("told"), related_name="+")
    since = models.DateTimeField(_("not done since"))
    told_at = models.DateTimeField(_("told at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("settled at"), null=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering: ClassVar = ["-told_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="task_told_once", fields=["task", "matter", "tier"]),
            models.UniqueConstraint(name="finding_told_once", fields=["abnormality", "tier"]),
            models.CheckConstraint(
                name="escalation_of_one",
                condition=Q(task=None, abnormality__isnull=False)
                | Q(task__isnull=False, abnormality=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "told_at"], condition=Q(closed_at=None), name="escalation_open_user"
            ),
            models.Index(
                fields=["place"], condition=Q(closed_at=None), name="escalation_open_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_matter_display()} {self.get_tier_display()}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()
