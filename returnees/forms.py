"""Forms of returns: what is done with an episode, a test, a stage, an abnormal finding."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.days import today
from grid.forms.fields import DateInput, DateTimeInput, PlaceField
from returnees.choices import HealthCode, Outcome, TestResult
from returnees.services.inputs import CertificateInput

ENTERED = [
    (value, label)
    for value, label in TestResult.choices
    if value in (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.REFUSED, TestResult.INVALID)
]


def now_to_the_minute() -> Any:
    """Return the local time without seconds: where a time field begins."""
    return timezone.localtime().replace(second=0, microsecond=0)


class ArrivalForm(forms.Form):
    """When the person arrived."""

    arrived_at = forms.DateTimeField(
        label=_("Arrived at"), widget=DateTimeInput(), initial=now_to_the_minute
    )


class WhyForm(forms.Form):
    """A reason that is kept with the act."""

    why = forms.CharField(label=_("Reason"), max_length=200)


class DivertForm(WhyForm):
    """The person went elsewhere."""

    to_place = PlaceField(label=_("Went to"), required=False, free=True)

    def fields_for_service(self) -> dict[str, Any]:
        """Return what divert takes: a place of the tree, or its name in the reason."""
        place, text = self.cleaned_data["to_place"]
        why = self.cleaned_data["why"]
        if place is None and text:
            why = f"{why} → {text}"[:200]
        return {"why": why, "to_place": place}


class FactsForm(WhyForm):
    """Facts that came in after the report; the plan is made anew from them."""

    health_code = forms.ChoiceField(
        label=_("Health code"), choices=[("", _("unchanged")), *HealthCode.choices], required=False
    )
    certificate_sampled_on = forms.DateField(
        label=_("Certificate: sampled on"), widget=DateInput(), required=False
    )
    home_single_room = forms.ChoiceField(
        label=_("Single-room isolation possible"),
        choices=[("", _("unchanged")), ("yes", _("yes")), ("no", _("no"))],
        required=False,
    )
    contact = forms.ChoiceField(
        label=_("Identified as contact"),
        choices=[
            ("", _("unchanged")),
            ("close", _("close contact")),
            ("secondary", _("contact of a contact")),
            ("general", _("general contact")),
        ],
        required=False,
    )

    def changes(self) -> dict[str, Any]:
        """Return what update_facts is to change; fields left empty stay as they are."""
        data = self.cleaned_data
        changes: dict[str, Any] = {
            name: data[name] for name in ("health_code", "contact") if data[name]
        }
        if data["home_single_room"]:
            changes["home_single_room"] = data["home_single_room"] == "yes"
        if data["certificate_sampled_on"]:
            paper = CertificateInput(sampled_on=data["certificate_sampled_on"])
            changes["certificates"] = (paper,)
        return changes


class TestResultForm(forms.Form):
    """When the sample was taken and what came of it."""

    __test__ = False  # not a test case, whatever its name

    sampled_at = forms.DateTimeField(label=_("Sampled at"), widget=DateTimeInput())
    result = forms.ChoiceField(label=_("Result"), choices=ENTERED, widget=forms.RadioSelect)
    laboratory = forms.CharField(label=_("Laboratory"), max_length=80, required=False)


class StageCloseForm(forms.Form):
    """Closing a stage; a centralised one needs the number of its release note (A-02)."""

    closed_on = forms.DateField(label=_("Closed on"), widget=DateInput(), initial=today)
    release_note = forms.CharField(label=_("Release note number"), max_length=40, required=False)


class AbnormalityCloseForm(forms.Form):
    """How an abnormal finding ended."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
