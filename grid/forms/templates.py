"""The form that asks for a template: which list, for which place."""

from django.utils.translation import gettext_lazy as _

from grid.forms.imports import ListPlaceForm


class TemplateForm(ListPlaceForm):
    """A kind of list and the place whose villages its drop-down offers."""

    place_help = _("Its villages can be chosen from a drop-down.")
