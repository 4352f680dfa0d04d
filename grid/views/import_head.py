"""What stands above the rows of an import: what was understood, and what can be done with it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.batches.files import sheets_told
from grid.batches.kinds import ListKind
from grid.batches.mappings import mapping_for
from grid.batches.sentences import shown
from grid.choices import BatchState, Level
from grid.forms.imports import OptionsForm
from grid.import_columns import columns_of, kind_lines
from grid.import_files import sheet_lines
from grid.import_pages import concerned, decisions_told, promise_of, writes
from grid.models import ImportBatch, User

CHAIN = "chain"  # the form of a file that is a sign-up chain


def _concerned(batch: ImportBatch, kind: ListKind, user: User) -> dict[str, Any]:
    """Return for whom work appears, where a list leads to any."""
    if not kind.follows or batch.state not in (BatchState.CHECKED, BatchState.COMMITTED):
        return {}
    found, more = concerned(batch, user)
    return {"concerned": found, "concerned_more": more}


def head_of(batch: ImportBatch, kind: ListKind, user: User) -> dict[str, Any]:
    """Return what stands above the rows: what was understood, and what can be done."""
    columns = columns_of(batch)
    known = sum(one["field"] is not None for one in columns)
    told_sheets = sheets_told(batch)
    sheets = sheet_lines(batch, told_sheets)
    return {
        "mapping": mapping_for(batch.list_name, batch.understood.get("layout") or ""),
        "sheets": sheets,
        "sheets_open": sum(sheet.looks_like == "list" for sheet in sheets) > 1,
        "kinds_left": kind_lines(batch),
        "columns_known": known,
        "columns_kept": len(columns) - known,
        "told": told_of(batch),
        "decisions_told": decisions_told(batch),
        "promise": _promise(batch),
        "writes": writes(batch),
        "no_village": _no_village(batch),
        **_bar(batch, kind, user),
        "options": OptionsForm(initial=batch.options),
        "has_file": told_sheets is not None,
        "shown_at": kind.shown_at(batch) if batch.state == BatchState.COMMITTED else "",
        **_concerned(batch, kind, user),
        "left": [
            {**one, "at": datetime.fromisoformat(one["when"])}
            for one in batch.summary.get("left") or ()
        ],
    }


def _promise(batch: ImportBatch) -> str:
    """Return what a confirmation does with the rows; where it writes none, it says so."""
    promise, nothing = promise_of(batch), _("No row would be written.")
    if batch.state == BatchState.UNDONE:
        taken_back = batch.summary.get("taken_back", 0)
        sentence = ngettext(
            "%(n)d row was taken back; before that: %(figures)s",
            "%(n)d rows were taken back; before that: %(figures)s",
            taken_back,
        )
        return sentence % {"n": taken_back, "figures": promise}
    if batch.state != BatchState.CHECKED or writes(batch) or promise == nothing:
        return promise
    return f"{promise} {nothing}"


def _bar(batch: ImportBatch, kind: ListKind, user: User) -> dict[str, str]:
    """Return why nothing of a checked list could be written now, and where to mend it."""
    sentence = kind.bar(batch) if batch.state == BatchState.CHECKED else ""
    if not sentence:
        return {}
    address, title = kind.bar_lifted_at(batch, user)
    return {"barred": sentence, "bar_href": address, "bar_title": title}


def _no_village(batch: ImportBatch) -> bool:
    """Say whether a chain was given for more than a village, and no row of it names one."""
    if batch.understood.get("form") != CHAIN or batch.state != BatchState.CHECKED:
        return False
    rows = batch.rows.filter(kind="data")
    return batch.place.level != Level.VILLAGE and not rows.exclude(village="").exists()


def told_of(batch: ImportBatch) -> list[dict[str, str]]:
    """Return what there is to say about the file, columns aside: those have a page of their own."""
    tones = {"error": "danger", "question": "warning", "warning": "warning"}
    kept = [
        one
        for one in batch.understood.get("problems") or ()
        if not one["code"].startswith("column_") and "params" in one
    ]
    return [
        {"tone": tones.get(one.severity, "info"), "message": one.message}
        for one in shown(kept, [one["params"] for one in kept])
    ]
