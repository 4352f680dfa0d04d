"""The advance report on paper: who, from where, when, how, where they were, papers, health."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid import identity
from grid.choices import IdType, Level, Sex
from grid.forms.fields import DateInput, DateTimeInput, OwnVillageField, PlaceField
from grid.models import Person, User
from grid.permissions import Permission
from returnees.choices import HealthCode, TestResult, Transport
from returnees.clock import local_day
from returnees.services.inputs import CertificateInput, ReportInput, StayInput
from returnees.stay_forms import with_origin

NOT_SAID = [("", _("not said"))]


class PapersForm(forms.Form):
    """What a report and the public question ask alike: the health code, an entry from abroad."""

    health_code = forms.ChoiceField(
        label=_("Health code"), choices=[*NOT_SAID, *HealthCode.choices], required=False
    )
    entered_on = forms.DateField(
        label=_("Entered the mainland on"),
        widget=DateInput(),
        required=False,
        help_text=_("Only for those who came from abroad."),
    )
    quarantine_days = forms.IntegerField(
        label=_("Days of quarantine served at the entry point"),
        min_value=0,
        max_value=60,
        required=False,
    )
    negative_tests = forms.IntegerField(
        label=_("Documented negative tests"), min_value=0, max_value=20, required=False
    )


class JourneyForm(PapersForm):
    """What everybody reports, the five facts of the notice among it (JY-2a)."""

    name = forms.CharField(label=_("Name"), max_length=60)
    id_type = forms.ChoiceField(label=_("Document"), choices=IdType, initial=IdType.ID_CARD)
    id_number = forms.CharField(label=_("ID number"), max_length=30, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=13)
    origin = PlaceField(label=_("Comes from"), free=True)
    departs_at = forms.DateTimeField(label=_("Sets out at"), widget=DateTimeInput(), required=False)
    arrives_at = forms.DateTimeField(label=_("Arrives at"), widget=DateTimeInput())
    transport = forms.ChoiceField(
        label=_("Travels by"), choices=[*NOT_SAID, *Transport.choices], required=False
    )
    transport_no = forms.CharField(
        label=_("Train, flight or car number"), max_length=40, required=False
    )
    address = forms.CharField(label=_("Living place after the return"), max_length=120)
    employer = forms.CharField(label=_("Unit"), max_length=80, required=False)
    occupation = forms.CharField(label=_("Occupation"), max_length=60, required=False)
    health_state = forms.CharField(
        label=_("State of health"), max_length=120, initial=_("good"), required=False
    )
    sampled_on = forms.DateField(
        label=_("Test certificate: sampled on"), widget=DateInput(), required=False
    )
    certificate_result = forms.ChoiceField(
        label=_("Test certificate: result"),
        choices=[
            (TestResult.NEGATIVE, TestResult.NEGATIVE.label),
            (TestResult.PENDING, TestResult.PENDING.label),
            (TestResult.POSITIVE, TestResult.POSITIVE.label),
        ],
        required=False,
    )
    infection_history = forms.CharField(
        label=_("Infection history"),
        max_length=120,
        required=False,
        help_text=_("Empty: none."),
    )
    declared_true = forms.BooleanField(label=_("The details are declared to be true."))

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].replace(" ", "").replace("-", "")
        if phone and not identity.is_phone(phone):
            raise forms.ValidationError(_("This is no phone number: 1xxxxxxxxxx or 0391-xxxxxxx."))
        return phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["id_number"] = identity.normalise_id(data.get("id_number", ""))
        needs_number = data.get("id_type") not in (IdType.NONE, None)
        if "id_number" in self.fields and needs_number and not data["id_number"]:
            self.add_error("id_number", _("Enter the number, or choose “none yet”."))
        return data

    def report(self, stays: tuple[StayInput, ...], *, place_code: str, channel: str) -> ReportInput:
        """Return what register_report takes; call on a valid form."""
        data = self.cleaned_data
        origin, origin_text = data["origin"]
        left = local_day(data["departs_at"] or data["arrives_at"])
        plain = {name: data[name] for name in PLAIN if name in data}
        paper = data["sampled_on"]
        return ReportInput(
            **plain,
            place_code=place_code,
            origin_code=origin.code if origin else None,
            origin_text=origin_text,
            quarantine_days=data["quarantine_days"] or 0,
            quarantine_proof=bool(data.get("quarantine_proof")),
            negative_tests=data["negative_tests"] or 0,
            stays=with_origin(stays, origin, origin_text, left),
            certificates=(
                (CertificateInput(sampled_on=paper, result=data["certificate_result"]),)
                if paper
                else ()
            ),
            channel=channel,
            **self.more(),
        )

    def more(self) -> dict[str, Any]:
        """Return further fields of the report that this kind of form has."""
        return {}


PLAIN = (
    "name",
    "id_type",
    "id_number",
    "phone",
    "departs_at",
    "arrives_at",
    "transport",
    "transport_no",
    "address",
    "employer",
    "occupation",
    "health_state",
    "health_code",
    "infection_history",
    "entered_on",
    "declared_true",
    "reported_at",
    "sex",
    "birth_date",
    "irregular_entry",
    "home_single_room",
    "contact",
    "arrived",
    "note",
)
IDENTITY = ("name", "id_type", "id_number", "phone", "sex", "birth_date")


class ReportForm(JourneyForm):
    """The whole report, entered by a cadre on the person's behalf."""

    place = OwnVillageField(label=_("Village of the stay"))
    sex = forms.ChoiceField(
        label=_("Sex"), choices=[("", _("as the ID number says")), *Sex.choices], required=False
    )
    birth_date = forms.DateField(
        label=_("Born on"),
        widget=DateInput(),
        required=False,
        help_text=_("Only where there is no resident ID card."),
    )
    reported_at = forms.DateTimeField(
        label=_("Reported at"),
        widget=DateTimeInput(),
        required=False,
        help_text=_("Empty: now."),
    )
    quarantine_proof = forms.BooleanField(label=_("Proof of quarantine seen"), required=False)
    irregular_entry = forms.BooleanField(label=_("Entered irregularly"), required=False)
    arrived = forms.BooleanField(label=_("Has arrived already"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    groups = (
        (_("Who"), ("name", "id_type", "id_number", "phone", "sex", "birth_date")),
        (
            _("Journey"),
            (
                "place",
                "address",
                "origin",
                "departs_at",
                "arrives_at",
                "arrived",
                "transport",
                "transport_no",
                "reported_at",
            ),
        ),
        (_("Papers"), ("health_code", "sampled_on", "certificate_result")),
        (
            _("Work and health"),
            ("employer", "occupation", "health_state", "infection_history"),
        ),
        (
            _("From abroad"),
            (
                "entered_on",
                "quarantine_days",
                "quarantine_proof",
                "negative_tests",
                "irregular_entry",
            ),
        ),
        ("", ("note", "declared_true")),
    )

    def __init__(self, *args: Any, user: User, person: Person | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.person = person
        place = self.fields["place"]
        assert isinstance(place, OwnVillageField)  # noqa: S101  declared above
        place.of(user, Permission.REGISTER, deepest=Level.VILLAGE)
        if person is not None:
            for name in IDENTITY:
                del self.fields[name]

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under their headings, those that are asked."""
        return fieldsets(self, self.groups)

    def more(self) -> dict[str, Any]:
        return {"person": self.person} if self.person else {}


class PublicReportForm(JourneyForm):
    """What people report themselves, without an account, on their own phone."""

    groups = (
        (_("Who you are"), ("name", "id_type", "id_number", "phone")),
        (
            _("Your journey"),
            ("origin", "departs_at", "arrives_at", "transport", "transport_no", "address"),
        ),
        (_("Your papers"), ("health_code", "sampled_on", "certificate_result")),
        (_("Work and health"), ("employer", "occupation", "health_state", "infection_history")),
        (_("From abroad"), ("entered_on", "quarantine_days", "negative_tests")),
        ("", ("declared_true",)),
    )

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return fieldsets(self, self.groups)


def fieldsets(form: forms.Form, groups: Any) -> list[tuple[Any, list[forms.BoundField]]]:
    """Return heading -> bound fields, leaving out fields that this form does not have."""
    return [
        (title, [form[name] for name in names if name in form.fields])
        for title, names in groups
        if any(name in form.fields for name in names)
    ]
