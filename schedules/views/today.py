"""The cadre's day: whom to see, what is owed to each, how far it has got."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh, reswap, retarget

from grid.permissions import Permission
from grid.web import PortalRequest, is_fragment, need, page
from returnees.models import Episode
from schedules.reading import today_of
from schedules.views.work import Day, key_of, lay_out

TEMPLATE = "schedules/today.html"


@require_safe
def today(request: PortalRequest) -> HttpResponse:
    """Show today's people and tasks; `?q=` narrows them by name, initials or last four digits."""
    need(request.user, Permission.LOG)
    query = request.GET.get("q", "").strip()
    return page(request, TEMPLATE, {"day": day_of(request, query), "query": query}, fragment="work")


def day_of(request: PortalRequest, query: str = "") -> Day:
    """Return the user's day, laid out."""
    now = timezone.now()
    work = today_of(request.user, now, query)
    return lay_out(work.tasks, now=now, tests=work.tests)


def recorded(request: PortalRequest, episode: Episode, text: str) -> HttpResponse:
    """Answer an entry that was saved: where it was made, the page shows what a fresh load would."""
    messages.success(request, text)
    if not is_fragment(request):
        return redirect("today")
    at = urlsplit(request.htmx.current_url_abs_path or "")
    if at.path == reverse("today"):
        return _group(request, episode, QueryDict(at.query).get("q", ""))
    if at.path == request.path:
        return HttpResponseClientRedirect(reverse("today"))
    return HttpResponseClientRefresh()


def _group(request: PortalRequest, episode: Episode, query: str) -> HttpResponse:
    """Return the household of the entry and the counters, as a fresh load has them."""
    day = day_of(request, query)
    context = {"day": day, "group": day.group_of(episode), "query": query}
    response = render(request, f"{TEMPLATE}#after-entry", context)
    return reswap(retarget(response, f"#group-{key_of(episode)}"), "outerHTML")
