"""The places a list can name, and the places a decision puts into a row."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from grid.choices import Level
from grid.errors import Refused
from grid.imports.places import PlaceIndex
from grid.models import Place
from grid.scope import under

CODE = "_code"


class AnswerRefusedError(Refused):
    """The answer does not fit what the row asked."""


def place_index(home: str) -> PlaceIndex:
    """Return the places a list for this place can name: all regions, and its county's villages."""
    wanted = Q(level__lte=Level.COUNTY)
    if home:
        wanted |= under(home[:6], "code") & Q(level__lte=Level.VILLAGE)
    else:
        wanted |= Q(level__lte=Level.VILLAGE)
    rows = Place.objects.filter(wanted, closed=False).order_by()
    return PlaceIndex(rows.values_list("code", "name"), home)


def settle_places(
    values: Mapping[str, Any], answers: Mapping[str, Any], home: Place, key: str
) -> dict[str, Any]:
    """Return the answers, or refuse: every place must be known, the row's own one under `home`."""
    given = {name: value for name, value in answers.items() if value}
    codes = {value for name, value in given.items() if name.endswith(CODE)}
    known = set(Place.objects.filter(code__in=codes).values_list("code", flat=True))
    if unknown := codes - known:
        raise AnswerRefusedError(_("Place %(code)s is not known.") % {"code": sorted(unknown)[0]})
    if not key:
        return given
    place = given.get(key) or values.get(key)
    if not place or not str(place).startswith(home.pk):
        raise AnswerRefusedError(
            _("Choose the village of the row, one of %(place)s.") % {"place": home.name}
        )
    return given
