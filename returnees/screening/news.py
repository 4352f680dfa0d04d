"""What is new about the places somebody stayed in, as events of the planner (A-35)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from returnees.choices import LEVELS
from returnees.models import Stay
from returnees.risk import RiskBook
from returnees.services.planning import with_named_parts

Event = dict[str, Any]
Known = tuple[str, frozenset[str]]  # level, flags
KIND = "area_risk_changed"


def where(stay: Stay) -> str:
    """Return the place of a stay as the facts name it."""
    return stay.place_id or stay.text


def known_of(stay: Stay, events: Iterable[Mapping[str, Any]]) -> Known:
    """Return level and flags known of a stay: those of the plan, raised by what happened since."""
    level, flags = str(stay.risk), set(stay.flags)
    for event in events:
        if event.get("type") == KIND and event.get("place") == where(stay):
            level = max(level, event["to"], key=LEVELS.index)
            flags |= set(event.get("flags", ()))
    return level, frozenset(flags)


def event_of(stay: Stay, known: Known, now: Known, day: date) -> Event | None:
    """Return the event that takes a stay from what is known to what is now; None for no news."""
    level = max(known[0], now[0], key=LEVELS.index)
    new = sorted(now[1] - known[1])
    if level == known[0] and not new:
        return None
    event = {"type": KIND, "date": day.isoformat(), "place": where(stay), "to": level}
    return {**event, "flags": new} if new else event


def news_of(
    stay: Stay,
    events: Iterable[Mapping[str, Any]],
    book: RiskBook,
    *,
    after: date,
    until: date,
    still: timedelta,
) -> list[Event]:
    """Return an event for each day after `after` on which the stay's place was raised.

    Up to `until`, and as long as the stay ended at most `still` before (A-35).
    """
    place = stay.place_id
    if not place:
        return []
    until = min(until, stay.last_day + still)
    days = {
        area.since
        for area in book.areas
        if after < area.since <= until and place.startswith(area.place_id)
    }
    known, found = known_of(stay, events), []
    for day in sorted(days):
        risk = with_named_parts(book.risk(place, day, day), book, stay, day, day)
        now = (risk.level, frozenset(risk.flags))
        if event := event_of(stay, known, now, day):
            found.append(event)
            known = (event["to"], known[1] | now[1])
    return found
