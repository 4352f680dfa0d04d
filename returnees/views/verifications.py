"""Contacts to verify: the list, one of them, attempts, the answer, handing on, the table."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.areas import name_villages
from grid.days import today
from grid.models import ImportBatch, Place
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.services.disclosure import ReasonMissingError, record_export
from grid.tables import as_response
from grid.web import PortalRequest, answer, attempt, need, need_any, page, tell
from returnees.forms import WhyForm
from returnees.models import Verification
from returnees.models.verifications import VerificationQuerySet
from returnees.services import verifications as service
from returnees.verification_forms import (
    AttemptForm,
    HandOnForm,
    OutcomeForm,
    VerificationFilter,
    first_answer,
)
from returnees.verification_pages import (
    can_open,
    earlier_of,
    figures_for,
    known_returns,
    narrowed,
    with_earlier,
)
from returnees.verification_table import contact_table, letter_table
from returnees.views.person import REVEALING

PAGE = "returnees/verification.html"
SHOWN = ("place", "responsible", "verified_by", "went_to")
ORDER = ("due_at", "pk")


@require_safe
def verification_list(request: PortalRequest) -> HttpResponse:
    """List the contacts of the user's scope, those due first."""
    now = timezone.now()
    rows, form = chosen_rows(request)
    found = keyset_page(rows.select_related(*SHOWN), order=ORDER, query=request.GET)
    name_villages(found.rows, lambda row: row.place_id)
    with_earlier(found.rows)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "form": form,
        "page": found,
        "now": now,
        "figures": figures_for(request.user, now),
        "narrowed": any(value for key, value in request.GET.items() if key != "cursor"),
        "query": query.urlencode(),
        "can_export": request.user.can(Permission.EXPORT_MASKED),
        "can_export_full": request.user.can(Permission.EXPORT_FULL),
        "can_import": request.user.can(Permission.IMPORT),
    }
    return page(request, "returnees/verification_list.html", context, fragment="rows")


def chosen_rows(request: PortalRequest) -> tuple[VerificationQuerySet, VerificationFilter]:
    """Return what the list shows by the address, and the filter with it."""
    form = VerificationFilter(request.GET, user=request.user)
    form.is_valid()
    rows = Verification.objects.visible_to(request.user)
    rows = narrowed(rows, form.cleaned_data, request.user, timezone.now())
    batch = batch_of(request)
    return (rows.filter(batch_key=batch.pk) if batch else rows), form


def batch_of(request: PortalRequest) -> ImportBatch | None:
    """Return the import that the address names, where the user may see it."""
    key = request.GET.get("batch", "")
    rows = ImportBatch.objects.visible_to(request.user).filter(list_name="contacts")
    try:
        return rows.filter(pk=UUID(key)).first()
    except ValueError:
        return None


def in_scope(request: PortalRequest, pk: int) -> Verification:
    """Return a contact, or 404 outside the user's scope."""
    rows = Verification.objects.visible_to(request.user).select_related(*SHOWN, "person")
    found: Verification = get_object_or_404(rows, pk=pk)
    return found


@never_cache
@require_safe
def verification(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one contact: who, why, what was tried, what was found out before."""
    return shown(request, in_scope(request, pk))


def shown(
    request: PortalRequest, one: Verification, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Return the page of a contact; `more` is what an act on it adds."""
    name_villages([one], lambda row: row.place_id)
    rights = {
        str(right): request.user.can(right, one)
        for right in (Permission.LOG, Permission.ASSIGN, Permission.REGISTER)
    }
    rights["reveal"] = any(request.user.can(right, one) for right in REVEALING)
    rights["needs_reason"] = not (
        request.user.can(Permission.REVEAL, one) or (one.responsible_id == request.user.pk)
    )
    context = {
        "one": one,
        "attempts": list(one.attempts.select_related("by")),
        "earlier": earlier_of(one, request.user),
        "known": known_returns(one, request.user),
        "can": rights,
        "can_open": can_open(one, request.user),
        "outcome": OutcomeForm(initial=first_answer(one)),
        "attempt": AttemptForm(),
        "hand_on": HandOnForm(user=request.user, initial={"village": one.place_id}),
        "why": WhyForm(),
    }
    return page(request, PAGE, context | more, fragment="identity", status=status)


@require_POST
def verification_attempt(request: PortalRequest, pk: int) -> HttpResponse:
    """Note that somebody was looked for and not found."""
    one = in_scope(request, pk)
    need(request.user, Permission.LOG, one)
    form = AttemptForm(request.POST)
    if not form.is_valid():
        tell(request, form)
        return redirect("verification", pk)
    return answer(
        request,
        lambda: service.note_attempt(verification=one, by=request.user, **form.cleaned_data),
        done=_("The attempt is noted."),
        to=reverse("verification", args=[pk]),
    )


@require_POST
def verification_outcome(request: PortalRequest, pk: int) -> HttpResponse:
    """Answer for somebody."""
    one = in_scope(request, pk)
    need(request.user, Permission.LOG, one)
    form = OutcomeForm(request.POST)

    def act() -> Verification:
        fields = form.fields_for_service()
        return service.record_outcome(verification=one, by=request.user, **fields)

    if attempt(form, act) is None:
        return shown(request, one, status=422, outcome=form)
    messages.success(request, _("The answer is recorded."))
    return redirect("verification", pk)


@require_POST
def verification_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    """Take an answer back, with the reason."""
    one = in_scope(request, pk)
    need(request.user, Permission.LOG, one)
    form = WhyForm(request.POST)
    if not form.is_valid():
        tell(request, form)
        return redirect("verification", pk)
    why = form.cleaned_data["why"]
    return answer(
        request,
        lambda: service.reopen(verification=one, by=request.user, why=why),
        done=_("The answer is taken back: to be verified again."),
        to=reverse("verification", args=[pk]),
    )


@require_POST
def verification_hand_on(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a contact to another village."""
    one = in_scope(request, pk)
    need(request.user, Permission.ASSIGN, one)
    form = HandOnForm(request.POST, user=request.user)
    if not form.is_valid():
        tell(request, form)
        return redirect("verification", pk)
    place = form.cleaned_data["village"]
    return answer(
        request,
        lambda: service.hand_to(verification=one, place=place, by=request.user),
        done=_("Given to %(village)s.") % {"village": place.name},
        to=reverse("verification", args=[pk]),
    )


@never_cache
@require_POST
def verification_reveal(request: PortalRequest, pk: int) -> HttpResponse:
    """Show ID number and phone in full, once, in the answer; the look is recorded."""
    one = in_scope(request, pk)
    need_any(request.user, REVEALING, one)
    try:
        found = service.reveal_contact(
            verification=one, by=request.user, reason=request.POST.get("reason", "")
        )
    except ReasonMissingError as refusal:
        return shown(request, one, reveal_problem=str(refusal))
    return shown(request, one, revealed=found, reveal_note=_("This look is recorded."))


@require_POST
def verification_export(request: PortalRequest) -> HttpResponse:
    """Download what the list shows; of one import, its own columns with ours behind them."""
    full = request.POST.get("full") == "1"
    right = Permission.EXPORT_FULL if full else Permission.EXPORT_MASKED
    if not request.user.can(right):
        raise PermissionDenied
    rows, _form = chosen_rows(request)
    rows = rows.visible_to(request.user, right).order_by(*ORDER)
    record_export(
        what="contacts",
        rows=rows.count(),
        full=full,
        place=Place.objects.filter(code=request.user.home_place).first(),
        by=request.user,
        reason=request.POST.get("reason", ""),
    )
    batch = batch_of(request)
    table = letter_table(rows, batch.pk) if batch and full else contact_table(rows, full=full)
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    name = _("contacts verified %(day)s") % {"day": f"{today():%Y-%m-%d}"}
    return as_response(table, kind=kind, name=name)
