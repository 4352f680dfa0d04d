"""The facts about one person, parsed from plain data and refused with a sentence when wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from policies.days import local_date
from policies.errors import FactsError
from policies.events import Event, read_events
from policies.fields import Fields
from policies.pack import CONTACTS, LEVELS, PATIENTS, ROLES, STAY_FLAGS

CODES = ("green", "yellow", "orange", "red", "none")
KNOWN = frozenset(
    (
        "arrives_at",
        "departs_at",
        "reported_at",
        "placed_on",
        "exposed_on",
        "patient_anchor",
        "overseas",
        "history",
        "health_code",
        "certificate",
        "home_single_room",
        "fit_for_centralised",
        "role",
        "contact",
        "risk_assessment",
        "patient",
        "events",
        "override",
        "zone",
    )
)
OVERSEAS_KEYS = frozenset(
    ("entered_on", "quarantine_days", "quarantine_proof", "irregular", "negative_tests")
)
PLAIN = {level: frozenset((level,)) for level in LEVELS}
STAY_KEYS = frozenset(("place", "last_day", "risk", "flags"))
CERTIFICATE_KEYS = frozenset(("sampled_on", "result"))
ZONE_KEYS = frozenset(("since", "last_day", "place"))
OVERRIDE_KEYS = frozenset(("row", "why", "decided_on"))


@dataclass(frozen=True, slots=True)
class Overseas:
    """An entry into the mainland and what was served and tested at the entry point."""

    entered_on: date
    quarantine_days: int
    quarantine_proof: bool
    irregular: bool
    negative_tests: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay: its place, the last day there, and its tags (highest risk level and flags)."""

    place: str
    last_day: date
    risk: str
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A nucleic-acid test certificate; without a sampling date it is never valid."""

    sampled_on: date | None
    negative: bool


@dataclass(frozen=True, slots=True)
class Override:
    """A row decided by people, with the reason; events up to `decided_on` were known to them."""

    row: str
    why: str
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Zone:
    """The closed zone somebody lives in: closed since, its last closed day, its name."""

    since: date
    last_day: date
    place: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the planner looks at; dates are local, moments are aware."""

    arrives_at: datetime | None
    arrival: date | None
    departs_at: datetime | None
    reported_at: datetime | None
    placed_on: date | None
    exposed_on: date | None
    patient_anchor: date | None
    overseas: Overseas | None
    history: tuple[Stay, ...]
    health_code: str
    certificate: Certificate | None
    home_single_room: bool
    fit_for_centralised: bool
    role: str
    contact: str
    risk_assessment: str
    patient: str
    events: tuple[Event, ...]
    override: Override | None
    zone: Zone | None

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> "Facts":
        """Read facts as they come in JSON; FactsError says which one is wrong and what to give."""
        fields = Fields(data, "facts")
        fields.refuse_misspelt(KNOWN)
        arrives_at = fields.moment("arrives_at")
        events = data.get("events")
        facts = cls(
            arrives_at=arrives_at,
            arrival=None if arrives_at is None else local_date(arrives_at),
            departs_at=fields.moment("departs_at"),
            reported_at=fields.moment("reported_at"),
            placed_on=fields.day("placed_on"),
            exposed_on=fields.day("exposed_on"),
            patient_anchor=fields.day("patient_anchor"),
            overseas=_overseas(fields),
            history=_history(fields),
            health_code=fields.word("health_code", CODES),
            certificate=_certificate(fields),
            home_single_room=fields.flag("home_single_room", default=True),
            fit_for_centralised=fields.flag("fit_for_centralised", default=True),
            role=fields.word("role", ROLES) if data.get("role") else "",
            contact=fields.word("contact", CONTACTS),
            risk_assessment=fields.word("risk_assessment", ("isolate", "no_isolation", "pending")),
            patient=fields.word("patient", PATIENTS),
            events=read_events(fields.items("events")) if events else (),
            override=_override(fields) if data.get("override") else None,
            zone=_zone(fields) if data.get("zone") else None,
        )
        _refuse_contradictions(facts)
        return facts


def _overseas(fields: Fields) -> Overseas | None:
    part = fields.part("overseas")
    if part is None:
        return None
    part.refuse_misspelt(OVERSEAS_KEYS)
    return Overseas(
        entered_on=part.needed_day("entered_on"),
        quarantine_days=part.count("quarantine_days"),
        quarantine_proof=part.flag("quarantine_proof", default=False),
        irregular=part.flag("irregular", default=False),
        negative_tests=part.count("negative_tests"),
    )


def _history(fields: Fields) -> tuple[Stay, ...]:
    stays = []
    for item in fields.items("history"):
        item.refuse_misspelt(STAY_KEYS)
        risk = item.needed_word("risk", LEVELS)
        flags = item.words("flags", STAY_FLAGS)
        tags = PLAIN[risk] if not flags else frozenset((risk, *flags))
        stays.append(Stay(item.text("place"), item.needed_day("last_day"), risk, tags))
    return tuple(stays)


def _certificate(fields: Fields) -> Certificate | None:
    part = fields.part("certificate")
    if part is None:
        return None
    part.refuse_misspelt(CERTIFICATE_KEYS)
    return Certificate(part.day("sampled_on"), part.text("result") == "negative")


def _override(fields: Fields) -> Override | None:
    part = fields.part("override")
    if part is None:
        return None
    part.refuse_misspelt(OVERRIDE_KEYS)
    return Override(part.needed_text("row"), part.needed_text("why"), part.day("decided_on"))


def _zone(fields: Fields) -> Zone | None:
    part = fields.part("zone")
    if part is None:
        return None
    part.refuse_misspelt(ZONE_KEYS)
    zone = Zone(part.needed_day("since"), part.needed_day("last_day"), part.text("place"))
    if zone.last_day < zone.since:
        raise FactsError(
            f"facts.zone.last_day: {zone.last_day} lies before facts.zone.since {zone.since}; "
            "correct one of the two."
        )
    return zone


def _refuse_contradictions(facts: Facts) -> None:
    if facts.patient and facts.patient_anchor is None:
        raise FactsError(
            "facts.patient_anchor: is missing; give the date the discharge criteria were met."
        )
    if facts.arrival is None:
        if facts.contact and facts.placed_on is None:
            raise FactsError(
                "facts.placed_on: is missing; give it for a contact who does not arrive."
            )
        if not facts.contact and not facts.patient:
            raise FactsError("facts.arrives_at: is missing; give the time of arrival.")
    else:
        _refuse_after_arrival(facts, facts.arrival)
    _refuse_late_exposure(facts)
    if facts.events:
        _refuse_early_events(facts)


def _refuse_late_exposure(facts: Facts) -> None:
    exposed, placed = facts.exposed_on, facts.placed_on
    if exposed and placed and exposed > placed:
        raise FactsError(
            f"facts.exposed_on: {exposed} lies after facts.placed_on {placed}; "
            "correct one of the two."
        )


def _refuse_early_events(facts: Facts) -> None:
    anchors = (facts.arrival, facts.placed_on, facts.patient_anchor)
    first = min(day for day in anchors if day is not None)
    for event in facts.events:
        if event.day < first:
            raise FactsError(
                f"{event.where}.date: {event.day} lies before {first}, the first day of the "
                "plan; put what was known by then into the other facts."
            )


def _refuse_after_arrival(facts: Facts, arrival: date) -> None:
    for index, stay in enumerate(facts.history):
        if stay.last_day > arrival:
            raise FactsError(
                f"facts.history[{index}].last_day: {stay.last_day} lies after the arrival on "
                f"{arrival}; correct one of the two."
            )
    if facts.overseas and facts.overseas.entered_on > arrival:
        raise FactsError(
            f"facts.overseas.entered_on: {facts.overseas.entered_on} lies after the arrival on "
            f"{arrival}; correct one of the two."
        )
    if facts.departs_at and facts.arrives_at and facts.departs_at > facts.arrives_at:
        raise FactsError("facts.departs_at: lies after facts.arrives_at; correct one of the two.")
