"""The page of one person: identity, chain, plan with its clauses, timeline, actions."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.history import HistoryEntry, history_of
from grid.models import Person, User
from grid.permissions import Permission
from grid.services.disclosure import ReasonMissingError, reveal
from grid.web import PortalRequest, need_any, page
from returnees.forms import (
    AbnormalityCloseForm,
    ArrivalForm,
    DivertForm,
    FactsForm,
    StageCloseForm,
    TestResultForm,
    WhyForm,
)
from returnees.models import Episode
from returnees.person_page import PersonPage, persons_for, read_person

REVEALING = {Permission.REVEAL, Permission.REVEAL_ASSIGNED, Permission.REVEAL_WITH_REASON}
HISTORY = 60  # entries on the page
MACHINE = {"facts", "plan", "revision", "stages", "tests"}
HISTORY_FOR = (Permission.DECIDE, Permission.VERIFY)  # townships and above, supervisors


def person_in_scope(request: PortalRequest, pk: int) -> Person:
    """Return the person, or 404 where the user has nothing to do with them."""
    rows = persons_for(request.user).select_related("place", "household__place")
    somebody: Person = get_object_or_404(rows, pk=pk)
    return somebody


@require_safe
def person(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a person, masked."""
    somebody = person_in_scope(request, pk)
    return person_page(request, somebody)


def person_page(request: PortalRequest, somebody: Person, **more: Any) -> HttpResponse:
    """Return the page; `more` is what an act on it adds."""
    shown = read_person(somebody, request.user)
    context = {
        "page": shown,
        "person": somebody,
        "episode": shown.episode,
        "can": rights(request.user, somebody, shown.episode),
        "forms": forms_for(shown),
        "history": history_for(request.user, somebody, shown),
    }
    return page(request, "returnees/person.html", context | more, fragment="identity")


def rights(user: User, somebody: Person, episode: Episode | None) -> dict[str, bool]:
    """Return what the user may do here; an episode's own place counts before the person's."""
    row = episode or somebody
    wanted = (
        Permission.LOG,
        Permission.REGISTER,
        Permission.PROPOSE,
        Permission.DECIDE,
        Permission.ASSIGN,
    )
    found = {str(right): user.can(right, row) for right in wanted}
    found["reveal"] = any(user.can(right, row) for right in REVEALING)
    found["needs_reason"] = not (
        user.can(Permission.REVEAL, row) or user.can(Permission.REVEAL_ASSIGNED, row)
    )
    return found


def forms_for(shown: PersonPage) -> dict[str, Any]:
    """Return the forms of the actions an open episode offers."""
    if shown.episode is None:
        return {}
    return {
        "arrival": ArrivalForm(),
        "why": WhyForm(),
        "divert": DivertForm(),
        "facts": FactsForm(),
        "test": TestResultForm(),
        "stage": StageCloseForm(),
        "abnormality": AbnormalityCloseForm(),
    }


def history_for(user: User, somebody: Person, shown: PersonPage) -> list[HistoryEntry]:
    """Return who changed what, for those who check, the newest first; nothing for the rest."""
    row = shown.episode or somebody
    if not any(user.can(right, row) for right in HISTORY_FOR):
        return []
    entries = history_of(somebody)
    if shown.episode:
        entries = entries + history_of(shown.episode)
    entries = [readable(entry) for entry in entries]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [entry for entry in entries if entry.changes or entry.act != "update"][:HISTORY]


def readable(entry: HistoryEntry) -> HistoryEntry:
    """Leave out what only the machine reads: facts, plan and its revision."""
    changes = tuple(change for change in entry.changes if change.label not in MACHINE)
    return replace(entry, changes=changes)


@never_cache
@require_POST
def person_reveal(request: PortalRequest, pk: int) -> HttpResponse:
    """Show ID number and phone in full, once, in the answer; the look is recorded."""
    somebody = person_in_scope(request, pk)
    episode = Episode.objects.visible_to(request.user).filter(person=somebody).first()
    need_any(request.user, REVEALING, episode or somebody)
    try:
        found = reveal(
            person=somebody,
            by=request.user,
            reason=request.POST.get("reason", ""),
            row=episode,
        )
    except ReasonMissingError as refusal:
        return person_page(request, somebody, reveal_problem=str(refusal))
    return person_page(request, somebody, revealed=found, reveal_note=_("This look is recorded."))
