"""The moments duties are counted from, as they are known for one plan."""

from dataclasses import dataclass
from datetime import date, datetime

from policies.days import local_date
from policies.plan import Plan


@dataclass(frozen=True, slots=True)
class Moments:
    """T_r (report, else registration), T_d, T_a, and the day the portal knew of the person.

    `told_from` is when the policy text became owed: T_r, or the last change of class.
    """

    reported: datetime
    departs: datetime | None
    arrives: datetime | None
    arrival: date | None
    registered_on: date
    told_from: datetime
    replanned: bool


def moments_of(
    plan: Plan,
    reported_at: datetime | None,
    departs_at: datetime | None,
    arrives_at: datetime | None,
    registered_on: date,
    registered_at: datetime,
    replanned_at: datetime | None,
) -> Moments:
    """Return the moments; without a report the registration stands for it."""
    reported = reported_at or registered_at
    return Moments(
        reported=reported,
        departs=departs_at,
        arrives=arrives_at,
        arrival=local_date(arrives_at) if arrives_at else None,
        registered_on=registered_on,
        told_from=replanned_at or reported,
        replanned=replanned_at is not None,
    )
