"""Writing rows of returnees: new returns as if registered by hand, changed ones field by field.

What a row replaces is kept as it stood, column by column: that is what taking it back restores.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from grid.batches.kinds import Frame, Judged, Merged, Values
from grid.bulk import update_in
from grid.choices import IdType
from grid.days import at
from grid.models import ImportRow, Person, User
from returnees.clock import local_day
from returnees.imports.known import Subject
from returnees.imports.loading import OF_STAYS
from returnees.imports.values import (
    ARRIVAL_HOUR,
    COLUMNS,
    extra_of,
    papers_of,
    report_of,
    stays_of,
)
from returnees.models import Episode, Stay
from returnees.services.inputs import StayInput
from returnees.services.persons import move, save_persons
from returnees.services.replanning import Change, change_facts
from returnees.services.reports import register_reports

OF_PAPERS = ("nat_date", "nat_result")
OF_PERSON = frozenset(("name", "phone", "dest_code", "id_number"))
DOCUMENT = ("id_type", "id_number", "id_hash", "id_last4_hash", "sex", "birth_date")
PERSON_COLUMNS = ("name", "phone", "place_id", "household_id", "id_type", "id_number", "sex")


def register(
    rows: Sequence[tuple[ImportRow, Values, Judged]], frame: Frame, *, by: User | None
) -> None:
    """Register the returns of these rows, all or none, and give each row its keys."""
    reports = [report_of(values, frame) for _row, values, _judged in rows]
    episodes = register_reports(reports=reports, by=by, now=frame.moment, why="import")
    for (row, _values, _judged), episode in zip(rows, episodes, strict=True):
        row.person_key, row.target_key = episode.person_id, episode.pk


def change(merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
    """Change exactly the fields that differ, all or none, in bulk."""
    _change_persons((one.judged.subject.person, one.changes) for one in merged)
    changes = {
        one.judged.subject.episode.pk: change_of(one.judged, one.changes, frame) for one in merged
    }
    change_facts(changes=changes, by=by, why="import", now=frame.moment)


def change_of(judged: Judged, changes: Mapping[str, Any], frame: Frame) -> Change:
    """Return the change of facts that the changed values of a row come to."""
    after = {**judged.known, **changes}
    report: dict[str, Any] = {
        name: changes[key] or "" for key, name in COLUMNS.items() if key in changes
    }
    if "dest_code" in changes:
        report["place_id"] = changes["dest_code"]
    if "return_date" in changes:
        report["arrives_at"] = at(date.fromisoformat(changes["return_date"]), ARRIVAL_HOUR)
    if "origin_code" in changes:
        report["origin_id"] = frame.loaded(after["origin_code"])
    if (extra := extra_of(after)) != judged.subject.episode.report.extra:
        report["extra"] = extra
    return Change(
        report=report,
        stays=_stays(judged.subject, after, changes, frame) if OF_STAYS & changes.keys() else None,
        certificates=papers_of(after) if set(OF_PAPERS) & changes.keys() else (),
    )


def _stays(
    subject: Subject, after: Values, changes: Mapping[str, Any], frame: Frame
) -> tuple[StayInput, ...]:
    """Return the stays after a change; what somebody has found out about one stays.

    A new day of return moves the stays that ended with the old one.
    """
    day = date.fromisoformat(after["return_date"])
    if subject.stays and not (OF_STAYS - {"return_date"}) & changes.keys():
        return tuple(_kept(stay, subject, day) for stay in subject.stays)
    answered = {stay.text[:40]: stay for stay in subject.stays if stay.asked_on}
    found = []
    for stay in stays_of(after, frame):
        known = answered.get(stay.text[:40])
        if known and (known.place_id or "").startswith(stay.place_code or " "):
            stay = _kept(known, subject, day)
        found.append(stay)
    return tuple(found)


def _kept(stay: Stay, subject: Subject, day: date) -> StayInput:
    episode = subject.episode
    follows = episode is not None and stay.last_day in (
        episode.arrives_on,
        local_day(episode.report.arrives_at),
    )
    last = day if follows else min(stay.last_day, day)
    first = min(stay.first_day, last) if stay.first_day else None
    return StayInput(last_day=last, first_day=first, place_code=stay.place_id, text=stay.text)


def _change_persons(changes: Iterable[tuple[Person, Mapping[str, Any]]]) -> None:
    """Write changed names, phones, documents and villages of known persons."""
    persons, documents = [], []
    for person, values in changes:
        if not OF_PERSON & values.keys():
            continue
        person.name = values.get("name") or person.name
        person.phone = values.get("phone") or person.phone
        if number := values.get("id_number"):
            person.id_number = number
            person.id_type = values.get("id_type") or IdType.ID_CARD
            documents.append(person)
        if village := values.get("dest_code"):
            move(person, village)
        persons.append(person)
    save_persons(persons)
    update_in(documents, DOCUMENT)


def before_of(values: Mapping[str, Any], judged: Judged) -> Values:
    """Return what a row is about to replace, as it stands: columns of person, report, stays.

    `put` and `replaced` say the same in the words of the list.
    """
    subject: Subject = judged.subject
    person = subject.person
    if subject.episode is None:
        # Nothing to keep of somebody nobody knew: whoever takes the row back knows by that.
        return {"person": person_columns(person)} if person else {}
    put = judged.changes
    return {
        "put": dict(put),
        "replaced": {key: judged.known.get(key) for key in put},
        "person": person_columns(person) if OF_PERSON & put.keys() else {},
        "report": _report_columns(subject.episode, put),
        "episode": _episode_columns(subject.episode, put),
        "stays": [_stay(stay) for stay in subject.stays] if OF_STAYS & put.keys() else None,
    }


def person_columns(person: Person | None) -> Values:
    """Return the columns of a person that a list may change."""
    if person is None:
        return {}
    born = person.birth_date.isoformat() if person.birth_date else None
    return {**{name: getattr(person, name) for name in PERSON_COLUMNS}, "birth_date": born}


def _report_columns(episode: Episode, put: Mapping[str, Any]) -> Values:
    report = episode.report
    names = [name for key, name in COLUMNS.items() if key in put]
    names += ["origin_id"] if "origin_code" in put else []
    names += ["place_id"] if "dest_code" in put else []
    columns: Values = {name: getattr(report, name) for name in (*names, "extra")}
    if "return_date" in put:
        columns["arrives_at"] = report.arrives_at.isoformat()
    return columns


def _episode_columns(episode: Episode, put: Mapping[str, Any]) -> Values:
    columns: Values = {}
    if "dest_code" in put:
        columns["place_id"] = episode.place_id
    if "return_date" in put:
        columns["arrives_on"] = episode.arrives_on.isoformat()
        arrived = episode.arrived_at
        columns["arrived_at"] = arrived.isoformat() if arrived else None
    return columns


def _stay(stay: Stay) -> Values:
    return {
        "place_id": stay.place_id,
        "text": stay.text,
        "first_day": stay.first_day.isoformat() if stay.first_day else None,
        "last_day": stay.last_day.isoformat(),
        "asked_on": stay.asked_on.isoformat() if stay.asked_on else None,
        "risk": stay.risk,
        "flags": list(stay.flags),
        "unclear": stay.unclear,
    }
