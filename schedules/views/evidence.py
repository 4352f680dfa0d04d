"""Entries of the daily work: health, contacts, arrival, tests. Each form opens with one tap."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grid.permissions import Permission
from grid.web import PortalRequest, attempt, need, page
from returnees.choices import Channel
from returnees.models import Episode, Test
from schedules.choices import ContactKind, ContactOutcome, Evidence
from schedules.forms import ArrivalForm, ContactForm, HealthForm, TestResultForm
from schedules.models import Task
from schedules.services.acts import confirm_arrival, enter_result, mark_no_show
from schedules.services.contacts import record_contact
from schedules.services.rounds import log_health
from schedules.views.today import recorded
from schedules.wording import advised_against, policy_text, travel_text

read_or_send = require_http_methods(["GET", "HEAD", "POST"])
TEXTS = {ContactKind.POLICY_TEXT: policy_text, ContactKind.TRAVEL_REMINDER: travel_text}


def episode_for_entry(request: PortalRequest, pk: int) -> Episode:
    """Return an episode of the user's scope (404) on which entries may be made (403)."""
    episodes = Episode.objects.visible_to(request.user).select_related(
        "person__household", "place", "policy", "report"
    )
    episode: Episode = get_object_or_404(episodes, pk=pk)
    need(request.user, Permission.LOG, episode)
    return episode


def sent(request: PortalRequest) -> QueryDict | None:
    """Return what a form sent, also when it is nothing at all; None while it is only opened."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: PortalRequest, template: str, form: BaseForm, episode: Episode, **more: Any
) -> HttpResponse:
    """Return the entry form, alone or on a page of its own; 422 when it came back with faults."""
    context = {"form": form, "episode": episode, "action": request.get_full_path(), **more}
    return page(request, template, context, fragment="form", status=422 if form.errors else 200)


@read_or_send
def health_log(request: PortalRequest, pk: int) -> HttpResponse:
    """Log one health check of today (JY-2r); on arrival the code is looked at too (JX57-1b)."""
    episode = episode_for_entry(request, pk)
    owed = Task.objects.pending().filter(episode=episode, duty__evidence=Evidence.CODE).exists()
    form = HealthForm(sent(request), code_owed=owed, auto_id=f"e{pk}_%s")
    act = partial(_log_health, request, episode, form)
    log = attempt(form, act) if request.method == "POST" else None
    if log is None:
        return form_page(request, "schedules/health.html", form, episode)
    if log.episode.abnormalities.open().exists():
        messages.warning(
            request,
            _("Abnormal: report it within 2 hours; the person waits where they are (JY-2s)."),
        )
    said = _("%(name)s: %(degrees)s °C, logged.")
    return recorded(
        request, episode, said % {"name": episode.person.name, "degrees": log.temperature}
    )


def _log_health(request: PortalRequest, episode: Episode, form: HealthForm) -> Any:
    return log_health(episode=episode, by=request.user, channel=Channel.CADRE, **form.cleaned_data)


@read_or_send
def contact_log(request: PortalRequest, pk: int) -> HttpResponse:
    """Log what was done toward a returnee, or tried: `?kind=` says what (JY-2n to JY-2t)."""
    episode = episode_for_entry(request, pk)
    kind = request.GET.get("kind", ContactKind.CALL)
    if kind not in ContactKind.values:
        raise Http404
    form = ContactForm(
        sent(request), kind=kind, also=_also(episode, kind), auto_id=f"e{pk}{kind}_%s"
    )
    act = partial(_record_contact, request, episode, form)
    contact = attempt(form, act) if request.method == "POST" else None
    if contact is None:
        text = TEXTS[form.kind](episode=episode, cadre=request.user) if form.kind in TEXTS else ""
        return form_page(request, "schedules/contact.html", form, episode, text=text)
    said = _("%(name)s: %(what)s, %(outcome)s.")
    what = {"what": contact.get_kind_display(), "outcome": contact.get_outcome_display()}
    return recorded(request, episode, said % {"name": episode.person.name, **what})


def _also(episode: Episode, kind: str) -> tuple[ContactOutcome, ...]:
    """Return the further outcome of a call where the notice asks to advise against coming."""
    asked = kind == ContactKind.CALL and episode.is_expected and advised_against(episode)
    return (ContactOutcome.DISSUADED,) if asked else ()


def _record_contact(request: PortalRequest, episode: Episode, form: ContactForm) -> Any:
    return record_contact(episode=episode, kind=form.kind, by=request.user, **form.cleaned_data)


@read_or_send
def arrival(request: PortalRequest, pk: int) -> HttpResponse:
    """Confirm that somebody has arrived."""
    episode = episode_for_entry(request, pk)
    form = ArrivalForm(sent(request), auto_id=f"e{pk}arrival_%s")
    if request.method == "POST" and attempt(form, partial(_arrive, request, episode, form)):
        return recorded(
            request, episode, _("%(name)s has arrived.") % {"name": episode.person.name}
        )
    return form_page(request, "schedules/arrival.html", form, episode)


def _arrive(request: PortalRequest, episode: Episode, form: ArrivalForm) -> Any:
    return confirm_arrival(
        episode=episode, by=request.user, arrived_at=form.cleaned_data["arrived_at"]
    )


@require_http_methods(["POST"])
def no_show(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that somebody expected has not come."""
    episode = episode_for_entry(request, pk)
    form = ArrivalForm(sent(request), auto_id=f"e{pk}arrival_%s")
    if attempt(form, partial(mark_no_show, episode=episode, by=request.user)):
        said = _("%(name)s has not arrived; noted.")
        return recorded(request, episode, said % {"name": episode.person.name})
    return form_page(request, "schedules/arrival.html", form, episode)


@read_or_send
def test_log(request: PortalRequest, pk: int) -> HttpResponse:
    """Enter the result of a test."""
    tests = Test.objects.visible_to(request.user).select_related("episode__person__household")
    test = get_object_or_404(tests, pk=pk)
    need(request.user, Permission.LOG, test.episode)
    form = TestResultForm(sent(request), auto_id=f"t{pk}_%s")
    act = partial(_enter_result, request, test, form)
    entered = attempt(form, act) if request.method == "POST" else None
    if entered is None:
        return form_page(request, "schedules/test.html", form, test.episode, test=test)
    said = _("%(name)s: test %(result)s, entered.")
    words = {"name": test.episode.person.name, "result": entered.get_result_display()}
    return recorded(request, test.episode, said % words)


def _enter_result(request: PortalRequest, test: Test, form: TestResultForm) -> Any:
    return enter_result(test=test, by=request.user, **form.cleaned_data)


test_log.__test__ = False  # type: ignore[attr-defined]  # a view, whatever its name
