"""Classes set by people: proposed for one person, decided by the township, taken back."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages
from grid.days import today
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, answer, attempt, back, need, page, tell
from returnees.choices import OPEN_STATES, OverrideState
from returnees.explained import explain
from returnees.forms import WhyForm
from returnees.models import Episode, Override
from returnees.override_forms import DeclineForm, OverrideForm
from returnees.policies import pack_of
from returnees.services import overrides

NEW = "returnees/override_new.html"
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def override_list(request: PortalRequest) -> HttpResponse:
    """List the classes proposed and set by people, the newest first."""
    rows = Override.objects.visible_to(request.user).select_related(
        "episode__person", "asked_by", "decided_by"
    )
    waiting = rows.filter(state=OverrideState.PROPOSED, episode__state__in=OPEN_STATES)
    state = request.GET.get("state", OverrideState.PROPOSED)
    if state == OverrideState.PROPOSED:
        chosen = waiting
    else:
        chosen = rows.filter(state=state) if state in OverrideState.values else rows
    found = keyset_page(chosen, order=("-pk",), query=request.GET)
    name_villages(found.rows, lambda row: row.episode.place_id)
    for row in found.rows:
        row.decidable = row.state == OverrideState.PROPOSED and request.user.can(
            Permission.DECIDE, row
        )
    context = {
        "page": found,
        "state": state,
        "states": [*OverrideState.choices, ("all", _("all"))],
        "waiting": waiting.count(),
        "decline": DeclineForm(),
    }
    return page(request, "returnees/override_list.html", context, fragment="rows")


@read_or_send
def override_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Propose another class for a person; who may decide sets it at once."""
    rows = Episode.objects.visible_to(request.user).select_related("person", "policy", "place")
    episode = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.PROPOSE, episode)
    decides = request.user.can(Permission.DECIDE, episode)
    form = OverrideForm(request.POST or None, episode=episode)
    context: dict[str, Any] = {"form": form, "episode": episode, "decides": decides}
    if request.method != "POST":
        return render(request, NEW, context)
    if "preview" in request.POST:
        return preview(request, context)
    act = overrides.set_override if decides else overrides.propose_override
    made = attempt(form, lambda: act(episode=episode, by=request.user, **form.cleaned_data))
    if made is None:
        return render(request, NEW, context, status=422)
    done = _("The class is set and the plan is made anew.") if decides else _("Proposed.")
    messages.success(request, done)
    return redirect("person", episode.person_id)


def preview(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the plan as it would be; nothing is written."""
    form, episode = context["form"], context["episode"]
    if not form.is_valid():
        return render(request, NEW, context, status=422)
    look = partial(overrides.plan_under, episode=episode, day=today(), **form.cleaned_data)
    plan = attempt(form, look)
    if plan is None:
        return render(request, NEW, context, status=422)
    fact = overrides.fact_of(form.cleaned_data["row"], form.cleaned_data["reason"], today())
    facts = {**episode.facts, "override": fact}
    shown = explain(plan, facts, pack_of(episode.policy))
    return render(request, NEW, context | {"preview": shown})


def override_in_scope(request: PortalRequest, pk: int) -> Override:
    """Return the override, or 404 where the user has nothing to do with the person."""
    rows = Override.objects.visible_to(request.user).select_related("episode__person")
    found: Override = get_object_or_404(rows, pk=pk)
    return found


@require_POST
def override_decide(request: PortalRequest, pk: int) -> HttpResponse:
    """Approve or decline a proposal."""
    override = override_in_scope(request, pk)
    need(request.user, Permission.DECIDE, override)
    approve = request.POST.get("approve") == "1"
    form = DeclineForm(request.POST)
    to = back(request, reverse("override-list"))
    if not approve and not form.is_valid():
        tell(request, form)
        return redirect(to)
    note = "" if approve else form.cleaned_data["note"]
    return answer(
        request,
        lambda: overrides.decide_override(
            override=override, approve=approve, by=request.user, note=note
        ),
        done=_("Approved: the plan is made anew.") if approve else _("Declined."),
        to=to,
    )


@require_POST
def override_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back a proposal of one's own, or (who may decide) a class in force."""
    override = override_in_scope(request, pk)
    own = override.state == OverrideState.PROPOSED and override.asked_by_id == request.user.pk
    need(request.user, Permission.PROPOSE if own else Permission.DECIDE, override)
    form = WhyForm(request.POST)
    to = back(request, reverse("person", args=[override.episode.person_id]))
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    return answer(
        request,
        lambda: overrides.withdraw_override(
            override=override, by=request.user, why=form.cleaned_data["why"]
        ),
        done=_("Taken back."),
        to=to,
    )
