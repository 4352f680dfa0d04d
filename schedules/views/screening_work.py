"""The part of a re-screening's page that says what its confirmation means in work."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from grid.web import PortalRequest, page
from returnees.models import Screening, ScreeningItem
from returnees.screening.pages import screenings_for
from schedules.reading.screening_work import work_of


@require_safe
def screening_work(request: PortalRequest, pk: int) -> HttpResponse:
    """Show tasks a day before and after, by village and cadre, of the persons in scope."""
    screening: Screening = get_object_or_404(screenings_for(request.user), pk=pk)
    work = work_of(screening, ScreeningItem.objects.visible_to(request.user))
    table = [(line, line.cells(work.days)) for line in work.lines]
    context = {
        "screening": screening,
        "work": work,
        "table": table,
        "total": work.total.cells(work.days),
    }
    return page(request, "schedules/screening_work.html", context, fragment="work")
