"""One duty span: a duty, its days, its rhythm, when it is due and what closes it."""

from dataclasses import dataclass
from datetime import date, datetime, time

# The last day of a span whose end is not known yet (a hold, a missing test).
OPEN = date.max


@dataclass(frozen=True, slots=True)
class Span:
    """A row the day's work is derived from.

    `every` counts days from `first`; `due_time` None means 24:00; `due_at` is set for a one-off
    duty (then first = last = the day it comes up); `missable` duties are missed at 24:00, others
    become overdue; `late` says that the duty came up when it was already too late to be in time.
    """

    duty: str
    first: date
    last: date
    every: int
    due_time: time | None
    due_at: datetime | None
    occasion: str
    missable: bool
    clause: str
    evidence: str
    late: bool = False
