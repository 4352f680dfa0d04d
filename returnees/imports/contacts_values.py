"""A person of a letter as a row says it and as the portal keeps it; who shares the rows."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from grid.batches.kinds import Frame, Values
from grid.choices import IdType
from grid.days import at
from grid.imports.lists import Context
from grid.models import Person
from returnees.clock import local, local_day
from returnees.imports.people import VILLAGE, day_of
from returnees.models import Verification

NOON = time(12)  # stands for the hour nobody wrote down
# field of the list: column, and how much of it is kept
COLUMNS = {
    "name": ("name", 60),
    "phone": ("phone", 40),
    "address": ("address", 120),
    "relation": ("relation", 10),
    "exposure": ("exposure", 200),
    "case": ("case", 60),
    "letter_from": ("letter_from", 80),
    "letter_no": ("letter_no", 60),
    "remark": ("remark", 200),
}


@dataclass(slots=True)
class Sharer:
    """Shares rows without a village among the villages of a place, one after the other.

    Rows about one person go to one village. Villages of a township share that township's rows.
    """

    villages: Sequence[str]
    given: dict[str, int] = field(default_factory=dict)  # by village: how many it has got
    known: dict[Hashable, str] = field(default_factory=dict)  # by person

    def village_for(self, subject: Hashable, town: str) -> str | None:
        """Return the village with the fewest rows so far, below the town if one is named."""
        if subject in self.known:
            return self.known[subject]
        inside = [code for code in self.villages if code.startswith(town)] or self.villages
        if not inside:
            return None
        chosen = min(inside, key=lambda code: (self.given.get(code, 0), code))
        self.given[chosen] = self.given.get(chosen, 0) + 1
        if subject is not None:
            self.known[subject] = chosen
        return chosen


@dataclass(frozen=True)
class LetterContext(Context):
    """What letters are judged by: also who gets the rows that name no village."""

    sharer: Sharer = field(default_factory=lambda: Sharer(()))


def columns_of(values: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """Return the columns that values come to; blank ones are emptied."""
    columns: dict[str, Any] = {
        column: values[key] or "" for key, (column, _length) in COLUMNS.items() if key in values
    }
    if "exposed_on" in values:
        columns["exposed_on"] = day_of(values["exposed_on"])
    if values.get("received_on"):
        columns["received_at"] = received_of(values, frame)
    if values.get("dest_code"):
        columns["place_id"] = values["dest_code"]
    return columns


def received_of(values: Mapping[str, Any], frame: Frame) -> datetime:
    """Return when a letter came: as it says, at noon where it names no hour, else now."""
    day = day_of(values.get("received_on"))
    if day is None:
        return frame.moment
    if values.get("received_time"):
        return at(day, time.fromisoformat(values["received_time"]))
    return min(at(day, NOON), frame.moment)


def made_of(values: Mapping[str, Any], person: Person | None, frame: Frame) -> Verification:
    """Return a new verification, not yet saved."""
    columns = columns_of(values, frame)
    return Verification(
        **{**columns, "received_at": received_of(values, frame)},
        person=person,
        shared=bool(values.get("shared")),
        id_type=(values.get("id_type") if values.get("id_number") else None) or IdType.NONE,
        id_number=values.get("id_number") or "",
        sex=values.get("sex") or "",
        birth_date=day_of(values.get("birth")),
        batch_key=frame.batch,
    )


def known_values(row: Verification) -> Values:
    """Return a verification as a row would say it."""
    received = local(row.received_at)
    return {
        **{key: getattr(row, column) for key, (column, _length) in COLUMNS.items()},
        "exposed_on": row.exposed_on.isoformat() if row.exposed_on else None,
        "received_on": local_day(row.received_at).isoformat(),
        "received_time": f"{received:%H:%M}",
        "dest_code": row.place_id[:VILLAGE],
    }
