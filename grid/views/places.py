"""The search behind every place field."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grid.choices import Level
from grid.permissions import Permission
from grid.place_search import find_anywhere, find_own
from grid.web import PortalRequest

LEVELS = {str(level.value) for level in Level}
RIGHTS = {str(permission): permission for permission in Permission}


@require_safe
def place_search(request: PortalRequest) -> HttpResponse:
    """Return the places that fit what was typed into the field named `field`, as radio buttons.

    `within` names the right that the user must hold at the places; without it the whole country
    is searched, which shows names of places only.
    """
    field = request.GET.get("field", "place")
    text = request.GET.get(f"{field}_text", "")
    right = RIGHTS.get(request.GET.get("within", ""))
    level = request.GET.get("deepest", "")
    deepest = Level(int(level)) if level in LEVELS else Level.BUILDING
    found = find_own(request.user, right, text, deepest) if right else find_anywhere(text)
    return render(request, "grid/place_found.html", {"name": field, "found": found, "text": text})
