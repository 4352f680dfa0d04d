"""Asking where exactly somebody was: an area inside the place of a stay is at risk."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grid.days import today
from grid.permissions import Permission
from grid.web import PortalRequest, attempt, need
from returnees.models import Episode, Stay
from returnees.screening.pages import area_names
from returnees.screening_forms import StayWhereForm
from returnees.services.stay_answers import doubts_of, settle_stay


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stay_where(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the areas in which the person may have been, and take the answer down."""
    rows = Episode.objects.visible_to(request.user).select_related("person", "policy", "place")
    episode = get_object_or_404(rows, report__stays=pk)
    need(request.user, Permission.LOG, episode)
    stay = Stay.objects.select_related("place").get(pk=pk)
    areas = doubts_of(stay, episode, today())
    codes = {area.place_id for area in areas} | ({stay.place_id} if stay.place_id else set())
    names = area_names(codes)
    form = StayWhereForm(request.POST or None, areas=areas, names=names)
    if request.method == "POST":
        done = attempt(form, lambda: settle_stay(stay=stay, by=request.user, **form.answered()))
        if done is not None:
            return redirect(reverse("person", args=[episode.person_id]))
    context = {
        "episode": episode,
        "stay": stay,
        "place": names.get(stay.place_id or "", ""),
        "areas": areas,
        "form": form,
        "title": _("Where exactly was %(name)s?") % {"name": episode.person.name},
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "returnees/stay_where.html", context, status=status)
