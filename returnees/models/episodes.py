"""Episodes (管理期): the plan as the notice says, stages and tests as they happened."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.models import Person, Place, Site, User, person_matches
from grid.scope import ScopedQuerySet
from returnees.choices import (
    OPEN_STATES,
    EpisodeState,
    StageKind,
    TestPurpose,
    TestResult,
)
from returnees.models.policies import PolicyVersion
from returnees.models.reports import AdvanceReport


class EpisodeQuerySet(ScopedQuerySet):
    """Episodes by state, day and search text."""

    household_lookup = "person__household"
    person_lookup = "person"

    def open(self) -> Self:
        """Return those expected or under management."""
        return self.filter(state__in=OPEN_STATES)

    def active(self) -> Self:
        """Return those under management."""
        return self.filter(state=EpisodeState.ACTIVE)

    def expected(self) -> Self:
        """Return those reported who have not arrived."""
        return self.filter(state=EpisodeState.EXPECTED)

    def matching(self, text: str) -> Self:
        """Return the episodes of persons whom the search text fits."""
        text = text.strip()
        return self.filter(person_matches(text, "person__")) if text else self


@tracked
class Episode(models.Model):
    """One person's management period: facts, plan, state.

    `facts` and `plan` are those of contracts.md (policy_plan); `revision` rises with every new
    plan, so that derived work knows when it is stale.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("person"), related_name="episodes"
    )
    report = models.OneToOneField(
        AdvanceReport, models.PROTECT, verbose_name=_("report"), related_name="episode"
    )
    place = models.ForeignKey(  # found by episode_place_state
        Place,
        models.PROTECT,
        verbose_name=_("village of the stay"),
        related_name="episodes",
        db_index=False,
    )
    policy = models.ForeignKey(
        PolicyVersion, models.PROTECT, verbose_name=_("notice"), related_name="episodes"
    )
    responsible = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("responsible cadre"),
        null=True,
        blank=True,
        related_name="episodes",
    )
    state = models.CharField(_("state"), max_length=10, choices=EpisodeState)
    classification = models.CharField(_("class"), max_length=32)
    stage_kind = models.CharField(  # of the stage running now, kept for lists
        _("current stage"), max_length=20, choices=StageKind, blank=True
    )
    facts = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    arrives_on = models.DateField(_("arrives on"))  # expected, then actual
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered at"))
    observation_ends = models.DateField(_("observation ends"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_why = models.CharField(_("closed because"), max_length=200, blank=True)

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        ordering: ClassVar = ["-arrives_on", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_episode_per_person",
                fields=["person"],
                condition=Q(state__in=OPEN_STATES),
                violation_error_message=_("This person is under management already."),
            ),
            models.CheckConstraint(
                name="episode_closed_with_time",
                condition=Q(state__in=OPEN_STATES, closed_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="active_episode_has_arrived",
                condition=~Q(state=EpisodeState.ACTIVE) | Q(arrived_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["place", "state", "arrives_on"], name="episode_place_state"),
            models.Index(
                fields=["responsible"], condition=Q(state__in=OPEN_STATES), name="episode_open_by"
            ),
            models.Index(fields=["-arrives_on", "-id"], name="episode_latest"),  # the list's order
        ]

    def __str__(self) -> str:
        return str(self.person)

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.person.household_id, self.person_id

    @property
    def is_open(self) -> bool:
        """Whether the person is expected or under management."""
        return self.state in OPEN_STATES

    @property
    def is_expected(self) -> bool:
        """Whether the person has reported and not arrived."""
        return self.state == EpisodeState.EXPECTED

    @property
    def is_active(self) -> bool:
        """Whether the person is under management."""
        return self.state == EpisodeState.ACTIVE

    @property
    def is_late_report(self) -> bool:
        """Whether the report came later than the notice asks (JY-2a)."""
        report: dict[str, Any] = self.plan.get("report") or {}
        return report.get("status") == "late"


class StageQuerySet(models.QuerySet["Stage"]):
    """Stages by state and day."""

    def open(self) -> Self:
        """Return the stages neither closed nor superseded."""
        return self.filter(closed_on=None, superseded_on=None)

    def running_on(self, day: date) -> Self:
        """Return the open stages that have begun by a day."""
        return self.open().filter(first_day__lte=day)


@tracked
class Stage(models.Model):
    """One stage of the plan; it closes past its last day with every test negative (C-8)."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="stages")
    n = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=20, choices=StageKind)
    day0 = models.DateField(_("day 0"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)  # none for a hold
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    clause = models.CharField(_("clause"), max_length=12, blank=True)
    site = models.ForeignKey(
        Site, models.PROTECT, verbose_name=_("isolation site"), null=True, blank=True
    )
    room = models.CharField(_("room"), max_length=12, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    release_note = models.CharField(_("release note number"), max_length=40, blank=True)
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering: ClassVar = ["day0", "n"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="stage_dates_in_order",
                condition=Q(day0__lte=F("first_day"))
                & (Q(last_day=None) | Q(first_day__lte=F("last_day"))),
            ),
            models.CheckConstraint(
                name="centralised_stage_closed_with_note",
                condition=~Q(kind=StageKind.CENTRALISED) | Q(closed_on=None) | ~Q(release_note=""),
                violation_error_message=_("A centralised stage closes with a release note."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["episode"],
                condition=Q(closed_on=None, superseded_on=None),
                name="stage_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day}"

    @property
    def is_open(self) -> bool:
        """Whether the stage is neither closed nor superseded."""
        return self.closed_on is None and self.superseded_on is None

    def is_held_on(self, day: date) -> bool:
        """Say whether the stage should be over by this day and is not closed (C-8)."""
        return self.is_open and self.last_day is not None and day > self.last_day


class TestQuerySet(ScopedQuerySet):
    """Tests by episode."""

    place_lookup = "episode__place"
    household_lookup = "episode__person__household"
    person_lookup = "episode__person"

    def due(self) -> Self:
        """Return the tests without a final result that still apply."""
        return self.filter(result__in=(TestResult.PENDING, TestResult.INVALID), superseded_on=None)


@tracked
class Test(models.Model):
    """A nucleic-acid test owed or taken."""

    __test__ = False  # not a test case, whatever its name

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="tests")
    stage = models.ForeignKey(
        Stage, models.SET_NULL, verbose_name=_("stage"), null=True, blank=True, related_name="tests"
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=TestPurpose)
    n = models.PositiveSmallIntegerField(_("number"))  # day of the stage, day after the end
    planned_on = models.DateField(_("planned on"))
    due_on = models.DateField(_("due on"))
    clause = models.CharField(_("clause"), max_length=12, blank=True)
    result = models.CharField(
        _("result"), max_length=8, choices=TestResult, default=TestResult.PENDING
    )
    sampled_at = models.DateTimeField(_("sampled at"), null=True, blank=True)
    result_at = models.DateTimeField(_("result entered at"), null=True, blank=True)
    laboratory = models.CharField(_("laboratory"), max_length=80, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)

    objects = TestQuerySet.as_manager()

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="test_result_with_sampling",
                condition=Q(sampled_at__isnull=False)
                | ~Q(result__in=(TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.INVALID)),
                violation_error_message=_("A result needs the time of sampling."),
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["episode"],
                condition=Q(result=TestResult.PENDING, superseded_on=None),
                name="test_pending",
            ),
            models.Index(  # the sweep looks for what came in lately
                fields=["result_at"], condition=Q(result_at__isnull=False), name="test_result_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.due_on}"
