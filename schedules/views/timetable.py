"""For those who run the portal: what ran and what comes, run again, figures for monitoring."""

import secrets
from datetime import timedelta

from celery import current_app
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from grid.areas import area_of, own_codes, switch_for
from grid.days import today
from grid.forms.fields import DateInput
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, need, page
from schedules.metrics import registry
from schedules.reading.forecast import forecast
from schedules.reading.timetable import AGAIN, run_lines, runs, timetable

FARTHEST = timedelta(days=60)


class DayForm(forms.Form):
    """The day that is looked at."""

    day = forms.DateField(widget=DateInput())


@never_cache
@require_safe
def timetable_page(request: PortalRequest) -> HttpResponse:
    """Show every job with its last and next run, and the record of the runs."""
    need(request.user, Permission.CONFIGURE)
    job = request.GET.get("job", "")
    shown = keyset_page(runs(job), order=("-started_at", "-pk"), query=request.GET, size=30)
    context = {
        "lines": timetable(timezone.now()),
        "page": shown,
        "runs": run_lines(shown.rows),
        "job": job,
    }
    return page(request, "schedules/timetable.html", context, fragment="rows")


@require_POST
def timetable_again(request: PortalRequest) -> HttpResponse:
    """Start a job again by hand; every one of them is safe to repeat."""
    need(request.user, Permission.CONFIGURE)
    job = request.POST.get("job", "")
    if job not in AGAIN:
        raise Http404
    current_app.send_task(f"schedules.{job}")
    messages.success(request, _("The job is started; its run appears below when it is done."))
    return redirect(reverse("timetable"))


@require_safe
def forecast_page(request: PortalRequest) -> HttpResponse:
    """Show what a day would bring each cadre, and rooms and tests of the next 14 days."""
    need(request.user, Permission.ASSIGN)
    if not own_codes(request.user):
        raise Http404
    area = area_of(request.user, request.GET.get("place", ""))
    tomorrow = today() + timedelta(days=1)
    form = DayForm(request.GET if "day" in request.GET else None, initial={"day": tomorrow})
    day = form.cleaned_data["day"] if form.is_bound and form.is_valid() else tomorrow
    day = min(max(day, today()), today() + FARTHEST)
    context = {
        "forecast": forecast(places=[place.code for place in area.places], day=day),
        "area": area,
        "day": day,
        "switch": switch_for(request.user, area),
        "most": settings.GRID["tasks_a_day"],
    }
    return page(request, "schedules/forecast.html", context, fragment="forecast")


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures for monitoring to whoever bears the token; without a token set, 404."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not secrets.compare_digest(given.encode(), token.encode()):
        raise Http404
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
