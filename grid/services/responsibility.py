"""包保 begun, ended, handed over and covered: dated facts, never overwritten (JY-2j, JY-16c)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from grid.announce import responsibility_changed
from grid.audit import acting
from grid.choices import Level, Tier
from grid.days import today
from grid.errors import Refused
from grid.models import Assignment, Block, Event, Household, Person, Place, User
from grid.models.responsibility import AssignmentQuerySet
from grid.services.cadres import DatesError, InactiveCadreError, need_active
from grid.services.events import event, key_of
from grid.services.leave import CoverError, end_leave, register_leave

__all__ = [
    "AlreadyAssignedError",
    "CoverError",
    "DatesError",
    "InactiveCadreError",
    "SecondLeadError",
    "TargetClosedError",
    "WrongTierError",
    "assign",
    "end_assignment",
    "end_leave",
    "follow_places",
    "hand_over",
    "register_leave",
]

Target = Place | Block | Household | Person

# What each tier may answer for (四级分包): levels of a place, and whether a block.
PLACES_OF_TIER: dict[Tier, frozenset[int]] = {
    Tier.COUNTY: frozenset({Level.CITY, Level.COUNTY, Level.TOWNSHIP}),
    Tier.BLOCK: frozenset({Level.TOWNSHIP, Level.VILLAGE}),
    Tier.VILLAGE: frozenset({Level.VILLAGE}),
    Tier.HOUSEHOLD: frozenset({Level.VILLAGE, Level.GRID, Level.BUILDING}),
}
TIERS_OF_BLOCK = frozenset({Tier.COUNTY, Tier.BLOCK})


class WrongTierError(Refused):
    """This tier does not answer for such a target."""


class TargetClosedError(Refused):
    """The place or household is no longer in use."""


class SecondLeadError(Refused):
    """Somebody else is the lead already."""


class AlreadyAssignedError(Refused):
    """The cadre answers for this target already."""


@transaction.atomic
def assign(
    *,
    cadre: User,
    target: Target,
    tier: Tier,
    by: User | None,
    since: date | None = None,
    lead: bool = True,
    reason: str = "",
) -> Assignment:
    """Make the cadre answer for the target from `since` (default: today) on.

    One lead at a time per target and tier; deputies as many as needed (A-43).
    """
    since = since or today()
    need_active(cadre)
    _need_fitting(target, tier)
    # Two who assign at once meet here; the second then sees the first one's row.
    type(target).objects.select_for_update(of=("self",), no_key=True).get(pk=target.pk)
    name = _target_name(target)
    _need_free(
        Assignment.objects.filter(Q(until=None) | Q(until__gt=since), tier=tier, **{name: target}),
        cadre=cadre,
        target=target,
        lead=lead,
    )
    assignment = Assignment(
        cadre=cadre,
        tier=tier,
        lead=lead,
        since=since,
        reason=reason,
        at_id=_where(target),
        **{name: target},
    )
    with acting(by=by, why=reason):
        assignment.save()
    responsibility_changed([assignment.at_id])
    return assignment


def _need_fitting(target: Target, tier: Tier) -> None:
    words = {"target": target, "tier": Tier(tier).label}
    closed = target.closed if isinstance(target, Place) else getattr(target, "closed_on", None)
    if closed:
        raise TargetClosedError(_("%(target)s is no longer in use: choose another.") % words)
    if isinstance(target, Place):
        fits = target.level in PLACES_OF_TIER[tier]
    elif isinstance(target, Block):
        fits = tier in TIERS_OF_BLOCK
    else:
        fits = tier == Tier.HOUSEHOLD
    if not fits:
        raise WrongTierError(
            _("%(target)s cannot be given to the tier “%(tier)s”: choose another tier or target.")
            % words
        )


def _need_free(standing: AssignmentQuerySet, *, cadre: User, target: Target, lead: bool) -> None:
    for other in standing.select_related("cadre"):
        if other.cadre == cadre:
            raise AlreadyAssignedError(
                _("%(name)s answers for %(target)s already, since %(day)s.")
                % {"name": cadre, "target": target, "day": other.since}
            )
        if lead and other.lead:
            raise SecondLeadError(
                _(
                    "%(name)s is the lead for %(target)s since %(day)s: "
                    "hand over instead, or add a deputy."
                )
                % {"name": other.cadre, "target": target, "day": other.since}
            )


def _target_name(target: Target) -> str:
    return target._meta.model_name or ""


def _where(target: Target) -> str:
    """Return the code of the place the target lies in."""
    return target.scope_keys()[0]


@transaction.atomic
def end_assignment(
    *, assignment: Assignment, by: User | None, until: date | None = None, reason: str = ""
) -> Assignment:
    """End an assignment; `until` (default: today) is the first day it no longer covers."""
    until = until or today()
    row: Assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if row.until is not None and row.until <= until:
        raise DatesError(_("This assignment has ended already, on %(day)s.") % {"day": row.until})
    if until < row.since:
        raise DatesError(
            _("The assignment began on %(since)s: it cannot end before, on %(until)s.")
            % {"since": row.since, "until": until}
        )
    row.until = until
    with acting(by=by, why=reason):
        row.save(update_fields=["until"])
    responsibility_changed([row.at_id])
    return row


# One target of one tier as something that can be compared and hashed, whatever its kind.
_TARGET = (
    "({0}.tier, coalesce({0}.place_id, ''), coalesce({0}.block_id, 0), "
    "coalesce({0}.household_id, 0), coalesce({0}.person_id, 0))"
)
_SAME = f"{_TARGET.format('other')} = {_TARGET.format('a')}"
# What one cadre hands to another is one row afterwards, whoever held it before as lead or deputy.
_TAKE_OVER = f"""
    INSERT INTO grid_assignment
        (cadre_id, tier, lead, place_id, block_id, household_id, person_id, at_id, since, reason)
    SELECT %(to)s, a.tier, bool_or(a.lead), a.place_id, a.block_id, a.household_id, a.person_id,
           a.at_id, greatest(%(since)s, max(a.since)), %(reason)s
    FROM grid_assignment a
    WHERE a.id = ANY (%(ids)s) AND NOT EXISTS (
        SELECT FROM grid_assignment other
        WHERE other.cadre_id = %(to)s AND other.until IS NULL AND {_SAME})
    GROUP BY a.tier, a.place_id, a.block_id, a.household_id, a.person_id, a.at_id
"""  # noqa: S608  our own words only
_END = """
    UPDATE grid_assignment SET until = greatest(since, %(since)s) WHERE id = ANY (%(ids)s)
"""
# A deputy who is handed the lead of the same target leaves the deputy's place.
_RISE = f"""
    UPDATE grid_assignment other SET until = greatest(other.since, %(since)s)
    FROM grid_assignment a
    WHERE a.id = ANY (%(ids)s) AND a.lead AND other.cadre_id = %(to)s AND other.until IS NULL
      AND NOT other.lead AND {_SAME}
"""  # noqa: S608  our own words only


@transaction.atomic
def hand_over(
    *,
    assignments: AssignmentQuerySet,
    to: User,
    by: User | None,
    since: date | None = None,
    reason: str = "",
) -> int:
    """Hand open assignments to another cadre from `since` (default: today); return how many.

    Thousands of rows take the same few statements; giver and taker each get an event.
    """
    since = since or today()
    need_active(to)
    rows = list(
        Assignment.objects.filter(pk__in=assignments.values("pk"), until=None)
        .exclude(cadre=to)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "cadre_id", "at_id")
    )
    if not rows:
        return 0
    words: dict[str, Any] = {
        "to": to.pk,
        "since": since,
        "reason": reason,
        "ids": [pk for pk, *_rest in rows],
    }
    with acting(by=by, why=reason), connection.cursor() as cursor:
        for statement in (_END, _RISE, _TAKE_OVER):
            cursor.execute(statement, words)
    _note_hand_over(rows, to=to, by=by, reason=reason, since=since)
    responsibility_changed({at for _pk, _cadre, at in rows})
    return len(rows)


def _note_hand_over(
    rows: Sequence[tuple[int, int, str]], *, to: User, by: User | None, reason: str, since: date
) -> None:
    """Write one event for each giver and one for the taker."""
    given: dict[int, list[int]] = {}
    place_of: dict[int, str] = {}
    for pk, cadre, at in rows:
        given.setdefault(cadre, []).append(pk)
        place_of.setdefault(cadre, at)
    givers = User.objects.in_bulk(given)
    common: dict[str, Any] = {"by": by, "reason": reason}
    events = [
        event(
            Event.Kind.HAND_OVER,
            subject=givers[cadre].name,
            key=key_of(givers[cadre]),
            place=place_of[cadre],
            to=to.name,
            count=len(ids),
            since=since.isoformat(),
            **common,
        )
        for cadre, ids in given.items()
    ]
    events.append(
        event(
            Event.Kind.HAND_OVER,
            subject=to.name,
            key=key_of(to),
            place=rows[0][2],
            taken_from=[givers[cadre].name for cadre in given],
            count=len(rows),
            since=since.isoformat(),
            **common,
        )
    )
    Event.objects.bulk_create(events)


def follow_places(model: type[Model], keys: Sequence[int], place: str) -> None:
    """Keep the place of open assignments beside their household or person after a move."""
    field = model._meta.model_name
    Assignment.objects.open().filter(**{f"{field}__in": keys}).update(at=place)
