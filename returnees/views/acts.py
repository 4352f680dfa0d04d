"""What is done with an episode: arrival, no-show, cancel, divert, new facts, early release."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.permissions import Permission
from grid.web import PortalRequest, answer, back, need, tell
from returnees.forms import ArrivalForm, DivertForm, FactsForm, WhyForm
from returnees.models import Episode
from returnees.services import episodes, stages


def act_on(
    request: PortalRequest,
    pk: int,
    right: Permission,
    form: forms.Form,
    act: Callable[[Episode], Any],
    done: str,
) -> HttpResponse:
    """Check scope, right and form, do the act, and go back to the person."""
    rows = Episode.objects.visible_to(request.user).select_related("person")
    episode = get_object_or_404(rows, pk=pk)
    need(request.user, right, episode)
    to = back(request, reverse("person", args=[episode.person_id]))
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    return answer(request, lambda: act(episode), done=done, to=to)


@require_POST
def episode_arrival(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that the person has arrived; the plan starts from there."""
    form = ArrivalForm(request.POST)

    def act(episode: Episode) -> None:
        at = form.cleaned_data["arrived_at"]
        episodes.confirm_arrival(episode=episode, by=request.user, arrived_at=at)

    return act_on(request, pk, Permission.LOG, form, act, _("The arrival is confirmed."))


@require_POST
def episode_no_show(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that the person did not arrive."""

    def act(episode: Episode) -> None:
        episodes.mark_no_show(episode=episode, by=request.user)

    done = _("Noted: did not arrive.")
    return act_on(request, pk, Permission.LOG, forms.Form({}), act, done)


@require_POST
def episode_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Cancel an episode, with the reason."""
    form = WhyForm(request.POST)

    def act(episode: Episode) -> None:
        episodes.cancel(episode=episode, by=request.user, why=form.cleaned_data["why"])

    return act_on(request, pk, Permission.REGISTER, form, act, _("The return is cancelled."))


@require_POST
def episode_divert(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that the person went elsewhere."""
    form = DivertForm(request.POST)

    def act(episode: Episode) -> None:
        episodes.divert(episode=episode, by=request.user, **form.fields_for_service())

    return act_on(request, pk, Permission.REGISTER, form, act, _("Noted: went elsewhere."))


@require_POST
def episode_facts(request: PortalRequest, pk: int) -> HttpResponse:
    """Take in facts that came later; the plan is made anew."""
    form = FactsForm(request.POST)

    def act(episode: Episode) -> None:
        why = form.cleaned_data["why"]
        episodes.update_facts(episode=episode, by=request.user, why=why, **form.changes())

    done = _("The facts are noted and the plan is made anew.")
    return act_on(request, pk, Permission.REGISTER, form, act, done)


@require_POST
def episode_release(request: PortalRequest, pk: int) -> HttpResponse:
    """Release somebody before the plan ends, with the reason."""
    form = WhyForm(request.POST)

    def act(episode: Episode) -> None:
        stages.release_early(episode=episode, by=request.user, why=form.cleaned_data["why"])

    return act_on(request, pk, Permission.DECIDE, form, act, _("Released early."))
