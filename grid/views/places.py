"""The search behind every place field."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.choices import Level
from grid.permissions import Permission
from grid.place_search import find_anywhere, find_own
from grid.throttle import too_many
from grid.web import PortalRequest

LEVELS = {str(level.value) for level in Level}
RIGHTS = {str(permission): permission for permission in Permission}
PER_HOUR = 1200  # searches without an account from one address: a few for every name typed


@login_not_required
@require_safe
def place_search(request: PortalRequest) -> HttpResponse:
    """Return the places that fit what was typed into the field named `field`, as radio buttons.

    `within` names the right that the user must hold at the places; without it the whole country
    is searched, which shows names of places only and so needs no account: the public report and
    the public question ask for places too.
    """
    field = request.GET.get("field", "place")
    text = request.GET.get(f"{field}_text", "").replace("\0", "")
    right = RIGHTS.get(request.GET.get("within", ""))
    level = request.GET.get("deepest", "")
    deepest = Level(int(level)) if level in LEVELS else Level.BUILDING
    if right and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.is_authenticated and too_many(request, "place-search", PER_HOUR):
        sentence = _("Too many searches from this address; try again in an hour.")
        return HttpResponse(sentence, status=429, content_type="text/plain; charset=utf-8")
    found = find_own(request.user, right, text, deepest) if right else find_anywhere(text)
    return render(request, "grid/place_found.html", {"name": field, "found": found, "text": text})
