"""What climbed the tiers: mine to answer, and who above has what unanswered."""

from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Min, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from grid.models import User
from grid.paging import keyset_page
from grid.web import PortalRequest, page, tried
from schedules.models import Escalation
from schedules.models.escalation import EscalationQuerySet
from schedules.services.escalation import answer_escalations

MOST = 500  # rows answered at once


@dataclass(frozen=True, slots=True)
class Owing:
    """A cadre who was told: how many persons are open, how many of them without an answer."""

    user: User
    open: int
    unanswered: int
    oldest: object


class AnswerForm(forms.Form):
    """What is being done about it."""

    answer = forms.CharField(label=gettext_lazy("What is being done"), max_length=200)


def in_scope(user: User) -> EscalationQuerySet:
    """Return what the user may see: what was told to them, and what concerns their people."""
    own = Escalation.objects.filter(user=user)
    return (Escalation.objects.visible_to(user) | own).distinct()


@require_safe
def escalations(request: PortalRequest) -> HttpResponse:
    """List what was told to the user and is open, or everything open in their scope."""
    everything = request.GET.get("show") == "all"
    rows = in_scope(request.user).open() if everything else own(request.user)
    rows = rows.select_related("episode__person", "user", "place", "task__duty", "abnormality")
    shown = keyset_page(rows, order=("-told_at", "-pk"), query=request.GET, size=50)
    context = {
        "page": shown,
        "rows": shown.rows,
        "everything": everything,
        "owing": owing(request.user) if everything else [],
        "form": AnswerForm(),
        "to_answer": not everything and any(row.answered_at is None for row in shown.rows),
    }
    return page(request, "schedules/escalations.html", context, fragment="rows")


def own(user: User) -> EscalationQuerySet:
    """Return what was told to the user and is not settled."""
    rows: EscalationQuerySet = Escalation.objects.open().filter(user=user)
    return rows


def owing(user: User) -> list[Owing]:
    """Return who in the user's scope has what unanswered, the most first."""
    found = (
        Escalation.objects.filter(pk__in=in_scope(user).open().values("pk"))
        .order_by()
        .values("user")
        .annotate(
            open=Count("episode", distinct=True),
            unanswered=Count("episode", distinct=True, filter=Q(answered_at=None)),
            oldest=Min("since", filter=Q(answered_at=None)),
        )
        .order_by(F("unanswered").desc(), "user")
    )
    figures = {row.pop("user"): row for row in found}
    users = User.objects.in_bulk(figures)
    return [Owing(users[key], **row) for key, row in figures.items()]


@require_POST
def escalations_answer(request: PortalRequest) -> HttpResponse:
    """Answer some of what was told to the user, all in the same words."""
    keys = [int(key) for key in request.POST.getlist("row") if key.isdecimal()][:MOST]
    act = partial(answer_escalations, keys=keys, answer=request.POST.get("answer", ""))
    done = tried(request, lambda: act(by=request.user))
    if done is not None:
        text = ngettext("%(n)s is answered.", "%(n)s are answered.", done)
        messages.success(request, text % {"n": done})
    return redirect(reverse("escalations"))
