"""The cadre's day: whom to see, what is owed to each, how far it has got."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh, reswap, retarget

from grid.permissions import Permission
from grid.web import PortalRequest, is_fragment, need, page
from returnees.models import Abnormality, Episode
from schedules.reading import today_of
from schedules.views.work import Day, key_of, lay_out

TEMPLATE = "schedules/today.html"


@require_safe
def today(request: PortalRequest) -> HttpResponse:
    """Show today's people and tasks; `?q=` narrows them by name, initials or last four digits."""
    need(request.user, Permission.LOG)
    query = request.GET.get("q", "").strip()
    context = {"day": day_of(request, query), "query": query, "findings": findings_of(request)}
    return page(request, TEMPLATE, context, fragment="work")


def findings_of(request: PortalRequest) -> QuerySet[Abnormality]:
    """Return the findings without an outcome about the user's people, the longest open first.

    No task stands for them: the row itself says by when it is reported, and ends with its outcome.
    """
    found: QuerySet[Abnormality] = Abnormality.objects.open().filter(
        episode__responsible=request.user
    )
    found = found.select_related("episode__person", "episode__policy")
    return found.order_by("found_at", "pk")


def day_of(request: PortalRequest, query: str = "") -> Day:
    """Return the user's day, laid out."""
    now = timezone.now()
    work = today_of(request.user, now, query)
    return lay_out(work.tasks, now=now, tests=work.tests, changed=work.changed)


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
    context = {
        "day": day,
        "group": day.group_of(episode),
        "query": query,
        "findings": findings_of(request),
    }
    response = render(request, f"{TEMPLATE}#after-entry", context)
    return reswap(retarget(response, f"#group-{key_of(episode)}"), "outerHTML")
