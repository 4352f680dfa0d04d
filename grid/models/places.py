"""The place tree, blocks, households and isolation sites."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid import identity
from grid.audit import tracked
from grid.choices import CODE_LENGTHS, LEVEL_OF_LENGTH, Level, Use
from grid.fields import SealedTextField
from grid.scope import ScopedQuerySet


def ancestor_codes(code: str) -> list[str]:
    """Return the codes of a place's ancestors and its own, from the top down."""
    return [code[:n] for n in CODE_LENGTHS.values() if n <= len(code)]


class PlaceQuerySet(ScopedQuerySet):
    """Places by level and position."""

    place_lookup = "code"

    def at_level(self, level: Level) -> Self:
        """Return the places of one level."""
        return self.filter(level=level)

    def with_ancestors_of(self, code: str) -> Self:
        """Return the place and everything above it, from the top down."""
        return self.filter(code__in=ancestor_codes(code)).order_by("code")


class Place(models.Model):
    """A node of the tree; its code's prefixes are its ancestors (2-4-6-9-12-15-18 digits).

    Source of codes down to the village: the national statistical code, trailing zeros dropped.
    Grids add three digits, buildings three more; "000" stands where a building has no grid.
    """

    code = models.CharField(_("code"), max_length=18, primary_key=True, db_collation="C")
    name = models.CharField(_("name"), max_length=80)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        related_name="children",
        # import_places sets it from the code in the same statement; a check per row of 665,000
        # would double the load for nothing.
        db_constraint=False,
    )
    pinyin = models.CharField(_("initials"), max_length=40, blank=True, db_collation="C")
    closed = models.BooleanField(_("no longer in use"), default=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="place_code_fits_level",
                condition=models.Q(
                    *(
                        models.Q(level=level, code__regex=rf"^[0-9]{{{length}}}$")
                        for level, length in CODE_LENGTHS.items()
                    ),
                    _connector=models.Q.OR,
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.code, None, None

    @property
    def village_code(self) -> str:
        """The code of the village this place is in, or its own above that level."""
        return self.code[: CODE_LENGTHS[Level.VILLAGE]]

    @staticmethod
    def level_of(code: str) -> Level:
        """Return the level a code's length says; KeyError for any other length."""
        return LEVEL_OF_LENGTH[len(code)]


class BlockQuerySet(ScopedQuerySet):
    """Blocks by their township."""

    place_lookup = "township"


@tracked
class Block(models.Model):
    """A named set of villages of one township (片): the second tier's target (JY-16c)."""

    township = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("township"), related_name="blocks"
    )
    name = models.CharField(_("name"), max_length=40)
    villages = models.ManyToManyField(
        Place, through="BlockVillage", verbose_name=_("villages"), related_name="in_blocks"
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints: ClassVar = [
            models.UniqueConstraint(name="block_name_in_township", fields=["township", "name"])
        ]

    def __str__(self) -> str:
        return self.name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.township_id, None, None


class BlockVillage(models.Model):
    """Membership of a village in a block; a village is in one block at most."""

    block = models.ForeignKey(Block, models.CASCADE, related_name="memberships")
    village = models.OneToOneField(Place, models.PROTECT, related_name="block_membership")

    class Meta:
        verbose_name = _("village of the block")
        verbose_name_plural = _("villages of the block")

    def __str__(self) -> str:
        return self.village_id


class HouseholdQuerySet(ScopedQuerySet):
    """Households by place."""

    household_lookup = "pk"


@tracked
class Household(models.Model):
    """A dwelling with the people in it, below a building, grid or village (JY-2j, JY-2k)."""

    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="households"
    )
    number = models.CharField(_("door number"), max_length=40)
    address = models.CharField(_("address"), max_length=120, blank=True)
    use = models.CharField(_("use"), max_length=12, choices=Use, default=Use.RESIDENT)
    head_name = models.CharField(_("head of household"), max_length=60, blank=True)
    phone = SealedTextField(_("phone"), default="", blank=True)
    size = models.PositiveSmallIntegerField(
        _("household size"), null=True, blank=True, help_text=_("As declared, registered or not.")
    )
    landlord = models.ForeignKey(
        "Person",
        models.PROTECT,
        verbose_name=_("landlord"),
        null=True,
        blank=True,
        related_name="lets",
        help_text=_("Who lets answers for the tenants."),
    )
    # Ledgers name landlords who are no registered persons: `landlord` may be empty beside these.
    landlord_name = models.CharField(_("landlord's name"), max_length=60, blank=True)
    landlord_phone = SealedTextField(_("landlord's phone"), default="", blank=True)
    home_suitable = models.BooleanField(
        _("single-room isolation possible"), null=True, blank=True
    )  # JY-2f; empty = not assessed
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    closed_on = models.DateField(_("given up on"), null=True, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering: ClassVar = ["place_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="household_number_in_place",
                fields=["place", "number"],
                condition=models.Q(closed_on=None),
            ),
            models.CheckConstraint(
                name="home_assessed_with_date",
                condition=models.Q(home_suitable=None) | models.Q(assessed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.address or self.number

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, self.pk, None

    @property
    def masked_phone(self) -> str:
        """The phone number with its middle hidden."""
        return identity.mask_phone(self.phone)

    @property
    def masked_landlord_phone(self) -> str:
        """The landlord's phone number with its middle hidden."""
        return identity.mask_phone(self.landlord_phone)


class SiteQuerySet(ScopedQuerySet):
    """Isolation sites by place."""


@tracked
class Site(models.Model):
    """An isolation site for centralised stages (JY-7a, JX8-7a); minimal for now."""

    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="sites")
    name = models.CharField(_("name"), max_length=60)
    rooms = models.PositiveIntegerField(_("single rooms"), default=0)
    closed = models.BooleanField(_("no longer in use"), default=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("isolation site")
        verbose_name_plural = _("isolation sites")

    def __str__(self) -> str:
        return self.name

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        return self.place_id, None, None
