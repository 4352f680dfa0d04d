"""The list of returnees: search, filters, pages by key, export."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.days import today
from grid.models import Person, Place
from grid.models.people import id_hash
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.services.disclosure import record_export
from grid.tables import as_response
from grid.web import PortalRequest, page
from returnees.export import returnee_table
from returnees.filters import ReturneeFilter
from returnees.models import Episode

ORDER = ("-arrives_on", "-pk")
SHOWN = ("person", "place", "responsible", "report__origin")


def filtered(request: PortalRequest, data: Any, filterset: type[ReturneeFilter]) -> ReturneeFilter:
    """Return the filter over the episodes in scope."""
    rows = Episode.objects.visible_to(request.user)
    return filterset(data, queryset=rows, request=request)


@require_safe
def returnee_list(
    request: PortalRequest, filterset: type[ReturneeFilter] = ReturneeFilter
) -> HttpResponse:
    """List the returnees in scope, the latest arrival first, narrowed as the query says."""
    chosen = filtered(request, request.GET, filterset)
    rows = chosen.qs.select_related(*SHOWN)
    query = request.GET.get("q", "").strip()
    found = keyset_page(rows, order=ORDER, query=request.GET)
    context = {
        "filter": chosen,
        "page": found,
        "elsewhere": not found and known_elsewhere(query),
        "chosen": words_of(chosen),
        "narrowed": any(value for key, value in request.GET.items() if key != "cursor"),
        "query": request.GET.urlencode(),
        "can_export": request.user.can(Permission.EXPORT_MASKED),
        "can_export_full": request.user.can(Permission.EXPORT_FULL),
        "today": today(),
    }
    return page(request, "returnees/returnee_list.html", context, fragment="rows")


def words_of(chosen: ReturneeFilter) -> list[str]:
    """Return what the list is narrowed by, in words."""
    words = []
    for field in chosen.form:
        value = field.value()
        if value in (None, "", False) or field.name == "q":
            continue
        choices = dict(getattr(field.field.widget, "choices", ()))
        label = str(field.label) if value is True or not choices else str(choices.get(value, value))
        words.append(_("one import") if field.is_hidden else label)
    return words


def known_elsewhere(query: str) -> bool:
    """Say whether a whole ID number that found nothing here is known to the portal at all."""
    number = query.replace(" ", "").upper()
    return len(number) == 18 and Person.objects.filter(id_hash=id_hash(number)).exists()


@require_POST
def returnee_export(
    request: PortalRequest, filterset: type[ReturneeFilter] = ReturneeFilter
) -> HttpResponse:
    """Download the rows the list shows, masked or in full by right; the export is recorded."""
    full = request.POST.get("full") == "1"
    right = Permission.EXPORT_FULL if full else Permission.EXPORT_MASKED
    if not request.user.can(right):
        raise PermissionDenied
    # Only where the right is held: a head of one village who is assigned persons in another
    # exports the one village.
    rows = filtered(request, request.GET, filterset).qs.visible_to(request.user, right)
    rows = rows.select_related(*SHOWN, "report").order_by(*ORDER)
    place = Place.objects.filter(code=request.user.home_place).first()
    record_export(
        what="returnees",
        rows=rows.count(),
        full=full,
        place=place,
        by=request.user,
        reason=request.POST.get("reason", ""),
    )
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    name = _("returnees %(day)s") % {"day": f"{today():%Y-%m-%d}"}
    return as_response(returnee_table(rows, full=full), kind=kind, name=name)
