"""Stays of the last 14 days: rows of the advance report, as many as there were."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.forms.fields import DateInput, PlaceField
from grid.models import Place
from returnees.services.inputs import StayInput


class StayForm(forms.Form):
    """One stay of the last 14 days."""

    place = PlaceField(label=_("Where"), required=False, free=True)
    first_day = forms.DateField(label=_("from"), widget=DateInput(), required=False)
    last_day = forms.DateField(label=_("last day there"), widget=DateInput(), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _place, text = data.get("place") or (None, "")
        if text and not data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Enter the last day there."))
        if data.get("last_day") and not text and "place" not in self.errors:
            self.add_error("place", _("Enter where that was."))
        return data

    def stay(self) -> StayInput | None:
        """Return the stay, or None for an empty row."""
        data = self.cleaned_data
        place, text = data.get("place") or (None, "")
        if not text:
            return None
        return StayInput(
            last_day=data["last_day"],
            first_day=data["first_day"],
            place_code=place.code if place else None,
            text=text,
        )


StayFormSet = forms.formset_factory(StayForm, extra=1, max_num=20, absolute_max=20)


def stays_of(formset: Any) -> tuple[StayInput, ...]:
    """Return the stays of a valid formset, empty rows left out."""
    found = (form.stay() for form in formset.forms)
    return tuple(stay for stay in found if stay is not None)


def with_origin(
    stays: tuple[StayInput, ...], origin: Place | None, text: str, left: date
) -> tuple[StayInput, ...]:
    """Return the stays and, unless it is one of them, the place set out from: a stay until then."""
    code = origin.code if origin else None
    named = any(
        stay.last_day >= left and (stay.place_code == code if code else stay.text == text)
        for stay in stays
    )
    return stays if named else (*stays, StayInput(last_day=left, place_code=code, text=text[:120]))
