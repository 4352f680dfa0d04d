"""What services ask about places: initials for search, and whether a place is deep enough."""

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from grid.choices import CODE_LENGTHS, Level
from grid.errors import Refused
from grid.models import Place
from grid.pinyin import initials
from grid.scope import under

COUNTY_LENGTH = CODE_LENGTHS[Level.COUNTY]


class PlaceNotUsableError(Refused):
    """The place is closed or of the wrong level for this."""


def fill_pinyin(prefix: str) -> int:
    """Fill the missing initials of the county this code lies in; return how many were filled.

    The national list is loaded without them: 665,000 names are never searched by initials, the
    few hundred of a county in use are. Above the county only counties and wider are filled.
    """
    county = prefix[:COUNTY_LENGTH]
    inside = under(county, "code")
    if len(county) < COUNTY_LENGTH:
        inside &= Q(level__lte=Level.COUNTY)
    rows = list(
        Place.objects.filter(inside, pinyin="").order_by("code").values_list("code", "name")
    )
    found = [(code, initials(name)) for code, name in rows]
    found = [(code, letters) for code, letters in found if letters]
    if found:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE grid_place p SET pinyin = n.pinyin "
                "FROM unnest(%s::text[], %s::text[]) AS n (code, pinyin) WHERE p.code = n.code",
                [[code for code, _letters in found], [letters for _code, letters in found]],
            )
    return len(found)


def need_in_village(place: Place) -> None:
    """Refuse a place above the village, or one no longer in use."""
    if place.level < Level.VILLAGE:
        raise PlaceNotUsableError(
            _("%(place)s is wider than a village: choose the village, grid or building.")
            % {"place": place}
        )
    if place.closed:
        raise PlaceNotUsableError(
            _("%(place)s is no longer in use: choose the place that took its part.")
            % {"place": place}
        )
