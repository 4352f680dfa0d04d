"""Who answers for what: list, begin, end, hand over many, leave with cover."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages
from grid.days import today
from grid.forms.responsibility import (
    AssignmentFilter,
    AssignmentForm,
    EndForm,
    HandOverForm,
    LeaveForm,
)
from grid.models import Assignment, Leave, User
from grid.models.people import person_matches
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.services import responsibility
from grid.web import PortalRequest, answer, attempt, back, need, page, tell

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def assignment_list(request: PortalRequest) -> HttpResponse:
    """List the open assignments in scope, the highest tier of each place first."""
    chosen = AssignmentFilter(request.GET or None, user=request.user)
    rows = narrowed(Assignment.objects.visible_to(request.user).open(), chosen)
    rows = rows.select_related("cadre", "place", "block", "household__place", "person", "at")
    can_assign = request.user.can(Permission.ASSIGN)
    found = keyset_page(rows, order=("at_id", "tier", "pk"), query=request.GET)
    name_villages(found.rows, lambda row: row.at_id)
    context = {
        "page": found,
        "filter": chosen,
        "hand_over": HandOverForm(user=request.user) if can_assign else None,
        "end_form": EndForm(),
        "can_assign": can_assign,
        "leaves": leaves_of(request.user),
        "today": today(),
    }
    return page(request, "grid/assignment_list.html", context, fragment="rows")


def narrowed(rows: QuerySet[Assignment], chosen: AssignmentFilter) -> QuerySet[Assignment]:
    """Return the assignments that the filter lets through; a bad filter narrows nothing."""
    data = chosen.cleaned_data if chosen.is_valid() else {}
    if query := data.get("q", "").strip():
        rows = rows.filter(
            Q(cadre__name__contains=query)
            | Q(household__number__contains=query)
            | Q(household__address__contains=query)
            | person_matches(query, "person__")
        )
    if data.get("cadre"):
        rows = rows.filter(cadre=data["cadre"])
    if data.get("tier"):
        rows = rows.filter(tier=data["tier"])
    if data.get("place"):
        rows = rows.under(data["place"].code)  # type: ignore[attr-defined]
    return rows


def leaves_of(user: User) -> QuerySet[Leave]:
    """Return the leaves, running or to come, of the cadres the user may see."""
    cadres = User.objects.visible_to(user).values("pk")
    return (
        Leave.objects.filter(until__gt=today(), user__in=cadres)
        .select_related("user", "cover")
        .order_by("since", "pk")
    )


@read_or_send
def assignment_new(request: PortalRequest) -> HttpResponse:
    """Begin an assignment; `?household=` and `?person=` name the target already."""
    need(request.user, Permission.ASSIGN)
    given = {
        name: request.GET[name] for name in ("household", "person", "place") if name in request.GET
    }
    form = AssignmentForm(request.POST or None, user=request.user, initial=given)
    if request.method == "POST":
        made = attempt(
            form, lambda: responsibility.assign(**form.fields_for_service(), by=request.user)
        )
        if made is not None:
            messages.success(
                request,
                _("%(cadre)s answers for %(target)s from %(day)s.")
                % {"cadre": made.cadre, "target": made.target, "day": made.since},
            )
            return redirect(back(request, reverse("assignment-list")))
    context = {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))}
    return render(request, "grid/assignment_form.html", context)


@require_POST
def assignment_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End an assignment."""
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.ASSIGN, assignment)
    form = EndForm(request.POST)
    to = back(request, reverse("assignment-list"))
    if not form.is_valid():
        messages.error(request, _("Enter the first day that is no longer covered."))
        return redirect(to)
    return answer(
        request,
        lambda: responsibility.end_assignment(
            assignment=assignment, by=request.user, **form.cleaned_data
        ),
        done=_("The assignment is ended."),
        to=to,
    )


@require_POST
def hand_over(request: PortalRequest) -> HttpResponse:
    """Hand the ticked assignments over to another cadre."""
    need(request.user, Permission.ASSIGN)
    form = HandOverForm(request.POST, user=request.user)
    data = form.cleaned_data if form.is_valid() else {}
    count = attempt(
        form,
        lambda: responsibility.hand_over(
            assignments=data["chosen"],
            to=data["to"],
            since=data["since"],
            reason=data["reason"],
            by=request.user,
        ),
    )
    if count is None:
        tell(request, form)
    else:
        text = ngettext(
            "%(count)s assignment is handed over.", "%(count)s assignments are handed over.", count
        )
        messages.success(request, text % {"count": count})
    return redirect(back(request, reverse("assignment-list")))


@read_or_send
def leave_new(request: PortalRequest) -> HttpResponse:
    """Note that a cadre is away and who covers."""
    need(request.user, Permission.ASSIGN)
    form = LeaveForm(request.POST or None, by=request.user)
    if request.method == "POST":
        leave = attempt(
            form, lambda: responsibility.register_leave(**form.cleaned_data, by=request.user)
        )
        if leave is not None:
            messages.success(
                request,
                _("%(cover)s covers for %(user)s.") % {"cover": leave.cover, "user": leave.user},
            )
            return redirect("assignment-list")
    return render(request, "grid/leave_form.html", {"form": form})
