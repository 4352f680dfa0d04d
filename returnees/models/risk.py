"""Risk lists by publication date, and the areas they put at risk, each with its dates."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.choices import LEVELS, Aspect, EntryState, ListState, Mark


class RiskListVersionQuerySet(models.QuerySet["RiskListVersion"]):
    """Versions by state and day."""

    def published(self) -> Self:
        """Return those in force once, the latest first."""
        return self.filter(state=ListState.PUBLISHED).order_by("-day", "-published_at")

    def drafts(self) -> Self:
        """Return those not published yet."""
        return self.filter(state=ListState.DRAFT)


@tracked
class RiskListVersion(models.Model):
    """A list as it was published on a day (JX57-3a, GZ-1a).

    It states in full what it covers: an area of these aspects that it does not name ends with it.
    """

    day = models.DateField(_("list of"))
    state = models.CharField(_("state"), max_length=10, choices=ListState, default=ListState.DRAFT)
    covers = ArrayField(
        models.CharField(max_length=16, choices=Aspect), verbose_name=_("states in full")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    text = models.TextField(_("text as pasted"), blank=True)
    digest = models.CharField(max_length=64, editable=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("made by"), null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("published by"), null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    objects = RiskListVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk list")
        verbose_name_plural = _("risk lists")
        ordering: ClassVar = ["-day", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="risk_list_published_with_time",
                condition=Q(published_at=None) ^ Q(state=ListState.PUBLISHED),
            )
        ]

    def __str__(self) -> str:
        return _("Risk list of %(day)s") % {"day": self.day}


@tracked
class RiskEntry(models.Model):
    """One line of a list: what it says, and which place that is.

    `part` is what the line names inside the place when it is not the whole of it: who was in that
    place may or may not have been there, and is asked.
    """

    version = models.ForeignKey(RiskListVersion, models.CASCADE, related_name="entries")
    row = models.PositiveIntegerField(_("row"))
    text = models.CharField(_("as written"), max_length=300)
    mark = models.CharField(_("level or flag"), max_length=16, choices=Mark)
    state = models.CharField(_("state"), max_length=10, choices=EntryState)
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), null=True, blank=True, related_name="+"
    )
    part = models.CharField(_("only this part"), max_length=200, blank=True)
    choices = models.JSONField(default=list)  # codes that the text may mean, the likeliest first
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("line of a risk list")
        verbose_name_plural = _("lines of a risk list")
        ordering: ClassVar = ["row", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="risk_entry_resolved_with_place",
                condition=~Q(state=EntryState.RESOLVED) | Q(place__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text


class RiskAreaQuerySet(ScopedQuerySet):
    """Risk areas by day and place."""

    def on_any_day_between(self, first: date, last: date) -> Self:
        """Return the areas in force on at least one of these days."""
        return self.filter(since__lte=last).filter(Q(until=None) | Q(until__gt=first))

    def in_force(self, day: date) -> Self:
        """Return the areas in force on a day."""
        return self.on_any_day_between(day, day)

    def of_aspect(self, aspect: str) -> Self:
        """Return those that state a level, or carry this flag."""
        return self.filter(mark__in=LEVELS if aspect == Aspect.LEVEL else (aspect,))


@tracked
class RiskArea(models.Model):
    """A level or flag of a place with its dates; a finer place overrides a coarser one (JX8-2b).

    With `part` it speaks only of something inside the place. One open row per place, part and
    aspect. `last_case_on` counts the clear days of JX8-18.
    """

    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="risk_areas"
    )
    part = models.CharField(_("only this part"), max_length=200, blank=True)
    mark = models.CharField(_("level or flag"), max_length=16, choices=Mark)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (not included)"), null=True, blank=True)
    last_case_on = models.DateField(_("last case on"), null=True, blank=True)
    opened_by = models.ForeignKey(
        RiskListVersion,
        models.PROTECT,
        verbose_name=_("begun by"),
        null=True,
        blank=True,
        related_name="opened",
    )
    ended_by = models.ForeignKey(
        RiskListVersion,
        models.PROTECT,
        verbose_name=_("ended by"),
        null=True,
        blank=True,
        related_name="ended",
    )
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
                name="one_open_level_per_area",
                fields=["place", "part"],
                condition=Q(until=None, mark__in=LEVELS),
                violation_error_message=_("This place has an open level already; end it first."),
            ),
            models.UniqueConstraint(
                name="one_open_flag_per_area",
                fields=["place", "part", "mark"],
                condition=Q(until=None) & ~Q(mark__in=LEVELS),
                violation_error_message=_("This place carries the flag already."),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["since", "until"], name="risk_area_dates")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.mark}"

    @property
    def aspect(self) -> str:
        """`level`, or the flag itself: what only one open row may state."""
        return Aspect.LEVEL.value if self.mark in LEVELS else self.mark
