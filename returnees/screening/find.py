"""Whom a risk list touches: one statement joins its changes with the stays (A-35, JX57-3a)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from grid.models import ancestor_codes
from grid.scope import AFTER_DIGITS
from returnees.choices import LEVELS, EpisodeState
from returnees.models import PolicyVersion, RiskListVersion
from returnees.policies import pack_of
from returnees.risk_lists.changes import AreaChange
from returnees.screening.outlook import Outlook, height, outlook_of, raising
from returnees.services.risk_lists import changes_of

# Those who were let go may have left the area a few days ago; a cancelled trip touches nobody.
COUNTING = (EpisodeState.EXPECTED, EpisodeState.ACTIVE, EpisodeState.RELEASED)

# A change reaches, as a range of codes, what lies in its place, and by equality what its place
# lies in. A part of a place may be anywhere in it: it reaches both ways, and is never certain.
# OFFSET 0 keeps the look-up of the episode a look-up by its key: how many stays lie in a range that
# stands in another row cannot be estimated, and reading every episode would cost far more.
FIND = """
WITH change (n, place, mark, height, certain) AS (
    SELECT n, place COLLATE "C", mark, height, certain
    FROM unnest(%(n)s::int[], %(place)s::text[], %(mark)s::text[], %(height)s::int[],
        %(certain)s::bool[]) AS c (n, place, mark, height, certain)
), reached AS (
    SELECT s.id, s.report_id, s.place_id, s.last_day, s.risk, s.flags, s.asked_on,
        c.n, c.mark, c.height, c.certain
    FROM change c JOIN returnees_stay s
        ON s.place_id >= c.place AND s.place_id < (c.place || %(after)s) COLLATE "C"
    WHERE s.last_day >= %(since)s
    UNION ALL
    SELECT s.id, s.report_id, s.place_id, s.last_day, s.risk, s.flags, s.asked_on,
        c.n, c.mark, c.height, false
    FROM unnest(%(of)s::int[], %(above)s::text[]) AS a (n, place)
    JOIN change c ON c.n = a.n
    JOIN returnees_stay s ON s.place_id = a.place COLLATE "C"
    WHERE s.last_day >= %(since)s
)
SELECT e.id, r.id, r.n, r.certain, r.place_id
FROM reached r CROSS JOIN LATERAL (
    SELECT id, facts FROM returnees_episode
    WHERE report_id = r.report_id AND state = ANY(%(states)s)
        AND %(day)s::date - r.last_day
            <= (%(windows)s::int[])[array_position(%(policies)s::bigint[], policy_id)] OFFSET 0
) e
WHERE (r.certain OR r.asked_on IS NULL OR r.asked_on < %(day)s)
    AND CASE WHEN r.height > 0
        THEN array_position(%(levels)s::text[], r.risk::text) <= r.height
        ELSE r.mark <> ALL(r.flags) END
    AND (NOT e.facts ? 'events' OR NOT EXISTS (
        SELECT FROM jsonb_array_elements(e.facts -> 'events') AS x
        WHERE x ->> 'type' = 'area_risk_changed' AND x ->> 'place' = r.place_id COLLATE "C"
            AND CASE WHEN r.height > 0
                THEN array_position(%(levels)s::text[], x ->> 'to') > r.height
                ELSE x -> 'flags' ? r.mark END))
"""


class Hit(NamedTuple):
    """One stay of one episode that a change reaches; uncertain ones are asked where exactly."""

    episode: int
    stay: int
    certain: bool
    change: AreaChange


def affected(version: RiskListVersion) -> list[Hit]:
    """Return whom a list touches, draft or published; nothing is written.

    A constant number of queries. Somebody counts whose stay ended at most the re-classification
    days of their notice before the list (A-35, 14), who is expected, under management or let go.
    """
    changes = changes_of(version)
    outlook = outlook_of(version, changes)
    return find(raising(changes, outlook), outlook, version.day)


def find(changes: Sequence[AreaChange], outlook: Outlook, day: date) -> list[Hit]:
    """Return the stays that raising changes reach on a day and that know less by now."""
    if not changes:
        return []
    windows = windows_of_versions()
    with connection.cursor() as cursor:
        cursor.execute(FIND, _values(changes, day, windows))
        rows = cursor.fetchall()
    return list(_counting(rows, changes, outlook))


def windows_of_versions() -> dict[int, int]:
    """Return, by policy version, how many days after leaving an area its rise still counts."""
    return {
        version.pk: pack_of(version).number("reclass_days")
        for version in PolicyVersion.objects.all()
    }


def _values(changes: Sequence[AreaChange], day: date, windows: Mapping[int, int]) -> dict[str, Any]:
    numbered = list(enumerate(changes))
    above = [(n, code) for n, change in numbered for code in ancestor_codes(change.place)[:-1]]
    return {
        "n": [n for n, _change in numbered],
        "place": [change.place for change in changes],
        "mark": [change.mark for change in changes],
        "height": [height(change.mark) for change in changes],
        "certain": [not change.part for change in changes],
        "of": [n for n, _code in above],
        "above": [code for _n, code in above],
        "after": AFTER_DIGITS,
        "since": date.fromordinal(day.toordinal() - max(windows.values(), default=0)),
        "policies": list(windows),
        "windows": list(windows.values()),
        "day": day,
        "states": [state.value for state in COUNTING],
        "levels": list(LEVELS),
    }


def _counting(
    rows: Iterable[tuple[Any, ...]],
    changes: Sequence[AreaChange],
    outlook: Outlook,
) -> Iterable[Hit]:
    """Yield the rows where no finer area says otherwise."""
    heights = [height(change.mark) for change in changes]
    now: dict[str, tuple[int, frozenset[str]]] = {}
    for episode, stay, n, certain, place in rows:
        known = now.get(place)
        if known is None:
            level, flags = outlook.at(place)
            known = now[place] = (height(level), flags)
        if certain:
            # JX8-2b: the finest area decides; where it is another one, this one raises nothing.
            if heights[n] and known[0] != heights[n]:
                continue
        elif known[0] >= heights[n] if heights[n] else changes[n].mark in known[1]:
            continue
        yield Hit(episode, stay, certain, changes[n])
