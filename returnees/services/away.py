"""The ledger of residents who are away (外出人员台账): where, until when, advised (JY-2c).

It is joined with a risk list before they travel; a report of their return ends the entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import copy_in, update_in
from grid.choices import CODE_LENGTHS, Level
from grid.days import today
from grid.errors import Refused
from grid.models import Person, User
from returnees.away import touched_by
from returnees.choices import OPEN_STATES
from returnees.models import AdvanceReport, Away, Episode

__all__ = [
    "AwayRefusedError",
    "advise_away",
    "end_all",
    "end_away",
    "end_reported",
    "note_all",
    "note_away",
    "reopen",
    "touched_by",
    "update_all",
    "update_away",
]

FIELDS = ("place", "text", "since", "returns_on", "employer", "occupation", "note", "extra")
BY_KEY = ("place_id", "home_id")  # lists know places by their codes
Fields = Mapping[str, Any]
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
YEARS = timedelta(days=3650)  # nobody is looked after who left longer ago, or plans further ahead


class AwayRefusedError(Refused):
    """This entry of the ledger contradicts itself or what is known of the person."""


@transaction.atomic
def note_away(*, person: Person, by: User | None, day: date | None = None, **fields: Any) -> Away:
    """Take a resident into the ledger; one open entry per person.

    `fields` are place, text, since, returns_on, employer, occupation, note, extra. AwayRefusedError
    for somebody in the ledger already, under management here or expected back, for an entry that
    does not say where, and for dates that cannot be.
    """
    (away,) = note_all(entries=[(person, fields)], by=by, day=day)
    return away


@transaction.atomic
def note_all(
    *, entries: Sequence[tuple[Person, Fields]], by: User | None, day: date | None = None
) -> list[Away]:
    """Take many residents into the ledger, all or none; the queries do not grow with them."""
    day = day or today()
    with acting(by=by, why="away"):
        keys = [person.pk for person, _fields in entries]
        # The lock keeps a report of the same person from being registered meanwhile.
        rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        persons = {person.pk: person for person in rows.order_by("pk")}
        _refuse_present(persons)
        _refuse_twice(entries)
        new = []
        for known, fields in entries:
            person = persons[known.pk]
            away = Away(person=person, home_id=person.place_id, noted_by=by, asked_on=day)
            _set(away, fields, day)
            new.append(away)
        return copy_in(new)


def _refuse_present(persons: Mapping[int, Person]) -> None:
    there = Away.objects.open().filter(person__in=persons).values_list("person", flat=True)
    if (key := there.first()) is not None:
        raise AwayRefusedError(
            _("%(name)s is in the ledger already; change that entry.") % {"name": persons[key].name}
        )
    here = Episode.objects.filter(person__in=persons, state__in=OPEN_STATES)
    if (key := here.values_list("person", flat=True).first()) is not None:
        raise AwayRefusedError(
            _("%(name)s has reported the return or is under management here; close that first.")
            % {"name": persons[key].name}
        )


def _refuse_twice(entries: Sequence[tuple[Person, Fields]]) -> None:
    seen: set[int] = set()
    for person, _fields in entries:
        if person.pk in seen:
            raise AwayRefusedError(
                _("%(name)s stands in the list twice; one entry for each person.")
                % {"name": person.name}
            )
        seen.add(person.pk)


@transaction.atomic
def update_away(*, away: Away, by: User | None, day: date | None = None, **fields: Any) -> Away:
    """Change an open entry after asking again; the fields of note_away."""
    (changed,) = update_all(changes={away.pk: fields}, by=by, day=day)
    return changed


@transaction.atomic
def update_all(
    *,
    changes: Mapping[int, Fields],
    by: User | None,
    day: date | None = None,
    why: str = "asked again",
) -> list[Away]:
    """Change many open entries, all or none; the queries do not grow with them."""
    day = day or today()
    with acting(by=by, why=why):
        rows = _all_locked(changes)
        for away in rows:
            _set(away, changes[away.pk], day)
            away.asked_on = day
        update_in(rows, (*FIELDS, "home", "asked_on"))
    return rows


def _set(away: Away, fields: Fields, day: date) -> None:
    for name, value in fields.items():
        if name not in FIELDS and name not in BY_KEY:
            raise TypeError(f"Not a field of the ledger: {name}.")
        setattr(away, name, value)
    name = away.person.name
    if away.place_id is None and not away.text.strip():
        raise AwayRefusedError(_("%(name)s: say where the person is.") % {"name": name})
    at_home = away.place_id and away.home_id[:VILLAGE] == away.place_id[:VILLAGE]
    if at_home and away.place is not None:
        raise AwayRefusedError(
            _("%(name)s lives in %(place)s; who is at home is not away.")
            % {"name": name, "place": away.place.name}
        )
    if away.since and not day - YEARS <= away.since <= day:
        raise AwayRefusedError(
            _("%(name)s: away since %(day)s lies in the future or too far back.")
            % {"name": name, "day": away.since}
        )
    if away.returns_on and not (away.since or day - YEARS) <= away.returns_on <= day + YEARS:
        raise AwayRefusedError(
            _("%(name)s: the return on %(day)s lies before the departure or too far ahead.")
            % {"name": name, "day": away.returns_on}
        )


@transaction.atomic
def end_away(
    *, away: Away, by: User | None, why: str, ended_on: date | None = None, day: date | None = None
) -> Away:
    """End an entry: the person came back without a report, or moved away for good."""
    (ended,) = end_all(ends={away.pk: ended_on or day or today()}, by=by, why=why, day=day)
    return ended


@transaction.atomic
def end_all(
    *, ends: Mapping[int, date], by: User | None, why: str, day: date | None = None
) -> list[Away]:
    """End many entries, each on its day, all or none; the queries do not grow with them."""
    day = day or today()
    with acting(by=by, why=why):
        rows = _all_locked(ends)
        for away in rows:
            ended_on = ends[away.pk]
            if ended_on > day or (away.since and ended_on < away.since):
                raise AwayRefusedError(
                    _("%(name)s: ended on %(day)s lies in the future or before the departure.")
                    % {"name": away.person.name, "day": ended_on}
                )
            away.ended_on = ended_on
        update_in(rows, ["ended_on"])
    return rows


@transaction.atomic
def advise_away(*, away: Away, by: User | None, now: datetime | None = None) -> Away:
    """Note that the person was advised not to come unless necessary (JY-2c), by whom and when."""
    now = now or timezone.now()
    with acting(by=by, why="advised not to come"):
        away = _locked(away)
        away.advised_at, away.advised_by = now, by
        away.asked_on = timezone.localdate(now)
        away.save(update_fields=["advised_at", "advised_by", "asked_on"])
    return away


def _locked(away: Away) -> Away:
    (found,) = _all_locked([away.pk])
    return found


def _all_locked(keys: Iterable[int]) -> list[Away]:
    rows = Away.objects.select_for_update(of=("self",)).select_related("person", "place")
    found = list(rows.filter(pk__in=list(keys)).order_by("pk"))
    for away in found:
        if away.ended_on is not None:
            raise AwayRefusedError(
                _("%(name)s: this entry ended on %(day)s; take the person in anew.")
                % {"name": away.person.name, "day": away.ended_on}
            )
    return found


def end_reported(*, persons: Iterable[int], day: date) -> int:
    """End the open entries of persons who have just reported; each is linked with its report.

    One statement for any number, inside the caller's transaction; return how many there were.
    """
    latest = AdvanceReport.objects.filter(person=OuterRef("person")).order_by("-pk")
    return (
        Away.objects.open()
        .filter(person__one_of=list(persons))
        .update(ended_on=day, report=Subquery(latest.values("pk")[:1]))
    )


def reopen(*, reports: Iterable[int]) -> int:
    """Open the entries again that these reports had ended: the trip is off, the report taken back.

    Whoever was taken into the ledger anew meanwhile keeps the newer entry.
    """
    again = Away.objects.open().filter(person=OuterRef("person"))
    ended = Away.objects.filter(~Exists(again), report__in=list(reports))
    return ended.update(ended_on=None, report=None)
