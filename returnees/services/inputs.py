"""What a report consists of, as the services take it, and what of it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from grid import identity
from grid.choices import IdType
from grid.errors import Refused
from grid.models import Household, Person
from returnees.choices import Channel, TestResult
from returnees.clock import local_day

# What a report states, by the names of its columns and of the input alike.
STATED = (
    "address",
    "origin_text",
    "departs_at",
    "arrives_at",
    "transport",
    "transport_no",
    "health_code",
    "employer",
    "occupation",
    "health_state",
    "infection_history",
    "declared_true",
    "role",
    "entered_on",
    "quarantine_days",
    "quarantine_proof",
    "irregular_entry",
    "negative_tests",
    "note",
)


class ReportRefusedError(Refused):
    """The report contradicts itself or lies outside the days the portal takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayInput:
    """Where somebody was, until when; `place_code` may be any level, `text` is as written."""

    last_day: date
    first_day: date | None = None
    place_code: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateInput:
    """A test certificate; its age counts from sampling (C-6)."""

    sampled_on: date
    result: str = TestResult.NEGATIVE
    laboratory: str = ""


@dataclass(slots=True, kw_only=True)
class ReportInput:
    """An advance report, about a known person or with what identifies one.

    `arrives_at` is the expected arrival, or the actual one where `arrived` is set. A blank
    `reported_at` is the moment of registration. `contact` is a level of contact (close, general …).
    With `placed_on` nobody travelled: a contact or patient was placed on that day, and the report
    is the record of it (services.placements).
    """

    place_code: str
    arrives_at: datetime
    person: Person | None = None
    name: str = ""
    id_type: str = IdType.ID_CARD
    id_number: str = ""
    phone: str = ""
    sex: str = ""
    birth_date: date | None = None
    household: Household | None = None
    address: str = ""
    origin_code: str | None = None
    origin_text: str = ""
    departs_at: datetime | None = None
    reported_at: datetime | None = None
    transport: str = ""
    transport_no: str = ""
    health_code: str = ""
    employer: str = ""
    occupation: str = ""
    health_state: str = ""
    infection_history: str = ""
    declared_true: bool = False
    role: str = ""
    entered_on: date | None = None
    quarantine_days: int = 0
    quarantine_proof: bool = False
    irregular_entry: bool = False
    negative_tests: int = 0
    stays: tuple[StayInput, ...] = ()
    certificates: tuple[CertificateInput, ...] = ()
    contact: str = ""
    risk_assessment: str = ""
    exposed_on: date | None = None
    placed_on: date | None = None
    patient: str = ""
    patient_anchor: date | None = None
    home_single_room: bool | None = None
    fit_for_centralised: bool | None = None
    channel: str = Channel.CADRE
    batch_key: Any = None
    arrived: bool = False
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> str:
        """The person's name."""
        return self.person.name if self.person else self.name

    @property
    def known(self) -> dict[str, Any]:
        """The facts beyond the report itself, as the planner names them."""
        return {
            "contact": self.contact or None,
            "risk_assessment": self.risk_assessment or None,
            "exposed_on": iso(self.exposed_on),
            "placed_on": iso(self.placed_on),
            "patient": self.patient or None,
            "patient_anchor": iso(self.patient_anchor),
            "home_single_room": self.home_single_room,
            "fit_for_centralised": self.fit_for_centralised,
        }


def iso(day: date | None) -> str | None:
    """Return a day as the facts spell it."""
    return day.isoformat() if day else None


def check_report(report: ReportInput, *, now: datetime) -> None:
    """Refuse a report with the first fault found, in one sentence; ReportRefusedError."""
    _check_person(report)
    _check_journey(report, now)
    check_stays(report.who, report.arrives_at, report.stays)
    if report.entered_on and report.entered_on > local_day(report.arrives_at):
        raise ReportRefusedError(
            _("%(name)s: the entry on %(entry)s lies after the arrival; correct one of the two.")
            % {"name": report.who, "entry": report.entered_on}
        )


def _check_person(report: ReportInput) -> None:
    if report.person is not None:
        return
    if not report.name.strip():
        raise ReportRefusedError(_("The name is missing; give it as on the ID card."))
    number = identity.normalise_id(report.id_number)
    if report.id_type == IdType.ID_CARD and number and not identity.is_valid(number):
        raise ReportRefusedError(
            _("%(name)s: the ID number is not valid; compare it with the card.")
            % {"name": report.name}
        )
    if not number and not report.phone:
        raise ReportRefusedError(
            _("%(name)s: give an ID number or a phone number.") % {"name": report.name}
        )


def _check_journey(report: ReportInput, now: datetime) -> None:
    check_arrival(report.who, report.arrives_at, now=now)
    if report.departs_at and report.departs_at > report.arrives_at:
        raise ReportRefusedError(
            _("%(name)s: the departure lies after the arrival; correct one of the two.")
            % {"name": report.who}
        )
    if report.reported_at and report.reported_at > now:
        raise ReportRefusedError(
            _("%(name)s: the time of the report lies in the future.") % {"name": report.who}
        )
    if report.arrived and report.arrives_at > now:
        raise ReportRefusedError(
            _("%(name)s cannot have arrived in the future; register the return as expected.")
            % {"name": report.who}
        )


def check_arrival(who: str, arrives_at: datetime, *, now: datetime) -> None:
    """Refuse an arrival outside the days in which returns are taken (GRID settings)."""
    today = local_day(now)
    first = today - timedelta(days=settings.GRID["import_days_back"])
    last = today + timedelta(days=settings.GRID["import_days_ahead"])
    day = local_day(arrives_at)
    if not first <= day <= last:
        raise ReportRefusedError(
            _("%(name)s: the arrival on %(day)s is not between %(first)s and %(last)s.")
            % {"name": who, "day": day, "first": first, "last": last}
        )


def check_stays(who: str, arrives_at: datetime, stays: tuple[StayInput, ...]) -> None:
    """Refuse stays that end after the arrival or before they begin."""
    arrival = local_day(arrives_at)
    for stay in stays:
        if stay.last_day > arrival:
            raise ReportRefusedError(
                _("%(name)s: the stay until %(day)s ends after the arrival; correct one of them.")
                % {"name": who, "day": stay.last_day}
            )
        if stay.first_day and stay.first_day > stay.last_day:
            raise ReportRefusedError(
                _("%(name)s: the stay until %(day)s ends before it begins.")
                % {"name": who, "day": stay.last_day}
            )
