"""The daily report (日报) with explicit zeros: page, workbook, text for the group."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.areas import Area, area_of, own_codes, switch_for
from grid.days import today
from grid.permissions import Permission
from grid.services.disclosure import record_export
from grid.tables import as_response
from grid.web import PortalRequest, need, page
from schedules.report_table import Report, report_of, report_table, report_text


def asked(request: PortalRequest) -> tuple[Area, date]:
    """Return the area and the day asked for: one's own, and today, by default."""
    area = area_of(request.user, request.GET.get("place", ""))
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today()
    return area, min(day, today())


def read(request: PortalRequest) -> Report:
    """Return the report asked for, by village or by the next level down."""
    area, day = asked(request)
    return report_of(area, day, by_village=request.GET.get("by") == "village")


@require_safe
def daily_report(request: PortalRequest) -> HttpResponse:
    """Show the report of a day."""
    if not own_codes(request.user) and "place" not in request.GET:
        return render(request, "schedules/dashboard_empty.html")
    report = read(request)
    context = {
        "report": report,
        "message": report_text(report),
        "switch": switch_for(request.user, report.area),
        "today": today(),
        "can_export": request.user.can(Permission.EXPORT_MASKED),
        "query": request.GET.urlencode(),
    }
    return page(request, "schedules/daily_report.html", context, fragment="report")


@require_POST
def daily_report_xlsx(request: PortalRequest) -> HttpResponse:
    """Download the report as a workbook; the export is recorded."""
    report = read(request)
    need(request.user, Permission.EXPORT_MASKED, report.area.places[0])
    record_export(
        what="daily report",
        rows=len(report.rows),
        full=False,
        place=report.area.places[0],
        by=request.user,
    )
    name = _("daily report %(place)s %(day)s") % {"place": report.area.name, "day": report.day}
    return as_response(report_table(report), kind="xlsx", name=name)
