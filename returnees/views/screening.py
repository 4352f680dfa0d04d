"""Re-screenings: what a list, notice or zone changes, confirming it, leaving it, closing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.days import today
from grid.forms.responsibility import place_choices
from grid.models import User
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, answer, need, page, tried
from returnees.away import TouchedAway, touched_away
from returnees.choices import ScreeningState
from returnees.models import Screening, ScreeningItem
from returnees.screening.pages import (
    items_for,
    lines_of,
    narrowed,
    screenings_for,
    side_by_side,
)
from returnees.screening.work import figures_by_screening, figures_of
from returnees.screening.workload import workload
from returnees.screening_forms import LeaveForm
from returnees.services.confirming import Confirmed, confirm
from returnees.services.risk_lists import changes_of
from returnees.services.screening import close, leave, start_screening

OPEN_FIRST = ("-made_at", "-pk")
FILTERS = ("state", "touch", "village", "q")


def screening_in_scope(request: PortalRequest, pk: int) -> Screening:
    """Return the re-screening, or 404 where it touches nobody in the user's area."""
    found: Screening = get_object_or_404(screenings_for(request.user), pk=pk)
    return found


@require_safe
def screening_list(request: PortalRequest) -> HttpResponse:
    """List the re-screenings, those that wait first, with the counts of the user's own area."""
    rows = screenings_for(request.user)
    closed = rows.filter(state=ScreeningState.CLOSED)
    found = keyset_page(closed, order=OPEN_FIRST, query=request.GET, size=20)
    waiting = list(rows.exclude(state=ScreeningState.CLOSED).order_by(*OPEN_FIRST)[:50])
    shown = waiting if not request.GET.get("cursor") else []
    with_counts([*shown, *found.rows], request)
    context = {"waiting": shown, "page": found}
    return page(request, "returnees/screening_list.html", context, fragment="rows")


def with_counts(screenings: list[Screening], request: PortalRequest) -> list[Screening]:
    """Give each re-screening the counts of the user's own area as `own`, with one query."""
    items = ScreeningItem.objects.filter(screening__in=screenings).visible_to(request.user)
    figures = figures_by_screening(items)
    for one in screenings:
        one.own = figures.get(one.pk, {})  # type: ignore[attr-defined]
    return screenings


@never_cache
@require_safe
def screening(request: PortalRequest, pk: int) -> HttpResponse:
    """Show whom it touches, what changes, how much work it means; the user's own area only."""
    found = screening_in_scope(request, pk)
    items = items_for(found, request.user)
    chosen = {name: request.GET.get(name, "").strip() for name in FILTERS}
    rows = keyset_page(narrowed(items, **chosen), order=("place", "pk"), query=request.GET)
    context = {
        "screening": found,
        "figures": figures_of(items),
        "load": workload(items, max(found.day, today())),
        "away": away_in(found, request.user),
        "page": rows,
        "lines": lines_of(rows.rows),
        "chosen": chosen,
        "places": place_choices(request.user, chosen["village"]),
        "can_decide": request.user.can(Permission.DECIDE),
        "is_open": found.state == ScreeningState.OPEN,
        "is_waiting": found.state == ScreeningState.WAITING,
        "is_preview": found.state == ScreeningState.PREVIEW,
        "progress": found.figures.get("confirming"),
        "leave_form": LeaveForm(),
    }
    return page(request, "returnees/screening_detail.html", context, fragment="screening")


def away_in(screening: Screening, user: User) -> TouchedAway | None:
    """Return the residents away whom the list of a re-screening reaches; None for other origins."""
    if screening.risk_list is None:
        return None
    return touched_away(changes_of(screening.risk_list), user)


@require_safe
def screening_item(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the old and the new plan of one person side by side, with their reasons."""
    rows = ScreeningItem.objects.visible_to(request.user).select_related(
        "screening__risk_list",
        "screening__policy__place",
        "screening__zone__place",
        "episode__person",
        "episode__policy",
        "episode__place",
        "decided_by",
    )
    item: ScreeningItem = get_object_or_404(rows, pk=pk)
    shown = side_by_side(item, timezone.now())
    context = {
        "item": item,
        "screening": item.screening,
        "shown": shown,
        "can_decide": request.user.can(Permission.DECIDE, item),
        "is_open": item.screening.state == ScreeningState.OPEN,
    }
    return render(request, "returnees/screening_item.html", context)


def chosen_items(request: PortalRequest) -> list[int]:
    """Return the items that the form names; what is no number is passed over."""
    return [int(text) for text in request.POST.getlist("items") if text.isdigit()]


@require_POST
def screening_confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Plan those chosen anew, or everybody who is sure to change."""
    found = screening_in_scope(request, pk)
    need(request.user, Permission.DECIDE)
    items = None if request.POST.get("all") else chosen_items(request)
    done = tried(request, lambda: confirm(screening=found, items=items, by=request.user))
    if done is not None:
        messages.success(request, told(done))
    return redirect(target(request, pk))


def told(done: Confirmed) -> str:
    """Return what became of a confirmation in a sentence."""
    if done.queued:
        return _("%(count)s persons are being planned anew.") % {"count": done.queued}
    if done.refused:
        return _(
            "%(applied)s persons are planned anew; %(refused)s could not be, see their lines."
        ) % {"applied": done.applied, "refused": done.refused}
    return _("%(count)s persons are planned anew.") % {"count": done.applied}


def target(request: PortalRequest, pk: int) -> str:
    """Return the page to go back to, with the filters it was narrowed by."""
    query = request.POST.get("query", "")
    return reverse("screening", args=[pk]) + (f"?{query}" if query else "")


@require_POST
def screening_leave(request: PortalRequest, pk: int) -> HttpResponse:
    """Leave those chosen as they are, with the reason."""
    found = screening_in_scope(request, pk)
    need(request.user, Permission.DECIDE)
    return answer(
        request,
        lambda: leave(
            screening=found,
            items=chosen_items(request),
            by=request.user,
            why=request.POST.get("why", ""),
        ),
        done=_("They stay as they are."),
        to=target(request, pk),
    )


@require_POST
def screening_refresh(request: PortalRequest, pk: int) -> HttpResponse:
    """Look once more for everybody who is touched."""
    found = screening_in_scope(request, pk)
    need(request.user, Permission.DECIDE)
    return answer(
        request,
        lambda: start_screening(
            risk_list=found.risk_list, policy=found.policy, zone=found.zone, by=request.user
        ),
        done=_("Looked once more for everybody who is touched."),
        to=target(request, pk),
    )


@require_POST
def screening_close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close it; whoever still waits stays as they are."""
    found = screening_in_scope(request, pk)
    need(request.user, Permission.DECIDE)
    return answer(
        request,
        lambda: close(screening=found, by=request.user),
        done=_("The re-screening is closed."),
        to=reverse("screening-list"),
    )
