"""What the risk list command does: read, draft, publish when nothing is open, tell."""

import gzip
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from grid.errors import Refused
from grid.imports.messages import text as sentence_of
from grid.imports.reading import MAX_BYTES
from grid.imports.results import UnreadableFileError
from grid.imports.sniffing import encoding_of
from grid.models import User
from returnees.choices import Aspect, EntryState, ListState, Touch
from returnees.models import RiskEntry, RiskListVersion
from returnees.risk_lists.changes import AreaChange
from returnees.services.risk_lists import (
    changes_of,
    draft_file,
    draft_text,
    leave_out_open,
    publish_list,
)
from returnees.services.screening import start_screening

GZIP = b"\x1f\x8b"
FIGURES = ("begun", "ended", "raised", "lowered")


class RiskFileRefusedError(Refused):
    """The file or an argument is of no use."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list came to."""

    version: RiskListVersion
    figures: dict[str, int]
    open_lines: list[RiskEntry]
    passed_over: int
    known: bool

    def as_json(self) -> dict[str, Any]:
        """Return the figures, and the open lines with row and text."""
        return {
            "list": self.version.pk,
            "day": self.version.day.isoformat(),
            "state": self.version.state,
            "covers": self.version.covers,
            **self.figures,
            "rows_of_other_days": self.passed_over,
            "known": self.known,
            "open_lines": [
                {"row": one.row, "text": one.text, "mark": one.mark, "choices": one.choices}
                for one in self.open_lines
            ],
        }


def list_content(path: Path) -> bytes:
    """Return the bytes of a list, unpacked when it is gzipped."""
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        with gzip.open(path) as unpacked:
            content = unpacked.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RiskFileRefusedError(
            _("%(file)s is a damaged gzip file; fetch it again.") % {"file": path.name}
        ) from error
    return content


def notice_text(content: bytes) -> str:
    """Return a notice's text whatever its encoding."""
    try:
        return content.decode(encoding_of(content)).removeprefix("\ufeff")
    except UnreadableFileError as error:
        raise RiskFileRefusedError(sentence_of(error.problem)) from error
    except UnicodeDecodeError as error:
        raise RiskFileRefusedError(
            _("The text has no known encoding; save it as UTF-8.")
        ) from error


def aspects_named(text: str) -> list[str] | None:
    """Return the aspects of a comma-separated argument; "none" for a list that is not complete."""
    if not text:
        return None
    named = [] if text == "none" else [one.strip() for one in text.split(",") if one.strip()]
    unknown = [one for one in named if one not in Aspect.values]
    if unknown:
        raise RiskFileRefusedError(
            _("%(what)s is nothing a list can state; choose of: %(known)s, or none.")
            % {"what": ", ".join(unknown), "known": ", ".join(Aspect.values)}
        )
    return named


def import_list(
    *,
    content: bytes,
    is_text: bool,
    day: date,
    source: str,
    covers: Collection[str] | None,
    by: User | None,
    publish: bool,
    leave_out: bool,
) -> Listed:
    """Draft a list, publish it when asked to and nothing is open, look for those it touches."""
    values = {"day": day, "source": source, "covers": covers, "by": by}
    if is_text:
        drafted = draft_text(text=notice_text(content), **values)  # type: ignore[arg-type]
    else:
        drafted = draft_file(content=content, **values)  # type: ignore[arg-type]
    version = drafted.version
    waiting = version.entries.filter(state=EntryState.OPEN)
    if leave_out and version.state == ListState.DRAFT:
        leave_out_open(version=version, by=by)
    open_lines = list(waiting.order_by("row", "pk"))
    if publish and not open_lines and version.state == ListState.DRAFT:
        version = publish_list(version=version, by=by)
    return Listed(
        version=version,
        figures=_figures(version, by),
        open_lines=open_lines,
        passed_over=drafted.reading.passed_over,
        known=drafted.known,
    )


def _figures(version: RiskListVersion, by: User | None) -> dict[str, int]:
    states = list(version.entries.values_list("state", "part"))
    resolved = [part for state, part in states if state == EntryState.RESOLVED]
    touched = _touched(version, by) if version.state == ListState.PUBLISHED else {}
    return {
        "entries": len(states),
        "resolved": len(resolved),
        "parts": sum(1 for part in resolved if part),
        "open": sum(1 for state, _part in states if state == EntryState.OPEN),
        "left_out": sum(1 for state, _part in states if state == EntryState.LEFT_OUT),
        **dict.fromkeys(FIGURES, 0),
        **_counted(changes_of(version)),
        "certain": touched.get(Touch.CERTAIN, 0),
        "possible": touched.get(Touch.POSSIBLE, 0),
    }


def _counted(changes: list[AreaChange]) -> dict[str, int]:
    found = dict.fromkeys(FIGURES, 0)
    for change in changes:
        if not change.was:
            found["begun"] += 1
        elif not change.mark:
            found["ended"] += 1
        else:
            found["raised" if change.raises else "lowered"] += 1
    return found


def _touched(version: RiskListVersion, by: User | None) -> dict[str, int]:
    screening = start_screening(risk_list=version, by=by)
    counts: dict[str, int] = {}
    for touch in screening.items.values_list("touch", flat=True):
        counts[touch] = counts.get(touch, 0) + 1
    return counts
