"""Advance reports: entered by a cadre on somebody's behalf, or by the person without an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grid.choices import Level
from grid.errors import Refused
from grid.models import Place, User
from grid.permissions import Permission
from grid.throttle import too_many
from grid.web import MetError, PortalRequest, alone_or_refused, need, page
from returnees.choices import Channel
from returnees.explained import Explained, explain
from returnees.models import Episode, PolicyVersion
from returnees.person_page import persons_for
from returnees.policies import pack_of
from returnees.preview import preview_report
from returnees.report_forms import JourneyForm, PublicReportForm, ReportForm
from returnees.services.inputs import ReportInput, ReportRefusedError
from returnees.services.reports import register_report
from returnees.stay_forms import StayFormSet, stays_of

TEMPLATE, PUBLIC = "returnees/report_form.html", "returnees/public_report.html"
MOST_STAYS = 20
THANKS = "public-report-plan"
PER_HOUR = 20  # public reports from one address: a family on one phone, not a script
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


def stay_forms(request: HttpRequest) -> Any:
    """Return the rows for stays; with one more where the button for it was pressed."""
    if request.method != "POST":
        return StayFormSet(prefix="stays")
    data = request.POST.copy()
    if "add_stay" in data:
        rows = min(int("0" + data.get("stays-TOTAL_FORMS", "0")[:3]) + 1, MOST_STAYS)
        data["stays-TOTAL_FORMS"] = str(rows)
    return StayFormSet(data, prefix="stays")


def report_of(form: JourneyForm, stays: Any, *, place: str, channel: str) -> ReportInput | None:
    """Return the report of a filled form, or None where something is to be mended."""
    if not (form.is_valid() & stays.is_valid()):
        return None
    return form.report(stays_of(stays), place_code=place, channel=channel)


@never_cache
@read_or_send
def report_new(request: PortalRequest) -> HttpResponse:
    """Enter a report for somebody: preview what awaits them, or register it."""
    need(request.user, Permission.REGISTER)
    known = request.GET.get("person")
    person = get_object_or_404(persons_for(request.user), pk=known) if known else None
    first = {"place": person.place_id if person else request.GET.get("place", "")}
    form = ReportForm(request.POST or None, user=request.user, person=person, initial=first)
    stays = stay_forms(request)
    context = {"form": form, "stays": stays, "person": person}
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    if "add_stay" in request.POST:
        return page(request, TEMPLATE, unjudged(context), fragment="stays")
    return saved_or_shown(request, context, request.user)


def unjudged(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context with what was typed and without errors: a row was only added."""
    context["form"]._errors = {}  # noqa: SLF001  Django's own way to show a bound form unjudged
    for form in context["stays"].forms:
        form._errors = {}  # noqa: SLF001
    context["stays"]._errors, context["stays"]._non_form_errors = [], []  # noqa: SLF001
    return context


def saved_or_shown(request: PortalRequest, context: dict[str, Any], user: User) -> HttpResponse:
    """Register the report or preview it; a refusal stands in the form."""
    form, stays = context["form"], context["stays"]
    place = form.cleaned_data.get("place") if form.is_valid() else None
    report = report_of(form, stays, place=place.code if place else "", channel=Channel.CADRE)
    if report is None:
        return render(request, TEMPLATE, context, status=422)
    try:
        if "preview" in request.POST:
            episode = preview_report(report=report, by=user)
            return render(request, TEMPLATE, context | {"preview": explained(episode)})
        episode = alone_or_refused(lambda: register_report(report=report, by=user))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, TEMPLATE, context, status=422)
    messages.success(request, _("The report is registered."))
    return redirect(f"{reverse('report-saved', args=[episode.pk])}")


def explained(episode: Episode) -> Explained:
    """Return what awaits in words, by the notice that the episode is planned under."""
    return explain(episode.plan, episode.facts, pack_of(episode.policy))


@require_safe
def report_saved(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what awaits the person just registered, each item with its clause."""
    rows = Episode.objects.visible_to(request.user)
    rows = rows.select_related("person", "place", "responsible", "policy")
    episode = get_object_or_404(rows, pk=pk)
    context = {"episode": episode, "plan": explained(episode)}
    return render(request, "returnees/report_saved.html", context)


@login_not_required
@never_cache
@read_or_send
def public_report(request: HttpRequest, village_code: str) -> HttpResponse:
    """Take the report of somebody who comes to a village; no account, no look at what is stored."""
    village = get_object_or_404(Place, code=village_code, level=Level.VILLAGE, closed=False)
    form, stays = PublicReportForm(request.POST or None), stay_forms(request)
    context = {"form": form, "stays": stays, "village": village}
    if request.method != "POST":
        return render(request, PUBLIC, context)
    if "add_stay" in request.POST:
        return page(request, PUBLIC, unjudged(context), fragment="stays")
    report = report_of(form, stays, place=village.code, channel=Channel.SELF)
    if report is None:
        return render(request, PUBLIC, context, status=422)
    if too_many(request, "public-report", PER_HOUR):
        form.add_error(
            None,
            _("Too many reports from this address; try again in an hour, or call the village."),
        )
        return render(request, PUBLIC, context, status=429)
    return take_public(request, context, report)


def take_public(request: HttpRequest, context: dict[str, Any], report: ReportInput) -> HttpResponse:
    """Register a public report; what is stored about anybody is never told."""
    try:
        episode = alone_or_refused(lambda: register_report(report=report, by=None))
    except (ReportRefusedError, MetError) as refusal:
        context["form"].add_error(None, str(refusal))
        return render(request, PUBLIC, context, status=422)
    except Refused:
        # Why is about others' data (known already, registered elsewhere): the village will see.
        text = _("This report needs a look by the village. Please call the village committee.")
        context["form"].add_error(None, text)
        return render(request, PUBLIC, context, status=422)
    request.session[THANKS] = {
        "plan": episode.plan,
        "facts": episode.facts,
        "policy": episode.policy_id,
        "village": context["village"].code,
    }
    return redirect("public-report-thanks", context["village"].code)


@login_not_required
@never_cache
@require_safe
def public_report_thanks(request: HttpRequest, village_code: str) -> HttpResponse:
    """Tell the person what awaits them and why, without a word about who they are."""
    village = get_object_or_404(Place, code=village_code, level=Level.VILLAGE)
    kept = request.session.get(THANKS) or {}
    policy = PolicyVersion.objects.filter(pk=kept.get("policy") or 0).first()
    if kept.get("village") != village_code or policy is None:
        return redirect("public-report", village_code)
    plan = explain(kept["plan"], kept["facts"], pack_of(policy))
    context = {"village": village, "plan": plan}
    return render(request, "returnees/public_thanks.html", context)
