"""What a cadre does toward a returnee, and attempts at it: the evidence of most duties."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import User
from returnees.models import Episode
from schedules.choices import ContactChannel, ContactKind, ContactOutcome
from schedules.models import Contact
from schedules.services.evidence import SEEING
from schedules.services.reconcile import reconcile

K, END = ContactKind, ContactOutcome
FAILED = {END.NOT_REACHED, END.ABSENT}
# What can come of each kind of contact, besides reaching nobody.
OUTCOMES: dict[str, set[str]] = {
    K.POLICY_TEXT: {END.DONE, END.REACHED},
    K.CALL: {END.DONE, END.REACHED, END.DISSUADED},
    K.TRAVEL_REMINDER: {END.DONE, END.REACHED},
    K.MEASURE: {END.KEPT, END.BREACH},
    K.VISIT: {END.DONE},
    K.NEEDS: {END.NO_NEED, END.NEED, END.DELIVERED},
    K.WASTE: {END.DONE},
    K.FOLLOW_UP: {END.DONE, END.REACHED},
}


class ContactRefusedError(Refused):
    """The contact cannot be recorded like this; nothing was changed."""


@transaction.atomic
def record_contact(
    *,
    episode: Episode,
    kind: str,
    channel: str,
    outcome: str,
    by: User | None,
    day: date | None = None,
    now: datetime | None = None,
    phone_at: datetime | None = None,
    entry_key: UUID | None = None,
    note: str = "",
) -> Contact:
    """Keep a contact and close the task it is evidence of.

    A policy text keeps the class and the version it told (JY-2n). A failed attempt closes nothing;
    the third in a row raises the task. The same entry again gives the first row back.
    """
    now = now or timezone.now()
    contact, created = keep_contact(
        episode=episode, kind=kind, channel=channel, outcome=outcome, by=by, day=day, now=now,
        phone_at=phone_at, entry_key=entry_key, note=note,
    )  # fmt: skip
    if created:
        reconcile(episode_ids=[episode.pk], now=now, by=by)
    return contact


def keep_contact(
    *,
    episode: Episode,
    kind: str,
    channel: str,
    outcome: str,
    by: User | None,
    now: datetime,
    day: date | None = None,
    phone_at: datetime | None = None,
    entry_key: UUID | None = None,
    note: str = "",
) -> tuple[Contact, bool]:
    """Write the row, or find the one this entry wrote before; closes nothing itself."""
    day = day or timezone.localdate(now)
    _refuse_nonsense(kind=kind, channel=channel, outcome=outcome, day=day, now=now)
    told = kind == ContactKind.POLICY_TEXT
    values = {
        "episode": episode,
        "place_id": episode.place_id,
        "channel": channel,
        "outcome": outcome,
        "day": day,
        "at": now,
        "phone_at": phone_at,
        "by": by,
        "classification": episode.classification if told else "",
        "policy_digest": episode.policy.digest if told else "",
        "note": note,
    }
    with acting(by=by, why="record contact"):
        if entry_key is None:
            return Contact.objects.create(kind=kind, **values), True
        return Contact.objects.get_or_create(entry_key=entry_key, kind=kind, defaults=values)


def _refuse_nonsense(*, kind: str, channel: str, outcome: str, day: date, now: datetime) -> None:
    if day > timezone.localdate(now):
        raise ContactRefusedError(
            _("%(day)s has not come yet; choose today or an earlier day.") % {"day": day}
        )
    if outcome not in OUTCOMES.get(kind, set()) | FAILED:
        raise ContactRefusedError(
            _("“%(outcome)s” cannot come of “%(kind)s”; choose another outcome.")
            % {"outcome": _label(ContactOutcome, outcome), "kind": _label(ContactKind, kind)}
        )
    if kind == ContactKind.MEASURE and outcome not in FAILED and channel not in SEEING:
        raise ContactRefusedError(
            _("A measure is checked by visit, by video or by the site, not “%(channel)s”.")
            % {"channel": _label(ContactChannel, channel)}
        )
    if kind == ContactKind.VISIT and channel != ContactChannel.VISIT:
        raise ContactRefusedError(
            _("A visit is made in person, not “%(channel)s”; log a call as a call.")
            % {"channel": _label(ContactChannel, channel)}
        )


def _label(choices: type[ContactOutcome | ContactKind | ContactChannel], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
