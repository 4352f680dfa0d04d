"""Thresholds of places, and what a supervisor is to look into where one is crossed."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Place, User
from grid.scope import ScopedQuerySet
from schedules.choices import Shortfall


@tracked
class Threshold(models.Model):
    """How little done, or how much left undone, calls a supervisor to a place.

    A township without a row of its own is judged by the portal's (settings.GRID["thresholds"]);
    another place is judged only where it has one.
    """

    place = models.ForeignKey(Place, models.CASCADE, verbose_name=_("place"), related_name="+")
    kind = models.CharField(_("about"), max_length=10, choices=Shortfall)
    bound = models.PositiveIntegerField(
        _("threshold"),
        null=True,
        blank=True,
        help_text=_(
            "Of health checks: fewer than so many in a hundred. Otherwise: more than so many. "
            "Empty: this place is not judged."
        ),
    )
    at = models.TimeField(_("judged at"))

    objects = models.Manager()

    class Meta:
        verbose_name = _("threshold of a place")
        verbose_name_plural = _("thresholds of places")
        ordering: ClassVar = ["place", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="threshold_once", fields=["place", "kind"]),
            models.CheckConstraint(
                name="threshold_in_a_hundred",
                condition=~Q(kind=Shortfall.CHECKS) | Q(bound=None) | Q(bound__lte=100),
                violation_error_message=_("Of health checks: a number from 0 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.get_kind_display()}"


class InspectionQuerySet(ScopedQuerySet):
    """Inspections by place and state."""

    def open(self) -> Self:
        """Return those nobody has closed."""
        return self.filter(done_at=None)

    def done(self) -> Self:
        """Return those that were closed."""
        return self.filter(done_at__isnull=False)


class Inspection(models.Model):
    """A place crossed a threshold on a day: somebody is to look into it and to say what was found.

    `figures` holds `total`, `lacking`, `bound`, and `worst`: up to five places below with what
    they lack, the most first.
    """

    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="+")
    kind = models.CharField(_("about"), max_length=10, choices=Shortfall)
    day = models.DateField(_("day"))
    figures = models.JSONField(_("figures"))
    made_at = models.DateTimeField(_("made at"))
    due_at = models.DateTimeField(_("due at"))
    holder = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("supervisor"), null=True, related_name="inspections"
    )
    note = models.CharField(_("what was found"), max_length=500, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("closed by"), null=True, related_name="+"
    )
    done_at = models.DateTimeField(_("closed at"), null=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="inspection_once", fields=["place", "kind", "day"]),
            models.CheckConstraint(
                name="inspection_closed_by_somebody",
                condition=Q(done_at=None, done_by=None, note="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(note=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder"], condition=Q(done_at=None), name="inspection_open")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.get_kind_display()} {self.day}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.done_at is None

    @property
    def sentence(self) -> str:
        """The figures in words."""
        total, lacking = self.figures["total"], self.figures["lacking"]
        given = {"n": lacking, "done": total - lacking, "total": total, **self.figures}
        if self.kind == Shortfall.CHECKS:
            given["percent"] = (total - lacking) * 100 // total
            text = gettext(
                "%(done)s of %(total)s health checks done (%(percent)s in a hundred), "
                "at least %(bound)s in a hundred are wanted."
            )
        elif self.kind == Shortfall.OVERDUE:
            text = ngettext(
                "%(n)s task is overdue, at most %(bound)s may be.",
                "%(n)s tasks are overdue, at most %(bound)s may be.",
                lacking,
            )
        else:
            text = ngettext(
                "Nobody has answered for %(n)s person, at most %(bound)s may wait.",
                "Nobody has answered for %(n)s persons, at most %(bound)s may wait.",
                lacking,
            )
        return text % given
