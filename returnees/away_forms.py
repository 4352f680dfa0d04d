"""Forms of the ledger of residents away."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.forms.responsibility import place_choices
from grid.identity import mask_phone
from grid.models import User
from returnees.models import Away

REASONS = {
    "work": _("Work"),
    "business": _("Business"),
    "study": _("Study"),
    "family": _("Family"),
    "medical": _("Medical treatment"),
    "army": _("Military service"),
    "other": _("Other"),
}
PLAIN = ("since", "returns_on", "employer", "occupation", "note")


class AwayForm(forms.Form):
    """Where a resident is, and when they mean to come back."""

    place = PlaceField(
        label=_("Is in"), free=True, help_text=_("City and district, if known the street.")
    )
    since = forms.DateField(label=_("Away since"), widget=DateInput(), required=False)
    returns_on = forms.DateField(
        label=_("Means to return on"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: not known."),
    )
    employer = forms.CharField(label=_("Unit"), max_length=80, required=False)
    occupation = forms.CharField(label=_("Occupation"), max_length=60, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def fields_for_service(self) -> dict[str, Any]:
        """Return what note_away and update_away take."""
        data = self.cleaned_data
        place, text = data["place"]
        return {"place": place, "text": text[:120], **{name: data[name] for name in PLAIN}}


def first_values(away: Away) -> dict[str, Any]:
    """Return what the form of an entry begins with."""
    place = (away.place_id or "", away.text)
    return {"place": place, **{name: getattr(away, name) for name in PLAIN}}


def said_in_list(away: Away) -> list[tuple[Any, str]]:
    """Return what a ledger said beyond the form, as (label, value); phones masked."""
    extra = away.extra or {}
    shown = {
        _("Why away"): REASONS.get(extra.get("reason", ""), ""),
        _("Companions"): extra.get("companions"),
        _("Contact at home"): extra.get("contact"),
        _("Phone of the contact at home"): mask_phone(extra.get("contact_phone") or ""),
        _("Head of the household"): extra.get("head"),
        _("Address at home"): extra.get("home_address"),
    }
    return [(label, str(value)) for label, value in shown.items() if value]


class AwayEndForm(forms.Form):
    """How an entry ends without a report."""

    why = forms.ChoiceField(
        label=_("What happened"),
        choices=[("came back", _("came back")), ("moved away", _("moved away for good"))],
        widget=forms.RadioSelect,
        initial="came back",
    )
    ended_on = forms.DateField(label=_("On"), widget=DateInput(), initial=today)


class AwayFilter(forms.Form):
    """Which residents away to show."""

    q = forms.CharField(label=_("Search"), required=False)
    where = forms.CharField(label=_("Is in"), required=False, max_length=60)
    place = forms.ChoiceField(label=_("Village"), required=False)
    days = forms.TypedChoiceField(
        label=_("Means to return"),
        choices=[
            ("", _("all")),
            ("3", _("within 3 days")),
            ("7", _("within 7 days")),
            ("14", _("within 14 days")),
            ("30", _("within 30 days")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    touched = forms.BooleanField(label=_("in an area at risk now"), required=False)
    unadvised = forms.BooleanField(label=_("not advised yet"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        chosen = self.data.get("place", "")
        self.fields["place"].choices = place_choices(user, chosen)  # type: ignore[attr-defined]
