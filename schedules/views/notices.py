"""The notices a cadre was sent, the newest first: digests, people planned anew, hand-overs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.days import today
from grid.models import User
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, page, tried
from returnees.models import Episode
from schedules.models import Reminder
from schedules.reminding import (
    escalation_sentence,
    handover_sentence,
    inspection_sentence,
    others_of,
    screening_sentence,
)
from schedules.services.digests import times_for
from schedules.services.escalation import KIND as ESCALATION
from schedules.services.handover import KIND as HANDOVER
from schedules.services.inspections import KIND as INSPECTION
from schedules.services.notices import mark_read
from schedules.services.telling import KIND


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with the people it names."""

    reminder: Reminder
    episodes: list[Episode]
    other: str = ""  # the name of whom work came from or went to

    @property
    def sentence(self) -> str:
        """Who was planned anew and why, what climbed or changed hands; empty for a digest."""
        body = self.reminder.body
        if self.reminder.kind == HANDOVER:
            return handover_sentence(body["way"], body["persons"], body["tasks"], self.other)
        if self.reminder.kind == ESCALATION:
            return escalation_sentence(body["matter"], body["count"])
        if self.reminder.kind == INSPECTION:
            return inspection_sentence(body["count"])
        return screening_sentence(body) if self.reminder.kind == KIND else ""

    @property
    def climbed(self) -> bool:
        """Whether it tells what was not done below."""
        return self.reminder.kind == ESCALATION

    @property
    def moved(self) -> bool:
        """Whether it tells of work that changed hands."""
        return self.reminder.kind == HANDOVER

    @property
    def inspected(self) -> bool:
        """Whether it tells of places to look into."""
        return self.reminder.kind == INSPECTION

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
        "none_yet": "" if shown.rows else none_yet(request.user),
    }
    return page(request, "schedules/notices.html", context, fragment="rows")


def none_yet(user: User) -> str:
    """Return when the first notice is to be looked for: the times of the user's own place."""
    times = _(", ").join(f"{at:%H:%M}" for at in times_for(user, today()))
    return _("Every day at %(times)s you get one notice with what is to do.") % {"times": times}


def with_people(request: PortalRequest, rows: Iterable[Reminder]) -> list[Notice]:
    """Return the digests with those of their people whom the user may still see."""
    rows = list(rows)
    keys = {key for row in rows for key in row.body.get("episodes", ())}
    people = Episode.objects.visible_to(request.user).select_related("person").in_bulk(keys)
    names = others_of(row for row in rows if row.kind == HANDOVER)
    return [
        Notice(
            row,
            [people[key] for key in row.body.get("episodes", ()) if key in people],
            names.get(row.body.get("other"), ""),
        )
        for row in rows
    ]


@require_POST
def notices_read(request: PortalRequest) -> HttpResponse:
    """Mark the digests that were shown as read."""
    upto = parse_datetime(request.POST.get("upto", ""))
    if upto is None or upto.tzinfo is None:
        return HttpResponseBadRequest()
    tried(request, lambda: mark_read(user=request.user, upto=upto))
    return redirect("notices")
