"""What can happen to a plan after arrival: parsed here, applied in `policies.replan`."""

from dataclasses import dataclass
from datetime import date, datetime

from policies.errors import FactsError
from policies.fields import Fields
from policies.pack import CONTACTS, LEVELS, STAY_FLAGS


@dataclass(frozen=True, slots=True)
class AreaRiskChanged:
    """The level of a place in the history changed on a day; `flags` are those newly set on it."""

    day: date
    where: str
    place: str
    to: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class ContactIdentified:
    """The person was found to be a contact on a day."""

    day: date
    where: str
    level: str
    risk_assessment: str


@dataclass(frozen=True, slots=True)
class TestMissingAtEnd:
    """A stage's last day came without its test."""

    __test__ = False
    day: date
    where: str


@dataclass(frozen=True, slots=True)
class Samples:
    """The times at which two samples were taken, the earlier one first."""

    day: date
    where: str
    first: datetime
    second: datetime


KEYS = frozenset(("type", "date", "place", "to", "flags", "level", "risk_assessment", "at"))
Event = AreaRiskChanged | ContactIdentified | TestMissingAtEnd | Samples


def read_events(items: list[Fields]) -> tuple[Event, ...]:
    """Return the events in the order of their dates; FactsError on a type or field unknown."""
    events = [_read(item) for item in items]
    return tuple(sorted(events, key=lambda event: event.day))


def _read(item: Fields) -> Event:
    item.refuse_misspelt(KEYS)
    kind = item.text("type")
    day, where = item.needed_day("date"), item.where
    if kind == "area_risk_changed":
        place = item.text("place")
        if not place:
            raise FactsError(f"{where}.place: is missing; name the place as in the history.")
        flags = frozenset(item.words("flags", STAY_FLAGS))
        return AreaRiskChanged(day, where, place, item.needed_word("to", LEVELS), flags)
    if kind == "contact_identified":
        assessment = item.word("risk_assessment", ("isolate", "no_isolation", "pending"))
        return ContactIdentified(day, where, item.needed_word("level", CONTACTS), assessment)
    if kind == "test_missing_at_end":
        return TestMissingAtEnd(day, where)
    if kind == "samples":
        first, second = sorted(item.moments("at", 2))
        return Samples(day, where, first, second)
    raise FactsError(
        f"{where}.type: is {kind!r}; use one of area_risk_changed, contact_identified, "
        "test_missing_at_end, samples."
    )
