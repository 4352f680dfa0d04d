"""Imports: upload, look at every row, decide, confirm, watch, take back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.batches import committing, decisions, undoing
from grid.batches.checking import check_file
from grid.choices import BatchState
from grid.models import ImportBatch
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.services.disclosure import record_export
from grid.tables import as_response
from grid.web import PortalRequest, answer, attempt, need, page, tell
from returnees.import_forms import DecisionForm, UploadForm
from returnees.import_pages import lines_of, problem_table, rows_of, tabs_of, villages_for

DETAIL = "returnees/import_detail.html"


def batch_for(request: PortalRequest, pk: str) -> ImportBatch:
    """Return the batch: 404 outside the scope, 403 without the right to import there."""
    rows = ImportBatch.objects.visible_to(request.user).select_related(
        "place", "uploaded_by", "committed_by"
    )
    batch: ImportBatch = get_object_or_404(rows, pk=pk)
    need(request.user, Permission.IMPORT, batch)
    return batch


@require_safe
def import_list(request: PortalRequest) -> HttpResponse:
    """List the imports in scope, the newest first, searched by file name."""
    need(request.user, Permission.IMPORT)
    rows = ImportBatch.objects.visible_to(request.user, Permission.IMPORT)
    query = request.GET.get("q", "").strip()
    rows = rows.filter(file_name__icontains=query) if query else rows
    rows = rows.select_related("place", "uploaded_by")
    found = keyset_page(rows, order=("-uploaded_at", "-pk"), query=request.GET)
    context = {"page": found, "query": query}
    return page(request, "returnees/import_list.html", context, fragment="rows")


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: PortalRequest) -> HttpResponse:
    """Upload a list; nothing is written but the batch, whose page asks for the confirmation."""
    need(request.user, Permission.IMPORT)
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST":
        batch = attempt(
            form,
            lambda: check_file(
                content=form.cleaned_data["file"].read(),
                file_name=form.cleaned_data["file"].name,
                place_code=form.cleaned_data["place"].code,
                as_of=form.cleaned_data["as_of"],
                by=request.user,
            ),
        )
        if batch is not None:
            return redirect("import-detail", batch.pk)
    return render(request, "returnees/import_new.html", {"form": form})


@never_cache
@require_safe
def import_detail(request: PortalRequest, pk: str) -> HttpResponse:
    """Show what was understood, every row with its fate and reasons, and what can be done now."""
    batch = batch_for(request, pk)
    show = request.GET.get("show", "all")
    found = keyset_page(rows_of(batch, show), order=("number", "pk"), query=request.GET)
    lines = lines_of(found.rows)
    done, total = batch.summary.get("done", 0), batch.summary.get("rows", 0)
    context = {
        "batch": batch,
        "tabs": tabs_of(batch),
        "show": show,
        "page": found,
        "lines": lines,
        "is_checked": batch.state == BatchState.CHECKED,
        "is_running": batch.state == BatchState.COMMITTING,
        "is_committed": batch.state == BatchState.COMMITTED,
        "is_failed": batch.state == BatchState.FAILED,
        "can_decide": batch.state in (BatchState.CHECKED, BatchState.COMMITTED),
        "done": done,
        "total": total,
        "decision": DecisionForm(),
        "villages": villages_for(batch, lines),
    }
    return page(request, DETAIL, context, fragment="batch")


@require_POST
def import_decide(request: PortalRequest, pk: str) -> HttpResponse:
    """Decide on a row that waits: import it all the same, or leave it out."""
    batch = batch_for(request, pk)
    form = DecisionForm(request.POST)
    to = f"{reverse('import-detail', args=[batch.pk])}?show=ask"
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    row = get_object_or_404(batch.rows, number=form.cleaned_data["row"])
    return answer(
        request,
        lambda: decisions.decide(row=row, by=request.user, **form.fields_for_service()),
        done=_("Row %(number)s is decided.") % {"number": row.number},
        to=to,
    )


@require_POST
def import_confirm(request: PortalRequest, pk: str) -> HttpResponse:
    """Write the certain rows; rows that ask wait, bad rows stop nothing."""
    batch = batch_for(request, pk)
    return answer(
        request,
        lambda: committing.start_commit(batch=batch, by=request.user),
        done=_("The import is confirmed."),
        to=reverse("import-detail", args=[batch.pk]),
    )


@require_POST
def import_discard(request: PortalRequest, pk: str) -> HttpResponse:
    """Put a checked list away without importing it."""
    batch = batch_for(request, pk)
    return answer(
        request,
        lambda: decisions.discard(batch=batch, by=request.user),
        done=_("The list is put away; nothing was imported."),
        to=reverse("import-list"),
    )


@require_POST
def import_undo(request: PortalRequest, pk: str) -> HttpResponse:
    """Take an import back; rows somebody worked with since are left and listed on the page."""
    batch = batch_for(request, pk)
    return answer(
        request,
        lambda: undoing.undo_batch(batch=batch, by=request.user),
        done=_("The import is taken back."),
        to=reverse("import-detail", args=[batch.pk]),
    )


@require_POST
def import_problems(request: PortalRequest, pk: str) -> HttpResponse:
    """Download what is to be mended, row by row; it holds names, so the export is recorded."""
    batch = batch_for(request, pk)
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    count = batch.summary.get("invalid", 0) + batch.summary.get("waiting", 0)
    record_export(
        what="import problems", rows=count, full=False, place=batch.place, by=request.user
    )
    name = _("problems of %(file)s") % {"file": batch.file_name}
    return as_response(problem_table(batch), kind=kind, name=name)
