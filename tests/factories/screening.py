"""Risk lists for tests of the re-screening: drafted line by line, published by the service."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from grid.days import today
from returnees.choices import EntryState, ListState
from returnees.models import RiskEntry, RiskListVersion, Screening
from returnees.services.risk_publishing import publish_list
from returnees.services.screening import start_screening


def a_draft(
    marks: Mapping[str, str] | None = None,
    *,
    day: date | None = None,
    part: str = "",
    covers: tuple[str, ...] = (),
) -> RiskListVersion:
    """Return the draft of a list that gives places a level or flag each; all of them, or a part."""
    version = RiskListVersion.objects.create(
        day=day or today(), state=ListState.DRAFT, covers=list(covers), digest=""
    )
    for row, (place, mark) in enumerate((marks or {}).items(), start=1):
        RiskEntry.objects.create(
            version=version,
            row=row,
            text=f"{place} {part}".strip(),
            mark=mark,
            state=EntryState.RESOLVED,
            place_id=place,
            part=part,
        )
    return version


def published(marks: Mapping[str, str], **more: Any) -> RiskListVersion:
    """Return such a list in force."""
    return publish_list(version=a_draft(marks, **more), by=None)


def screened(marks: Mapping[str, str], **more: Any) -> Screening:
    """Publish such a list and look for everybody it touches."""
    return start_screening(risk_list=published(marks, **more), by=None)
