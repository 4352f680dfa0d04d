"""Publishing a risk list: areas begin, move and end with its day, all in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.audit import acting
from grid.errors import Refused
from grid.models import User
from returnees.choices import LEVELS, EntryState, ListState
from returnees.models import RiskArea, RiskListVersion
from returnees.risk_lists.changes import Key, key_of, marks_of, wanted

# One publication at a time; the number is this portal's own among advisory locks.
LOCK = 0x4C495354


class ListNotPublishedError(Refused):
    """The list cannot be published like this."""


@transaction.atomic
def publish_list(*, version: RiskListVersion, by: User | None) -> RiskListVersion:
    """Put a draft in force from its day on: what it names begins, what it covers and omits ends.

    An area that stays as it is keeps its row; another level ends the row and begins a new one, the
    date of the last case going with it (JX57-3a, JX8-18). A row that would end on its first day is
    taken out. Refused while a line is open, or when a list of a later day is in force.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = RiskListVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    _may_be_published(found)
    asked = wanted(found.entries.filter(state=EntryState.RESOLVED))
    aspects = {*found.covers, *(aspect for _place, _part, aspect in asked)}
    _nothing_later(found, aspects)
    with acting(by=by, why="publish risk list", risk_list=found.pk):
        _put_in_force(found, asked, aspects)
        found.state = ListState.PUBLISHED
        found.published_by, found.published_at = by, timezone.now()
        found.save(update_fields=["state", "published_by", "published_at"])
    return found


def _may_be_published(version: RiskListVersion) -> None:
    if version.state != ListState.DRAFT:
        raise ListNotPublishedError(
            _("The list of %(day)s is no draft any more: %(state)s. Draft a new one.")
            % {"day": _day(version.day), "state": version.get_state_display()}
        )
    count = version.entries.filter(state=EntryState.OPEN).count()
    if count:
        raise ListNotPublishedError(
            ngettext(
                "%(count)s line is still to be decided; give it a place or leave it out first.",
                "%(count)s lines are still to be decided; give each a place or leave it out first.",
                count,
            )
            % {"count": count}
        )


def _nothing_later(version: RiskListVersion, aspects: set[str]) -> None:
    """Refuse a list when a later one speaks of the same: lists are published day by day."""
    later = RiskListVersion.objects.published().filter(day__gt=version.day)
    latest = later.filter(covers__overlap=list(aspects)).first()
    day = latest.day if latest else None
    if day is None:
        areas = RiskArea.objects.filter(mark__in=marks_of(aspects), since__gt=version.day)
        day = areas.order_by("-since").values_list("since", flat=True).first()
    if day is not None:
        raise ListNotPublishedError(
            _(
                "What was published for %(later)s is later than this list of %(day)s; a list can "
                "only be published for that day or a later one."
            )
            % {"later": _day(day), "day": _day(version.day)}
        )


def _put_in_force(version: RiskListVersion, asked: Mapping[Key, str], aspects: set[str]) -> None:
    now: dict[Key, list[RiskArea]] = defaultdict(list)
    areas = RiskArea.objects.filter(mark__in=marks_of(aspects))
    # Those that end this very day are not in force, but may go on with another level.
    for area in areas.filter(since__lte=version.day).filter(
        Q(until=None) | Q(until__gte=version.day)
    ):
        now[key_of(area)].append(area)
    covered = set(version.covers)
    keep: list[RiskArea] = []
    end: list[RiskArea] = []
    for key, rows in now.items():
        running = [row for row in rows if row.until is None or row.until > version.day]
        staying = [row for row in running if row.mark == asked.get(key)][:1]
        keep += staying
        if key in asked or key[2] in covered:
            end += [row for row in running if row not in staying]
    kept = {key_of(row) for row in keep}
    cases = {
        key: max(filter(None, (r.last_case_on for r in now[key])), default=None) for key in now
    }
    _end(version, end)
    RiskArea.objects.filter(pk__in=[row.pk for row in keep if row.until]).update(until=None)
    RiskArea.objects.bulk_create(
        RiskArea(
            place_id=key[0],
            part=key[1],
            mark=mark,
            since=version.day,
            opened_by=version,
            source=version.source,
            last_case_on=cases.get(key) if mark in LEVELS else None,
        )
        for key, mark in asked.items()
        if key not in kept
    )


def _end(version: RiskListVersion, rows: Iterable[RiskArea]) -> None:
    """End areas on the day of a list; one that began that very day never was."""
    rows = list(rows)
    fresh = [row.pk for row in rows if row.since == version.day]
    older = [row.pk for row in rows if row.since < version.day]
    RiskArea.objects.filter(pk__in=fresh).delete()
    RiskArea.objects.filter(pk__in=older).update(until=version.day, ended_by=version)


def _day(day: date) -> str:
    return str(date_format(day, "DATE_FORMAT"))
