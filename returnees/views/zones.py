"""Closed zones: what they ask of people, how much work they are, opened and lifted."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages
from grid.days import today
from grid.models import User
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, attempt, need, page, tell, tried
from policies.pack import Pack
from returnees.models import ControlZone, Screening
from returnees.policies import NoPolicyInForceError, PolicyBook
from returnees.services import zones
from returnees.services.screening import start_screening
from returnees.zone_forms import LastCaseForm, LiftForm, ZoneForm, forms_for
from returnees.zones import figures_of, zones_for

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def zone_list(request: PortalRequest) -> HttpResponse:
    """List the zones closed now, or those that were, with what they ask and how many they hold."""
    day = today()
    show = "lifted" if request.GET.get("show") == "lifted" else "closed"
    rows = zones_for(request.user).select_related("place", "made_by")
    rows = rows.filter(until__lte=day) if show == "lifted" else rows.not_over(day)
    found = keyset_page(rows, order=("place_id", "-pk"), query=request.GET)
    name_villages(found.rows, lambda zone: zone.place_id)
    figures = figures_of(found.rows)
    book = PolicyBook.of(zone.place_id for zone in found.rows)
    for zone in found.rows:
        zone.figures = figures[zone.place_id]
        zone.pack = pack_at(book, zone)
        zone.earliest = zones.earliest_lifting(zone)
        zone.forms = forms_for(zone) if request.user.can(Permission.PUBLISH, zone) else None
    context = {
        "page": found,
        "show": show,
        "today": day,
        "can_publish": request.user.can(Permission.PUBLISH),
    }
    return page(request, "returnees/zone_list.html", context, fragment="rows")


def pack_at(book: PolicyBook, zone: ControlZone) -> Pack | None:
    """Return the notice that binds the zone since it was closed; None where there is none."""
    try:
        return book.at(zone.place_id, zone.since)[0]
    except NoPolicyInForceError:
        return None


@read_or_send
def zone_new(request: PortalRequest) -> HttpResponse:
    """Close a place."""
    need(request.user, Permission.PUBLISH)
    form = ZoneForm(request.POST or None, user=request.user)
    if request.method == "POST":
        made = attempt(
            form,
            lambda: screened(
                partial(zones.open_zone, by=request.user, **form.cleaned_data), request.user
            ),
        )
        if made is not None:
            zone, screening = made
            messages.success(request, _("%(place)s is closed.") % {"place": zone.place.name})
            return redirect("screening", screening.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "returnees/zone_new.html", {"form": form}, status=status)


@require_POST
def zone_case(request: PortalRequest, pk: int) -> HttpResponse:
    """Note a further case in a zone."""
    form = LastCaseForm(request.POST)
    return change(request, pk, form, zones.set_last_case, _("The last case is noted."))


@require_POST
def zone_lift(request: PortalRequest, pk: int) -> HttpResponse:
    """Lift a zone from a day on."""
    return change(request, pk, LiftForm(request.POST), zones.lift_zone, _("The zone is lifted."))


def change(
    request: PortalRequest, pk: int, form: forms.Form, act: Callable[..., ControlZone], done: str
) -> HttpResponse:
    """Change a zone and look at whose plans change with it."""
    zone = get_object_or_404(zones_for(request.user).select_related("place"), pk=pk)
    need(request.user, Permission.PUBLISH, zone)
    if not form.is_valid():
        tell(request, form)
        return redirect("zone-list")
    changing = partial(act, zone=zone, by=request.user, **form.cleaned_data)
    made = tried(request, lambda: screened(changing, request.user))
    if made is None:
        return redirect("zone-list")
    messages.success(request, done)
    return redirect("screening", made[1].pk)


@transaction.atomic
def screened(act: Callable[[], ControlZone], by: User) -> tuple[ControlZone, Screening]:
    """Change a zone and start its re-screening, both or neither; its plans wait to be confirmed."""
    zone = act()
    return zone, start_screening(zone=zone, by=by)
