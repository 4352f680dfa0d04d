"""Forms of permits to leave."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.forms.responsibility import place_choices
from grid.models import User
from returnees.choices import PermitState, TestResult
from returnees.services.permits import Journey

RESULTS = [
    (value, label)
    for value, label in TestResult.choices
    if value in (TestResult.NEGATIVE, TestResult.PENDING, TestResult.POSITIVE)
]


class PermitForm(forms.Form):
    """Where somebody wants to go, when, why, and with which certificate."""

    destination = PlaceField(label=_("Wants to go to"), free=True)
    leaves_on = forms.DateField(label=_("Leaves on"), widget=DateInput(), initial=today)
    returns_on = forms.DateField(label=_("Returns on"), widget=DateInput(), required=False)
    necessity = forms.CharField(
        label=_("Why it is necessary"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sampled_on = forms.DateField(
        label=_("Test certificate: sampled on"),
        widget=DateInput(),
        required=False,
        help_text=_("Its age counts on the day of departure."),
    )
    result = forms.ChoiceField(label=_("Test certificate: result"), choices=RESULTS, required=False)

    def journey(self) -> Journey:
        """Return what is asked for."""
        data = dict(self.cleaned_data)
        place, text = data.pop("destination")
        if not data["sampled_on"]:
            data["result"] = ""
        return Journey(destination=place, text=text, **data)


class PermitFilter(forms.Form):
    """Which permits to show."""

    q = forms.CharField(label=_("Search"), required=False)
    place = forms.ChoiceField(label=_("Village"), required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("all")), *PermitState.choices], required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        chosen = self.data.get("place", "")
        self.fields["place"].choices = place_choices(user, chosen)  # type: ignore[attr-defined]
