"""Abnormal findings: where the overview's figure leads."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from grid.areas import within
from grid.forms.responsibility import place_choices
from grid.models import person_matches
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, page
from returnees.models import Abnormality

TEMPLATE = "returnees/abnormality_list.html"


@require_safe
def abnormality_list(request: PortalRequest) -> HttpResponse:
    """List the findings in scope, the newest first; `state=open`: without an outcome."""
    rows = Abnormality.objects.visible_to(request.user)
    place, query = request.GET.get("place", ""), request.GET.get("q", "").strip()
    state = request.GET.get("state", "")
    rows = rows.filter(within(place)) if place else rows
    rows = rows.filter(person_matches(query, "episode__person__")) if query else rows
    rows = rows.open() if state == "open" else rows
    rows = rows.select_related("episode__person", "place", "found_by")
    context = {
        "page": keyset_page(rows, order=("-found_at", "-pk"), query=request.GET),
        "place": place,
        "places": place_choices(request.user, place),
        "query": query,
        "state": state,
        "can_close": request.user.can(Permission.LOG),
    }
    return page(request, TEMPLATE, context, fragment="rows")
