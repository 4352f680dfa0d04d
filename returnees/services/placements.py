"""Contacts and discharged patients who made no journey: determined, recorded, placed.

The report is the record of the placement: who decided, on what basis, which exposure, when
(JX57-15b, GZ-6d, JX8-3b). Whoever is expected or under management already is told of the contact
there, as an event.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.audit import acting
from grid.days import at
from grid.errors import Refused
from grid.models import Person, User
from grid.permissions import Permission
from returnees.choices import OPEN_STATES
from returnees.clock import local_day
from returnees.models import Episode
from returnees.services.episodes import update_facts
from returnees.services.inputs import ReportInput, iso
from returnees.services.reports import register_report

RECORD = "placement"  # where the report's extra columns keep the record
HOURS = 24  # within which a contact is determined and tracked (JL-5b)
NOON = time(12)


class PlacementKind(models.TextChoices):
    """As what somebody is placed: a degree of contact, or a patient who was let go."""

    CLOSE = "close", gettext_lazy("Close contact")
    GENERAL = "general", gettext_lazy("General contact")
    SECONDARY = "secondary", gettext_lazy("Contact of a contact")
    TRAJECTORY = "trajectory", gettext_lazy("Crossed the track of a case")
    DISCHARGED = "discharged", gettext_lazy("Discharged patient")
    ASYMPTOMATIC = "asymptomatic_released", gettext_lazy("Asymptomatic case, released")


PATIENTS = (PlacementKind.DISCHARGED, PlacementKind.ASYMPTOMATIC)


class Assessment(models.TextChoices):
    """What the risk assessment of a contact of a contact says (JX8-7d)."""

    PENDING = "pending", gettext_lazy("not made yet")
    ISOLATE = "isolate", gettext_lazy("isolation needed")
    NO_ISOLATION = "no_isolation", gettext_lazy("no isolation needed")


class PlacementRefusedError(Refused):
    """The record of a placement contradicts itself, or lacks what it must say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What is recorded of a contact or a discharged patient.

    `placed_on` is the day the observation begins; for patients it is the discharge, and
    `patient_anchor` the day the criteria for it were met. `case` is the number or name by which the
    case is known; `case_found_at` starts the 24 hours of JL-5b.
    """

    kind: str
    placed_on: date
    decided_by: str
    basis: str
    patient_anchor: date | None = None
    exposed_on: date | None = None
    exposure: str = ""
    case: str = ""
    case_found_at: datetime | None = None
    risk_assessment: str = ""
    home_single_room: bool | None = None
    fit_for_centralised: bool | None = None
    note: str = ""

    @property
    def is_patient(self) -> bool:
        """Whether this is a patient who was let go, not a contact."""
        return self.kind in PATIENTS


@transaction.atomic
def register_placement(
    *,
    person: Person,
    place_code: str,
    placement: Placement,
    by: User | None,
    address: str = "",
    now: datetime | None = None,
) -> Episode:
    """Record a placement and plan it; the person is under management at once.

    Somebody expected or under management already keeps the episode: a contact becomes an event of
    it, planned anew. PlacementRefusedError for what the record lacks or cannot be, and for a
    patient whose episode is still open; further refusals as for register_reports.
    """
    now = now or timezone.now()
    _check(person.name, placement, local_day(now))
    with acting(by=by, why="placement"):
        rows = Episode.objects.filter(person=person, state__in=OPEN_STATES)
        if (managed := rows.select_related("person", "report").first()) is not None:
            _need_sight(managed, by)
            return _told(managed, placement, by=by, now=now)
        return register_report(
            report=_report(person, place_code, placement, address, now=now),
            by=by,
            now=now,
        )


def _need_sight(episode: Episode, by: User | None) -> None:
    """Refuse to change an episode where the user has no hand in it."""
    if by is not None and not by.can(Permission.REGISTER, episode):
        raise PlacementRefusedError(
            _("%(name)s is under management outside your area; tell the county of the contact.")
            % {"name": episode.person.name}
        )


def _check(name: str, placement: Placement, day: date) -> None:
    faults = {
        _("Say as what the person is placed."): placement.kind not in PlacementKind.values,
        _("Say who decided on this placement."): not placement.decided_by.strip(),
        _("Say on what basis this was decided."): not placement.basis.strip(),
        _("The placement lies in the future; record it when it has begun."): (
            placement.placed_on > day
        ),
        _("Give the day on which the discharge criteria were met."): (
            placement.is_patient and placement.patient_anchor is None
        ),
        _("The discharge criteria cannot have been met after the discharge."): (
            placement.patient_anchor is not None and placement.patient_anchor > placement.placed_on
        ),
        _("The exposure lies after the placement; correct one of the two."): (
            placement.exposed_on is not None and placement.exposed_on > placement.placed_on
        ),
        _("Say when and where the contact was exposed to the case."): (
            not placement.is_patient and not (placement.exposed_on and placement.exposure.strip())
        ),
        _("Say what the risk assessment of a contact of a contact is."): (
            placement.kind == PlacementKind.SECONDARY
            and placement.risk_assessment not in Assessment.values
        ),
    }
    for sentence, is_so in faults.items():
        if is_so:
            raise PlacementRefusedError(f"{name}: {sentence}")


def record_of(placement: Placement, now: datetime) -> dict[str, Any]:
    """Return the record as the report keeps it; the moment it was determined is now."""
    found = placement.case_found_at
    return {
        "kind": placement.kind,
        "decided_by": placement.decided_by.strip(),
        "basis": placement.basis.strip(),
        "case": placement.case.strip(),
        "exposed_on": iso(placement.exposed_on),
        "exposure": placement.exposure.strip(),
        "found_at": found.isoformat() if found else None,
        "determined_at": now.isoformat(),
        "placed_on": iso(placement.placed_on),
    }


def _told(episode: Episode, placement: Placement, *, by: User | None, now: datetime) -> Episode:
    """Tell an open episode of a contact; the plan is the strictest of all that is known (C-10)."""
    if placement.is_patient:
        raise PlacementRefusedError(
            _("%(name)s is still expected or under management; close that period first.")
            % {"name": episode.person.name}
        )
    changes: dict[str, Any] = {
        "contact": placement.kind,
        "extra": {**episode.report.extra, RECORD: record_of(placement, now)},
    }
    if placement.risk_assessment and placement.kind == PlacementKind.SECONDARY:
        changes["risk_assessment"] = placement.risk_assessment
    if episode.is_expected:
        changes["exposed_on"] = iso(placement.exposed_on)
    else:
        changes["contact_on"] = max(placement.placed_on, episode.arrives_on)
    for name in ("home_single_room", "fit_for_centralised"):
        if (value := getattr(placement, name)) is not None:
            changes[name] = value
    return update_facts(episode=episode, by=by, why=placement.basis, now=now, **changes)


def _report(
    person: Person,
    place_code: str,
    placement: Placement,
    address: str,
    *,
    now: datetime,
) -> ReportInput:
    secondary = placement.kind == PlacementKind.SECONDARY
    return ReportInput(
        person=person,
        place_code=place_code,
        address=address,
        arrives_at=min(at(placement.placed_on, NOON), now),
        arrived=True,
        placed_on=placement.placed_on,
        contact="" if placement.is_patient else placement.kind,
        risk_assessment=placement.risk_assessment if secondary else "",
        patient=placement.kind if placement.is_patient else "",
        patient_anchor=placement.patient_anchor,
        exposed_on=placement.exposed_on,
        home_single_room=placement.home_single_room,
        fit_for_centralised=placement.fit_for_centralised,
        origin_text=placement.exposure[:120],
        note=placement.note,
        extra={RECORD: record_of(placement, now)},
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a contact took to be determined after its case was found (JL-5b)."""

    hours: float
    in_time: bool = field(default=False)

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Clock | None":
        """Return the clock of a record, or None where nobody said when the case was found."""
        if not record.get("found_at"):
            return None
        determined = datetime.fromisoformat(record["determined_at"])
        taken = determined - datetime.fromisoformat(record["found_at"])
        hours = round(taken / timedelta(hours=1), 1)
        return cls(hours, in_time=taken <= timedelta(hours=HOURS))
