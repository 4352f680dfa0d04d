"""A list comes in from outside the pages: for which place, read how, committed or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from grid.batches import checking, committing
from grid.batches.kinds import ListKind
from grid.batches.mappings import save_mapping
from grid.batches.running import THEN_TASK, send
from grid.choices import BatchState, Level
from grid.errors import Refused
from grid.models import ImportBatch, Place, User


class PlaceUnclearError(Refused):
    """Nothing says which place the list is for."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A list as somebody sends it: what it is, for which place, how it is to be read."""

    kind: ListKind
    place: str
    content: bytes
    file_name: str
    as_of: date | None = None
    sheet: str = ""
    options: Mapping[str, bool] = field(default_factory=dict)
    mapping: Mapping[str, Any] | None = None


def own_place(user: User, kind: ListKind) -> Place:
    """Return the one place the user may give this list for, or refuse where it is not one."""
    prefixes = [code for code in user.scope(kind.permission).prefixes if code]
    found = Place.objects.filter(pk__in=prefixes, level__in=kind.levels, closed=False)
    places: list[Place] = list(found[:2])
    if len(places) != 1:
        levels = ", ".join(str(Level(level).label) for level in kind.levels)
        raise PlaceUnclearError(
            _("Say which place the list is for; it is given for one of: %(levels)s.")
            % {"levels": levels}
        )
    return places[0]


def take_in(intake: Intake, *, by: User | None, commit: bool = False) -> ImportBatch:
    """Check a list, and with `commit` have what is certain written; a worker may go on with it.

    Open questions about columns stop nothing here: they are taken as understood, and told in
    `understood`. Raises Refused: the file as a whole, the mapping, or the commit.
    """
    # A reading is saved for the layout, which only a check tells.
    check = checking.check_file if intake.mapping else checking.receive
    batch = check(
        content=intake.content,
        file_name=intake.file_name,
        place_code=intake.place,
        by=by,
        list_name=intake.kind.name,
        as_of=intake.as_of,
        sheet=intake.sheet,
        options=intake.options,
    )
    if intake.mapping:
        columns, values = (intake.mapping.get(name) or {} for name in ("columns", "values"))
        save_mapping(batch=batch, columns=columns, values=values, by=by)
        batch = checking.recheck(batch=batch, by=by)
    if commit and batch.state == BatchState.CHECKED:
        return committing.start_commit(batch=batch, by=by, as_understood=True)
    if commit:
        args = [str(batch.pk), by.pk if by else None]
        transaction.on_commit(partial(send, THEN_TASK, args))
    return batch


def then_commit(*, batch: str, user: int | None) -> bool:
    """Commit a list that a worker was to check first; False while it is still being checked.

    A refusal is kept with the batch, which then waits for somebody.
    """
    found = ImportBatch.objects.filter(pk=batch).first()
    if found is None or found.state != BatchState.CHECKED:
        return found is None or found.state != BatchState.CHECKING
    by = User.objects.filter(pk=user).first() if user else None
    try:
        committing.start_commit(batch=found, by=by, as_understood=True)
    except Refused as refusal:
        ImportBatch.objects.filter(pk=batch, state=BatchState.CHECKED).update(error=str(refusal))
    return True
