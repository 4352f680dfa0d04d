"""Imports: the list of them, the upload, the page of one, and a row of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grid.batches import checking
from grid.batches.kinds import ListKind
from grid.batches.mappings import missing_columns, open_questions
from grid.batches.registry import all_kinds, kind_of
from grid.choices import BatchState, RowAction
from grid.forms.imports import AnswerForm, UploadForm
from grid.import_pages import (
    DECIDABLE,
    GOES_ON,
    RUNNING,
    Sought,
    codes_of,
    not_read,
    order_of,
    rows_of,
    steps_of,
    tabs_of,
)
from grid.import_rows import SAME_PERSON, judged_of, lines_of, sides_of, villages_for
from grid.import_words import said_once
from grid.models import ImportBatch, ImportRow
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.views.import_head import head_of
from grid.web import PortalRequest, attempt, is_fragment, need, page

DETAIL = "grid/import_detail.html"
OVER = (BatchState.COMMITTED, BatchState.UNDONE)
STOPPABLE = (BatchState.CHECKING, BatchState.COMMITTING)
STATE_TONES = {
    BatchState.CHECKED: "warning",
    BatchState.CANCELLED: "warning",
    BatchState.COMMITTED: "good",
    BatchState.FAILED: "danger",
    BatchState.UNDOING: "warning",
}


def batch_for(request: PortalRequest, pk: str) -> ImportBatch:
    """Return the batch: 404 outside the scope, 403 without the right to import this list there."""
    rows = ImportBatch.objects.visible_to(request.user).select_related(
        "place", "uploaded_by", "committed_by"
    )
    batch: ImportBatch = get_object_or_404(rows, pk=pk)
    need(request.user, kind_of(batch.list_name).permission, batch)
    return batch


@dataclass(frozen=True, slots=True)
class BatchLine:
    """An import in the list of imports."""

    batch: ImportBatch
    title: str
    tone: str


@require_safe
def import_list(request: PortalRequest) -> HttpResponse:
    """List the imports in scope, the newest first: by kind, state and file name."""
    need(request.user, Permission.IMPORT)
    asked = {key: request.GET.get(key, "").replace("\0", "") for key in ("q", "list", "state")}
    rows = ImportBatch.objects.visible_to(request.user, Permission.IMPORT)
    if query := asked["q"].strip():
        rows = rows.filter(file_name__icontains=query)
    if asked["list"]:
        rows = rows.filter(list_name=asked["list"])
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    rows = rows.select_related("place", "uploaded_by")
    found = keyset_page(rows, order=("-uploaded_at", "-pk"), query=request.GET)
    titles = {kind.name: str(kind.title) for kind in all_kinds()}
    context = {
        "page": found,
        "lines": [
            BatchLine(
                batch,
                titles.get(batch.list_name, batch.list_name),
                STATE_TONES.get(BatchState(batch.state), "info"),
            )
            for batch in found.rows
        ],
        "kinds": all_kinds(),
        "states": BatchState.choices,
        "query": query,
        "list_name": asked["list"],
        "state": asked["state"],
    }
    return page(request, "grid/import_list.html", context, fragment="rows")


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: PortalRequest) -> HttpResponse:
    """Upload a list; nothing is written but the batch, whose page asks for the confirmation."""
    need(request.user, Permission.IMPORT)
    initial = {"list_name": request.GET["list"]} if "list" in request.GET else None
    form = UploadForm(
        request.POST or None, request.FILES or None, user=request.user, initial=initial
    )
    if request.method == "POST":
        batch = attempt(form, lambda: _receive(form, request))
        if batch is not None:
            return redirect("import-detail", batch.pk)
    return render(request, "grid/import_new.html", {"form": form})


def _receive(form: UploadForm, request: PortalRequest) -> ImportBatch:
    content, name = form.source()
    return checking.receive(
        content=content,
        file_name=name,
        place_code=form.cleaned_data["place"].code,
        list_name=form.cleaned_data["list_name"],
        as_of=form.cleaned_data["as_of"],
        options=form.chosen(),
        by=request.user,
    )


@never_cache
@require_safe
def import_detail(request: PortalRequest, pk: str) -> HttpResponse:
    """Show what was understood, every row with its fate and reasons, and what can be done now."""
    batch = batch_for(request, pk)
    kind = kind_of(batch.list_name)
    sought = Sought.of(request.GET)
    context = {
        "batch": batch,
        "kind": kind,
        "tone": STATE_TONES.get(BatchState(batch.state), "info"),
        "address": request.GET.urlencode(),
        "questions": open_questions(batch),
        "missing": missing_columns(batch),
        **_state(batch),
    }
    context["steps"] = steps_of(batch, context["questions"])
    if not context["is_running"]:
        if not _wants_rows(request):
            context |= head_of(batch, kind, request.user)
        context |= _rows(request, batch, kind, sought)
    if _wants_rows(request):
        return page(request, "grid/import_rows.html", context, fragment="rows")
    return page(request, DETAIL, context, fragment="batch")


def _wants_rows(request: PortalRequest) -> bool:
    return is_fragment(request) and request.htmx.target == "rows"


def _state(batch: ImportBatch) -> dict[str, Any]:
    """Return what the state of a batch allows; what is half written can go on or be taken back."""
    state, checked = BatchState(batch.state), batch.checked_at is not None
    stopped = state in GOES_ON
    written = batch.rows.filter(done=True).count() if stopped else 0
    is_open = (state == BatchState.CHECKED or stopped) and not written
    figures = batch.summary
    return {
        "is_running": state in RUNNING and not batch.error,
        "is_failed": state == BatchState.FAILED,
        "is_cancelled": state == BatchState.CANCELLED,
        "is_stopped": stopped,
        "is_over": state in OVER,
        "can_cancel": state in STOPPABLE and not batch.cancel_asked,
        "can_confirm": checked
        and (state == BatchState.CHECKED or stopped)
        and not batch.options.get("validate_only"),
        "can_reread": is_open,
        "can_discard": is_open,
        "can_undo": bool(written) or state == BatchState.COMMITTED,
        "undo_failed": state == BatchState.UNDOING and bool(batch.error),
        "not_whole": figures.get("waiting") or figures.get("invalid"),
        "done": figures.get("done", 0),
        "total": figures.get("total") or figures.get("rows", 0),
        "written": written,
    }


def _rows(
    request: PortalRequest, batch: ImportBatch, kind: ListKind, sought: Sought
) -> dict[str, Any]:
    """Return the figures and the rows of one page."""
    found = keyset_page(rows_of(batch, sought), order=order_of(sought), query=request.GET)
    lines = lines_of(batch, kind, found.rows, request.user)
    many = sought.show == RowAction.ASK and batch.state in DECIDABLE and bool(lines)
    headings = [fact.label for fact in lines[0].facts] if lines else []
    return {
        "sought": sought,
        "not_read": not_read(batch, sought),
        "tabs": tabs_of(batch),
        "figures": kind.figures(batch),
        "codes": codes_of(batch, kind, sought),
        "page": found,
        "lines": lines,
        "shared": said_once([line.problems for line in lines]),
        "headings": headings,
        "width": len(headings) + 4 + many,
        "has_rows": bool(batch.summary.get("rows")),
        "many": many,
        "many_same": many and sought.code in SAME_PERSON,
        "villages": villages_for(batch, kind, lines),
        "place_key": kind.place_key,
        "back": f"{reverse('import-detail', args=[batch.pk])}?{request.GET.urlencode()}",
    }


@never_cache
@require_safe
def import_row(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one row as in the file, as understood, and as known; it can be decided here."""
    row = get_object_or_404(ImportRow.objects.filter(kind="data").only("pk", "batch"), pk=pk)
    batch = batch_for(request, str(row.batch_id))
    kind = kind_of(batch.list_name)
    row = batch.rows.get(pk=pk)
    (line,) = lines_of(batch, kind, [row], request.user)
    judged = judged_of(batch, kind, [row]).get(row.pk)
    keys = list(kind.decides) if line.asks else []
    context = {
        "batch": batch,
        "line": line,
        "shared": (),
        "sides": sides_of(batch, kind, line, judged),
        "form": AnswerForm(kind=kind, batch=batch, keys=[k for k in keys if k in line.asked]),
        "back": f"{reverse('import-detail', args=[batch.pk])}?show={row.action}",
        **_beside(row),
    }
    return render(request, "grid/import_row.html", context)


def _beside(row: ImportRow) -> dict[str, int | None]:
    """Return the rows before and after this one with the same fate."""
    alike = ImportRow.objects.filter(batch=row.batch_id, kind="data", action=row.action)
    keys = alike.values_list("pk", flat=True)
    return {
        "before": keys.filter(number__lt=row.number).order_by("-number").first(),
        "after": keys.filter(number__gt=row.number).order_by("number").first(),
    }
