"""The list of tasks: where every figure of the overview about work leads."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from grid.paging import keyset_page
from grid.web import PortalRequest, page
from schedules.filters import TaskFilter
from schedules.models import Task


@require_safe
def task_list(request: PortalRequest) -> HttpResponse:
    """List the tasks in scope, the longest due first, narrowed as the query says."""
    rows = Task.objects.visible_to(request.user)
    chosen = TaskFilter(request.GET, queryset=rows, request=request)
    rows = chosen.qs.select_related("duty", "episode__person", "place", "holder")
    context = {
        "filter": chosen,
        "page": keyset_page(rows, order=("due_at", "pk"), query=request.GET),
        "narrowed": any(value for key, value in request.GET.items() if key != "cursor"),
        "now": timezone.now(),
    }
    return page(request, "schedules/task_list.html", context, fragment="rows")
