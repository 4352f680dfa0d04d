"""Forms of the re-screening: leaving persons as they are, and where exactly somebody was."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.forms.fields import PlaceField
from returnees.choices import Mark
from returnees.models import RiskArea

NOT_THERE, ELSEWHERE = "none", "place"


class LeaveForm(forms.Form):
    """Why the chosen persons stay as they are."""

    why = forms.CharField(
        label=_("Why do they stay as they are?"), max_length=200, widget=forms.Textarea({"rows": 2})
    )


class StayWhereForm(forms.Form):
    """Where exactly somebody was: one of the areas in doubt, none of them, or a place by name."""

    answer = forms.ChoiceField(label=_("Where exactly was the person?"), widget=forms.RadioSelect)
    place = PlaceField(label=_("The exact place"), required=False)

    def __init__(
        self, *args: Any, areas: Sequence[RiskArea], names: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.areas = {str(area.pk): area for area in areas}
        inside = [
            (
                key,
                f"{names.get(area.place_id, area.place_id)} {area.part} "
                f"({Mark(area.mark).label})".replace("  ", " "),
            )
            for key, area in self.areas.items()
        ]
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            *inside,
            (NOT_THERE, _("In none of these")),
            (ELSEWHERE, _("Another place, named below")),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        place, _text = data.get("place") or (None, "")
        if data.get("answer") == ELSEWHERE and not place and "place" not in self.errors:
            self.add_error("place", _("Enter the exact place."))
        return data

    def answered(self) -> dict[str, Any]:
        """Return what settle_stay takes."""
        answer = self.cleaned_data["answer"]
        if answer == ELSEWHERE:
            return {"place": self.cleaned_data["place"][0].code}
        if answer == NOT_THERE:
            return {"was_there": False}
        return {"was_there": True, "area": self.areas[answer]}
