"""What the pages of contacts to verify show beyond the rows: earlier letters, known returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from grid.areas import short_name, within
from grid.models import User
from returnees.choices import Relation, VerificationState
from returnees.models import Episode, Verification
from returnees.models.verifications import HALF_A_YEAR, VerificationQuerySet
from returnees.person_page import persons_for
from returnees.services.placements import PlacementKind

# How a letter's word for a contact is placed; the others are for people to decide.
PLACED_AS = {
    Relation.CLOSE: PlacementKind.CLOSE,
    Relation.SECONDARY: PlacementKind.SECONDARY,
    Relation.GENERAL: PlacementKind.GENERAL,
    Relation.SPACETIME: PlacementKind.TRAJECTORY,
}


def narrowed(
    rows: VerificationQuerySet, chosen: Mapping[str, Any], user: User, now: datetime
) -> VerificationQuerySet:
    """Return the contacts that the filter asks for; what could not be read narrows nothing."""
    rows = rows.matching(chosen.get("q") or "")
    if code := chosen.get("place"):
        rows = rows.filter(within(code))
    if relation := chosen.get("relation"):
        rows = rows.filter(relation=relation)
    show = chosen.get("show") or "open"
    if show == "mine":
        return rows.open().filter(responsible=user)
    if show == "overdue":
        return rows.overdue(now)
    if show == "done":
        return rows.answered()
    return rows if show == "all" else rows.open()


@dataclass(frozen=True, slots=True)
class Figures:
    """How many contacts of an area are open, overdue, the user's own."""

    open: int
    overdue: int
    mine: int


def figures_for(user: User, now: datetime) -> Figures:
    """Count the open contacts of the user's scope; one query."""
    rows = Verification.objects.open().visible_to(user)
    counts = rows.aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        mine=Count("pk", filter=Q(responsible=user)),
    )
    return Figures(**counts)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier letter about the same person; `verification` only where the user may open it."""

    verification: Verification | None
    asked_at: datetime
    letter_from: str
    outcome: str
    where: str


@dataclass(frozen=True, slots=True)
class Known:
    """A return of the same person; `person` only where the user may open the file."""

    state: str
    person: int | None
    where: str


def earlier_of(one: Verification, user: User) -> list[Earlier]:
    """Return earlier letters about the same person within half a year, the latest first.

    Their outcome is told wherever they were; two queries.
    """
    rows = Verification.objects.exclude(pk=one.pk).filter(
        _same_person(one),
        received_at__gte=one.received_at - HALF_A_YEAR,
        received_at__lte=one.received_at,
    )
    found = list(rows.select_related("place").order_by("-received_at", "-pk")[:20])
    keys = [row.pk for row in found]
    mine = set(
        Verification.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)
    )
    return [
        Earlier(
            verification=row if row.pk in mine else None,
            asked_at=row.received_at,
            letter_from=row.letter_from,
            outcome=row.get_state_display(),
            where=short_name(row.place.name) if row.pk in mine else "",
        )
        for row in found
    ]


def known_returns(one: Verification, user: User) -> list[Known]:
    """Return the management periods of the same person, those elsewhere without a file."""
    if one.id_hash:
        whose = Q(person__id_hash=one.id_hash)
    else:
        whose = Q(person__phone_hash=one.phone_hash, person__name=one.name)
    if one.person_id:
        whose |= Q(person=one.person_id)
    rows = Episode.objects.filter(whose).select_related("place").order_by("-arrives_on", "-pk")
    found = list(rows[:5])
    mine = set(
        Episode.objects.visible_to(user)
        .filter(pk__in=[row.pk for row in found])
        .values_list("pk", flat=True)
    )
    return [
        Known(
            state=row.get_state_display(),
            person=row.person_id if row.pk in mine else None,
            where=short_name(row.place.name) if row.pk in mine else "",
        )
        for row in found
    ]


def _same_person(one: Verification) -> Q:
    if one.id_hash:
        return Q(id_hash=one.id_hash)
    return Q(id_hash=None, phone_hash=one.phone_hash, name=one.name)


def with_earlier(rows: Sequence[Verification]) -> Sequence[Verification]:
    """Give each row `asked_before`: whether a letter asked about the person earlier; one query."""
    digests = [row.id_hash for row in rows if row.id_hash]
    since = min((row.received_at for row in rows), default=timezone.now()) - HALF_A_YEAR
    found: dict[bytes, list[datetime]] = {}
    known = Verification.objects.filter(id_hash__in=digests, received_at__gte=since)
    for digest, received in known.values_list("id_hash", "received_at"):
        found.setdefault(bytes(digest), []).append(received)
    for row in rows:
        moments = found.get(bytes(row.id_hash), []) if row.id_hash else []
        row.asked_before = any(  # type: ignore[attr-defined]
            row.received_at - HALF_A_YEAR <= at < row.received_at for at in moments
        )
    return rows


def can_open(one: Verification, user: User) -> bool:
    """Say whether the user may open the file of the person found."""
    return bool(one.person_id) and persons_for(user).filter(pk=one.person_id).exists()


def placement_first(one: Verification) -> dict[str, Any]:
    """Return what the form of a placement begins with, for somebody who was found here."""
    day = timezone.localdate(one.received_at)
    basis = " ".join(text for text in (one.letter_from, one.letter_no, f"{day}") if text)
    kind = PLACED_AS.get(Relation(one.relation)) if one.relation else None
    return {
        "kind": kind,
        "address": one.address,
        "case": one.case,
        "exposed_on": one.exposed_on,
        "exposure": one.exposure[:120],
        "decided_by": one.letter_from[:60],
        "basis": basis[:200],
        "note": one.remark,
    }


def placeable(user: User, key: str) -> Verification | None:
    """Return the contact that an address names, found here and not yet placed; else None."""
    rows = Verification.objects.visible_to(user).filter(state=VerificationState.HERE, episode=None)
    return rows.filter(pk=key).first() if key.isdigit() else None
