"""Personal data in full: shown to those who may, on the record (JY-18d)."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from grid.choices import Tier
from grid.coverage import effective
from grid.days import today
from grid.errors import Refused
from grid.models import Event, Person, Place, User
from grid.permissions import Permission
from grid.responsibility import responsible_for
from grid.scope import HasScope
from grid.services.events import key_of, record


class NotDisclosedError(Refused, PermissionDenied):
    """The user may not see or take this in full."""


class ReasonMissingError(Refused):
    """This user must say why."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """What is hidden elsewhere."""

    id_number: str
    phone: str


@transaction.atomic
def reveal(*, person: Person, by: User, reason: str = "", row: HasScope | None = None) -> Revealed:
    """Return ID number and phone of a person in full and write down who looked.

    Village heads and admins see those in their area, cadres the persons they answer for
    themselves, supervisors whoever they give a reason for. `row` is a record of the person through
    which the right may come as well: whoever stays in a village is that village's, too.
    """
    reason = reason.strip()
    rows: list[HasScope] = [person, row] if row else [person]

    def holds(right: Permission) -> bool:
        return any(by.can(right, one) for one in rows)

    answers = holds(Permission.REVEAL_ASSIGNED) and _answers_for(by, person)
    if not (holds(Permission.REVEAL) or answers):
        if not holds(Permission.REVEAL_WITH_REASON):
            raise NotDisclosedError(
                _("%(name)s may be shown in full only to the cadres who answer for them.")
                % {"name": person}
            )
        if not reason:
            raise ReasonMissingError(_("Say why you need to see this person in full."))
    record(
        Event.Kind.REVEAL,
        by=by,
        subject=person.name,
        key=key_of(person),
        place=person.place_id,
        reason=reason,
    )
    return Revealed(id_number=person.id_number, phone=person.phone)


def _answers_for(user: User, person: Person) -> bool:
    """Say whether the user is the person's cadre today, or is assigned to person or household."""
    day = today()
    if responsible_for([person.pk], day).get(person.pk) == user.pk:
        return True
    held = effective(day).filter(cadre=user, tier=Tier.HOUSEHOLD)
    near = held.filter(person=person)
    if person.household_id is not None:
        near |= held.filter(household=person.household_id)
    return near.exists()


@transaction.atomic
def record_export(
    *,
    what: str,
    rows: int,
    full: bool,
    place: Place | None,
    by: User,
    reason: str = "",
    own: bool = False,
) -> Event:
    """Write down that rows left the portal; refuse those who may not take them.

    `own`: the rows are those of a list the user uploaded: whoever brought them may take them back.
    """
    needed = Permission.EXPORT_FULL if full else Permission.EXPORT_MASKED
    if not own and not by.can(needed):
        raise NotDisclosedError(
            _("You may not export with full numbers: export the masked list.")
            if full
            else _("You may not export lists.")
        )
    return record(
        Event.Kind.EXPORT,
        by=by,
        subject=what,
        place=place.code if place else None,
        reason=reason.strip(),
        rows=rows,
        full=full,
    )
