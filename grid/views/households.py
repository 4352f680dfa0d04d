"""Households: list, page, register, change, assess, members."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages
from grid.choices import Level, Use
from grid.days import today
from grid.forms.people import AssessForm, HouseholdForm, PersonEditForm, PersonForm
from grid.forms.responsibility import villages_of
from grid.models import Assignment, Household, Person
from grid.models.people import person_matches
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.responsibility import chain
from grid.services import people
from grid.web import PortalRequest, answer, attempt, need, page

EDITABLE = (
    "number",
    "address",
    "use",
    "head_name",
    "size",
    "landlord_name",
    "note",
)
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def household_list(request: PortalRequest) -> HttpResponse:
    """List the households in scope, by place and door number, searched and filtered."""
    rows = Household.objects.visible_to(request.user).filter(closed_on=None)
    query = request.GET.get("q", "").strip()
    if query:
        members = Person.objects.filter(person_matches(query), household__isnull=False)
        fitting = Q(number__contains=query) | Q(address__contains=query)
        rows = rows.filter(
            fitting | Q(head_name__contains=query) | Q(pk__in=members.values("household"))
        )
    place, use = request.GET.get("place", ""), request.GET.get("use", "")
    rows = rows.under(place) if place else rows
    rows = rows.filter(use=use) if use else rows
    rows = rows.select_related("place", "landlord").annotate(people=Count("members"))
    found = keyset_page(rows, order=("place_id", "pk"), query=request.GET)
    name_villages(found.rows, lambda row: row.place_id)
    context = {
        "page": found,
        "query": query,
        "place": place,
        "use": use,
        "uses": Use.choices,
        "villages": villages_of(request.user),
    }
    return page(request, "grid/household_list.html", context, fragment="rows")


@require_safe
def household_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a household: members, landlord, suitability, who answers for it on each tier."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("place", "landlord"), pk=pk
    )
    name_villages([household], lambda row: row.place_id)
    context = {
        "household": household,
        "members": household.members.order_by("pk"),
        "chain": chain(household, today()),
        "assignments": Assignment.objects.filter(household=household, until=None),
        "today": today(),
        "assess_form": AssessForm(),
        "can_register": request.user.can(Permission.REGISTER, household),
        "can_assign": request.user.can(Permission.ASSIGN, household),
        "is_below_village": household.place.level > Level.VILLAGE,
    }
    return render(request, "grid/household_detail.html", context)


@read_or_send
def household_new(request: PortalRequest) -> HttpResponse:
    """Register a household."""
    need(request.user, Permission.REGISTER)
    form = HouseholdForm(
        request.POST or None, user=request.user, initial={"place": request.GET.get("place", "")}
    )
    if request.method == "POST":
        household = attempt(
            form,
            lambda: people.register_household(**form.fields_for_service(), by=request.user),
        )
        if household is not None:
            messages.success(request, _("The household is registered. Add its members now."))
            return redirect("household-detail", household.pk)
    return render(request, "grid/household_form.html", {"form": form})


@read_or_send
def household_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change what is known of a household."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.REGISTER, household)
    initial = {name: getattr(household, name) for name in EDITABLE}
    form = HouseholdForm(
        request.POST or None, user=request.user, household=household, initial=initial
    )
    if request.method == "POST":
        act = partial(people.update_household, household=household, by=request.user)
        if attempt(form, lambda: act(**form.fields_for_service())) is not None:
            messages.success(request, _("The household is changed."))
            return redirect("household-detail", pk)
    context = {"form": form, "household": household}
    return render(request, "grid/household_form.html", context)


@require_POST
def household_assess(request: PortalRequest, pk: int) -> HttpResponse:
    """Note whether the home allows single-room isolation (JY-2f)."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.REGISTER, household)
    form = AssessForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose whether the home is suitable."))
        return redirect("household-detail", pk)
    return answer(
        request,
        lambda: people.assess_home(
            household=household, suitable=form.cleaned_data["suitable"] == "yes", by=request.user
        ),
        done=_("The home is assessed."),
        to=reverse("household-detail", args=[pk]),
    )


@read_or_send
def person_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a person to a household."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.REGISTER, household)
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        person = attempt(
            form,
            lambda: people.register_person(
                **form.cleaned_data, place=household.place, household=household, by=request.user
            ),
        )
        if person is not None:
            messages.success(request, _("%(name)s is added.") % {"name": person.name})
            return redirect("household-detail", pk)
    return render(request, "grid/person_form.html", {"form": form, "household": household})


@read_or_send
def person_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a person's identity or phone; the old values stay in the history."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.REGISTER, person)
    form = PersonEditForm(request.POST or None, person=person)
    if request.method == "POST":
        changes: dict[str, Any] = form.changes() if form.is_valid() else {}
        act = partial(people.update_person, person=person, by=request.user)
        if attempt(form, lambda: act(**changes)) is not None:
            messages.success(request, _("The person's details are changed."))
            return redirect("person", pk)
    return render(request, "grid/person_form.html", {"form": form, "person": person})
