"""What is downloaded of an import: its answer file and its problems; both are recorded.

Whoever uploaded a list may take both back, whatever their role: they hold every row already.
Others need the right to export: the problems name people, the answer file is the list in full.
"""

from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.batches.answers import answer_file
from grid.batches.registry import kind_of
from grid.batches.running import BatchRefusedError
from grid.import_files import problem_table
from grid.models import ImportBatch, User
from grid.services.disclosure import record_export
from grid.tables import XLSX, as_response
from grid.views.imports import batch_for
from grid.web import PortalRequest

MIME = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@require_POST
def import_problems(request: PortalRequest, pk: str) -> HttpResponse:
    """Download what is to be mended, row by row; it holds names, so the export is recorded."""
    batch = batch_for(request, pk)
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    record_problems(batch, by=request.user)
    return problems_response(batch, kind)


@require_POST
def import_answer(request: PortalRequest, pk: str) -> HttpResponse:
    """Download the file itself with what became of each row; the export is recorded."""
    batch = batch_for(request, pk)
    try:
        with transaction.atomic():  # what could not be given is not recorded as taken
            record_answer(batch, by=request.user)
            return answer_response(batch)
    except BatchRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("import-detail", batch.pk)


def record_problems(batch: ImportBatch, *, by: User) -> None:
    """Write down that the problems of a list left the portal, or refuse it."""
    record_export(
        what="import problems",
        rows=batch.summary.get("invalid", 0) + batch.summary.get("waiting", 0),
        full=False,
        place=batch.place,
        by=by,
        own=batch.uploaded_by_id == by.pk,
    )


def record_answer(batch: ImportBatch, *, by: User) -> None:
    """Write down that a list left the portal in full, or refuse it."""
    record_export(
        what="import answer",
        rows=batch.summary.get("rows", 0),
        full=True,
        place=batch.place,
        by=by,
        own=batch.uploaded_by_id == by.pk,
    )


def problems_response(batch: ImportBatch, kind: str) -> HttpResponse:
    """Return the problems of a list as a download: csv or xlsx."""
    name = _("problems of %(file)s") % {"file": _stem(batch)}
    return as_response(problem_table(batch, kind_of(batch.list_name)), kind=kind, name=name)


def answer_response(batch: ImportBatch) -> HttpResponse:
    """Return the file of a list with what became of each row, as a download."""
    answer = answer_file(batch)
    name = _("answer to %(file)s") % {"file": _stem(batch)} + f".{answer.kind}"
    return HttpResponse(
        answer.content,
        content_type=MIME[answer.kind],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _stem(batch: ImportBatch) -> str:
    """Return the name of the file without what it ends in."""
    return batch.file_name.rsplit(".", 1)[0]
