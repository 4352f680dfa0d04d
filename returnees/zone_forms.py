"""Forms of closed zones: where, since when, decided by whom, the last case, lifted when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level
from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.models import Place, User
from grid.permissions import Permission
from returnees.models import ControlZone


class ZoneForm(forms.Form):
    """A place under closed management."""

    township = forms.ModelChoiceField(
        label=_("A whole township or street"), queryset=Place.objects.none(), required=False
    )
    place = PlaceField(label=_("or a village, grid or building"), required=False)
    since = forms.DateField(label=_("Closed since"), widget=DateInput(), initial=today)
    last_case_on = forms.DateField(
        label=_("Last case on"),
        widget=DateInput(),
        help_text=_("The fourteen clear days count from here."),
    )
    approved_by = forms.CharField(
        label=_("Approved by (headquarters)"),
        max_length=80,
        help_text=_("The headquarters of the prefecture that decided after its assessment."),
    )
    reference = forms.CharField(label=_("Decision number"), max_length=80, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        allowed = Place.objects.visible_to(user, Permission.PUBLISH)
        self.fields["township"].queryset = (  # type: ignore[attr-defined]
            allowed.filter(level=Level.TOWNSHIP, closed=False).order_by("code")
        )
        place = self.fields["place"]
        assert isinstance(place, PlaceField)  # noqa: S101  declared above
        place.of(user, Permission.PUBLISH)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = (data.get("place") or (None, ""))[0]
        township = data.pop("township", None)
        data["place"] = chosen or township
        if "place" in self.errors or "township" in self.errors:
            return data
        if chosen is not None and township is not None:
            self.add_error("place", _("Choose either a whole township or a place in it, not both."))
        elif data["place"] is None:
            self.add_error("place", _("Choose the place that is closed."))
        return data


class LastCaseForm(forms.Form):
    """A further case in a closed zone."""

    last_case_on = forms.DateField(label=_("Last case on"), widget=DateInput(), initial=today)


class LiftForm(forms.Form):
    """The first day on which a zone is open again."""

    until = forms.DateField(label=_("Open again from"), widget=DateInput(), initial=today)
    why = forms.CharField(
        label=_("Reason"),
        max_length=160,
        required=False,
        help_text=_("Needed when fourteen clear days are not over yet."),
    )


def forms_for(zone: ControlZone) -> dict[str, forms.Form]:
    """Return the forms of the acts upon a zone, with ids of their own."""
    return {
        "lift": LiftForm(auto_id=f"id_%s_{zone.pk}"),
        "case": LastCaseForm(auto_id=f"case_%s_{zone.pk}"),
    }
