"""A row of a list and a return in the portal, in the same words: canonical values by field key.

Values are JSON: dates as ISO 8601. A blank (None) says nothing; it never erases what is known.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model

from grid.batches.kinds import Frame, Values
from grid.choices import IdType
from grid.days import at
from grid.imports.text import clean
from grid.models import Person
from returnees.choices import Channel, TestResult
from returnees.clock import local_day
from returnees.models import AdvanceReport, Certificate, Episode
from returnees.services.inputs import CertificateInput, ReportInput, StayInput
from returnees.services.persons import VILLAGE, Key, key_of

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
# Values that say which return is meant, or when they were true; no fact about the person.
ADDRESS = ("record", "exported_at", "id_masked", "person")
NEVER_COMPARED = frozenset(
    ("id_type", "id_number", "sex", "birth", "origin_level", "seq", "nat_org", *ADDRESS)
)
PAPERS = (TestResult.NEGATIVE, TestResult.POSITIVE, TestResult.PENDING)
LABORATORY = 80
STAY_TEXT = 120
_APART = frozenset((*IDENTITY, *ADDRESS, "dest_code", "return_date", *COLUMNS))


def _length(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0) or 0)


LENGTHS = {
    **{key: _length(AdvanceReport, name) for key, name in COLUMNS.items()},
    "name": _length(Person, "name"),
}
_CUT = tuple(LENGTHS.items())


def plain_values(values: Mapping[str, Any]) -> Values:
    """Return a row's values as JSON, cut to what the portal keeps of each."""
    found = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in values.items()
    }
    for key, length in _CUT:
        text = found.get(key)
        if text is not None and len(text) > length:
            found[key] = text[:length]
    return found


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
        if (code or text) and (code or text) not in found:
            found[code or text] = StayInput(
                last_day=day, place_code=frame.loaded(code), text=text[:STAY_TEXT]
            )
    return tuple(found.values())


def papers_of(values: Mapping[str, Any]) -> tuple[CertificateInput, ...]:
    """Return the certificate a row states, if it says when the sample was taken."""
    pair = paper_of(values)
    if pair is None:
        return ()
    laboratory = (values.get("nat_org") or "")[:LABORATORY]
    sampled = date.fromisoformat(pair[0])
    return (CertificateInput(sampled_on=sampled, result=pair[1], laboratory=laboratory),)


def paper_of(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return day of sampling and result of the certificate a row states, or None."""
    day, result = values.get("nat_date"), values.get("nat_result")
    return (day, result) if day and result in PAPERS else None


def extra_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the further columns of a list that have no column of their own in the portal.

    The origin's code stands here as well: its place need not be loaded.
    """
    return {key: value for key, value in values.items() if value is not None and key not in _APART}


def report_values(report: Any, frame: Frame) -> Values:
    """Return what a report, or a version of it from its history, says as a row would say it."""
    extra = report.extra
    values: Values = {
        **extra,
        "return_date": local_day(report.arrives_at).isoformat(),
        "dest_code": report.place_id[:VILLAGE],
        **{key: getattr(report, name) for key, name in COLUMNS.items()},
    }
    # The list may name a place inside the nearest that is loaded; unless somebody chose another.
    code = extra.get("origin_code")
    if frame.loaded(code) != report.origin_id:
        values["origin_code"] = report.origin_id
    return values


def known_values(
    person: Person, episode: Episode, papers: Iterable[Certificate], frame: Frame
) -> Values:
    """Return what the portal knows of a person and a return, as a row would say it.

    Village and day are those of the episode: of somebody who arrived, as it really was.
    """
    values = report_values(episode.report, frame)
    values["name"], values["phone"] = person.name, person.phone
    values["dest_code"] = episode.place_id[:VILLAGE]
    values["return_date"] = episode.arrives_on.isoformat()
    nat_date, nat_result = latest_paper(values, papers)
    if nat_date:
        values["nat_date"], values["nat_result"] = nat_date, nat_result
    return values


def latest_paper(
    said: Mapping[str, Any], papers: Iterable[Certificate]
) -> tuple[str | None, str | None]:
    """Return day and result of the latest certificate, or of what a list said that is none."""
    latest = max(papers, key=lambda paper: paper.sampled_on, default=None)
    told: str | None = said.get("nat_date")
    if latest is None or (told or "") > latest.sampled_on.isoformat():
        return told, said.get("nat_result")
    return latest.sampled_on.isoformat(), latest.result


def changed(values: Mapping[str, Any], known: Mapping[str, Any]) -> Values:
    """Return the values of a row that differ from what is known; blanks say nothing."""
    found = {
        key: value
        for key, value in values.items()
        if value != known.get(key)
        and value not in _BLANK
        and key not in NEVER_COMPARED
        and not _reads(known.get(key), value)
    }
    if "origin" in found and not known.get("origin") and "origin_code" not in found:
        del found["origin"]  # the same place, chosen there and written here
    return found


def _reads(known: Any, value: Any) -> bool:
    """Say whether what is known reads like this in a list: without breaks and odd blanks."""
    return isinstance(known, str) and clean(known) == value


_BLANK: tuple[Any, ...] = (None, "", [])


def moment_in(text: str | None) -> datetime | None:
    """Return the moment of export that a row carries, or None."""
    return datetime.fromisoformat(text) if text else None
