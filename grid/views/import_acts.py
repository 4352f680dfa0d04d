"""What is done with an import: read another way, decided, confirmed, stopped, taken back."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grid.batches import checking, committing, decisions, undoing
from grid.batches.mappings import mapping_for, missing_columns, open_questions, save_mapping
from grid.batches.registry import kind_of
from grid.choices import RowAction
from grid.forms.imports import (
    HAND_EDITS,
    KEEP,
    AnswerForm,
    DecideForm,
    OptionsForm,
    SheetForm,
)
from grid.import_columns import (
    column_lines,
    field_choices,
    settled_columns,
    settled_values,
    value_groups,
)
from grid.models import ImportBatch
from grid.views.imports import batch_for
from grid.web import PortalRequest, answer, attempt, back, tell


def address_of(batch: ImportBatch) -> str:
    """Return the address of the page of an import."""
    return reverse("import-detail", args=[batch.pk])


def _act(
    request: PortalRequest, batch: ImportBatch, act: Callable[[], Any], *, done: str, to: str = ""
) -> HttpResponse:
    return answer(request, act, done=done, to=to or address_of(batch))


@require_POST
def import_sheet(request: PortalRequest, pk: str) -> HttpResponse:
    """Read another sheet of the file; without one named, read the same one again."""
    batch = batch_for(request, pk)
    form = SheetForm(request.POST)
    sheet = form.cleaned_data["sheet"] if form.is_valid() else None
    return _act(
        request,
        batch,
        lambda: checking.recheck(batch=batch, by=request.user, sheet=sheet),
        done=_("The list is read again."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: PortalRequest, pk: str) -> HttpResponse:
    """Show how columns and values were understood; save another reading, and read again."""
    batch = batch_for(request, pk)
    kind = kind_of(batch.list_name)
    form = SheetForm({"sheet": "-"} if request.method == "POST" else None)
    if request.method == "POST":
        saved = attempt(form, lambda: _save(request, batch))
        if saved is not None:
            return redirect(address_of(batch))
    mapping = mapping_for(batch.list_name, batch.understood.get("layout") or "")
    context = {
        "batch": batch,
        "form": form,
        "mapping": mapping,
        "columns": column_lines(batch, kind, request.POST),
        "fields": field_choices(kind.spec),
        "values": value_groups(batch, kind, mapping),
        "questions": open_questions(batch),
        "missing": missing_columns(batch),
        "can_save": checking.can_reread(batch),
    }
    return render(request, "grid/import_columns.html", context)


@transaction.atomic
def _save(request: PortalRequest, batch: ImportBatch) -> ImportBatch:
    """Save the reading and read again: one that makes the file no list is not kept."""
    kind = kind_of(batch.list_name)
    save_mapping(
        batch=batch,
        columns=settled_columns(batch, request.POST),
        values=settled_values(batch, kind, request.POST),
        by=request.user,
    )
    return checking.recheck(batch=batch, by=request.user)


@require_POST
def import_accept(request: PortalRequest, pk: str) -> HttpResponse:
    """Settle the questions about columns the way they were understood."""
    batch = batch_for(request, pk)

    @transaction.atomic
    def accept() -> None:
        columns = settled_columns(batch, {})
        save_mapping(batch=batch, columns=columns, values={}, by=request.user)
        checking.recheck(batch=batch, by=request.user)

    return _act(request, batch, accept, done=_("The columns are settled as understood."))


@require_POST
def import_options(request: PortalRequest, pk: str) -> HttpResponse:
    """Change how a checked list is to be imported."""
    batch = batch_for(request, pk)
    form = OptionsForm(request.POST)
    form.is_valid()
    return _act(
        request,
        batch,
        lambda: checking.set_options(batch=batch, options=form.chosen(), by=request.user),
        done=_("The options are saved."),
    )


@require_POST
def import_decide(request: PortalRequest, pk: str) -> HttpResponse:
    """Decide on a row that waits, or on many with the same question at once."""
    batch = batch_for(request, pk)
    to = back(request, f"{address_of(batch)}?show={RowAction.ASK}")
    form = DecideForm(request.POST, batch=batch)
    if not form.is_valid():
        tell(request, form)
        return redirect(to)
    numbers = form.cleaned_data["numbers"]
    if len(numbers) == 1:
        return _decide_one(request, batch, form, to)
    action = form.cleaned_data["action"]
    said = ngettext("%(n)d row is decided.", "%(n)d rows are decided.", len(numbers))
    return _act(
        request,
        batch,
        lambda: decisions.decide_many(batch=batch, numbers=numbers, action=action, by=request.user),
        done=said % {"n": len(numbers)},
        to=to,
    )


def _decide_one(
    request: PortalRequest, batch: ImportBatch, form: DecideForm, to: str
) -> HttpResponse:
    row = get_object_or_404(batch.rows, number=form.cleaned_data["numbers"][0])
    kind = kind_of(batch.list_name)
    answers = AnswerForm(request.POST, kind=kind, batch=batch, keys=kind.decides)
    if not answers.is_valid():
        tell(request, answers)
        return redirect("import-row", row.pk)
    action, values = form.cleaned_data["action"], answers.values()
    if action == KEEP:
        keeps = HAND_EDITS in kind.decides
        action = RowAction.UPDATE if keeps else RowAction.SKIP
        values = {**values, HAND_EDITS: KEEP} if keeps else values
    return _act(
        request,
        batch,
        lambda: decisions.decide(row=row, action=action, by=request.user, values=values),
        done=_("Row %(number)s is decided.") % {"number": row.number},
        to=to,
    )


@require_POST
def import_confirm(request: PortalRequest, pk: str) -> HttpResponse:
    """Write the certain rows; rows that ask wait, bad rows stop nothing. Open columns stop it."""
    batch = batch_for(request, pk)
    return _act(
        request,
        batch,
        lambda: committing.start_commit(batch=batch, by=request.user),
        done=_("The import is confirmed."),
    )


@require_POST
def import_cancel(request: PortalRequest, pk: str) -> HttpResponse:
    """Stop a reading or a commit that runs; what is written stays."""
    batch = batch_for(request, pk)
    return _act(
        request,
        batch,
        lambda: committing.cancel(batch=batch, by=request.user),
        done=_("It stops after the rows at hand."),
    )


@require_POST
def import_discard(request: PortalRequest, pk: str) -> HttpResponse:
    """Put a checked list away without importing it."""
    batch = batch_for(request, pk)
    return _act(
        request,
        batch,
        lambda: decisions.discard(batch=batch, by=request.user),
        done=_("The list is put away; nothing was imported."),
        to=reverse("import-list"),
    )


@require_POST
def import_undo(request: PortalRequest, pk: str) -> HttpResponse:
    """Take an import back; rows somebody worked with since are left and listed on the page."""
    batch = batch_for(request, pk)
    return _act(
        request,
        batch,
        lambda: undoing.start_undo(batch=batch, by=request.user),
        done=_("The import is being taken back."),
    )
