"""The coverage audit: not one household, not one person without somebody (JY-2l)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from grid.areas import area_of, name_villages, within
from grid.coverage import inactive_holders, overloaded, uncovered_households, uncovered_persons
from grid.days import today
from grid.models.places import HouseholdQuerySet
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, page


@require_safe
def coverage(request: PortalRequest) -> HttpResponse:
    """Show who and what has nobody, and which cadres cannot do their work, below a place."""
    area = area_of(request.user, request.GET.get("place", ""))
    around = area.around
    inside = within(area.text)
    households = uncovered_households(under=around, day=today()).filter(inside)
    persons = uncovered_persons(under=around, day=today()).filter(inside)
    what, query = request.GET.get("show", "households"), request.GET.get("q", "").strip()
    rows = persons.matching(query) if what == "persons" else numbered(households, query)
    found = keyset_page(rows.select_related("place"), order=("place_id", "pk"), query=request.GET)
    name_villages(found.rows, lambda row: row.place_id)
    context = {
        "area": area,
        "what": what,
        "query": query,
        "households": households.count(),
        "persons": persons.count(),
        "page": found,
        "inactive": {row.cadre for row in inactive_holders(under=around, day=today())},
        "overloaded": overloaded(under=around, day=today()),
        "can_assign": request.user.can(Permission.ASSIGN),
    }
    return page(request, "grid/coverage.html", context, fragment="rows")


def numbered(households: HouseholdQuerySet, query: str) -> QuerySet[Any]:
    """Return the households whose door number or address holds the text."""
    fitting = Q(number__contains=query) | Q(address__contains=query)
    return households.filter(fitting) if query else households
