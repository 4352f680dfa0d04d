"""Reminders that no channel could bring: a text for the group, a call to each cadre."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from grid.models import User
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.web import PortalRequest, need, page, tried
from schedules.choices import ChannelKind
from schedules.models import Reminder
from schedules.models.outbox import ReminderQuerySet
from schedules.reminding import told_now
from schedules.services.outbox import tell_by_hand


@dataclass(frozen=True, slots=True)
class Line:
    """A message that somebody has to tell: to whom, how, and what it says now."""

    reminder: Reminder
    text: str

    @property
    def is_call(self) -> bool:
        """Whether it is a phone call rather than a text for the group."""
        return bool(self.reminder.via and self.reminder.via.kind == ChannelKind.CALL)


def waiting_for(user: User) -> ReminderQuerySet:
    """Return the messages this user may tell by hand: those to cadres they answer for."""
    reach = User.objects.visible_to(user, Permission.ASSIGN)
    rows = Reminder.objects.by_hand().filter(user__in=reach)
    found: ReminderQuerySet = rows.select_related("user", "via")
    return found


@require_safe
def by_hand(request: PortalRequest) -> HttpResponse:
    """List what is to be told by hand, with one text to paste and a number to call for each."""
    need(request.user, Permission.ASSIGN)
    shown = keyset_page(
        waiting_for(request.user), order=("-created_at", "-pk"), query=request.GET, size=50
    )
    lines = lines_of(shown.rows)
    context = {"page": shown, "lines": lines, "paste": paste_text(lines)}
    return page(request, "schedules/by_hand.html", context, fragment="rows")


def lines_of(rows: Sequence[Reminder]) -> list[Line]:
    """Return messages with their words; of one with nothing left to say the line says so."""
    told = told_now(rows, now=timezone.now())
    gone = _("Nothing is left to tell.")
    return [Line(row, told[row.pk].text if row.pk in told else gone) for row in rows]


def paste_text(lines: Sequence[Line]) -> str:
    """Return one text for the group: a line for each cadre who has no call coming."""
    return "\n".join(
        f"@{line.reminder.user.name} {line.text}" for line in lines if not line.is_call
    )


@require_POST
def by_hand_told(request: PortalRequest) -> HttpResponse:
    """Note that these cadres have been told."""
    need(request.user, Permission.ASSIGN)
    keys = [int(key) for key in request.POST.getlist("reminder") if key.isdecimal()][:500]
    rows = waiting_for(request.user).filter(pk__in=keys)
    told = tried(request, lambda: tell_by_hand(rows=rows, by=request.user))
    if told is not None:
        done = ngettext(
            "%(n)s reminder is noted as told.", "%(n)s reminders are noted as told.", told
        )
        messages.success(request, done % {"n": told})
    return redirect(reverse("by-hand"))
