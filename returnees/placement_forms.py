"""The form of contacts and discharged patients who made no journey."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level
from grid.days import today
from grid.forms.fields import DateInput, DateTimeInput, OwnVillageField, YesNoField
from grid.models import User
from grid.permissions import Permission
from returnees.report_forms import fieldsets
from returnees.services.placements import Assessment, Placement, PlacementKind

NOT_PLACEMENT = ("place", "address")


class PlacementForm(forms.Form):
    """As what somebody is placed, since when, why, and who decided."""

    kind = forms.ChoiceField(label=_("Placed as"), choices=PlacementKind)
    place = OwnVillageField(label=_("Village of the stay"))
    address = forms.CharField(label=_("Living place"), max_length=120, required=False)
    placed_on = forms.DateField(label=_("Observation begins on"), widget=DateInput(), initial=today)
    case = forms.CharField(
        label=_("Case"),
        max_length=60,
        required=False,
        help_text=_("Number or name by which the case is known."),
    )
    case_found_at = forms.DateTimeField(
        label=_("Case found at"),
        widget=DateTimeInput(),
        required=False,
        help_text=_("Contacts are to be determined and tracked within 24 hours."),
    )
    exposed_on = forms.DateField(label=_("Exposed on"), widget=DateInput(), required=False)
    exposure = forms.CharField(label=_("Where and how"), max_length=120, required=False)
    risk_assessment = forms.ChoiceField(
        label=_("Risk assessment"),
        choices=[("", "—"), *Assessment.choices],
        required=False,
        help_text=_("For contacts of contacts."),
    )
    patient_anchor = forms.DateField(
        label=_("Discharge criteria met on"),
        widget=DateInput(),
        required=False,
        help_text=_("For patients who were let go."),
    )
    home_single_room = YesNoField(label=_("Single-room isolation possible"))
    fit_for_centralised = YesNoField(label=_("Fit for centralised observation"))
    decided_by = forms.CharField(
        label=_("Decided by"),
        max_length=60,
        help_text=_("Who determined the contact: name and unit."),
    )
    basis = forms.CharField(
        label=_("Basis"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    groups = (
        (_("Placement"), ("kind", "placed_on", "place", "address")),
        (_("Exposure"), ("case", "case_found_at", "exposed_on", "exposure", "risk_assessment")),
        (_("Patients who were let go"), ("patient_anchor",)),
        (_("Who decided, and why"), ("decided_by", "basis")),
        (_("Home"), ("home_single_room", "fit_for_centralised", "note")),
    )

    def __init__(self, *args: Any, user: User, is_new: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if is_new:  # whoever is registered with this form stays where they live
            del self.fields["place"]
            return
        place = self.fields["place"]
        assert isinstance(place, OwnVillageField)  # noqa: S101  declared above
        place.of(user, Permission.REGISTER, deepest=Level.BUILDING)

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under their headings, those that are asked."""
        return fieldsets(self, self.groups)

    def placement(self) -> Placement:
        """Return what register_placement takes; call on a valid form."""
        data = {k: v for k, v in self.cleaned_data.items() if k not in NOT_PLACEMENT}
        return Placement(**data)
