"""Permits to leave: asked for, judged by the notice, decided by people, printed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.areas import name_villages, within
from grid.days import today
from grid.models import person_matches
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, answer, attempt, back, need, page, tell, tried
from returnees.choices import PermitState
from returnees.forms import WhyForm
from returnees.models import Episode, ExitPermit
from returnees.override_forms import DeclineForm
from returnees.permit_forms import PermitFilter, PermitForm
from returnees.policies import NoPolicyInForceError
from returnees.services import permits
from returnees.who import who_of

FORM = "returnees/permit_new.html"
SHOWN = ("person", "place", "policy", "asked_by", "decided_by")
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def permit_list(request: PortalRequest) -> HttpResponse:
    """List the permits asked for in the user's scope, the newest first."""
    form = PermitFilter(request.GET, user=request.user)
    form.is_valid()
    rows = ExitPermit.objects.visible_to(request.user).select_related(*SHOWN)
    chosen = form.cleaned_data
    if text := (chosen.get("q") or "").strip():
        rows = rows.filter(person_matches(text, "person__"))
    if code := chosen.get("place"):
        rows = rows.filter(within(code))
    if state := chosen.get("state"):
        rows = rows.filter(state=state)
    found = keyset_page(rows, order=("-pk",), query=request.GET)
    name_villages(found.rows, lambda row: row.place_id)
    context = {
        "form": form,
        "page": found,
        "narrowed": any(value for key, value in request.GET.items() if key != "cursor"),
        "can_register": request.user.can(Permission.REGISTER),
    }
    return page(request, "returnees/permit_list.html", context, fragment="rows")


@read_or_send
def permit_new(request: PortalRequest) -> HttpResponse:
    """Ask for a permit for somebody in scope."""
    who = who_of(request)
    if who.person is None:
        status = 422 if request.method == "POST" else 200
        return render(request, "returnees/permit_who.html", {"who": who}, status=status)
    form = PermitForm(request.POST or None)
    managed = Episode.objects.active().filter(person=who.person).first()
    context = {"who": who, "form": form, "managed": managed}
    if request.method != "POST":
        return render(request, FORM, context)
    person = who.person
    permit = attempt(
        form,
        lambda: permits.ask_permit(person=person, journey=form.journey(), by=request.user),
    )
    if permit is None:
        return render(request, FORM, context, status=422)
    say_how(request, permit)
    return redirect("permit", permit.pk)


def say_how(request: PortalRequest, permit: ExitPermit) -> None:
    """Say what became of a request."""
    if permit.state == PermitState.REFUSED:
        messages.error(request, _("The notice does not allow it: see the reason."))
    elif permit.state == PermitState.GRANTED:
        messages.success(request, _("The permit is granted."))
    else:
        messages.success(request, _("Asked for: the township decides."))


def permit_in_scope(request: PortalRequest, pk: int) -> ExitPermit:
    """Return the permit, or 404 where the user has nothing to do with the person."""
    rows = ExitPermit.objects.visible_to(request.user).select_related(*SHOWN, "person__household")
    found: ExitPermit = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def permit(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a permit, to be printed; where the notice would refuse it by now, it says so."""
    shown = permit_in_scope(request, pk)
    name_villages([shown], lambda row: row.place_id)
    can = {
        "decide": request.user.can(Permission.DECIDE, shown),
        "register": request.user.can(Permission.REGISTER, shown),
    }
    context = {
        "permit": shown,
        "number": number_of(shown),
        "reasons": reasons(shown.verdict),
        "now_refused": refused_by_now(shown),
        "can": can,
        "is_open": shown.state == PermitState.ASKED,
        "is_usable": shown.state in permits.USABLE,
        "decline": DeclineForm(),
        "why": WhyForm(),
    }
    return render(request, "returnees/permit.html", context)


def number_of(permit: ExitPermit) -> str:
    """Return the number by which a permit is found again: the year and a running number."""
    return f"{permit.asked_at:%Y}-{permit.pk:06d}"


def reasons(verdict: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the sentences of a stored verdict in the language of the page."""
    english = not (get_language() or "zh").startswith("zh")
    return [
        {
            "text": why.get("text_en") or why["text"] if english else why["text"],
            "clause": why.get("rests_on", ""),
            "quote": why.get("quote", ""),
        }
        for why in verdict.get("why", ())
    ]


def refused_by_now(permit: ExitPermit) -> list[dict[str, str]]:
    """Return why the notice would refuse an open or granted permit today; nothing if it would not.

    Areas are raised and zones closed after a permit was granted.
    """
    if permit.state not in permits.USABLE or permit.leaves_on < today():
        return []
    try:
        judged = permits.judged_again(permit, day=today())
    except NoPolicyInForceError:
        return []
    return reasons(judged.verdict) if judged.is_refused else []


@require_POST
def permit_decide(request: PortalRequest, pk: int) -> HttpResponse:
    """Grant a request or decline it."""
    asked = permit_in_scope(request, pk)
    need(request.user, Permission.DECIDE, asked)
    grant = request.POST.get("grant") == "1"
    form = DeclineForm(request.POST)
    to = back(request, reverse("permit", args=[pk]))
    if not grant and not form.is_valid():
        tell(request, form)
        return redirect(to)
    note = "" if grant else form.cleaned_data["note"]
    act = partial(permits.decide_permit, permit=asked, grant=grant, by=request.user, note=note)
    decided = tried(request, act)
    if decided is None:
        return redirect(to)
    if decided.state == PermitState.DECLINED:
        messages.success(request, _("Declined."))
    else:
        say_how(request, decided)
    return redirect(to)


@require_POST
def permit_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back a request (who registers), or a permit that was granted (who decides)."""
    asked = permit_in_scope(request, pk)
    right = Permission.REGISTER if asked.state == PermitState.ASKED else Permission.DECIDE
    need(request.user, right, asked)
    form = WhyForm(request.POST)
    to = back(request, reverse("permit", args=[pk]))
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    return answer(
        request,
        lambda: permits.withdraw_permit(
            permit=asked, by=request.user, why=form.cleaned_data["why"]
        ),
        done=_("Taken back."),
        to=to,
    )
