"""Risk lists: what they change, and what people decide about their lines.

The other acts on lists are re-exported here: drafting (risk_drafts), publishing (risk_publishing)
and proposals to lower an area (risk_lowering).
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.errors import Refused
from grid.models import Place, User
from grid.place_search import labelled
from returnees.choices import EntryState, ListState, Mark
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.risk_lists.changes import (
    AreaChange,
    Key,
    compare,
    in_order,
    marks_of,
    wanted,
)
from returnees.risk_lists.reading import cut
from returnees.services.risk_drafts import (
    BY_HAND,
    draft_file,
    draft_in_force,
    draft_list,
    draft_text,
    part_of,
)
from returnees.services.risk_lowering import may_be_lowered, propose_lowering, set_last_case
from returnees.services.risk_publishing import ListNotPublishedError, publish_list

__all__ = [
    "AreaChange",
    "EntryNotDecidedError",
    "ListNotChangedError",
    "ListNotPublishedError",
    "add_entry",
    "changes_of",
    "decide_entry",
    "discard_list",
    "draft_file",
    "draft_in_force",
    "draft_list",
    "draft_text",
    "in_force",
    "leave_out_open",
    "may_be_lowered",
    "propose_lowering",
    "publish_list",
    "remove_entry",
    "reopen_entry",
    "set_last_case",
]


class ListNotChangedError(Refused):
    """The list is no draft any more."""


class EntryNotDecidedError(Refused):
    """The line cannot be decided like this."""


def in_force(version: RiskListVersion, aspects: set[str]) -> dict[Key, str]:
    """Return what the areas of these aspects state on the day of a list, in one query."""
    rows = RiskArea.objects.in_force(version.day).filter(mark__in=marks_of(aspects))
    return wanted(rows)


def changes_of(version: RiskListVersion) -> list[AreaChange]:
    """Return what a list changes, sorted by place, in at most two queries.

    A draft is compared with what is in force on its day; of a published one the areas it began and
    ended tell, an end and a beginning of the same being one change. A discarded one changes
    nothing.
    """
    if version.state == ListState.PUBLISHED:
        return _written(version)
    if version.state == ListState.DISCARDED:
        return []
    asked = wanted(version.entries.filter(state=EntryState.RESOLVED))
    aspects = {*version.covers, *(aspect for _place, _part, aspect in asked)}
    return compare(in_force(version, aspects), asked, version.covers)


def difference(earlier: RiskListVersion, later: RiskListVersion) -> list[AreaChange]:
    """Return what differs between any two lists by what they name, sorted by place; two queries."""
    before, after = (
        wanted(version.entries.filter(state=EntryState.RESOLVED)) for version in (earlier, later)
    )
    return compare(before, after, {*earlier.covers, *later.covers})


def _written(version: RiskListVersion) -> list[AreaChange]:
    begun = wanted(RiskArea.objects.filter(opened_by=version))
    ended = wanted(RiskArea.objects.filter(ended_by=version))
    return in_order(
        AreaChange(place=key[0], part=key[1], mark=begun.get(key, ""), was=ended.get(key, ""))
        for key in begun.keys() | ended.keys()
    )


@transaction.atomic
def decide_entry(
    *,
    entry: RiskEntry,
    by: User | None,
    place: Place | None = None,
    part: str = "",
    mark: str = "",
    left_out: bool = False,
) -> RiskEntry:
    """Say which place a line names, or that it is left out; the decision stays with the line.

    `mark` is given where the list states no level that could be read.
    """
    _draft(entry.version_id)
    if left_out:
        entry.state, entry.place, entry.part = EntryState.LEFT_OUT, None, ""
    else:
        chosen = _needed(place)
        entry.state, entry.place = EntryState.RESOLVED, chosen
        entry.part = part_of(part_of(part).removeprefix(chosen.name))
        entry.mark = _mark(mark or entry.mark)
    entry.decided_by, entry.decided_at = by, timezone.now()
    with acting(by=by, why="decide line of risk list", risk_list=entry.version_id):
        entry.save(update_fields=["state", "place", "part", "mark", "decided_by", "decided_at"])
    return entry


@transaction.atomic
def leave_out_open(*, version: RiskListVersion, by: User | None) -> int:
    """Leave out every line of a draft that is still open; return how many there were."""
    _draft(version.pk)
    with acting(by=by, why="leave open lines out of risk list", risk_list=version.pk):
        rows = RiskEntry.objects.filter(version=version, state=EntryState.OPEN)
        count: int = rows.update(
            state=EntryState.LEFT_OUT, decided_by=by, decided_at=timezone.now()
        )
    return count


@transaction.atomic
def reopen_entry(*, entry: RiskEntry, by: User | None) -> RiskEntry:
    """Have a line of a draft decided again; the place it had is the first that is offered."""
    _draft(entry.version_id)
    offered = [entry.place_id, *entry.choices] if entry.place_id else entry.choices
    entry.choices = list(dict.fromkeys(offered))
    entry.state, entry.place = EntryState.OPEN, None
    entry.decided_by = entry.decided_at = None
    with acting(by=by, why="reopen line of risk list", risk_list=entry.version_id):
        entry.save(update_fields=["state", "place", "choices", "decided_by", "decided_at"])
    return entry


@transaction.atomic
def add_entry(
    *, version: RiskListVersion, place: Place, mark: str, by: User | None, part: str = ""
) -> RiskEntry:
    """Add a line by hand to a draft."""
    bare = part_of(part)
    entry = RiskEntry(
        version=version,
        row=BY_HAND,
        text=cut(labelled([place])[0].label + bare),
        mark=_mark(mark),
        state=EntryState.RESOLVED,
        place=place,
        part=bare,
        decided_by=by,
        decided_at=timezone.now(),
    )
    _draft(entry.version_id)
    if version.entries.filter(place=place, part=bare, mark=entry.mark).exists():
        raise EntryNotDecidedError(
            _("%(place)s stands in the list as %(mark)s already.")
            % {"place": entry.text, "mark": Mark(entry.mark).label}
        )
    with acting(by=by, why="add line to risk list", risk_list=version.pk):
        entry.save()
    return entry


@transaction.atomic
def remove_entry(*, entry: RiskEntry, by: User | None) -> None:
    """Take a line out of a draft; a line that a list states is left out and stays to be seen."""
    _draft(entry.version_id)
    if entry.row != BY_HAND:
        decide_entry(entry=entry, left_out=True, by=by)
        return
    with acting(by=by, why="remove line from risk list", risk_list=entry.version_id):
        entry.delete()


@transaction.atomic
def discard_list(*, version: RiskListVersion, by: User | None) -> RiskListVersion:
    """Put a draft away; it stays to be seen and changes nothing."""
    found = _draft(version.pk)
    found.state = ListState.DISCARDED
    with acting(by=by, why="discard risk list", risk_list=found.pk):
        found.save(update_fields=["state"])
    return found


def _draft(pk: int) -> RiskListVersion:
    """Return a list, locked; ListNotChangedError unless it is a draft."""
    found: RiskListVersion = RiskListVersion.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.state != ListState.DRAFT:
        raise ListNotChangedError(
            _("This list is no draft any more; draft a new one to change what is in force.")
        )
    return found


def _needed(place: Place | None) -> Place:
    if place is None:
        raise EntryNotDecidedError(_("Choose the place the line names, or leave the line out."))
    return place


def _mark(mark: str) -> str:
    if mark not in Mark.values:
        raise EntryNotDecidedError(_("Choose the level or flag of the line."))
    return mark
