"""The form that asks for a template: which list, for which place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.batches.registry import kinds_for
from grid.choices import Level
from grid.forms.cadres import PlaceChoice
from grid.forms.imports import places_for_imports
from grid.models import Place, User


class TemplateForm(forms.Form):
    """A kind of list and the place whose villages its drop-down offers."""

    list_name = forms.ChoiceField(label=_("Kind of list"))
    place = PlaceChoice(
        label=_("For"),
        queryset=Place.objects.none(),
        help_text=_("Its villages can be chosen from a drop-down."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.kinds = {kind.name: kind for kind in kinds_for(user)}
        names: Any = self.fields["list_name"]
        names.choices = [(kind.name, kind.title) for kind in self.kinds.values()]
        names.initial = next(iter(self.kinds), "")
        places: Any = self.fields["place"]
        places.queryset = places_for_imports(user, self.kinds.values())
        places.initial = places.queryset.first()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, place = self.kinds.get(data.get("list_name", "")), data.get("place")
        if kind is None or place is None:
            return data
        if place.level not in kind.levels:
            levels = "、".join(str(Level(level).label) for level in kind.levels)
            said = _("This list is given for one of these: %(levels)s.") % {"levels": levels}
            self.add_error("place", said)
        elif not self.user.can(kind.permission, place):
            self.add_error("place", _("You may not import this list for this place."))
        return data
