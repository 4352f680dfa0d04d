"""The ledger of residents who are away (外出人员台账): where, until when, advised (JY-2c).

It is joined with a risk list before they travel; a report of their return ends the entry.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
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
    "end_away",
    "end_reported",
    "note_away",
    "reopen",
    "touched_by",
    "update_away",
]

FIELDS = ("place", "text", "since", "returns_on", "employer", "occupation", "note")
VILLAGE = CODE_LENGTHS[Level.VILLAGE]
YEARS = timedelta(days=3650)  # nobody is looked after who left longer ago, or plans further ahead


class AwayRefusedError(Refused):
    """This entry of the ledger contradicts itself or what is known of the person."""


@transaction.atomic
def note_away(*, person: Person, by: User | None, day: date | None = None, **fields: Any) -> Away:
    """Take a resident into the ledger; one open entry per person.

    `fields` are place, text, since, returns_on, employer, occupation, note. AwayRefusedError for
    somebody in the ledger already, under management here or expected back, for an entry that does
    not say where, and for dates that cannot be.
    """
    day = day or today()
    with acting(by=by, why="away"):
        # The lock keeps a report of the same person from being registered meanwhile.
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        _refuse_present(person)
        away = Away(person=person, home_id=person.place_id, noted_by=by, asked_on=day)
        _set(away, fields, day)
        away.save()
    return away


def _refuse_present(person: Person) -> None:
    if Away.objects.open().filter(person=person).exists():
        raise AwayRefusedError(
            _("%(name)s is in the ledger already; change that entry.") % {"name": person.name}
        )
    if Episode.objects.filter(person=person, state__in=OPEN_STATES).exists():
        raise AwayRefusedError(
            _("%(name)s has reported the return or is under management here; close that first.")
            % {"name": person.name}
        )


@transaction.atomic
def update_away(*, away: Away, by: User | None, day: date | None = None, **fields: Any) -> Away:
    """Change an open entry after asking again; the fields of note_away."""
    day = day or today()
    with acting(by=by, why="asked again"):
        away = _locked(away)
        _set(away, fields, day)
        away.asked_on = day
        away.save()
    return away


def _set(away: Away, fields: dict[str, Any], day: date) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"Not a field of the ledger: {name}.")
        setattr(away, name, value)
    name = away.person.name
    if away.place is None and not away.text.strip():
        raise AwayRefusedError(_("%(name)s: say where the person is.") % {"name": name})
    at_home = away.place_id and away.home_id[:VILLAGE] == away.place_id[:VILLAGE]
    if away.place is not None and at_home:
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
    day = day or today()
    ended_on = ended_on or day
    with acting(by=by, why=why):
        away = _locked(away)
        if ended_on > day or (away.since and ended_on < away.since):
            raise AwayRefusedError(
                _("%(name)s: ended on %(day)s lies in the future or before the departure.")
                % {"name": away.person.name, "day": ended_on}
            )
        away.ended_on = ended_on
        away.save(update_fields=["ended_on"])
    return away


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
    rows = Away.objects.select_for_update(of=("self",)).select_related("person", "place")
    found: Away = rows.get(pk=away.pk)
    if found.ended_on is not None:
        raise AwayRefusedError(
            _("%(name)s: this entry ended on %(day)s; take the person in anew.")
            % {"name": found.person.name, "day": found.ended_on}
        )
    return found


def end_reported(*, persons: Iterable[int], day: date) -> int:
    """End the open entries of persons who have just reported; each is linked with its report.

    One statement for any number, inside the caller's transaction; return how many there were.
    """
    latest = AdvanceReport.objects.filter(person=OuterRef("person")).order_by("-pk")
    return (
        Away.objects.open()
        .filter(person__in=list(persons))
        .update(ended_on=day, report=Subquery(latest.values("pk")[:1]))
    )


def reopen(*, reports: Iterable[int]) -> int:
    """Open the entries again that these reports had ended: the trip is off, the report taken back.

    Whoever was taken into the ledger anew meanwhile keeps the newer entry.
    """
    again = Away.objects.open().filter(person=OuterRef("person"))
    ended = Away.objects.filter(~Exists(again), report__in=list(reports))
    return ended.update(ended_on=None, report=None)
