"""The household round: one visit, one screen, one transaction."""

from collections import defaultdict

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from grid.days import today
from grid.errors import Refused
from grid.models import Household
from grid.permissions import Permission
from grid.web import PortalRequest, alone_or_refused, is_fragment, need, page
from returnees.models import Episode
from schedules.choices import Evidence
from schedules.models import Task
from schedules.round_forms import PersonForm, SharedForm, entries_of
from schedules.services.rounds import record_round

ROUND = (
    Evidence.HEALTH_LOG,
    Evidence.TEMPERATURE,
    Evidence.CODE,
    Evidence.MEASURE,
    Evidence.NEEDS,
    Evidence.WASTE,
)


@require_http_methods(["GET", "HEAD", "POST"])
def household_round(request: PortalRequest, pk: int) -> HttpResponse:
    """Log everybody under management in one household (JY-2q, JY-2r, JY-2u, JY-2v)."""
    households = Household.objects.visible_to(request.user).select_related("place")
    household = get_object_or_404(households, pk=pk)
    need(request.user, Permission.LOG, household)
    shared, people = forms_of(request, household)
    if request.method == "POST" and people and record(request, shared, people):
        to = reverse("today")
        return HttpResponseClientRedirect(to) if is_fragment(request) else redirect(to)
    faults = any(form.errors for form in (shared, *people))
    context = {"household": household, "shared": shared, "people": people, "faults": faults}
    return page(
        request, "schedules/round.html", context, fragment="form", status=422 if faults else 200
    )


def forms_of(request: PortalRequest, household: Household) -> tuple[SharedForm, list[PersonForm]]:
    """Return the shared form and one for each person who is owed something today."""
    owed: dict[int, set[str]] = defaultdict(set)
    tasks = Task.objects.visible_to(request.user).open_by(today())
    for episode_id, evidence in tasks.filter(
        episode__person__household=household, duty__evidence__in=ROUND
    ).values_list("episode", "duty__evidence"):
        owed[episode_id].add(evidence)
    episodes = (
        Episode.objects.visible_to(request.user)
        .active()
        .filter(pk__in=owed)
        .select_related("person__household", "policy", "place")
        .order_by("person__birth_date", "pk")
    )
    data = request.POST if request.method == "POST" else None
    shared = SharedForm(data, owed=set().union(*owed.values()))
    return shared, [PersonForm(data, episode=e, owed=owed[e.pk]) for e in episodes]


def record(request: PortalRequest, shared: SharedForm, people: list[PersonForm]) -> bool:
    """Write the round when every form is whole; what was typed stays otherwise."""
    forms: list[BaseForm] = [shared, *people]
    # Every form is judged, so that all faults show at once.
    if [form for form in forms if not form.is_valid()]:
        return False
    entries = entries_of(shared, people)
    try:
        written = alone_or_refused(
            lambda: record_round(entries=entries, by=request.user) if entries else 0
        )
    except Refused as refusal:
        shared.add_error(None, str(refusal))
        return False
    said = ngettext("%(n)s entry logged.", "%(n)s entries logged.", written) % {"n": written}
    later = [form.episode.person.name for form in people if form.is_later]
    if later:
        said += " " + _("Still to do: %(names)s.") % {"names": _(", ").join(later)}
    messages.success(request, said)
    return True
