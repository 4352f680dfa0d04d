"""A list becomes a batch: read, understood, compared with what is known, every row with its fate.

Nothing but the batch is written here; `grid.batches.committing` writes what it says, and
`grid.batches.undoing` takes it back.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.batches.files import content_of, keep_file, sheets_told
from grid.batches.framing import frame_of
from grid.batches.keeping import put_back, set_aside
from grid.batches.kinds import ListKind
from grid.batches.reading import (
    FileRefusedError,
    sheets_of,
    told,
    understood_as_settled,
    understood_of,
)
from grid.batches.registry import kind_of
from grid.batches.rows import Check
from grid.batches.running import (
    CHECK_HELP_TASK,
    BatchRefusedError,
    CancelledError,
    alone,
    ask_for_help,
    locked,
    queue,
    stop_at,
)
from grid.batches.summary import summary_of
from grid.batches.turns import Turns, begin, is_at
from grid.choices import BatchState, Level
from grid.imports.places import canonical
from grid.models import ImportBatch, Place, User

__all__ = [
    "FileRefusedError",
    "can_reread",
    "check_file",
    "receive",
    "recheck",
    "set_options",
]

RETURNEES = "returnees"
SPELL = 20.0  # seconds for which one helps: each time the file is read again
SMALL = 1_000_000  # bytes: a file up to here is checked at once, a bigger one by a worker
OPTIONS = ("validate_only", "whole", "overwrite")
READABLE = (BatchState.CHECKED, BatchState.FAILED, BatchState.CANCELLED)


class Given(TypedDict):
    """A list as somebody gives it: a file, its name, and the place it is for.

    `as_of` is the day it is judged on (default: that of `now`, of this moment), `sheet` the one to
    read (default: the likeliest), `options` those of OPTIONS that hold.
    """

    content: bytes
    file_name: str
    place_code: str
    list_name: NotRequired[str]
    as_of: NotRequired[date | None]
    now: NotRequired[datetime | None]
    sheet: NotRequired[str]
    options: NotRequired[Mapping[str, bool] | None]


def check_file(*, by: User | None, **given: Unpack[Given]) -> ImportBatch:
    """Read a list for a place and return its batch, every row with verdict, problems and action.

    File and rows are stored encrypted. Raises FileRefusedError when the file as a whole is no use;
    then nothing is kept.
    """
    with transaction.atomic(), acting(by=by, why="check import"):
        batch = _new_batch(given, by)
        keep_file(batch, given["content"])
        _check(batch, given["content"], by=by, shared=False)
    return batch


def receive(*, by: User | None, **given: Unpack[Given]) -> ImportBatch:
    """Take a list as `check_file` does, a big one to be checked by a worker (state CHECKING).

    The sheets of a workbook are kept with it, so that another one can be chosen.
    """
    with transaction.atomic(), acting(by=by, why="check import"):
        batch = _new_batch(given, by)
        content = given["content"]
        sheets = sheets_of(content, kind_of(batch.list_name))
        keep_file(batch, content, sheets)
        _check_or_queue(batch, content, by)
    return batch


def recheck(*, batch: ImportBatch, by: User | None, sheet: str | None = None) -> ImportBatch:
    """Read the file of a batch again, by another sheet or a reading saved since; rows made anew.

    Only while nothing of it was written. A decision stays where its row and its question do; the
    summary says how many did (`decisions_kept`, `decisions_lapsed`).
    """
    with transaction.atomic(), acting(by=by, why="check import"):
        batch = locked(batch)
        _refuse_written(batch)
        set_aside(batch)
        content = content_of(batch)
        if sheet is not None:
            names = {one["name"] for one in sheets_told(batch) or []}
            if sheet and sheet not in names:
                raise BatchRefusedError(
                    _("There is no sheet %(sheet)s in the file.") % {"sheet": sheet}
                )
            batch.sheet = sheet
        batch.mapping = None  # found again by the layout
        _check_or_queue(batch, content, by)
    return batch


def set_options(*, batch: ImportBatch, options: Mapping[str, bool], by: User | None) -> ImportBatch:
    """Change how a checked list is imported; where edits by hand count differently, check again."""
    with transaction.atomic(), acting(by=by, why="check import"):
        batch = locked(batch)
        _refuse_written(batch)
        was = batch.options
        batch.options = {**options_of(was), **options_of({**was, **options})}
        batch.save(update_fields=["options"])
        if batch.options["overwrite"] != bool(was.get("overwrite")):
            return recheck(batch=batch, by=by)
    return batch


def options_of(given: Mapping[str, bool] | None) -> dict[str, bool]:
    """Return the options of an import, each said; ValueError for one that does not exist."""
    given = given or {}
    if unknown := set(given) - set(OPTIONS):
        raise ValueError(f"no such option: {sorted(unknown)[0]}")
    return {name: bool(given.get(name)) for name in OPTIONS}


def check_queued(*, batch: str, user: int | None) -> None:
    """Check the batch that was queued; a message that comes twice finds nothing left to do."""
    found = ImportBatch.objects.filter(pk=batch, state=BatchState.CHECKING).first()
    if found is None:
        return
    by = User.objects.filter(pk=user).first() if user else None
    with alone(found), acting(by=by, why="check import"):
        found.refresh_from_db()
        if found.state != BatchState.CHECKING:
            return
        try:
            _check(found, content_of(found), by=by, shared=True)
        except CancelledError:
            stop_at(found, BatchState.CANCELLED)
        except FileRefusedError as refusal:
            stop_at(found, BatchState.FAILED, error=str(refusal))
        except Exception:
            sentence = _("The list could not be checked; try again, or report it.")
            stop_at(found, BatchState.FAILED, error=sentence)
            raise


def help_check_queued(*, batch: str, user: int | None, moment: str) -> None:
    """Help with the check that began at this moment, for a while; then queue for more of it."""
    running = ImportBatch.objects.filter(pk=batch, state=BatchState.CHECKING)
    found = running.select_related("place", "mapping").first()
    if found is None or not is_at(found, moment):
        return
    kind = kind_of(found.list_name)
    context = kind.context(found.place_id, found.as_of)
    understood = understood_as_settled(content_of(found), found, kind, context)
    frame = frame_of(found, datetime.fromisoformat(moment))
    by = User.objects.filter(pk=user).first() if user else None
    with acting(by=by, why="check import"):
        if Turns(Check(found, kind, understood, frame, context), moment).help(SPELL):
            _ask_for_help(found, user, moment)


def _new_batch(given: Given, by: User | None) -> ImportBatch:
    if unknown := given.keys() - Given.__annotations__.keys():
        raise TypeError(f"nothing a list is given with: {', '.join(sorted(unknown))}")
    kind = kind_of(given.get("list_name", RETURNEES))
    now = given.get("now") or timezone.now()
    batch = ImportBatch(
        list_name=kind.name,
        file_name=given["file_name"][:200],
        digest=hashlib.sha256(given["content"]).hexdigest(),
        place=_place_of(given["place_code"], kind),
        uploaded_by=by,
        as_of=given.get("as_of") or timezone.localdate(now),
        state=BatchState.CHECKING,
        options=options_of(given.get("options")),
        sheet=given.get("sheet", "")[:100],
        beat_at=timezone.now(),
    )
    batch.save(force_insert=True)
    return batch


def _place_of(code: str, kind: ListKind) -> Place:
    """Return the place a list is given for, by its code with or without the zeros of lower levels.

    FileRefusedError for one that is not known, or too wide for the list.
    """
    place: Place | None = Place.objects.filter(pk=canonical(code)).first()
    if place is None:
        raise FileRefusedError(
            _("Place %(code)s is not known; import the places first.") % {"code": code}
        )
    if place.level not in kind.levels:
        raise FileRefusedError(
            _("A list of this kind is given for one of: %(levels)s; %(place)s is none.")
            % {
                "levels": ", ".join(str(Level(level).label) for level in kind.levels),
                "place": place.name,
            }
        )
    return place


def can_reread(batch: ImportBatch) -> bool:
    """Say whether the file of a batch may still be read another way: nothing of it is written."""
    return batch.state in READABLE and not batch.rows.filter(done=True).exists()


def _refuse_written(batch: ImportBatch) -> None:
    if not can_reread(batch):
        raise BatchRefusedError(
            _("This import is %(state)s; it can no longer be read in another way.")
            % {"state": batch.get_state_display()}
        )


def _check_or_queue(batch: ImportBatch, content: bytes, by: User | None) -> None:
    """Check a small file now, a big one by a worker; rows of an earlier check go."""
    if len(content) <= SMALL:
        _check(batch, content, by=by, shared=False)
        return
    batch.state, batch.checked_at, batch.beat_at = BatchState.CHECKING, None, timezone.now()
    batch.error, batch.cancel_asked, batch.summary = "", False, {"done": 0}
    batch.save()
    queue(batch, by)


def _check(batch: ImportBatch, content: bytes, *, by: User | None, shared: bool) -> None:
    """Check the whole file: in one transaction, or part by part with whoever helps."""
    kind, moment = kind_of(batch.list_name), timezone.now()
    if shared:
        begin(batch, moment.isoformat())
    else:
        batch.rows.all().delete()
    context = kind.context(batch.place_id, batch.as_of)
    understood = understood_of(content, batch, kind, context)
    check = Check(batch, kind, understood, frame_of(batch, moment), context)
    if shared:
        _share(check, moment, by)
    else:
        check.run()
    with transaction.atomic():
        batch.understood = told(understood)
        kept = put_back(batch, kind)
        batch.summary = {**summary_of(batch), **kept}
        batch.state, batch.error = BatchState.CHECKED, ""
        batch.checked_at = batch.beat_at = timezone.now()
        batch.save()


def _share(check: Check, moment: datetime, by: User | None) -> None:
    """Lead a check that has begun and that others may help with."""
    batch, total = check.batch, _rows_told(check.batch)
    batch.summary = {"done": 0, **({"total": total} if total else {})}
    batch.beat_at = timezone.now()
    batch.save(update_fields=["mapping", "summary", "beat_at"])
    _ask_for_help(batch, by.pk if by else None, moment.isoformat())
    Turns(check, moment.isoformat()).lead()


def _ask_for_help(batch: ImportBatch, user: int | None, moment: str) -> None:
    ask_for_help(str(batch.pk), user, moment, task=CHECK_HELP_TASK)


def _rows_told(batch: ImportBatch) -> int | None:
    """Return how many rows the sheet that is read holds, if the workbook says so."""
    for one in sheets_told(batch) or []:
        if one["name"] == batch.sheet if batch.sheet else one["guess"]:
            return int(one["rows"])
    return None
