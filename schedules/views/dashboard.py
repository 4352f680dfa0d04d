"""The overview of a place: where it is red, whose it is, and the rows behind every figure."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grid.areas import area_of, own_codes, switch_for
from grid.web import PortalRequest, page
from schedules.board import board_of


@require_safe
def dashboard(request: PortalRequest, code: str = "") -> HttpResponse:
    """Show the overview of a place in scope, or of the user's own area."""
    if not code and not own_codes(request.user):
        return render(request, "schedules/dashboard_empty.html")
    area = area_of(request.user, code)
    context = {"board": board_of(area), "switch": switch_for(request.user, area)}
    return page(request, "schedules/dashboard.html", context, fragment="board")
