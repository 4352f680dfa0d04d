"""What a list says, as read from a table or a notice's text, before any place is looked up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from grid.errors import Refused
from returnees.choices import Aspect
from returnees.risk_lists.changes import aspect_of
from returnees.risk_lists.words import RiskLine

MOST_LINES = 20_000
LONGEST_TEXT = 300  # of a line as it is kept


class UnreadableListError(Refused):
    """Nothing of a risk list can be read from this."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A count that a notice states of itself: so many areas of a level, in a region or in all."""

    mark: str
    region: str  # code, "" for the whole notice
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The lines of a list, the aspects it speaks of, and what a person should know of it.

    `passed_over` counts rows of other days; `aside` are sentences that name no area; `stated` the
    counts the notice gives of itself.
    """

    lines: list[RiskLine]
    aspects: frozenset[str]
    passed_over: int = 0
    aside: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()
    problems: tuple[str, ...] = field(default=())


def aspects_in(marks: Iterable[str]) -> frozenset[str]:
    """Return the aspects that some marks speak of; lines without a mark say nothing."""
    return frozenset(aspect_of(mark) for mark in marks if mark)


def in_aspect_order(aspects: Iterable[str]) -> list[str]:
    """Return aspects in their usual order."""
    found = set(aspects)
    return [aspect for aspect in Aspect.values if aspect in found]


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text that fits its column, with dots where it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
