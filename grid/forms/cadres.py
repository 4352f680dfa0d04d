"""Forms of cadres and their posts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level, Role
from grid.days import today
from grid.forms.fields import DateInput
from grid.identity import MOBILE
from grid.models import Block, Place, User
from grid.permissions import Permission

LOWEST = Level.GRID  # posts are at grids, villages and above


def places_for_posts(user: User) -> Any:
    """Return the places at which the user may give posts, from the top down."""
    levels = [Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, LOWEST]
    rows = Place.objects.visible_to(user, Permission.MANAGE_POSTS).filter(closed=False)
    return rows.filter(level__in=levels).order_by("code")


class PlaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A place, set in by its level."""

    def label_from_instance(self, place: Any) -> str:
        indent: str = "　" * max(0, place.level - Level.TOWNSHIP)
        return indent + str(place.name)


class PostForm(forms.Form):
    """A role at a place, or over a block."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)
    place = PlaceChoice(label=_("Place"), queryset=Place.objects.none(), required=False)
    block = forms.ModelChoiceField(label=_("Block"), queryset=Block.objects.none(), required=False)
    since = forms.DateField(label=_("Since"), widget=DateInput(), initial=today)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places_for_posts(user)  # type: ignore[attr-defined]
        blocks = Block.objects.visible_to(user, Permission.MANAGE_POSTS)
        self.fields["block"].queryset = blocks  # type: ignore[attr-defined]
        if not blocks.exists():
            del self.fields["block"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("place")) == bool(data.get("block")):
            self.add_error("place", _("Choose either a place or a block."))
        return data


class CadreForm(PostForm):
    """A new cadre with a first post."""

    phone = forms.RegexField(
        MOBILE,
        label=_("Phone"),
        help_text=_("The log-in."),
        error_messages={"invalid": _("A mobile number has eleven digits: 1xxxxxxxxxx.")},
    )
    name = forms.CharField(label=_("Name"), max_length=30)
    unit = forms.CharField(label=_("Unit"), max_length=60, required=False)
    title = forms.CharField(label=_("Post title"), max_length=40, required=False)
    party_member = forms.BooleanField(label=_("party member"), required=False)

    field_order = ["name", "phone", "unit", "title", "party_member", "role", "place", "block"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        del self.fields["since"]
