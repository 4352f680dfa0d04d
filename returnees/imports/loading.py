"""Everything that is known of the persons of some rows, with a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from grid.batches.hands import imported
from grid.batches.kinds import Frame, Values
from grid.models import Person
from returnees.imports.edits import Past, Version, past_of, versions_of
from returnees.imports.exported import record_key
from returnees.imports.known import KnownBook, suggestion_key
from returnees.imports.values import COLUMNS, key_of_values, moment_in, report_values
from returnees.models import AdvanceReport, Certificate, Episode, Stay
from returnees.services.persons import PersonBook

LIST = "returnees"
OF_STAYS = frozenset(("origin_code", "origin", "stay_history", "stays", "return_date"))
REPORT_COLUMNS = (*COLUMNS.values(), "origin_id", "place_id", "arrives_at", "extra")
PERSON_COLUMNS = ("name", "phone")


def known_book(rows: Sequence[Mapping[str, Any]], frame: Frame, *, lock: bool = False) -> KnownBook:
    """Load what is known of the persons of these rows, locked where asked.

    Locked for writing, it holds the stays of returns whose stays may change as well.
    """
    keys = {key for values in rows if (key := key_of_values(values))}
    book = KnownBook(frame, PersonBook.of(keys, lock=lock))
    book.suggested = _suggested(rows, book, lock=lock)
    book.records = _records(rows, lock=lock)
    _load_returns(book)
    if book.episodes:
        _load_pasts(rows, book, lock=lock)
    return book


def _suggested(
    rows: Iterable[Mapping[str, Any]], book: KnownBook, *, lock: bool
) -> dict[tuple[bytes, str], list[Person]]:
    """Return persons by phone and name, for the rows whose document nobody has."""
    wanted = {
        key for values in rows if book.person(values) is None and (key := suggestion_key(values))
    }
    if not wanted:
        return {}
    phones, names = {phone for phone, _name in wanted}, {name for _phone, name in wanted}
    found: dict[tuple[bytes, str], list[Person]] = {}
    persons = Person.objects.filter(phone_hash__one_of=phones, name__one_of=names)
    for person in _locked(persons, lock=lock):
        found.setdefault((bytes(person.phone_hash), person.name), []).append(person)
    return found


def _records(rows: Iterable[Mapping[str, Any]], *, lock: bool) -> dict[int, Episode]:
    """Return the returns that rows name by their record number."""
    wanted = {key for values in rows if (key := record_key(values.get("record")))}
    if not wanted:
        return {}
    found = {one.pk: one for one in _returns().filter(pk__in=wanted).select_related("person")}
    if lock:
        persons = {one.person_id for one in found.values()}
        held = {one.pk: one for one in _locked(Person.objects.filter(pk__in=persons), lock=True)}
        for one in found.values():
            one.person = held[one.person_id]
    return found


def _locked(rows: "QuerySet[Person]", *, lock: bool) -> "QuerySet[Person]":
    """Return persons in one order, locked for the transaction where asked."""
    return (rows.select_for_update(of=("self",)) if lock else rows).order_by("pk")


def _returns() -> "QuerySet[Episode]":
    return Episode.objects.select_related("report").defer("plan", "facts")


def _load_returns(book: KnownBook) -> None:
    """Give the book the returns of its persons, the latest first, and their certificates."""
    persons = {person.pk: person for person in book.persons.found.values()}
    for suggested in book.suggested.values():
        persons |= {person.pk: person for person in suggested}
    reports = [episode.report_id for episode in book.records.values()]
    if persons:
        episodes = _returns().filter(person__in=persons).order_by("-arrives_on", "-pk")
        for episode in episodes:
            episode.person = persons[episode.person_id]
            book.episodes.setdefault(episode.person_id, []).append(episode)
            reports.append(episode.report_id)
    for episode in book.records.values():
        book.episodes.setdefault(episode.person_id, [episode])
    if reports:
        for paper in Certificate.objects.filter(report__in=reports):
            book.papers.setdefault(paper.report_id, []).append(paper)


def _load_pasts(rows: Sequence[Mapping[str, Any]], book: KnownBook, *, lock: bool) -> None:
    """Load the past of the returns that rows would change, and their stays for writing."""
    wanted: dict[int, Episode] = {}
    moved: set[int] = set()
    asked: dict[tuple[int, str], Episode] = {}
    for values in rows:
        episode = _meant(values, book)
        if episode is None or not episode.is_open:
            continue
        _known, changes = book.compared(values, episode)
        if changes:
            wanted[episode.pk] = episode
            asked[episode.pk, values.get("exported_at") or ""] = episode
        if OF_STAYS & changes.keys():
            moved.add(episode.report_id)
    if lock and moved:
        for stay in Stay.objects.filter(report__in=moved).order_by("pk"):
            book.stays.setdefault(stay.report_id, []).append(stay)
    if wanted and not book.frame.overwrite:
        book.pasts = _pasts(asked, wanted, book.frame)


def _meant(values: Mapping[str, Any], book: KnownBook) -> Episode | None:
    """Return the return a row may be about, whatever there is to ask about it."""
    if key := record_key(values.get("record")):
        return book.records.get(key)
    person = book.person(values) or book.suggestion(values)
    return book.return_of(person, values) if person else None


def _pasts(
    asked: Mapping[tuple[int, str], Episode], wanted: Mapping[int, Episode], frame: Frame
) -> dict[tuple[int, str], Past]:
    def of_report(report: Any) -> Values:
        return report_values(report, frame)

    reports = versions_of(
        AdvanceReport, [e.report_id for e in wanted.values()], REPORT_COLUMNS, of_report
    )
    persons = versions_of(
        Person, [e.person_id for e in wanted.values()], PERSON_COLUMNS, _of_person
    )
    said = imported(LIST, wanted, batch=frame.batch)
    pasts: dict[tuple[int, str], Past] = {}
    for (key, exported), episode in asked.items():
        versions = persons.get(episode.person_id, []), reports.get(episode.report_id, [])
        since = moment_in(exported)
        past = _past(versions, since)
        if since is None:
            past.base |= said.get(key, {})
        pasts[key, exported] = past
    return pasts


def _past(versions: Iterable[Sequence[Version]], since: datetime | None) -> Past:
    found = Past()
    for one in versions:
        past = past_of(one, since=since)
        found.base |= past.base
        found.edits |= past.edits
    return found


def _of_person(person: Any) -> Values:
    return {"name": person.name, "phone": person.phone}
