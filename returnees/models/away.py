"""Residents who are away (外出人员): who, where, and when they mean to come back."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.fields import SealedJSONField
from grid.models import Person, Place, User, person_matches
from grid.scope import ScopedQuerySet
from returnees.models.reports import AdvanceReport


class AwayQuerySet(ScopedQuerySet):
    """Entries of the ledger by place and search text."""

    place_lookup = "home"
    household_lookup = "person__household"
    person_lookup = "person"

    def open(self) -> Self:
        """Return those still away."""
        return self.filter(ended_on=None)

    def matching(self, text: str) -> Self:
        """Return the entries of persons whom the search text fits."""
        text = text.strip()
        return self.filter(person_matches(text, "person__")) if text else self


@tracked
class Away(models.Model):
    """A resident who is away; one open entry per person."""

    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("person"), related_name="absences"
    )
    home = models.ForeignKey(Place, models.PROTECT, verbose_name=_("village"), related_name="+")
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("is in"), null=True, blank=True, related_name="+"
    )
    text = models.CharField(_("is in, as written"), max_length=120, blank=True)
    since = models.DateField(_("away since"), null=True, blank=True)
    returns_on = models.DateField(_("means to return on"), null=True, blank=True)
    employer = models.CharField(_("unit"), max_length=80, blank=True)
    occupation = models.CharField(_("occupation"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # What a ledger says beyond these columns, by field key: companions, the contact at home.
    extra = SealedJSONField(null=True, blank=True)
    asked_on = models.DateField(_("last asked on"), null=True, blank=True)
    advised_at = models.DateTimeField(_("advised not to come at"), null=True, blank=True)
    advised_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    report = models.ForeignKey(
        AdvanceReport, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    objects = AwayQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident away")
        verbose_name_plural = _("residents away")
        ordering: ClassVar = [models.F("returns_on").asc(nulls_last=True), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_absence_per_person",
                fields=["person"],
                condition=Q(ended_on=None),
                violation_error_message=_("This person is in the ledger already."),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["home"], condition=Q(ended_on=None), name="away_open"),
            models.Index(fields=["place"], condition=Q(ended_on=None), name="away_where"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.home_id, self.person.household_id, self.person_id
