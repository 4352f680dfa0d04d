"""Work: duties, the spans in which they are owed, tasks."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grid.models import Place, User
from grid.scope import ScopedQuerySet
from returnees.models import Episode
from schedules.choices import CLOSED_BY_EVIDENCE, Evidence, TaskState


class Duty(models.Model):
    """A duty of a pack, kept in step with it so that set-based SQL can join it."""

    key = models.CharField(_("key"), max_length=40, primary_key=True, db_collation="C")
    pack = models.CharField(_("notice"), max_length=8)
    position = models.PositiveSmallIntegerField(default=0)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=80)
    clause = models.CharField(_("clause"), max_length=12)
    evidence = models.CharField(_("closed by"), max_length=16, choices=Evidence)
    missable = models.BooleanField(
        _("missed when the day is over"), help_text=_("Otherwise it stays overdue until done.")
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering: ClassVar = ["pack", "position"]

    def __str__(self) -> str:
        return self.title_zh if (get_language() or "zh").startswith("zh") else self.title_en


class DutySpan(models.Model):
    """A duty is owed from the first to the last day, every n days: a handful of rows an episode."""

    # The constraint below leads with the episode; nobody looks spans up by duty alone. Derived
    # rows point where the rows they are made from do, and duties stay: of a million rows nothing
    # would be learnt by looking each duty up again.
    episode = models.ForeignKey(Episode, models.CASCADE, related_name="spans", db_index=False)
    duty = models.ForeignKey(
        Duty, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    first_day = models.DateField()
    last_day = models.DateField()
    every = models.PositiveSmallIntegerField(default=1)  # days
    due_time = models.TimeField(null=True)  # local, of each day; neither given: 24:00
    due_at = models.DateTimeField(null=True)  # of a one-off
    occasion = models.CharField(max_length=48, default="", db_collation="C")  # empty: daily
    late = models.BooleanField(default=False)  # came up when it was already too late
    clause = models.CharField(max_length=12)

    objects = models.Manager()

    class Meta:
        verbose_name = _("duty span")
        verbose_name_plural = _("duty spans")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="span_once", fields=["episode", "duty", "first_day", "occasion"]
            ),
            models.CheckConstraint(
                name="span_in_order",
                condition=Q(first_day__lte=models.F("last_day")) & Q(every__gte=1),
            ),
            models.CheckConstraint(
                name="span_has_one_due", condition=Q(due_at=None) | Q(due_time=None)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["last_day", "first_day"], name="span_days")]


class Derivation(models.Model):
    """The revision of the plan from which an episode's spans were made; behind it = stale.

    `told` is the class and version the policy text was last owed for, `told_from` since when, if
    it has changed: the text is owed again from then (JY-2n).
    """

    episode = models.OneToOneField(Episode, models.CASCADE, primary_key=True, related_name="+")
    revision = models.PositiveIntegerField()
    told = models.CharField(max_length=60, default="")
    told_from = models.DateTimeField(null=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("derivation")
        verbose_name_plural = _("derivations")


class TaskQuerySet(ScopedQuerySet):
    """Tasks by state, day, holder."""

    household_lookup = "episode__person__household"
    person_lookup = "episode__person"

    def pending(self) -> Self:
        """Return the tasks still to be done."""
        return self.filter(state=TaskState.PENDING)

    def done(self) -> Self:
        """Return the tasks closed by evidence, in time or late."""
        return self.filter(state__in=CLOSED_BY_EVIDENCE)

    def held_by(self, user: User) -> Self:
        """Return the tasks a cadre holds."""
        return self.filter(holder=user)

    def on(self, day: date) -> Self:
        """Return the tasks of one day."""
        return self.filter(due_day=day)

    def open_by(self, day: date) -> Self:
        """Return what is to be done on a day: that day's tasks and older ones still pending."""
        return self.pending().filter(due_day__lte=day)

    def overdue(self, now: datetime) -> Self:
        """Return the pending tasks whose due time has passed."""
        return self.pending().filter(due_at__lt=now)


class Task(models.Model):
    """One duty on one day toward one returnee: derived, never pushed; closed by evidence.

    Unique per (episode, duty, due day, occasion); a cancelled task owed again is re-opened.
    """

    # Every index and every look-up of a key is paid for by each of the morning's rows: only those
    # that a page needs. Holder and village are copied from the episode, where they are checked.
    episode = models.ForeignKey(Episode, models.CASCADE, related_name="tasks", db_index=False)
    duty = models.ForeignKey(
        Duty,
        models.PROTECT,
        verbose_name=_("duty"),
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    due_day = models.DateField(_("day"))
    occasion = models.CharField(max_length=48, default="", db_collation="C", editable=False)
    due_at = models.DateTimeField(_("due at"))
    # Came up when it was already too late, so that it can only be done late.
    late = models.BooleanField(_("late from the start"), db_default=False)
    holder = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("cadre"),
        null=True,
        related_name="tasks",
        db_index=False,
        db_constraint=False,
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=_("village"),
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    clause = models.CharField(_("clause"), max_length=12)
    state = models.CharField(_("state"), max_length=9, choices=TaskState, default=TaskState.PENDING)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    evidence_key = models.BigIntegerField(null=True, blank=True)  # pk of the evidence row
    # When attempts to reach the person failed three times (six in place, item 2).
    raised_at = models.DateTimeField(_("raised at"), null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="task_once", fields=["episode", "due_day", "duty", "occasion"]
            ),
            models.CheckConstraint(
                name="task_done_with_time",
                condition=Q(state__in=CLOSED_BY_EVIDENCE, done_at__isnull=False)
                | (~Q(state__in=CLOSED_BY_EVIDENCE) & Q(done_at=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["holder", "due_day"],
                condition=Q(state="pending"),
                name="task_pending_holder",
            ),
            models.Index(
                fields=["place", "due_day"],
                condition=Q(state="pending"),
                name="task_pending_place",
            ),
            # The day first: one day's tasks below a place are one range, whatever the history.
            models.Index(fields=["due_day", "place"], name="task_day_place"),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.due_day}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.episode.person.household_id, self.episode.person_id

    @property
    def is_pending(self) -> bool:
        """Whether the task is still to be done."""
        return self.state == TaskState.PENDING

    @property
    def is_done(self) -> bool:
        """Whether evidence closed the task."""
        return self.state in CLOSED_BY_EVIDENCE

    def is_overdue_at(self, now: datetime) -> bool:
        """Say whether the task should have been done by now."""
        return self.is_pending and self.due_at < now
