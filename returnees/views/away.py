"""The ledger of residents away: who is where, back when, at risk or not, advised not to come."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages, within
from grid.days import today
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.place_search import find_anywhere
from grid.scope import under
from grid.web import PortalRequest, answer, attempt, back, need, page, tell, tried
from returnees.away import at_risk_now, is_at_risk, risk
from returnees.away_forms import AwayEndForm, AwayFilter, AwayForm, first_values, said_in_list
from returnees.choices import AreaFlag, Risk
from returnees.models import Away
from returnees.models.away import AwayQuerySet
from returnees.risk import AreaRisk, RiskBook
from returnees.services import away as ledger
from returnees.who import Who, WhoForm, who_form, who_of

FORM = "returnees/away_form.html"
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def away_list(request: PortalRequest) -> HttpResponse:
    """List the residents of the user's scope who are away, with the risk where they are."""
    form = AwayFilter(request.GET, user=request.user)
    form.is_valid()
    every = Away.objects.open().visible_to(request.user)
    rows = narrowed(every, form.cleaned_data)
    # Keys must not be empty: by return only where everybody has one.
    order = ("returns_on", "pk") if form.cleaned_data.get("days") is not None else ("home_id", "pk")
    found = keyset_page(
        rows.select_related("person", "place", "advised_by"), order=order, query=request.GET
    )
    name_villages(found.rows, lambda row: row.home_id)
    judge(found.rows)
    context = {
        "form": form,
        "page": found,
        "today": today(),
        "narrowed": any(value for key, value in request.GET.items() if key != "cursor"),
        "can_register": request.user.can(Permission.REGISTER),
    }
    return page(request, "returnees/away_list.html", context, fragment="rows")


def narrowed(rows: AwayQuerySet, chosen: dict[str, Any]) -> AwayQuerySet:
    """Return the entries that the filter asks for; what could not be read narrows nothing."""
    day = today()
    rows = rows.matching(chosen.get("q") or "")
    if text := chosen.get("where"):
        rows = rows.filter(somewhere(text))
    if code := chosen.get("place"):
        rows = rows.filter(within(code, "home"))
    if (days := chosen.get("days")) is not None:
        rows = rows.filter(returns_on__lte=day + timedelta(days=days))
    if chosen.get("unadvised"):
        rows = rows.filter(advised_at=None)
    return at_risk_now(rows, day) if chosen.get("touched") else rows


def somewhere(text: str) -> Q:
    """Return the condition "is there": a code of the place or the start of one, or its name."""
    text = text.strip()
    if text.isdigit():
        return under(text, "place")
    condition = Q(text__contains=text)
    for place in find_anywhere(text):
        condition |= under(place.code, "place")
    return condition


def judge(rows: list[Any]) -> None:
    """Give each row the risk where the person is now, with one query for all."""
    day = today()
    book = RiskBook.of((row.place_id for row in rows if row.place_id), day, day)
    for row in rows:
        row.risk = risk(book, row.place_id, day)
        row.is_at_risk = is_at_risk(row.risk)
        row.marks = words(row.risk)


def words(risk: AreaRisk) -> list[str]:
    """Return level and flags of a place in words; nothing for a place at low risk."""
    level = [str(Risk(risk.level).label)] if risk.level != Risk.LOW else []
    return level + [str(AreaFlag(flag).label) for flag in risk.flags]


@read_or_send
def away_new(request: PortalRequest) -> HttpResponse:
    """Take a resident into the ledger: somebody known, or somebody new."""
    who = who_of(request)
    if who.is_open:
        return render(request, "returnees/away_who.html", {"who": who})
    person, form = who_form(request, request.user, who), AwayForm(request.POST or None)
    context = {"who": who, "who_form": person, "form": form}
    if request.method != "POST":
        return render(request, FORM, context)
    if noted(request, who, person, form) is None:
        return render(request, FORM, context, status=422)
    messages.success(request, _("Taken into the ledger."))
    return redirect("away-list")


def noted(request: PortalRequest, who: Who, person: WhoForm | None, form: AwayForm) -> Away | None:
    """Return the new entry, or None where something is to be mended."""
    if not (form.is_valid() & (person is None or person.is_valid())):
        return None

    @transaction.atomic
    def act() -> Away:
        somebody = who.person or (person.person(request.user) if person else None)
        assert somebody is not None  # noqa: S101  one of the two is there
        fields = form.fields_for_service()
        return ledger.note_away(person=somebody, by=request.user, **fields)

    return attempt(form, act)


def away_in_scope(request: PortalRequest, pk: int) -> Away:
    """Return an entry where the user may change it; 404 outside the scope, 403 without right."""
    rows = Away.objects.visible_to(request.user).select_related("person", "place")
    found: Away = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.REGISTER, found)
    return found


@read_or_send
def away_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change an entry after asking again."""
    away = away_in_scope(request, pk)
    form = AwayForm(request.POST or None, initial=first_values(away))
    said = said_in_list(away)
    context = {"away": away, "form": form, "end": AwayEndForm(), "said": said}
    if request.method != "POST":
        return render(request, FORM, context)
    made = attempt(
        form,
        lambda: ledger.update_away(away=away, by=request.user, **form.fields_for_service()),
    )
    if made is None:
        return render(request, FORM, context, status=422)
    messages.success(request, _("The entry is changed."))
    return redirect(back(request, reverse("away-list")))


@require_POST
def away_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End an entry: came back without a report, or moved away for good."""
    away = away_in_scope(request, pk)
    form = AwayEndForm(request.POST)
    if not form.is_valid():
        tell(request, form)
        return redirect("away-edit", pk)
    act = partial(ledger.end_away, away=away, by=request.user, **form.cleaned_data)
    if tried(request, act) is None:
        return redirect("away-edit", pk)
    messages.success(request, _("The entry is ended."))
    if form.cleaned_data["why"] == "came back":
        # Whoever is back owes the report: where they were decides what awaits them.
        return redirect(f"{reverse('report-new')}?person={away.person_id}")
    return redirect("away-list")


@require_POST
def away_advise(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that the person was advised not to come unless necessary (JY-2c)."""
    away = away_in_scope(request, pk)
    return answer(
        request,
        lambda: ledger.advise_away(away=away, by=request.user),
        done=_("%(name)s: advised not to come, noted.") % {"name": away.person.name},
        to=back(request, reverse("away-list")),
    )
