"""Forms of imports: the upload and the decision on a row."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.choices import Level, RowAction
from grid.days import today
from grid.forms.cadres import PlaceChoice
from grid.forms.fields import DateInput
from grid.models import Place, User
from grid.permissions import Permission

MOST = 300  # places to choose from


class UploadForm(forms.Form):
    """A file, the place it is for, and the day on which it is judged."""

    file = forms.FileField(
        label=_("List"),
        help_text=_("Excel (.xlsx) or CSV, as it comes; columns are recognised by their headings."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    place = PlaceChoice(
        label=_("For"),
        queryset=Place.objects.none(),
        help_text=_("Rows of other villages are asked about."),
    )
    as_of = forms.DateField(
        label=_("Judged as of"),
        widget=DateInput(),
        initial=today,
        help_text=_("Gives dates without a year their year."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Place.objects.visible_to(user, Permission.IMPORT).filter(closed=False)
        rows = rows.filter(level__in=(Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)).order_by("code")
        if len(rows.values_list("pk", flat=True)[: MOST + 1]) > MOST:
            rows = rows.filter(level__lte=Level.TOWNSHIP)
        self.fields["place"].queryset = rows  # type: ignore[attr-defined]
        self.fields["place"].initial = rows.first()


class DecisionForm(forms.Form):
    """What becomes of a row that asks."""

    row = forms.IntegerField(widget=forms.HiddenInput)
    action = forms.ChoiceField(
        choices=[(RowAction.CREATE, _("import it")), (RowAction.SKIP, _("leave it out"))]
    )
    dest_code = forms.CharField(required=False)

    def fields_for_service(self) -> dict[str, Any]:
        """Return what decide takes beside the row: the action, and what it asked."""
        village = self.cleaned_data["dest_code"]
        values = {"dest_code": village} if village else {}
        return {"action": self.cleaned_data["action"], "values": values}
