"""Results, closings and outcomes: a test, a stage, an abnormal finding."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grid.permissions import Permission
from grid.web import PortalRequest, answer, attempt, back, need
from returnees.forms import AbnormalityCloseForm, StageCloseForm, TestResultForm
from returnees.models import Abnormality, Episode, Stage, Test
from returnees.services import abnormalities, stages, tests

TEMPLATE = "returnees/finding.html"
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@read_or_send
def test_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Enter the result of a test."""
    rows = Test.objects.visible_to(request.user).select_related("episode__person", "episode__place")
    test = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.LOG, test.episode)
    form = TestResultForm(request.POST or None)
    if request.method == "POST":
        made = attempt(
            form, lambda: tests.enter_result(test=test, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, _("The result is entered."))
            return to_person(request, test.episode)
    context = {"form": form, "episode": test.episode, "test": test, "clause": test.clause}
    return render(request, TEMPLATE, context)


test_result.__test__ = False  # type: ignore[attr-defined]  # a view, whatever its name


@read_or_send
def stage_close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close a stage by the gate: past its last day, every test negative (C-8)."""
    within = Episode.objects.visible_to(request.user)
    rows = Stage.objects.filter(episode__in=within).select_related("episode__person")
    stage = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.LOG, stage.episode)
    form = StageCloseForm(request.POST or None)
    if request.method == "POST":
        made = attempt(
            form, lambda: stages.close_stage(stage=stage, by=request.user, **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, _("The stage is closed."))
            return to_person(request, stage.episode)
    context = {"form": form, "episode": stage.episode, "stage": stage, "clause": stage.clause}
    return render(request, TEMPLATE, context)


@read_or_send
def abnormality_close(request: PortalRequest, pk: int) -> HttpResponse:
    """Record how an abnormal finding ended."""
    rows = Abnormality.objects.visible_to(request.user).select_related("episode__person")
    found = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.LOG, found)
    form = AbnormalityCloseForm(request.POST or None)
    if request.method == "POST":
        made = attempt(
            form,
            lambda: abnormalities.close_abnormality(
                abnormality=found, by=request.user, **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("The outcome is recorded."))
            return to_person(request, found.episode)
    context = {"form": form, "episode": found.episode, "found": found, "clause": "JY-2s"}
    return render(request, TEMPLATE, context)


@require_POST
def abnormality_report(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that the level above was told of a finding (A-38)."""
    rows = Abnormality.objects.visible_to(request.user).select_related("episode__person")
    found = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.LOG, found)
    return answer(
        request,
        lambda: abnormalities.report_upward(abnormality=found, by=request.user),
        done=_("It is recorded that the level above was told."),
        to=back(request, reverse("person", args=[found.episode.person_id])),
    )


def to_person(request: PortalRequest, episode: Episode) -> HttpResponse:
    """Go back to where the form was opened, or to the person."""
    return redirect(back(request, reverse("person", args=[episode.person_id])))
