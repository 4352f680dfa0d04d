"""The notices a cadre was sent, the newest first: digests, and people planned anew."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, page
from returnees.models import Episode
from schedules.models import Reminder
from schedules.services.notices import mark_read
from schedules.services.telling import KIND


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with the people it names."""

    reminder: Reminder
    episodes: list[Episode]

    @property
    def sentence(self) -> str:
        """How many people were planned anew and why; empty for a digest."""
        body = self.reminder.body
        if self.reminder.kind != KIND:
            return ""
        many = body["changed"]
        return WHY[body["origin"]["kind"]](many) % {
            "n": many,
            "origin": _day_or_name(body["origin"]["text"]),
        }

    @property
    def figures(self) -> dict[str, int]:
        """The digest's counts: to_do, overdue, arriving, abnormal."""
        body: dict[str, int] = self.reminder.body
        return body


def _day_or_name(text: str) -> str:
    """Return a day as the page writes days, anything else as it is."""
    day = parse_date(text) if ISO_DAY.fullmatch(text) else None
    return date_format(day, "MONTH_DAY_FORMAT") if day else text


ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
WHY: dict[str, Callable[[int], str]] = {
    "risk_list": lambda n: ngettext(
        "%(n)s of your people was planned anew because of the risk list of %(origin)s.",
        "%(n)s of your people were planned anew because of the risk list of %(origin)s.",
        n,
    ),
    "policy": lambda n: ngettext(
        "%(n)s of your people was planned anew under the new notice %(origin)s.",
        "%(n)s of your people were planned anew under the new notice %(origin)s.",
        n,
    ),
    "zone": lambda n: ngettext(
        "%(n)s of your people was planned anew because %(origin)s is closed.",
        "%(n)s of your people were planned anew because %(origin)s is closed.",
        n,
    ),
}


@require_safe
def notices(request: PortalRequest) -> HttpResponse:
    """List the user's notices; those not read yet are marked."""
    own = Reminder.objects.filter(user=request.user, channel="portal")
    shown = keyset_page(own, order=("-created_at", "-pk"), query=request.GET, size=20)
    fresh = [row for row in shown.rows if row.read_at is None]
    context = {
        "page": shown,
        "notices": with_people(request, shown.rows),
        "upto": max((row.created_at for row in fresh), default=None),
        "can_screen": request.user.can(Permission.DECIDE),
    }
    return page(request, "schedules/notices.html", context, fragment="rows")


def with_people(request: PortalRequest, rows: Iterable[Reminder]) -> list[Notice]:
    """Return the digests with those of their people whom the user may still see."""
    rows = list(rows)
    keys = {key for row in rows for key in row.body.get("episodes", ())}
    people = Episode.objects.visible_to(request.user).select_related("person").in_bulk(keys)
    return [
        Notice(row, [people[key] for key in row.body.get("episodes", ()) if key in people])
        for row in rows
    ]


@require_POST
def notices_read(request: PortalRequest) -> HttpResponse:
    """Mark the digests that were shown as read."""
    upto = parse_datetime(request.POST.get("upto", ""))
    if upto is None or upto.tzinfo is None:
        return HttpResponseBadRequest()
    mark_read(user=request.user, upto=upto)
    return redirect("notices")
