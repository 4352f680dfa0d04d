"""The notices a cadre was sent, the newest first: digests, and people planned anew."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, page
from returnees.models import Episode
from schedules.models import Reminder
from schedules.reminding import escalation_sentence, screening_sentence
from schedules.services.escalation import KIND as ESCALATION
from schedules.services.notices import mark_read
from schedules.services.telling import KIND


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with the people it names."""

    reminder: Reminder
    episodes: list[Episode]

    @property
    def sentence(self) -> str:
        """How many people were planned anew and why, or what climbed; empty for a digest."""
        body = self.reminder.body
        if self.reminder.kind == ESCALATION:
            return escalation_sentence(body["matter"], body["count"])
        return screening_sentence(body) if self.reminder.kind == KIND else ""

    @property
    def climbed(self) -> bool:
        """Whether it tells what was not done below."""
        return self.reminder.kind == ESCALATION

    @property
    def figures(self) -> dict[str, int]:
        """The digest's counts: to_do, overdue, arriving, abnormal."""
        body: dict[str, int] = self.reminder.body
        return body


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
