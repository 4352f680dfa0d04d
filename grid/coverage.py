"""The gaps (JY-2l, 不漏管一户一人): who has nobody, whose cadre cannot act, who has too many."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Left

from grid.choices import CODE_LENGTHS, Level, Tier, Use
from grid.models import Assignment, Household, Leave, Person, User
from grid.models.people import PersonQuerySet
from grid.models.places import HouseholdQuerySet
from grid.models.responsibility import AssignmentQuerySet
from grid.responsibility import resolve_sql
from grid.scope import AFTER_DIGITS, active_on

# No notice names a number of persons per cadre: this is what one can see in a day.
OVERLOAD = 60
# What a household cadre may answer for below the village, the village included.
NEAR_LENGTHS = tuple(CODE_LENGTHS[level] for level in Level if level >= Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class Load:
    """How many persons a cadre answers for."""

    user: User
    persons: int


def effective(day: date) -> AssignmentQuerySet:
    """Return assignments whose cadre, or the cover of a cadre on leave, is active and at work."""
    away = Leave.objects.filter(active_on(day), user=OuterRef("cadre"))
    cover_away = Leave.objects.filter(active_on(day), user=OuterRef("cover"))
    covered = away.filter(~Exists(cover_away), cover__is_active=True)
    return Assignment.objects.active_on(day).filter(
        ~Exists(away) | Exists(covered), cadre__is_active=True
    )


def uncovered_households(*, under: str, day: date) -> HouseholdQuerySet:
    """Return households at or below a place that have no effective household cadre on that day.

    Tenants and shops count like residents (JY-2k).
    """
    return (
        Household.objects.under(under)
        .filter(Q(closed_on=None) | Q(closed_on__gt=day))
        .filter(
            ~Exists(_held(day).filter(household=OuterRef("pk"))),
            ~Exists(_held_around(day, "place_id")),
        )
    )


def uncovered_persons(*, under: str, day: date) -> PersonQuerySet:
    """Return persons at or below a place for whom no household cadre is effective on that day."""
    persons: PersonQuerySet = Person.objects.under(under).annotate(
        home_code=Coalesce("household__place_id", "place_id")
    )
    return persons.filter(
        ~Exists(_held(day).filter(person=OuterRef("pk"))),
        ~Exists(_held(day).filter(household=OuterRef("household"))),
        ~Exists(_held_around(day, "home_code")),
    )


def _held(day: date) -> AssignmentQuerySet:
    return effective(day).filter(tier=Tier.HOUSEHOLD)


def _held_around(day: date, code: str) -> AssignmentQuerySet:
    """Return household cadres of the village, grid or building that the outer code lies in."""
    around = Q(pk__in=[])
    for length in NEAR_LENGTHS:
        around |= Q(place_id=Left(OuterRef(code), length))
    return _held(day).filter(around)


def without_landlord(*, under: str) -> HouseholdQuerySet:
    """Return let dwellings at or below a place nobody is named for (谁出租谁负责, JY-2k)."""
    return Household.objects.under(under).filter(
        use__in=[Use.RENTED, Use.SHOP, Use.DORMITORY], landlord=None, closed_on=None
    )


def inactive_holders(*, under: str, day: date) -> AssignmentQuerySet:
    """Return assignments in force at or below a place whose cadre's account is not active."""
    return (
        Assignment.objects.under(under)
        .active_on(day)
        .filter(cadre__is_active=False)
        .select_related("cadre")
    )


def away_holders(*, under: str, day: date) -> AssignmentQuerySet:
    """Return assignments in force at or below a place whose cadre is on leave that day."""
    away = Leave.objects.filter(active_on(day), user=OuterRef("cadre"))
    return (
        Assignment.objects.under(under).active_on(day).filter(Exists(away)).select_related("cadre")
    )


def overloaded(*, under: str, day: date, limit: int = OVERLOAD) -> list[Load]:
    """Return cadres who answer for more than `limit` persons there, the most loaded first."""
    counted = (
        f"SELECT holder, count(*) FROM ({resolve_sql(_PERSONS_UNDER)}) AS resolved "  # noqa: S608
        "WHERE holder IS NOT NULL GROUP BY holder HAVING count(*) > %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            counted, {"day": day, "limit": limit, "from": under, "to": under + AFTER_DIGITS}
        )
        counts = dict(cursor.fetchall())
    users = User.objects.in_bulk(counts)
    loads = [Load(users[pk], persons) for pk, persons in counts.items()]
    return sorted(loads, key=lambda load: (-load.persons, load.user.pk))


_PERSONS_UNDER = "p.place_id >= %(from)s AND p.place_id < %(to)s"
