"""Risk lists: drafting, deciding what is in doubt, publishing."""

from returnees.choices import EntryState, ListState
from returnees.models import RiskArea, RiskListVersion
from returnees.risk_lists.changes import (
    AreaChange,
    Key,
    compare,
    in_order,
    key_of,
    marks_of,
    wanted,
)


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


def _written(version: RiskListVersion) -> list[AreaChange]:
    begun = wanted(RiskArea.objects.filter(opened_by=version))
    ended = wanted(RiskArea.objects.filter(ended_by=version))
    return in_order(
        AreaChange(place=key[0], part=key[1], mark=begun.get(key, ""), was=ended.get(key, ""))
        for key in begun.keys() | ended.keys()
    )


__all__ = ["AreaChange", "changes_of", "in_force", "key_of"]
