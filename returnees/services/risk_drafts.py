"""Drafting a risk list: from a file, from a notice's text, or from what is in force."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from grid.audit import acting
from grid.models import User
from grid.place_search import labelled
from returnees.choices import Aspect, EntryState, ListState
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.risk_lists.changes import marks_of
from returnees.risk_lists.inside import Found
from returnees.risk_lists.notice import read_notice
from returnees.risk_lists.reading import Reading, aspects_in, cut, in_aspect_order
from returnees.risk_lists.regions import Regions
from returnees.risk_lists.table import read_table
from returnees.risk_lists.words import RiskLine, tidy
from returnees.services.risk_places import find_places, load_regions

BY_HAND = 0  # the row of a line that no list states
_LONGEST_PART, _LONGEST_SOURCE = 200, 200
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Drafted:
    """A list as drafted, and what its reading told. `known`: the same was there already."""

    version: RiskListVersion
    reading: Reading
    known: bool


@transaction.atomic
def draft_list(
    *,
    day: date,
    lines: Sequence[RiskLine],
    source: str,
    by: User | None,
    text: str = "",
    covers: Collection[str] | None = None,
    regions: Regions | None = None,
) -> RiskListVersion:
    """Draft the list of a day: every line becomes an entry, whether its place is known or not.

    `covers` are the aspects it states in full, those of its lines unless given. The same list
    again returns the draft, or the list in force, that there is. What a person decided about the
    same words in an earlier list holds again, and is told as theirs.
    """
    full = in_aspect_order(aspects_in(line.mark for line in lines) if covers is None else covers)
    digest = _digest(day, full, ((line.mark, line.text) for line in lines))
    known = _same(day, full, digest)
    if known:
        return known
    found = find_places(lines, regions or load_regions())
    version = RiskListVersion(
        day=day,
        covers=full,
        source=cut(source, _LONGEST_SOURCE),
        text=text,
        digest=digest,
        made_by=by,
    )
    entries = [_entry(version, line, at) for line, at in zip(lines, found, strict=True)]
    _as_before(entries)
    with acting(by=by, why="draft risk list"):
        version.save()
        RiskEntry.objects.bulk_create(entries, batch_size=_BATCH)
    return version


def draft_file(
    *,
    content: bytes,
    day: date,
    source: str,
    by: User | None,
    covers: Collection[str] | None = None,
) -> Drafted:
    """Draft the list of a day from a table (CSV, XLSX); UnreadableListError says what to do."""
    return _drafted(read_table(content, day), day=day, source=source, by=by, covers=covers)


def draft_text(
    *, text: str, day: date, source: str, by: User | None, covers: Collection[str] | None = None
) -> Drafted:
    """Draft the list of a day from a notice's text as published."""
    regions = load_regions()
    reading = read_notice(text, regions)
    return _drafted(
        reading, day=day, source=source, by=by, covers=covers, text=text, regions=regions
    )


def _drafted(
    reading: Reading,
    *,
    day: date,
    source: str,
    by: User | None,
    covers: Collection[str] | None,
    text: str = "",
    regions: Regions | None = None,
) -> Drafted:
    latest = RiskListVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    version = draft_list(
        day=day,
        lines=reading.lines,
        source=source,
        by=by,
        text=text,
        covers=reading.aspects if covers is None else covers,
        regions=regions,
    )
    return Drafted(version=version, reading=reading, known=version.pk <= latest)


@transaction.atomic
def draft_in_force(
    *, day: date, source: str, by: User | None, aspects: Collection[str] | None = None
) -> RiskListVersion:
    """Draft a list that says what is in force on a day, to be changed line by line.

    It states in full every aspect, or those given.
    """
    covers = in_aspect_order(Aspect.values if aspects is None else aspects)
    areas = RiskArea.objects.in_force(day).filter(mark__in=marks_of(covers))
    rows = list(areas.select_related("place").order_by("place", "part", "mark"))
    places = list({row.place_id: row.place for row in rows}.values())
    labels = {found.code: found.label for found in labelled(places)} if places else {}
    version = RiskListVersion(
        day=day, covers=covers, source=cut(source, _LONGEST_SOURCE), made_by=by, digest=""
    )
    with acting(by=by, why="draft risk list"):
        version.save()
        RiskEntry.objects.bulk_create(
            (
                RiskEntry(
                    version=version,
                    row=BY_HAND,
                    text=cut(labels[row.place_id] + row.part),
                    mark=row.mark,
                    state=EntryState.RESOLVED,
                    place=row.place,
                    part=row.part,
                )
                for row in rows
            ),
            batch_size=_BATCH,
        )
    return version


def part_of(text: str) -> str:
    """Return a part's name as it is kept: the same words give the same part whatever their marks.

    One too long for its column keeps its beginning and a digest, so that two stay two.
    """
    bare = tidy(text)
    if len(bare) <= _LONGEST_PART:
        return bare
    mark = hashlib.sha256(bare.encode()).hexdigest()[:8]
    return f"{bare[: _LONGEST_PART - 9]}…{mark}"


def _entry(version: RiskListVersion, line: RiskLine, found: Found) -> RiskEntry:
    return RiskEntry(
        version=version,
        row=line.row,
        text=cut(line.text),
        mark=line.mark,
        state=EntryState.OPEN if found.open else EntryState.RESOLVED,
        place_id=None if found.open else found.place,
        part=part_of(found.part),
        choices=list(found.choices),
    )


def _as_before(entries: Iterable[RiskEntry]) -> None:
    """Give open lines what a person decided about the same words in a published list before."""
    waiting = {
        (entry.text, entry.mark): entry for entry in entries if entry.state == EntryState.OPEN
    }
    if not waiting:
        return
    decided = RiskEntry.objects.filter(
        text__in={text for text, _mark in waiting},
        version__state=ListState.PUBLISHED,
        decided_at__isnull=False,
    )
    before = {(one.text, one.mark): one for one in decided.order_by("decided_at", "pk")}
    for entry in entries:
        found = before.get((entry.text, entry.mark))
        if entry.state == EntryState.OPEN and found:
            entry.state, entry.place_id, entry.part = found.state, found.place_id, found.part
            entry.decided_by_id, entry.decided_at = found.decided_by_id, found.decided_at


def _same(day: date, full: list[str], digest: str) -> RiskListVersion | None:
    """Return the same list where it is in force and nothing came after it, or its draft."""
    lists = RiskListVersion.objects.filter(day=day, digest=digest)
    published: RiskListVersion | None = lists.published().first()
    if published is not None:
        later = RiskListVersion.objects.published().filter(
            day=day, published_at__gt=published.published_at
        )
        # A list that states nothing in full may have moved anything.
        touching = Q(covers__overlap=full) | Q(covers__len=0) if full else Q()
        if not later.filter(touching).exists():
            return published
    draft: RiskListVersion | None = lists.drafts().first()
    return draft


def _digest(day: date, covers: Iterable[str], lines: Iterable[tuple[str, str]]) -> str:
    content = "\n".join([day.isoformat(), *covers, *sorted(f"{m}\t{text}" for m, text in lines)])
    return hashlib.sha256(content.encode()).hexdigest()
