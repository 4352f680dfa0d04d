"""The buttons of risk lists: lines, publishing, putting away, the last case, lowering."""

from datetime import date
from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.permissions import Permission
from grid.web import PortalRequest, answer, back, need, tell
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.risk_forms import EntryForm, LastCaseForm, NewEntryForm
from returnees.services import risk_lists
from returnees.services.screening import start_screening


def _version(request: PortalRequest, pk: int, right: Permission) -> RiskListVersion:
    version: RiskListVersion = get_object_or_404(RiskListVersion, pk=pk)
    need(request.user, right)
    return version


def _entry(request: PortalRequest, pk: int) -> RiskEntry:
    entry: RiskEntry = get_object_or_404(RiskEntry.objects.select_related("version"), pk=pk)
    need(request.user, Permission.PROPOSE)
    return entry


@require_POST
def risk_entry_decide(request: PortalRequest, pk: int) -> HttpResponse:
    """Say which place a line names, or leave it out."""
    entry = _entry(request, pk)
    to = back(request, reverse("risk-version", args=[entry.version_id]))
    if "left_out" in request.POST:
        leave = partial(risk_lists.decide_entry, entry=entry, left_out=True, by=request.user)
        return answer(request, leave, done=_("The line is left out."), to=to)
    if "again" in request.POST:
        again = partial(risk_lists.reopen_entry, entry=entry, by=request.user)
        to = reverse("risk-version", args=[entry.version_id]) + "?show=open"
        return answer(request, again, done=_("The line is to be decided again."), to=to)
    form = EntryForm(request.POST, entry=entry, offered=[])
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    return answer(
        request,
        lambda: risk_lists.decide_entry(entry=entry, by=request.user, **form.fields_for_service()),
        done=_("The line is decided."),
        to=to,
    )


@require_POST
def risk_entry_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a line to a draft by hand."""
    version = _version(request, pk, Permission.PROPOSE)
    to = reverse("risk-version", args=[version.pk])
    form = NewEntryForm(request.POST)
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    return answer(
        request,
        lambda: risk_lists.add_entry(version=version, by=request.user, **form.fields_for_service()),
        done=_("The line is added."),
        to=to,
    )


@require_POST
def risk_entry_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a line out of a draft."""
    entry = _entry(request, pk)
    return answer(
        request,
        lambda: risk_lists.remove_entry(entry=entry, by=request.user),
        done=_("The line is taken out."),
        to=back(request, reverse("risk-version", args=[entry.version_id])),
    )


@require_POST
def risk_publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a draft in force and look for those it touches."""
    version = _version(request, pk, Permission.PUBLISH)

    def publish() -> None:
        published = risk_lists.publish_list(version=version, by=request.user)
        start_screening(risk_list=published, by=request.user)

    return answer(
        request,
        publish,
        done=_("The list is in force; those it touches are being looked for."),
        to=reverse("risk-version", args=[version.pk]),
    )


@require_POST
def risk_screen(request: PortalRequest, pk: int) -> HttpResponse:
    """Look, before a draft is published, for those it would touch."""
    version = _version(request, pk, Permission.PROPOSE)
    return answer(
        request,
        lambda: start_screening(risk_list=version, by=request.user),
        done=_("Those the list would touch are being looked for."),
        to=reverse("risk-version", args=[version.pk]),
    )


@require_POST
def risk_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a draft away."""
    version = _version(request, pk, Permission.PROPOSE)
    return answer(
        request,
        lambda: risk_lists.discard_list(version=version, by=request.user),
        done=_("The draft is put away; nothing was changed."),
        to=reverse("risk-list"),
    )


def _area(request: PortalRequest, pk: int) -> RiskArea:
    area: RiskArea = get_object_or_404(RiskArea.objects.select_related("place"), pk=pk)
    need(request.user, Permission.PROPOSE)
    return area


@require_POST
def risk_last_case(request: PortalRequest, pk: int) -> HttpResponse:
    """Record the day of the last new case in an area."""
    area = _area(request, pk)
    to = back(request, reverse("risk-list"))
    form = LastCaseForm(request.POST)
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    day: date | None = form.cleaned_data["last_case_on"]
    return answer(
        request,
        lambda: risk_lists.set_last_case(area=area, last_case_on=day, by=request.user),
        done=_("The day of the last case is recorded."),
        to=to,
    )


@require_POST
def risk_lower(request: PortalRequest, pk: int) -> HttpResponse:
    """Draft what is in force with this area lowered (JX8-18); a person publishes it."""
    area = _area(request, pk)
    made: list[RiskListVersion] = []
    response = answer(
        request,
        lambda: made.append(risk_lists.propose_lowering(area=area, by=request.user)),
        done=_("The proposal is drafted; look at it and publish it, or put it away."),
        to=reverse("risk-list"),
    )
    return redirect("risk-version", made[0].pk) if made else response
