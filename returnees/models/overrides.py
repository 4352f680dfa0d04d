"""A class set by people against the notice's own rows: with reason, approved, reversible."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import User
from grid.scope import ScopedQuerySet
from returnees.choices import OverrideState
from returnees.models.episodes import Episode


class OverrideQuerySet(ScopedQuerySet):
    """Overrides by the place of their episode."""

    place_lookup = "episode__place"
    household_lookup = "episode__person__household"
    person_lookup = "episode__person"


@tracked
class Override(models.Model):
    """Another row of the notice for one person, as proposed, approved or taken back (A-24, A-55).

    Approved by the township or above; at most one in force or proposed per episode.
    """

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="overrides")
    row = models.CharField(_("class"), max_length=32)
    was = models.CharField(_("class before"), max_length=32)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=OverrideState)
    asked_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("proposed by"), null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("decided by"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note of the decision"), max_length=200, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_override_per_episode",
                fields=["episode"],
                condition=Q(state__in=(OverrideState.PROPOSED, OverrideState.IN_FORCE)),
                violation_error_message=_("There is an override of this person already."),
            ),
            models.CheckConstraint(
                name="override_decided_with_time",
                condition=Q(state=OverrideState.PROPOSED) | Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.row}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.episode.scope_keys()
