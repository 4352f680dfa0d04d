"""The public question: where from, when, with which papers. Nothing about who asks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.days import at, today
from grid.forms.fields import DateInput, DateTimeInput, PlaceField, YesNoField
from grid.models import Place
from policies.pack import CONTACTS
from returnees.clock import local_day
from returnees.pack_words import contact_words, role_words
from returnees.report_forms import PapersForm

MOST_STAYS = 10
DAYS_BACK, DAYS_AHEAD = 60, 180  # days around today in which an arrival can be asked about


class StayAsked(forms.Form):
    """One place of the last 14 days and the last day there."""

    place = PlaceField(label=_("Where"), required=False)
    last_day = forms.DateField(label=_("last day there"), widget=DateInput(), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        place, _text = data.get("place") or (None, "")
        if place and not data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Enter the last day there."))
        if data.get("last_day") and place is None and "place" not in self.errors:
            self.add_error("place", _("Enter where that was."))
        return data

    @property
    def stay(self) -> tuple[Place, date] | None:
        """The place and the last day there, or None for an empty row; of a valid form."""
        place, _text = self.cleaned_data.get("place") or (None, "")
        return (place, self.cleaned_data["last_day"]) if place else None


def stay_forms(data: Mapping[str, str] | None, *, more: int = 0) -> list[StayAsked]:
    """Return the rows for stays: as many as the address names, at least one."""
    named = (name.split("-")[0][1:] for name in data or () if name.startswith("s") and "-" in name)
    numbers = [int(number) for number in named if number.isdecimal() and len(number) < 4]
    rows = min(max([1, *(number + 1 for number in numbers)]) + more, MOST_STAYS)
    return [StayAsked(data, prefix=f"s{n}") for n in range(rows)]


class QuestionForm(PapersForm):
    """The journey and the papers."""

    to = forms.ChoiceField(label=_("Where to"))
    village = forms.CharField(widget=forms.HiddenInput(), required=False, max_length=12)
    arrives_on = forms.DateField(label=_("Arrives on"), widget=DateInput())
    departs_at = forms.DateTimeField(label=_("Sets out at"), widget=DateTimeInput(), required=False)
    sampled_on = forms.DateField(
        label=_("Negative test: sampled on"), widget=DateInput(), required=False
    )
    own_room = YesNoField(label=_("A room of one's own at home"))
    role = forms.ChoiceField(label=_("Pupil, student, staff of a school"), required=False)
    contact = forms.ChoiceField(label=_("Contact of a case"), required=False)
    quarantine_proof = forms.BooleanField(label=_("There is proof of quarantine"), required=False)

    groups = (
        (_("Your journey"), ("to", "arrives_on", "departs_at")),
        (_("Your papers"), ("sampled_on", "health_code")),
        (_("About you"), ("own_room", "role", "contact")),
        (_("From abroad"), ("entered_on", "quarantine_days", "negative_tests", "quarantine_proof")),
    )

    def __init__(self, data: Any, *, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._choices("to", places)
        roles = [(role, role_words(role)) for role in ("student", "school_staff")]
        self._choices("role", [("", _("neither")), *roles])
        contacts = [(level, contact_words(level)) for level in CONTACTS]
        self._choices("contact", [("", _("not that I know")), *contacts])
        if len(places) == 1:
            self.fields["to"].widget = forms.HiddenInput()
            self.initial.setdefault("to", places[0][0])

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = list(choices)

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def clean_arrives_on(self) -> date:
        day: date = self.cleaned_data["arrives_on"]
        first, last = today() - timedelta(DAYS_BACK), today() + timedelta(DAYS_AHEAD)
        if not first <= day <= last:
            raise forms.ValidationError(
                _("Enter a day between %(first)s and %(last)s."),
                params={"first": first, "last": last},
            )
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        arrival = data.get("arrives_on")
        if arrival is None:
            return data
        left = data.get("departs_at")
        if left and local_day(left) > arrival:
            self.add_error(
                "departs_at", _("The departure lies after the arrival; correct one of the two.")
            )
        for name, sentence in AFTER_ARRIVAL.items():
            if data.get(name) and data[name] > arrival:
                self.add_error(name, sentence)
        served = data.get("quarantine_days") or data.get("negative_tests")
        if served and not data.get("entered_on") and "entered_on" not in self.errors:
            self.add_error("entered_on", _("Enter the day of entry, or leave these empty."))
        return data

    def arrives_at(self) -> datetime:
        """Return the end of the day of arrival: nobody knows the hour, and no rule asks for it."""
        return at(self.cleaned_data["arrives_on"], time(23, 59))

    def facts(self) -> dict[str, Any]:
        """Return the planner's facts but the stays; call on a valid form."""
        data = self.cleaned_data
        left = data.get("departs_at")
        facts: dict[str, Any] = {
            "arrives_at": self.arrives_at().isoformat(),
            "departs_at": left.isoformat() if left else None,
            "health_code": data["health_code"] or None,
            "home_single_room": data["own_room"],
            "role": data["role"] or None,
            "contact": data["contact"] or None,
        }
        if data["sampled_on"]:
            sampled = data["sampled_on"].isoformat()
            facts["certificate"] = {"sampled_on": sampled, "result": "negative"}
        if data["entered_on"]:
            facts["overseas"] = {
                "entered_on": data["entered_on"].isoformat(),
                "quarantine_days": data["quarantine_days"] or 0,
                "quarantine_proof": data["quarantine_proof"],
                "negative_tests": data["negative_tests"] or 0,
            }
        return {name: value for name, value in facts.items() if value is not None}


AFTER_ARRIVAL = {
    "sampled_on": _("The test was sampled after the arrival; correct one of the two."),
    "entered_on": _("The entry lies after the arrival; correct one of the two."),
}


def check_stays(stays: Sequence[StayAsked], arrival: date | None) -> bool:
    """Say whether the rows are right together: at least one stay, none after the arrival."""
    judged = [form.is_valid() for form in stays]  # every row says what is wrong with it
    valid = all(judged)
    if valid and not any(form.stay for form in stays):
        stays[0].add_error("place", _("Enter where you come from."))
        return False
    for form in stays:
        stay = form.stay if form.is_valid() else None
        if stay and arrival and stay[1] > arrival:
            form.add_error(
                "last_day",
                _("The last day there lies after the arrival; correct one of the two."),
            )
            valid = False
    return valid
