"""Risk lists: what is in force, drafting one, a list and what it changes, the public list."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grid.days import today
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.place_search import Found
from grid.web import PortalRequest, attempt, need, page
from returnees import risk_pages
from returnees.away import touched_away
from returnees.choices import Aspect, ListState, Mark
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.risk_forms import (
    EntryForm,
    NewEntryForm,
    RiskFileForm,
    RiskHandForm,
    RiskTextForm,
)
from returnees.risk_lists.changes import AreaChange
from returnees.services import risk_lists
from returnees.services.risk_drafts import Drafted

LIST, NEW = "returnees/risk_list.html", "returnees/risk_new.html"
VERSION = "returnees/risk_version.html"
PUBLIC = "returnees/risk_public.html"
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def risk_list(request: PortalRequest) -> HttpResponse:
    """Show the areas in force, the lists they come from, and what may be lowered."""
    show = request.GET.get("show", "areas")
    context = _areas(request)
    if show == "lists":
        context = _lists(request)
    elif show == "lower":
        context = _lower()
    lowering = risk_lists.may_be_lowered(today())
    tabs = [
        risk_pages.Tab("areas", _("In force now"), RiskArea.objects.in_force(today()).count()),
        risk_pages.Tab("lists", _("Lists"), RiskListVersion.objects.count()),
        risk_pages.Tab("lower", _("May be lowered"), lowering.count()),
    ]
    context |= {
        "show": show if show in ("lists", "lower") else "areas",
        "tabs": tabs,
        "today": today(),
        "drafts": RiskListVersion.objects.drafts().select_related("made_by")[:5],
        "latest": RiskListVersion.objects.published().select_related("published_by").first(),
        "can_propose": request.user.can(Permission.PROPOSE),
        "can_publish": request.user.can(Permission.PUBLISH),
    }
    return page(request, LIST, context, fragment="rows")


def _areas(request: PortalRequest) -> dict[str, Any]:
    query, mark = request.GET.get("q", "").strip(), request.GET.get("mark", "")
    rows = risk_pages.areas_found(today(), query, mark)
    found = keyset_page(rows, order=("place_id", "pk"), query=request.GET)
    return {
        "page": found,
        "areas": risk_pages.shown(found.rows),
        "query": query,
        "mark": mark,
        "marks": Mark.choices,
        "provinces": [] if query or mark else risk_pages.by_province(today()),
    }


def _lists(request: PortalRequest) -> dict[str, Any]:
    rows = risk_pages.lists_with_figures()
    return {"page": keyset_page(rows, order=("-day", "-pk"), query=request.GET, size=25)}


def _lower() -> dict[str, Any]:
    rows = risk_lists.may_be_lowered(today()).select_related("place").order_by("last_case_on")
    return {"areas": risk_pages.shown(list(rows[: risk_pages.MOST]))}


@read_or_send
def risk_new(request: PortalRequest) -> HttpResponse:
    """Draft a list: from a file, from a notice's text, or from what is in force."""
    need(request.user, Permission.PROPOSE)
    way = request.POST.get("way", "")
    forms = {
        "file": RiskFileForm(*_sent(request, way == "file"), auto_id="id_file_%s"),
        "text": RiskTextForm(*_sent(request, way == "text"), auto_id="id_text_%s"),
        "hand": RiskHandForm(*_sent(request, way == "hand"), auto_id="id_hand_%s"),
    }
    if request.method != "POST":
        return render(request, NEW, {"forms": forms})
    if form := forms.get(way):
        drafted = attempt(form, lambda: _draft(request, form))
        if drafted is not None:
            return _to_draft(request, drafted)
    return render(request, NEW, {"forms": forms}, status=422)


def _sent(request: PortalRequest, mine: bool) -> tuple[Any, Any]:  # noqa: FBT001
    return (request.POST, request.FILES) if mine else (None, None)


def _draft(request: PortalRequest, form: Any) -> Drafted | RiskListVersion:
    values = {key: form.cleaned_data[key] for key in ("day", "source")}
    if isinstance(form, RiskFileForm):
        file = form.cleaned_data["file"]
        values["source"] = values["source"] or file.name
        return risk_lists.draft_file(
            content=file.read(), covers=form.covers(), by=request.user, **values
        )
    if isinstance(form, RiskTextForm):
        text = form.cleaned_data["text"]
        return risk_lists.draft_text(text=text, covers=form.covers(), by=request.user, **values)
    return risk_lists.draft_in_force(by=request.user, **values)


def _to_draft(request: PortalRequest, drafted: Drafted | RiskListVersion) -> HttpResponse:
    if isinstance(drafted, RiskListVersion):
        return redirect("risk-version", drafted.pk)
    if drafted.known:
        messages.info(request, _("This list is here already; nothing was changed."))
    for sentence in risk_pages.told_by(drafted.reading):
        messages.info(request, sentence)
    return redirect("risk-version", drafted.version.pk)


@never_cache
@require_safe
def risk_version(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a list: what is to be decided, what it changes, whom it touches."""
    rows = RiskListVersion.objects.select_related("made_by", "published_by")
    version = get_object_or_404(rows, pk=pk)
    changes = risk_lists.changes_of(version)
    tabs = risk_pages.tabs_of(version, changes)
    waiting = next(tab.count for tab in tabs if tab.key == "open")
    show = request.GET.get("show", "open" if waiting else "changes")
    context = {
        "version": version,
        "tabs": tabs,
        "show": show if show in risk_pages.PARTS else "changes",
        "covers": [Aspect(aspect).label for aspect in version.covers],
        "is_draft": version.state == ListState.DRAFT,
        "is_published": version.state == ListState.PUBLISHED,
        "waiting": waiting,
        "warnings": risk_pages.warnings_of(version),
        "touched": risk_pages.touched_by(version),
        "away": touched_away(changes, request.user),
        "can_propose": request.user.can(Permission.PROPOSE),
        "can_publish": request.user.can(Permission.PUBLISH),
        "new": NewEntryForm(),
    }
    context |= _entries(request, version, show) if show in risk_pages.PARTS else {}
    if context["show"] == "changes":
        context |= _compared(request, version, changes)
    return page(request, VERSION, context, fragment="rows")


def _compared(
    request: PortalRequest, version: RiskListVersion, changes: list[AreaChange]
) -> dict[str, Any]:
    """Return the changes against what was in force, or against the list the page asks for."""
    others = risk_pages.others_of(version)
    asked = request.GET.get("with", "")
    other = next((one for one in others if str(one.pk) == asked), None)
    if other is not None:
        changes = risk_lists.difference(other, version)
    return {"groups": risk_pages.groups_of(changes), "others": others, "other": other}


def _entries(request: PortalRequest, version: RiskListVersion, show: str) -> dict[str, Any]:
    rows = risk_pages.entries_of(version, show)
    found = keyset_page(rows, order=("row", "pk"), query=request.GET)
    if show != "open":
        return {"page": found, "entries": risk_pages.shown(found.rows)}
    names = risk_pages.names_of(code for row in found.rows for code in row.choices)
    forms = [EntryForm(entry=row, offered=_offered(row, names)) for row in found.rows]
    return {"page": found, "forms": forms}


def _offered(entry: RiskEntry, names: dict[str, str]) -> list[Any]:
    return [Found(code, names[code]) for code in entry.choices if code in names]


@login_not_required
@require_safe
def risk_public(request: HttpRequest) -> HttpResponse:
    """Show everybody the list in force with its day and source (GZ-1a)."""
    latest = RiskListVersion.objects.published().filter(covers__contains=[Aspect.LEVEL]).first()
    context = {"groups": risk_pages.public_groups(today()), "latest": latest, "today": today()}
    return render(request, PUBLIC, context)
