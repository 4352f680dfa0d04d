"""Persons: identity and where they belong; nothing about an epidemic stands here."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid import identity
from grid.audit import tracked
from grid.choices import IdType, Sex
from grid.crypto import keyed_hash
from grid.fields import HashField, SealedTextField
from grid.models.places import Household, Place
from grid.pinyin import initials
from grid.scope import ScopedQuerySet


class PersonQuerySet(ScopedQuerySet):
    """Persons by place, household and what a user types into the search box."""

    household_lookup = "household"
    person_lookup = "pk"

    def matching(self, text: str) -> Self:
        """Return persons whose name, initials, phone or ID number fits the search text.

        Digits are looked up by keyed hash: a whole phone or ID number, or its last four places.
        """
        text = text.strip()
        return self.filter(person_matches(text)) if text else self

    def with_id_number(self, number: str) -> Self:
        """Return the person with this identity number."""
        return self.filter(id_hash=id_hash(number))


def person_matches(text: str, prefix: str = "") -> Q:
    """Return the search condition for a model that reaches Person under this prefix."""
    compact = text.replace(" ", "").upper()
    if len(compact) >= 4 and compact[:-1].isdigit():
        return (
            Q(**{f"{prefix}id_hash": id_hash(compact)})
            | Q(**{f"{prefix}phone_hash": phone_hash(compact)})
            | Q(**{f"{prefix}id_last4_hash": keyed_hash("id4", compact)})
            | Q(**{f"{prefix}phone_last4_hash": keyed_hash("phone4", compact)})
        )
    condition = Q(**{f"{prefix}name__contains": text})
    if compact.isascii() and compact.isalpha():
        condition |= Q(**{f"{prefix}pinyin__startswith": compact.lower()})
    return condition


def id_hash(number: str) -> bytes:
    """Return the look-up hash of an identity number."""
    return keyed_hash("id", identity.normalise_id(number))


def phone_hash(number: str) -> bytes:
    """Return the look-up hash of a phone number."""
    return keyed_hash("phone", number)


class Findable:
    """What names somebody sealed, and is found by name, initials, phone or ID number.

    A model of this kind has the columns of Person that `derive` fills, by the same names.
    """

    name: Any
    pinyin: Any
    id_type: Any
    id_number: Any
    id_hash: Any
    id_last4_hash: Any
    phone: Any
    phone_hash: Any
    phone_last4_hash: Any
    sex: Any
    birth_date: Any

    def derive(self) -> Self:
        """Fill the look-up columns and what the ID number says; call before every write."""
        self.pinyin = initials(self.name)
        number = identity.normalise_id(self.id_number)
        self.id_number = number
        self.id_hash = id_hash(number) if number else None
        self.id_last4_hash = keyed_hash("id4", number[-4:]) if number else None
        self.phone_hash = phone_hash(self.phone) if self.phone else None
        self.phone_last4_hash = keyed_hash("phone4", self.phone[-4:]) if self.phone else None
        if self.id_type == IdType.ID_CARD and identity.is_valid(number):
            self.sex = identity.sex_of(number)
            self.birth_date = identity.birth_of(number)
        return self

    @property
    def masked_id(self) -> str:
        """The ID number with its middle hidden."""
        return identity.mask_id(self.id_number)

    @property
    def masked_phone(self) -> str:
        """The phone number with its middle hidden."""
        return identity.mask_phone(self.phone)


@tracked
class Person(Findable, models.Model):
    """Somebody the grid knows. ID number and phone are encrypted and shown masked (JY-18d)."""

    name = models.CharField(_("name"), max_length=60)
    pinyin = models.CharField(max_length=30, blank=True, editable=False, db_collation="C")
    id_type = models.CharField(_("document"), max_length=18, choices=IdType, default=IdType.ID_CARD)
    id_number = SealedTextField(_("ID number"), default="", blank=True)
    id_hash = HashField()
    id_last4_hash = HashField(db_index=True)
    phone = SealedTextField(_("phone"), default="", blank=True)
    phone_hash = HashField(db_index=True)
    phone_last4_hash = HashField(db_index=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField(_("born on"), null=True, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("village"), related_name="persons"
    )
    household = models.ForeignKey(
        Household,
        models.SET_NULL,
        verbose_name=_("household"),
        null=True,
        blank=True,
        related_name="members",
    )
    registered_at = models.DateTimeField(_("registered at"), auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_person_per_id_number",
                fields=["id_hash"],
                violation_error_message=_("This ID number is registered already."),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["pinyin"], name="person_pinyin")]

    def __str__(self) -> str:
        return self.name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.household_id, self.pk

    def age_on(self, day: date) -> int | None:
        """Return the age in years on a day, if the birth date is known."""
        if self.birth_date is None:
            return None
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before
