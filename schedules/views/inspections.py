"""Inspections: where a place crossed a threshold, and what the supervisor found there."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grid.models import Place
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, attempt, need_any, page
from schedules.choices import Shortfall
from schedules.models import Inspection
from schedules.models.inspections import InspectionQuerySet
from schedules.services.inspections import close_inspection

CLOSING = {Permission.VERIFY, Permission.DECIDE}
SHOWN = ("place", "holder", "done_by")


class CloseForm(forms.Form):
    """What was found, and what is being done about it."""

    note = forms.CharField(
        label=gettext_lazy("What was found, and what is being done"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def visible(request: PortalRequest) -> InspectionQuerySet:
    """Return the inspections of the user's scope, and those they hold wherever they are."""
    own = Inspection.objects.filter(holder=request.user)
    rows: InspectionQuerySet = Inspection.objects.visible_to(request.user) | own
    return rows.select_related(*SHOWN)


@require_safe
def inspection_list(request: PortalRequest) -> HttpResponse:
    """List open inspections of the scope; `show`: mine (open, held by the user) or done."""
    show = request.GET.get("show", "")
    rows = visible(request)
    rows = rows.done() if show == "done" else rows.open()
    rows = rows.filter(holder=request.user) if show == "mine" else rows
    context = {
        "page": keyset_page(rows, order=("-made_at", "-pk"), query=request.GET, size=50),
        "show": show,
        "now": timezone.now(),
    }
    return page(request, "schedules/inspection_list.html", context, fragment="rows")


@require_http_methods(["GET", "HEAD", "POST"])
def inspection(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one inspection with its figures; a POST closes it."""
    one: Inspection = get_object_or_404(visible(request), pk=pk)
    may_close = any(request.user.can(right, one) for right in CLOSING)
    form, status = CloseForm(), 200
    if request.method == "POST":
        need_any(request.user, CLOSING, one)
        form, status = CloseForm(request.POST), 422

        def act() -> Inspection:
            note = form.cleaned_data["note"]
            return close_inspection(inspection=one, note=note, by=request.user)

        if attempt(form, act):
            messages.success(request, _("The inspection is closed."))
            return redirect("inspection", pk)
    worst = one.figures["worst"] or []
    names = Place.objects.in_bulk([line["place"] for line in worst])
    context = {
        "one": one,
        "worst": [(names[line["place"]], line["n"]) for line in worst if line["place"] in names],
        "checks": one.kind == Shortfall.CHECKS,
        "form": form,
        "may_close": may_close and one.is_open,
        "now": timezone.now(),
    }
    return page(request, "schedules/inspection.html", context, fragment="inspection", status=status)
