"""The template of a list, for people who have none of their own."""

from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grid.areas import short_name
from grid.days import today
from grid.forms.templates import TemplateForm
from grid.import_template import template_for
from grid.permissions import Permission
from grid.tables import XLSX
from grid.web import PortalRequest, need


@require_http_methods(["GET", "HEAD", "POST"])
def import_template(request: PortalRequest) -> HttpResponse:
    """Ask which list for which place, and send its workbook; it holds no personal data."""
    need(request.user, Permission.IMPORT)
    form = TemplateForm(request.POST or None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "grid/import_template.html", {"form": form})
    kind, place = form.kinds[form.cleaned_data["list_name"]], form.cleaned_data["place"]
    name = _("%(list)s template %(place)s.xlsx") % {
        "list": kind.title,
        "place": short_name(place.name),
    }
    return HttpResponse(
        template_for(kind, place, day=today()),
        content_type=XLSX,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
