"""A row of a list and a return in the portal, in the same words: canonical values by field key.

Values are JSON: dates as ISO 8601. A blank (None) says nothing; it never erases what is known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Model

from grid.choices import IdType
from grid.days import at
from grid.imports.results import Row
from grid.models import ImportRow, Person
from returnees.choices import Channel, TestResult
from returnees.clock import local_day
from returnees.models import AdvanceReport, Certificate, Episode
from returnees.services.inputs import CertificateInput, ReportInput, StayInput
from returnees.services.persons import VILLAGE, Key, key_of

Values = dict[str, Any]

# Lists give the day of the return; noon stands for the hour nobody wrote down.
ARRIVAL_HOUR = time(12)
# field of the list: column of the report
COLUMNS = {
    "dest_detail": "address",
    "origin": "origin_text",
    "transport": "transport",
    "transport_no": "transport_no",
    "health_code": "health_code",
    "occupation": "occupation",
    "symptom": "health_state",
    "remark": "note",
}
IDENTITY = ("name", "id_type", "id_number", "phone", "sex", "birth")
PLACED = ("dest_code", "origin_code", "return_date")
NEVER_COMPARED = frozenset(("id_type", "id_number", "sex", "birth", "origin_level"))


def _length(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0) or 0)


LENGTHS = {
    **{key: _length(AdvanceReport, name) for key, name in COLUMNS.items()},
    "name": _length(Person, "name"),
}
PAPERS = (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.PENDING)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows of a batch share: its key, its day, its moment, the places that are loaded."""

    batch: UUID
    as_of: date
    moment: datetime
    places: frozenset[str]

    def loaded(self, code: str | None) -> str | None:
        """Return the code if its place is loaded, else the nearest loaded one above it, or None."""
        while code and code not in self.places:
            code = code[:-2] if len(code) in (4, 6) else code[:-3]
        return code or None


def moment_of(as_of: date, now: datetime) -> datetime:
    """Return the moment at which a list is judged: now, or noon of another day it is judged on."""
    return now if as_of == local_day(now) else at(as_of, ARRIVAL_HOUR)


def values_of(row: Row) -> Values:
    """Return a row's values as JSON, cut to what the portal keeps of each."""
    values: Values = {}
    for key, value in row.values.items():
        if isinstance(value, date):
            value = value.isoformat()
        length = LENGTHS.get(key)
        values[key] = value[:length] if length and isinstance(value, str) else value
    return values


def plain(row: ImportRow) -> Values:
    """Return a row's values without what belongs to its problems."""
    return {key: value for key, value in row.values.items() if key != "_params"}


def key_of_values(values: Mapping[str, Any]) -> Key | None:
    """Return what tells the person of a row, or None when it names none."""
    number, phone = values.get("id_number") or "", values.get("phone") or ""
    if not number and not phone:
        return None
    return key_of(id_number=number, phone=phone, name=values.get("name") or "")


def report_of(values: Mapping[str, Any], frame: Frame) -> ReportInput:
    """Return the report of a row: arrived at noon of a day past, expected on a day to come."""
    day = date.fromisoformat(values["return_date"])
    birth = values.get("birth")
    columns: dict[str, Any] = {name: values.get(key) or "" for key, name in COLUMNS.items()}
    return ReportInput(
        place_code=values["dest_code"],
        arrives_at=at(day, ARRIVAL_HOUR),
        name=values["name"],
        id_type=values.get("id_type") or IdType.NONE,
        id_number=values.get("id_number") or "",
        phone=values.get("phone") or "",
        sex=values.get("sex") or "",
        birth_date=date.fromisoformat(birth) if birth else None,
        origin_code=frame.loaded(values.get("origin_code")),
        reported_at=frame.moment,
        stays=stays_of(values, frame),
        certificates=papers_of(values),
        channel=Channel.IMPORT,
        batch_key=frame.batch,
        arrived=day < frame.as_of,
        extra=extra_of(values),
        **columns,
    )


def stays_of(values: Mapping[str, Any], frame: Frame) -> tuple[StayInput, ...]:
    """Return the stays a row tells of: where the person comes from, and what its history names.

    The day of the return is the last day of each: the list gives no other, and it is the strict
    one.
    """
    day = date.fromisoformat(values["return_date"])
    found: dict[str, StayInput] = {}
    places = [(values.get("origin_code"), values.get("origin") or "")]
    places += [(code, values.get("stay_history") or "") for code in values.get("stays") or ()]
    for code, text in places:
        if code or text:
            stay = StayInput(last_day=day, place_code=frame.loaded(code), text=text[:120])
            found.setdefault(code or text, stay)
    return tuple(found.values())


def papers_of(values: Mapping[str, Any]) -> tuple[CertificateInput, ...]:
    """Return the certificate a row states, if it says when the sample was taken."""
    day, result = values.get("nat_date"), values.get("nat_result")
    if not day or result not in PAPERS:
        return ()
    laboratory = (values.get("nat_org") or "")[:80]
    paper = CertificateInput(
        sampled_on=date.fromisoformat(day), result=result, laboratory=laboratory
    )
    return (paper,)


def extra_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the further columns of a list that have no column of their own in the portal.

    The origin's code stands here as well: its place need not be loaded.
    """
    known = {*IDENTITY, "dest_code", "return_date", *COLUMNS}
    return {key: value for key, value in values.items() if key not in known and value is not None}


def known_values(person: Person, episode: Episode, papers: Iterable[Certificate]) -> Values:
    """Return what the portal knows of a person and a return, as a row would say it."""
    report = episode.report
    values: Values = {
        **report.extra,
        "name": person.name,
        "phone": person.phone,
        "dest_code": episode.place_id[:VILLAGE],
        "return_date": local_day(report.arrives_at).isoformat(),
        **{key: getattr(report, name) for key, name in COLUMNS.items()},
    }
    values.setdefault("origin_code", report.origin_id)
    if "nat_date" not in report.extra:
        latest = max(papers, key=lambda paper: paper.sampled_on, default=None)
        if latest:
            values |= {"nat_date": latest.sampled_on.isoformat(), "nat_result": latest.result}
    return values


def changed(values: Mapping[str, Any], known: Mapping[str, Any]) -> Values:
    """Return the values of a row that differ from what is known; blanks say nothing."""
    return {
        key: value
        for key, value in values.items()
        if value not in (None, "") and key not in NEVER_COMPARED and value != known.get(key)
    }
