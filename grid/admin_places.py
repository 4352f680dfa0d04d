"""Places in the back office: a code says level and parent, so neither is asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db.models import CharField, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from grid.announce import responsibility_changed
from grid.choices import LEVEL_OF_LENGTH, Level
from grid.exchange.resources import PortalResource
from grid.exchange.widgets import Several
from grid.models import Block, BlockVillage, Place, User, ancestor_codes
from grid.permissions import Permission
from grid.pinyin import initials

NO_GRID = "000"  # stands where a building has no grid


def parent_of(code: str, user: User, known: Mapping[str, Place] | None = None) -> Place:
    """Return the place a new code belongs to, or say what is wrong with the code.

    `known` are places by code where many codes are asked about.
    """
    words = {"code": code}
    if not (code.isascii() and code.isdigit()) or len(code) not in LEVEL_OF_LENGTH:
        raise ValidationError(
            _("%(code)s is no code of a place: 2, 4, 6, 9, 12, 15 or 18 digits.") % words
        )
    if not user.can(Permission.CONFIGURE, Place(code=code)):
        raise ValidationError(_("%(code)s lies outside your area.") % words)
    ancestors = ancestor_codes(code)[:-1]
    if known is None:
        known = Place.objects.in_bulk(ancestors)
    above = next((known[one] for one in reversed(ancestors) if one in known), None)
    level = Place.level_of(code)
    wanted = level - 1
    if level == Level.BUILDING and code[12:15] == NO_GRID:
        wanted = Level.VILLAGE
    if above is None or above.level != wanted:
        raise ValidationError(_("The place above %(code)s is not there: make it first.") % words)
    return above


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Code, name and whether it is still in use."""

    user: User

    class Meta:
        model = Place
        fields = ["code", "name", "closed"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk and "code" not in self.fields:
            return data
        if code := data.get("code"):
            self.instance.parent = parent_of(code, self.user)
            self.instance.level = Place.level_of(code)
        return data


class PlaceResource(PortalResource):
    """Places by code, inside the importing user's area alone."""

    read_only: ClassVar = ("level", "parent")
    computed: ClassVar = ("pinyin",)

    class Meta:
        model = Place
        import_id_fields = ("code",)
        fields = ("code", "name", "level", "parent", "closed")

    def prepare(self, rows: list[Any]) -> None:
        """Load every ancestor that the codes of the file have."""
        codes = {one for row in rows for one in ancestor_codes(self.cell(row, "code"))}
        self.places = Place.objects.in_bulk(list(codes))

    def check(self, instance: Place, row: Any) -> dict[str, Any]:
        """Fill in what the code says; a place of an earlier row may be the one above."""
        assert self.user is not None  # noqa: S101  the admin passes it
        try:
            above = parent_of(instance.code, self.user, self.places)
        except ValidationError as error:
            return {"code": error.messages}
        instance.parent_id, instance.level = above.pk, Place.level_of(instance.code)
        instance.pinyin = initials(instance.name)
        self.places.setdefault(instance.code, instance)
        return {}


class BlockResource(PortalResource):
    """Blocks by township and name, with the codes of their villages in one cell."""

    villages = Field("village_codes", column_name="villages", widget=Several())
    titles: ClassVar = {"villages": gettext_lazy("Codes of the villages")}

    class Meta:
        model = Block
        import_id_fields = ("township", "name")
        fields = ("township", "name", "villages")

    def get_queryset(self) -> Any:
        return with_villages(super().get_queryset())

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        return with_villages(queryset)

    def prepare(self, rows: list[Any]) -> None:
        """Load townships and villages, and the block each village is in."""
        towns = {self.cell(row, "township") for row in rows}
        codes = {code for row in rows for code in Several().clean(self.cell(row, "villages"))}
        names = {self.cell(row, "name") for row in rows}
        self.places = Place.objects.in_bulk([*towns, *codes])
        blocks = Block.objects.filter(township__in=towns, name__in=names)
        elsewhere = BlockVillage.objects.filter(village__in=codes).exclude(block__in=blocks)
        self.elsewhere = dict(elsewhere.values_list("village", "block__name"))

    def check(self, instance: Block, row: Any) -> dict[str, Any]:
        """A block lies in the user's area; its villages lie in its township and in no other."""
        town = self.places.get(instance.township_id)
        if town is None or town.level != Level.TOWNSHIP:
            return {"township": _("%(code)s is no township.") % {"code": instance.township_id}}
        if self.user is None or not self.user.can(self.right, instance):
            return {"township": _("%(code)s lies outside your area.") % {"code": town.code}}
        for code in getattr(instance, "village_codes", None) or ():
            village = self.places.get(code)
            words = {"code": code, "town": town, "block": self.elsewhere.get(code)}
            if village is None or village.level != Level.VILLAGE or code[:9] != town.code:
                return {"villages": _("%(code)s is no village of %(town)s.") % words}
            if words["block"]:
                return {"villages": _("%(code)s is in the block %(block)s already.") % words}
            self.elsewhere[code] = instance.name  # the next row cannot have it as well
        return {}

    def finish(self, written: list[Block]) -> None:
        """Write the villages of the written blocks."""
        given = {
            code: block for block in written for code in getattr(block, "village_codes", None) or ()
        }
        gone = BlockVillage.objects.filter(Q(block__in=written) | Q(village__in=given))
        gone.delete()
        BlockVillage.objects.bulk_create(
            BlockVillage(block=block, village_id=code) for code, block in given.items()
        )
        responsibility_changed({block.township_id for block in written})


def with_villages(blocks: Any) -> Any:
    """Give each block the codes of its villages, in one query."""
    codes = ArrayAgg(
        "memberships__village", filter=~Q(memberships=None), order_by="memberships__village"
    )
    return blocks.annotate(village_codes=Coalesce(codes, Value([], ArrayField(CharField()))))
