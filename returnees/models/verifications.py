"""Contacts another place asks about (协查): whether they are here, and what was done."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked
from grid.choices import IdType, Sex
from grid.fields import HashField, SealedTextField
from grid.models import Findable, Person, Place, User, person_matches
from grid.scope import ScopedQuerySet
from returnees.choices import AttemptWay, Relation, TestResult, VerificationState
from returnees.models.episodes import Episode

HALF_A_YEAR = timedelta(days=183)  # within which an earlier verification is shown


class VerificationQuerySet(ScopedQuerySet):
    """Verifications by state, day and search text."""

    household_lookup = "person__household"
    person_lookup = "person"

    def open(self) -> Self:
        """Return those without an answer."""
        return self.filter(state=VerificationState.TO_VERIFY)

    def answered(self) -> Self:
        """Return those with an answer."""
        return self.exclude(state=VerificationState.TO_VERIFY)

    def overdue(self, now: datetime) -> Self:
        """Return those whose answer should be there by now."""
        return self.open().filter(due_at__lt=now)

    def matching(self, text: str) -> Self:
        """Return those whose name, number or letter the search text fits."""
        text = text.strip()
        return self.filter(person_matches(text) | Q(letter_no=text)) if text else self


@tracked
class Verification(Findable, models.Model):
    """One person of a letter, to be found and answered for.

    Who they are stands here, sealed, as the letter says it: they need not be anybody the grid
    knows. `person` is set where they are, or once they are found here. `place` is the village that
    verifies; `shared` where the letter named none. Two moments: `received_at` of the letter and
    `due_at` of the answer.
    """

    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="verifications"
    )
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("village"), related_name="+")
    shared = models.BooleanField(_("the list named no village"), default=False)
    responsible = models.ForeignKey(
        User, models.PROTECT, verbose_name=_("responsible cadre"), null=True, blank=True,
        related_name="verifications",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=30, blank=True, editable=False, db_collation="C")
    id_type = models.CharField(_("document"), max_length=18, choices=IdType, default=IdType.ID_CARD)
    id_number = SealedTextField(_("ID number"), default="", blank=True)
    id_hash = HashField(db_index=True)
    id_last4_hash = HashField(db_index=True)
    phone = SealedTextField(_("phone"), default="", blank=True)
    phone_hash = HashField(db_index=True)
    phone_last4_hash = HashField(db_index=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField(_("born on"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    relation = models.CharField(_("contact"), max_length=10, choices=Relation, blank=True)
    exposure = models.CharField(_("exposure"), max_length=200, blank=True)
    exposed_on = models.DateField(_("exposed on"), null=True, blank=True)
    case = models.CharField(_("case"), max_length=60, blank=True)
    letter_from = models.CharField(_("letter from"), max_length=80, blank=True)
    letter_no = models.CharField(_("letter number"), max_length=60, blank=True)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("answer due at"))
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=VerificationState, default=VerificationState.TO_VERIFY
    )
    went_to = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("went to"), null=True, blank=True, related_name="+"
    )
    went_to_text = models.CharField(_("went to, as written"), max_length=120, blank=True)
    measures = models.CharField(_("measures"), max_length=120, blank=True)
    last_test_on = models.DateField(_("last test on"), null=True, blank=True)
    last_test_result = models.CharField(
        _("result of the last test"), max_length=8, choices=TestResult, blank=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    episode = models.ForeignKey(  # the placement that followed
        Episode, models.SET_NULL, null=True, blank=True, related_name="verifications"
    )
    batch_key = models.UUIDField(null=True, blank=True, editable=False)
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(_("noted at"), auto_now_add=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact to verify")
        verbose_name_plural = _("contacts to verify")
        ordering: ClassVar = ["due_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="verification_answered_with_time",
                condition=Q(state="to_verify", verified_at=None)
                | (~Q(state="to_verify") & Q(verified_at__isnull=False)),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["place", "due_at"], name="verification_place_due"),
            models.Index(
                fields=["responsible"],
                condition=Q(state="to_verify"),
                name="verification_open_by",
            ),
            models.Index(fields=["due_at", "id"], name="verification_due"),  # the list's order
        ]

    def __str__(self) -> str:
        return self.name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        household = self.person.household_id if self.person else None
        return self.place_id, household, self.person_id

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered yet."""
        return self.state == VerificationState.TO_VERIFY

    @property
    def is_overdue(self) -> bool:
        """Whether the answer should be there by now, or came late."""
        return (self.verified_at or timezone.now()) > self.due_at


class AttemptQuerySet(ScopedQuerySet):
    """Attempts by the village that makes them."""

    place_lookup = "verification__place"
    household_lookup = "verification__person__household"
    person_lookup = "verification__person"


@tracked
class VerificationAttempt(models.Model):
    """One attempt to reach somebody that came to nothing: how, when, by whom."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="attempts")
    way = models.CharField(_("how"), max_length=6, choices=AttemptWay)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=120, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt to reach a contact")
        verbose_name_plural = _("attempts to reach contacts")
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.at:%Y-%m-%d %H:%M}"
