"""Forms of risk lists: a file, a notice's text, what is in force; a line; a last case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.days import today
from grid.forms.fields import DateInput, PlaceField
from grid.place_search import Found
from returnees.choices import Mark
from returnees.models import RiskEntry

MOST_TEXT = 500_000  # characters: the longest lists have some 3,000 areas
MOST_BYTES = 20 << 20


class RiskHandForm(forms.Form):
    """The day and source of a list; by hand it begins as what is in force."""

    day = forms.DateField(
        label=_("List of"),
        widget=DateInput(),
        initial=today,
        help_text=_("Its areas are at risk from this day on."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Who published it, for example the health commission of the province."),
    )

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > today():
            raise forms.ValidationError(_("This day is yet to come; a list is of today or before."))
        return day


class _ReadForm(RiskHandForm):
    """A list that is read."""

    full = forms.BooleanField(
        label=_("The list is complete"),
        required=False,
        initial=True,
        help_text=_("Areas in force that it does not name end with it."),
    )

    def covers(self) -> list[str] | None:
        """Return what the list states in full: what it speaks of, or nothing."""
        return None if self.cleaned_data["full"] else []


class RiskFileForm(_ReadForm):
    """A list as a table."""

    file = forms.FileField(
        label=_("List"),
        help_text=_("Excel (.xlsx) or CSV, as it comes; columns are recognised by their headings."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    field_order = ["file", "day", "source", "full"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB; choose the list itself."))
        return file


class RiskTextForm(_ReadForm):
    """A notice's text, pasted."""

    text = forms.CharField(
        label=_("The notice's text"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "As published, with its headings: high-risk areas, medium-risk areas, provinces."
        ),
    )
    field_order = ["text", "day", "source", "full"]


class EntryForm(forms.Form):
    """Which place a line names: one of those it may mean, or another one."""

    place = PlaceField(label=_("Place"), required=False)
    part = forms.CharField(
        label=_("only this part"),
        max_length=1000,
        required=False,
        help_text=_("Leave empty when the whole place is meant."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mark = forms.ChoiceField(label=_("Level or flag"), choices=Mark.choices, required=False)

    def __init__(self, *args: Any, entry: RiskEntry, offered: list[Found], **kwargs: Any) -> None:
        first = {"part": entry.part, "mark": entry.mark}
        super().__init__(*args, **{"auto_id": f"id_{entry.pk}_%s", "initial": first, **kwargs})
        self.entry, self.offered = entry, offered
        if entry.mark:
            del self.fields["mark"]

    def fields_for_service(self) -> dict[str, Any]:
        """Return what decide_entry takes beside the line."""
        place, _text = self.cleaned_data["place"] or (None, "")
        mark = self.cleaned_data.get("mark", "")
        return {"place": place, "part": self.cleaned_data["part"], "mark": mark}


class NewEntryForm(forms.Form):
    """A line that somebody adds."""

    place = PlaceField(label=_("Place"))
    part = forms.CharField(
        label=_("only this part"),
        max_length=1000,
        required=False,
        help_text=_("Leave empty when the whole place is meant."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mark = forms.ChoiceField(label=_("Level or flag"), choices=Mark.choices, initial=Mark.MID)

    def fields_for_service(self) -> dict[str, Any]:
        """Return what add_entry takes beside the list."""
        place, _text = self.cleaned_data["place"]
        return {
            "place": place,
            "part": self.cleaned_data["part"],
            "mark": self.cleaned_data["mark"],
        }


class LastCaseForm(forms.Form):
    """The day of the last new case in an area (JX8-18)."""

    last_case_on = forms.DateField(label=_("last case on"), widget=DateInput(), required=False)
