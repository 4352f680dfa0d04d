"""Closed zones: opened and lifted by those who publish (JX8-12a, JX8-12b, JX8-18).

A zone changes plans through a re-screening, which the page starts after the act.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.choices import Level
from grid.days import today
from grid.errors import Refused
from grid.models import Place, User
from returnees.models import ControlZone
from returnees.models.zones import CLEAR_DAYS

AHEAD = timedelta(days=30)  # no decision is made for longer ahead
ONE = timedelta(days=1)


class ZoneRefusedError(Refused):
    """This place cannot be closed, or the zone cannot be changed, like this."""


@transaction.atomic
def open_zone(
    *,
    place: Place,
    since: date,
    last_case_on: date,
    approved_by: str,
    by: User | None,
    reference: str = "",
    note: str = "",
    day: date | None = None,
) -> ControlZone:
    """Close a township, village, grid or building from a day on: in, not out (JX8-12b).

    `approved_by` is the headquarters that decided (JX8-12a). ZoneRefusedError for a wider place, a
    place closed in these days already, dates that cannot be, and a decision nobody approved.
    """
    day = day or today()
    if place.level < Level.TOWNSHIP:
        raise ZoneRefusedError(
            _("%(place)s is too wide: close a township or street, a village or less of it.")
            % {"place": place.name}
        )
    if not approved_by.strip():
        raise ZoneRefusedError(_("Say which headquarters decided to close the place."))
    _check_case(last_case_on, day)
    _check_since(since, last_case_on, day)
    with acting(by=by, why=f"close zone {reference}".strip()):
        # There may be no zone yet that could be locked.
        Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
        _refuse_second(place, since)
        return ControlZone.objects.create(
            place=place,
            since=since,
            last_case_on=last_case_on,
            approved_by=approved_by.strip(),
            reference=reference.strip(),
            note=note.strip(),
            made_by=by,
        )


def _refuse_second(place: Place, since: date) -> None:
    zones = ControlZone.objects.not_over(since).filter(place=place)
    other = zones.order_by("since").first()
    if other is not None:
        raise ZoneRefusedError(
            _("%(place)s is closed already since %(since)s; change that zone instead.")
            % {"place": place.name, "since": other.since}
        )


def _check_since(since: date, last_case_on: date, day: date) -> None:
    if not day - AHEAD <= since <= day + AHEAD:
        raise ZoneRefusedError(
            _("Closed since %(since)s: choose a day within 30 days of today.") % {"since": since}
        )
    if since > last_case_on + CLEAR_DAYS:
        raise ZoneRefusedError(
            _("Fourteen days without a case are over by %(since)s; nothing is left to close.")
            % {"since": since}
        )


def _check_case(last_case_on: date, day: date) -> None:
    if last_case_on > day:
        raise ZoneRefusedError(
            _("The last case on %(day)s lies in the future.") % {"day": last_case_on}
        )


@transaction.atomic
def set_last_case(
    *, zone: ControlZone, last_case_on: date, by: User | None, day: date | None = None
) -> ControlZone:
    """Note a new last case of a closed zone: the earliest day to lift it moves (JX8-18)."""
    day = day or today()
    _check_case(last_case_on, day)
    with acting(by=by, why="last case of the zone"):
        zone = _locked(zone, day)
        zone.last_case_on = last_case_on
        zone.save(update_fields=["last_case_on"])
    return zone


@transaction.atomic
def lift_zone(
    *, zone: ControlZone, until: date, by: User | None, why: str = "", day: date | None = None
) -> ControlZone:
    """Lift a zone; `until` is the first day on which people may go out again.

    Before 14 clear days (JX8-18, A-42: the day after day 14 at the earliest) only with a reason.
    """
    day = day or today()
    with acting(by=by, why=why or "lift zone"):
        zone = _locked(zone, day)
        if until <= zone.since:
            raise ZoneRefusedError(
                _("Closed since %(since)s: it can be lifted from the day after on.")
                % {"since": zone.since}
            )
        if until > day + AHEAD:
            raise ZoneRefusedError(_("Decide on lifting within 30 days of it."))
        earliest = earliest_lifting(zone)
        if until < earliest and not why.strip():
            raise ZoneRefusedError(
                _(
                    "The last case was on %(case)s: fourteen clear days are over on %(earliest)s. "
                    "Give the reason for lifting it earlier."
                )
                % {"case": zone.last_case_on, "earliest": earliest}
            )
        zone.until = until
        zone.note = "；".join(text for text in (zone.note, why.strip()) if text)[:200]
        zone.save(update_fields=["until", "note"])
    return zone


def earliest_lifting(zone: ControlZone) -> date:
    """Return the first day on which the level may be lowered: day 15 after the last case (A-42)."""
    return zone.last_case_on + CLEAR_DAYS + ONE


def _locked(zone: ControlZone, day: date) -> ControlZone:
    rows = ControlZone.objects.select_for_update(of=("self",)).select_related("place")
    found: ControlZone = rows.get(pk=zone.pk)
    if found.until is not None and found.until <= day:
        raise ZoneRefusedError(
            _("%(place)s: this zone was lifted on %(day)s; nothing about it can be changed.")
            % {"place": found.place.name, "day": found.until}
        )
    return found
