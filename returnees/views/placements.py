"""Contacts and discharged patients who made no journey: recorded, planned, shown."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grid.models import Person
from grid.web import PortalRequest, attempt
from returnees.models import Episode, Verification
from returnees.placement_forms import PlacementForm
from returnees.services.placements import register_placement
from returnees.services.verifications import note_placement
from returnees.verification_pages import placeable, placement_first
from returnees.who import Who, WhoForm, who_form, who_of

FORM = "returnees/placement_new.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def placement_new(request: PortalRequest) -> HttpResponse:
    """Register a contact or a discharged patient: somebody known, or somebody new."""
    who = who_of(request)
    if who.is_open:
        return render(request, "returnees/placement_who.html", {"who": who})
    person = who_form(request, request.user, who)
    asked = placeable(request.user, request.GET.get("verification", ""))
    first = {"place": who.person.place_id} if who.person else {}
    first |= placement_first(asked) if asked else {}
    form = PlacementForm(
        request.POST or None, user=request.user, is_new=who.person is None, initial=first
    )
    context: dict[str, Any] = {"who": who, "who_form": person, "form": form}
    if who.person:
        context["managed"] = Episode.objects.open().filter(person=who.person).first()
    if request.method != "POST":
        return render(request, FORM, context)
    episode = placed(request, who, person, form, asked)
    if episode is None:
        return render(request, FORM, context, status=422)
    messages.success(request, _("The placement is recorded and planned."))
    return redirect("person", episode.person_id)


def placed(
    request: PortalRequest,
    who: Who,
    person: WhoForm | None,
    form: PlacementForm,
    asked: Verification | None,
) -> Episode | None:
    """Return the episode of the placement, or None where something is to be mended."""
    if not (form.is_valid() & (person is None or person.is_valid())):
        return None

    @transaction.atomic
    def act() -> Episode:
        somebody = who.person or (person.person(request.user) if person else None)
        assert isinstance(somebody, Person)  # noqa: S101  one of the two is there
        place = form.cleaned_data.get("place") or somebody.place
        episode = register_placement(
            person=somebody,
            place_code=place.code,
            placement=form.placement(),
            address=form.cleaned_data["address"],
            by=request.user,
        )
        if asked and asked.person_id == somebody.pk:
            note_placement(verification=asked, episode=episode)
        return episode

    return attempt(form, act)
