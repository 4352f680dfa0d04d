"""Places in the back office: a code says level and parent, so neither is asked for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.resources import ModelResource

from grid.choices import LEVEL_OF_LENGTH, Level
from grid.models import Household, Place, User, ancestor_codes
from grid.permissions import Permission
from grid.pinyin import initials

NO_GRID = "000"  # stands where a building has no grid


def parent_of(code: str, user: User) -> Place:
    """Return the place a new code belongs to, or say what is wrong with the code."""
    words = {"code": code}
    if not (code.isascii() and code.isdigit()) or len(code) not in LEVEL_OF_LENGTH:
        raise ValidationError(
            _("%(code)s is no code of a place: 2, 4, 6, 9, 12, 15 or 18 digits.") % words
        )
    if not user.can(Permission.CONFIGURE, Place(code=code)):
        raise ValidationError(_("%(code)s lies outside your area.") % words)
    above: Place | None = (
        Place.objects.filter(code__in=ancestor_codes(code)[:-1]).order_by("-code").first()
    )
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


class PlaceResource(ModelResource):  # type: ignore[misc]  # import_export has no types
    """Places by code, inside the importing user's area alone."""

    class Meta:
        model = Place
        import_id_fields = ["code"]
        fields = ["code", "name", "level", "parent", "closed"]
        skip_unchanged = True
        clean_model_instances = True

    def before_import_row(self, row: Any, user: User | None = None, **_kwargs: Any) -> None:
        """Fill in what the code says; a code outside the user's area is a fault of the row."""
        code = str(row.get("code") or "").strip()
        assert user is not None  # noqa: S101  the admin passes it
        row["code"], row["parent"] = code, parent_of(code, user).code
        row["level"] = int(Place.level_of(code))

    def before_save_instance(self, instance: Place, _row: Any, **_kwargs: Any) -> None:
        """Keep the initials in step with the name."""
        instance.pinyin = initials(instance.name)


class HouseholdResource(ModelResource):  # type: ignore[misc]  # import_export has no types
    """Households by place and door number, for export."""

    class Meta:
        model = Household
        fields = ["place", "number", "address", "use", "head_name", "home_suitable", "assessed_on"]
