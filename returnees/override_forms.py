"""Forms of a class set by people: which row of the notice, why, and what was decided."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from returnees.classes import in_words
from returnees.models import Episode
from returnees.services.overrides import SHORTEST_REASON, rows_for


class OverrideForm(forms.Form):
    """Another row of the notice for one person, with the reason."""

    row = forms.ChoiceField(label=_("Class"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        min_length=SHORTEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the notice does not see: age, illness, a proof that it does not name."),
    )

    def __init__(self, *args: Any, episode: Episode, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = [(row.name, in_words(row.title)) for row in rows_for(episode)]
        self.fields["row"].choices = [("", _("choose the class")), *rows]  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why a proposal is declined."""

    note = forms.CharField(label=_("Reason"), max_length=200)
