"""Contacts to verify (协查): taken over from letters, looked for, answered, handed on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import copy_in, update_in
from grid.choices import CODE_LENGTHS, IdType, Level
from grid.errors import Refused
from grid.models import Event, Person, Place, User
from grid.permissions import Permission
from grid.responsibility import responsible_for, tier_holders
from grid.scope import under
from grid.services.disclosure import NotDisclosedError, ReasonMissingError, Revealed
from grid.services.events import record
from grid.services.people import register_person
from returnees.choices import AttemptWay, TestResult, VerificationState
from returnees.clock import local_day, local_text
from returnees.models import Episode, Verification, VerificationAttempt

VILLAGE = CODE_LENGTHS[Level.VILLAGE]
ANSWER_FIELDS = (
    "person", "state", "went_to", "went_to_text", "measures", "last_test_on", "last_test_result",
    "note", "verified_by", "verified_at",
)  # fmt: skip
# What a letter says, and a later letter may correct.
LETTER_FIELDS = frozenset(
    {"name", "id_type", "id_number", "phone", "address", "relation", "exposure", "exposed_on",
     "case", "letter_from", "letter_no", "received_at", "remark", "place_id"}
)  # fmt: skip
WRITTEN = (
    *sorted(LETTER_FIELDS - {"place_id"}), "place", "responsible", "pinyin",
    "id_hash", "id_last4_hash", "phone_hash",
    "phone_last4_hash", "sex", "birth_date", "due_at",
)  # fmt: skip


class VerificationRefusedError(Refused):
    """This answer contradicts itself, or lacks what it must say."""


def due_of(received: datetime) -> datetime:
    """Return when the answer to a letter is due."""
    due: datetime = received + timedelta(hours=settings.GRID["verification_hours"])
    return due


@transaction.atomic
def take_over(
    *, verifications: Sequence[Verification], by: User | None, day: date, why: str = "letter"
) -> list[Verification]:
    """Write the persons of letters, not yet saved; each goes to whoever answers for its village.

    A constant number of queries, whatever the number.
    """
    with acting(by=by, why=why):
        for one in verifications:
            one.due_at, one.noted_by = due_of(one.received_at), by
            one.derive()
        _hand_out(verifications, day)
        return copy_in(verifications)


def _hand_out(rows: Sequence[Verification], day: date) -> None:
    """Set who answers: for somebody known in the village their cadre, else the village's."""
    known = {row.person.pk: row.person.place_id for row in rows if row.person}
    of_person = responsible_for(list(known), day) if known else {}
    of_place = tier_holders({row.place_id for row in rows}, day) if rows else {}
    for row in rows:
        key = row.person_id or 0
        at_home = known.get(key, "")[:VILLAGE] == row.place_id[:VILLAGE]
        holder = of_person.get(key) if at_home else None
        tiers = of_place[row.place_id]
        row.responsible_id = holder or (tiers[max(tiers)] if tiers else None)


@transaction.atomic
def correct(
    *, changes: Mapping[int, Mapping[str, Any]], by: User | None, day: date, why: str = "letter"
) -> list[Verification]:
    """Change what the letter says of some; keys are of Verification, values by LETTER_FIELDS."""
    with acting(by=by, why=why):
        rows = _locked(changes)
        moved = [row for row in rows if "place_id" in changes[row.pk]]
        for row in rows:
            for name, value in changes[row.pk].items():
                if name not in LETTER_FIELDS:
                    raise TypeError(f"Not a field of a letter: {name}.")
                setattr(row, name, value)
            row.due_at = due_of(row.received_at)
            row.derive()
        _hand_out(moved, day)
        update_in(rows, WRITTEN)
    return rows


def _locked(keys: Iterable[int]) -> list[Verification]:
    rows = Verification.objects.select_for_update(of=("self",)).filter(pk__in=list(keys))
    return list(rows.select_related("person").order_by("pk"))


@transaction.atomic
def note_attempt(
    *,
    verification: Verification,
    way: str,
    by: User | None,
    note: str = "",
    now: datetime | None = None,
) -> VerificationAttempt:
    """Note that somebody was looked for and not found; the verification stays open."""
    now = now or timezone.now()
    with acting(by=by, why="attempt"):
        (row,) = _locked([verification.pk])
        if way not in AttemptWay.values:
            raise VerificationRefusedError(_("Say how the person was looked for."))
        attempt = VerificationAttempt(
            verification=row, way=way, at=now, by=by, note=note.strip()[:120]
        )
        attempt.save()
    return attempt


@transaction.atomic
def record_outcome(
    *,
    verification: Verification,
    state: str,
    by: User | None,
    went_to: Place | None = None,
    went_to_text: str = "",
    measures: str = "",
    last_test_on: date | None = None,
    last_test_result: str = "",
    note: str = "",
    now: datetime | None = None,
) -> Verification:
    """Answer for somebody; a later answer replaces the earlier, the history keeps both.

    Who is here becomes a person of the village, if nobody knew them. VerificationRefusedError for
    an answer without what it must say.
    """
    now = now or timezone.now()
    with acting(by=by, why=f"verification: {state}"):
        (row,) = _locked([verification.pk])
        row.state, row.measures, row.note = state, measures.strip(), note.strip()
        row.went_to, row.went_to_text = went_to, went_to_text.strip()
        row.last_test_on, row.last_test_result = last_test_on, last_test_result
        row.verified_by, row.verified_at = by, now
        _check(row, local_day(now))
        if state == VerificationState.HERE:
            row.person = row.person or _found(row, by)
        row.save(update_fields=ANSWER_FIELDS)
    return row


def _check(row: Verification, day: date) -> None:
    state = row.state
    tested = row.last_test_on
    went = row.went_to is not None or row.went_to_text
    faults = {
        _("Choose what was found out."): (
            state not in VerificationState.values or state == VerificationState.TO_VERIFY
        ),
        _("Say where the person went."): state == VerificationState.ELSEWHERE and not went,
        _("Note at least one attempt to reach the person first."): (
            state == VerificationState.NOT_REACHABLE and not row.attempts.exists()
        ),
        _("Say which measures are taken."): (
            state in (VerificationState.HERE, VerificationState.ALREADY) and not row.measures
        ),
        _("The last test lies in the future; correct the day."): tested is not None
        and tested > day,
        _("Say when the last test was, or leave its result out."): (
            tested is None and row.last_test_result not in ("", TestResult.PENDING)
        ),
    }
    for sentence, is_so in faults.items():
        if is_so:
            raise VerificationRefusedError(f"{row.name}: {sentence}")
    if state != VerificationState.ELSEWHERE:
        row.went_to, row.went_to_text = None, ""


def _found(row: Verification, by: User | None) -> Person:
    """Return the person a letter asks about, registered now if nobody knew them."""
    if row.id_number:
        known: Person | None = Person.objects.with_id_number(row.id_number).first()
    else:
        known = Person.objects.filter(
            name=row.name, phone_hash=row.phone_hash, id_hash=None
        ).first()
    return known or register_person(
        name=row.name,
        id_type=row.id_type if row.id_number else IdType.NONE,
        id_number=row.id_number,
        phone=row.phone,
        sex=row.sex,
        birth_date=row.birth_date,
        place=row.place,
        by=by,
    )


@transaction.atomic
def reopen(*, verification: Verification, by: User | None, why: str) -> Verification:
    """Take an answer back: the person is to be verified again."""
    if not why.strip():
        raise VerificationRefusedError(_("Say why the answer is taken back."))
    with acting(by=by, why=why):
        (row,) = _locked([verification.pk])
        if row.is_open:
            raise VerificationRefusedError(
                _("%(name)s: there is no answer to be taken back.") % {"name": row.name}
            )
        row.state, row.verified_by, row.verified_at = VerificationState.TO_VERIFY, None, None
        row.save(update_fields=["state", "verified_by", "verified_at"])
    return row


@transaction.atomic
def hand_to(
    *, verification: Verification, place: Place, by: User | None, day: date | None = None
) -> Verification:
    """Give an open verification to another village; its cadre answers from now on."""
    with acting(by=by, why="handed on"):
        (row,) = _locked([verification.pk])
        if not row.is_open:
            raise VerificationRefusedError(
                _("%(name)s was answered for on %(day)s; take the answer back first.")
                % {"name": row.name, "day": local_text(row.verified_at or row.due_at)}
            )
        row.place = place
        _hand_out([row], day or timezone.localdate())
        row.save(update_fields=["place", "responsible"])
    return row


def note_placement(*, verification: Verification, episode: Episode) -> None:
    """Note which placement followed; inside the transaction that made it."""
    Verification.objects.filter(pk=verification.pk).update(
        episode=episode, person_id=episode.person_id
    )


@transaction.atomic
def follow_responsibility(*, places: Iterable[str], day: date) -> int:
    """Write on each open verification below these places who answers for it today.

    Return how many moved; a constant number of queries, one where nothing is open.
    """
    inside = Q(pk__in=[])
    for code in places:
        inside |= under(code)
    rows = list(Verification.objects.open().filter(inside).select_related("person"))
    before = {row.pk: row.responsible_id for row in rows}
    _hand_out(rows, day)
    moved = [row for row in rows if row.responsible_id != before[row.pk]]
    update_in(moved, ["responsible"])
    return len(moved)


@transaction.atomic
def reveal_contact(*, verification: Verification, by: User, reason: str = "") -> Revealed:
    """Return ID number and phone of somebody a letter asks about, and write down who looked.

    Village heads and admins see those of their area, cadres those they verify themselves,
    supervisors whoever they give a reason for.
    """
    reason = reason.strip()
    own = by.pk == verification.responsible_id and by.can(Permission.REVEAL_ASSIGNED, verification)
    if not (own or by.can(Permission.REVEAL, verification)):
        if not by.can(Permission.REVEAL_WITH_REASON, verification):
            raise NotDisclosedError(
                _("%(name)s may be shown in full only to the cadres who answer for them.")
                % {"name": verification.name}
            )
        if not reason:
            raise ReasonMissingError(_("Say why you need to see this person in full."))
    record(
        Event.Kind.REVEAL,
        by=by,
        subject=verification.name,
        key=f"verification:{verification.pk}",
        place=verification.place_id,
        reason=reason,
    )
    return Revealed(id_number=verification.id_number, phone=verification.phone)
