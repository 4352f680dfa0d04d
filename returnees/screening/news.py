"""What is new about the places somebody stayed in, as events of the planner (A-35)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from policies.pack import Pack
from returnees.choices import LEVELS
from returnees.models import Stay
from returnees.risk import RiskBook
from returnees.services.planning import Journey, with_named_parts

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


def late_news(here: Sequence[tuple[Journey, date, Pack]], day: date) -> list[list[Event]]:
    """Return, for people who arrived before the portal knew of it, what rose since they arrived.

    One query for all; none where everybody arrives today or later.
    """
    earlier = [arrival for _journey, arrival, _pack in here if arrival < day]
    if not earlier:
        return [[] for _one in here]
    places = {stay.place_id for journey, *_rest in here for stay in journey.stays if stay.place_id}
    book = RiskBook.of(places, min(earlier), day)
    found = []
    for journey, arrival, pack in here:
        still = timedelta(days=pack.number("reclass_days"))
        news: list[Event] = []
        for stay in journey.stays:
            fresh = news_of(stay, news, book, after=arrival, until=day, still=still)
            news += [event for event in fresh if event not in news]
        found.append(news)
    return found
