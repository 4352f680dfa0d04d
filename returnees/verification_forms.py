"""Forms of contacts to verify: the filter, an attempt, the answer, another village."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level
from grid.forms.fields import DateInput, OwnVillageField, PlaceField
from grid.forms.responsibility import place_choices
from grid.models import User
from grid.permissions import Permission
from returnees.choices import AttemptWay, Relation, TestResult, VerificationState
from returnees.models import Verification

SHOWN = [
    ("open", _("to be verified")),
    ("mine", _("mine, open")),
    ("overdue", _("overdue")),
    ("done", _("answered")),
    ("all", _("all")),
]
ANSWERS = [one for one in VerificationState.choices if one[0] != VerificationState.TO_VERIFY]
RESULTS = [
    (value, label)
    for value, label in TestResult.choices
    if value in (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.PENDING)
]


class VerificationFilter(forms.Form):
    """Which contacts to show."""

    q = forms.CharField(label=_("Search"), required=False)
    show = forms.ChoiceField(label=_("Show"), choices=SHOWN, required=False, initial="open")
    place = forms.ChoiceField(label=_("Village"), required=False)
    relation = forms.ChoiceField(
        label=_("Contact"), choices=[("", _("all")), *Relation.choices], required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        chosen = self.data.get("place", "")
        self.fields["place"].choices = place_choices(user, chosen)  # type: ignore[attr-defined]


class AttemptForm(forms.Form):
    """How somebody was looked for and not found."""

    way = forms.ChoiceField(label=_("How"), choices=AttemptWay, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), max_length=120, required=False)


class OutcomeForm(forms.Form):
    """What was found out about somebody."""

    state = forms.ChoiceField(
        label=_("What was found out"), choices=ANSWERS, widget=forms.RadioSelect
    )
    went_to = PlaceField(
        label=_("Went to"),
        required=False,
        free=True,
        help_text=_("Where the person went elsewhere: city and county."),
    )
    measures = forms.CharField(
        label=_("Measures"),
        max_length=120,
        required=False,
        help_text=_("For whoever is here: where and how the person is managed, since when."),
    )
    last_test_on = forms.DateField(label=_("Last test on"), widget=DateInput(), required=False)
    last_test_result = forms.ChoiceField(
        label=_("Its result"), choices=[("", "—"), *RESULTS], required=False
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def fields_for_service(self) -> dict[str, Any]:
        """Return what record_outcome takes."""
        data = dict(self.cleaned_data)
        place, text = data.pop("went_to")
        return {"went_to": place, "went_to_text": text[:120], **data}


def first_answer(one: Verification) -> dict[str, Any]:
    """Return what the form of an answer begins with: the answer there is."""
    if one.is_open:
        return {}
    return {
        "state": one.state,
        "went_to": (one.went_to_id or "", one.went_to_text),
        "measures": one.measures,
        "last_test_on": one.last_test_on,
        "last_test_result": one.last_test_result,
        "note": one.note,
    }


class HandOnForm(forms.Form):
    """Which village verifies somebody."""

    village = OwnVillageField(label=_("Village"))

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        village = self.fields["village"]
        assert isinstance(village, OwnVillageField)  # noqa: S101  declared above
        village.of(user, Permission.ASSIGN, deepest=Level.VILLAGE)
