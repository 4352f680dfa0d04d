"""Who answers for whom on a day: resolution and the four-tier chain (JY-2j, JY-16c, A-43).

An assignment is *effective* when its cadre is active and at work, or is on leave and covered by
somebody who is. Persons are resolved person > household > building > grid > village at the tier of
the household cadre, the lead before deputies; where nobody is left, the next tier up answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from grid.choices import Tier
from grid.models import Assignment, Person, User
from grid.scope import HasScope

# The holder of an effective assignment is its cadre, or the cover while the cadre is away.
_EFFECTIVE = """
    SELECT a.*, coalesce(cover.id, a.cadre_id) AS holder
    FROM grid_assignment a
    JOIN grid_user cadre ON cadre.id = a.cadre_id AND cadre.is_active
    LEFT JOIN grid_leave away ON away.user_id = a.cadre_id
         AND away.since <= %(day)s AND away.until > %(day)s
    LEFT JOIN grid_user cover ON cover.id = away.cover_id AND cover.is_active
         AND NOT EXISTS (SELECT FROM grid_leave also WHERE also.user_id = cover.id
                         AND also.since <= %(day)s AND also.until > %(day)s)
    WHERE a.since <= %(day)s AND (a.until IS NULL OR a.until > %(day)s)
      AND (away.id IS NULL OR cover.id IS NOT NULL)
"""
_FIRST = "e.lead DESC, e.since, e.id, e.holder"
# A place's own and wider targets, the nearer first; its block ranks between village and township.
# A household cadre answers for nothing wider than a village.
_OF_PLACES = f"""
    SELECT DISTINCT ON (e.code, e.tier) e.code, e.tier, e.holder, e.id FROM (
        SELECT w.code, e.*, length(e.place_id) AS rank
        FROM wanted w
        CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 15, 18]) AS n
        JOIN effective e ON e.place_id = left(w.code, n) AND (e.tier < 4 OR n >= 12)
        WHERE n <= length(w.code)
        UNION ALL
        SELECT w.code, e.*, 10 AS rank
        FROM wanted w
        JOIN grid_blockvillage m ON m.village_id = left(w.code, 12)
        JOIN effective e ON e.block_id = m.block_id AND e.tier < 4) AS e
    ORDER BY e.code, e.tier, e.rank DESC, {_FIRST}
"""  # noqa: S608  our own words only
_RESOLVE = f"""
    WITH effective AS NOT MATERIALIZED ({_EFFECTIVE}),
    home AS MATERIALIZED (
        SELECT p.id, p.household_id, coalesce(h.place_id, p.place_id) AS code
        FROM grid_person p LEFT JOIN grid_household h ON h.id = p.household_id
        WHERE {{persons}}),
    house AS MATERIALIZED (
        SELECT DISTINCT household_id AS id FROM home WHERE household_id IS NOT NULL),
    wanted AS MATERIALIZED (SELECT DISTINCT code FROM home),
    by_person AS (
        SELECT DISTINCT ON (home.id) home.id, e.holder
        FROM home JOIN effective e ON e.person_id = home.id AND e.tier = 4
        ORDER BY home.id, {_FIRST}),
    by_house AS (
        SELECT DISTINCT ON (house.id) house.id, e.holder
        FROM house JOIN effective e ON e.household_id = house.id AND e.tier = 4
        ORDER BY house.id, {_FIRST}),
    of_places AS ({_OF_PLACES}),
    by_place AS (SELECT DISTINCT ON (code) code, holder FROM of_places ORDER BY code, tier DESC)
    SELECT home.id AS person_id,
           coalesce(by_person.holder, by_house.holder, by_place.holder) AS holder
    FROM home
    LEFT JOIN by_person ON by_person.id = home.id
    LEFT JOIN by_house ON by_house.id = home.household_id
    LEFT JOIN by_place ON by_place.code = home.code
"""  # noqa: S608  our own words only
_TIERS = f"""
    WITH effective AS NOT MATERIALIZED ({_EFFECTIVE}),
    wanted AS MATERIALIZED (SELECT DISTINCT unnest(%(codes)s::text[]) AS code)
    {_OF_PLACES}
"""
_NEAR = f"""
    SELECT e.holder, e.id FROM ({_EFFECTIVE}) AS e
    WHERE e.tier = 4 AND (e.person_id = %(person)s OR e.household_id = %(household)s)
    ORDER BY e.person_id IS NULL, {_FIRST} LIMIT 1
"""  # noqa: S608  our own words only


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One of the four tiers above a row; user and assignment are None where nobody answers.

    The user is the assignment's cadre, or who covers for the cadre that day.
    """

    tier: Tier
    user: User | None
    assignment: Assignment | None


def resolve_sql(persons: str) -> str:
    """Return the statement `person_id, holder` for the persons `p` that fit an SQL condition.

    It takes the parameter `day`, and whatever named parameters the condition brings; holder is
    null where no tier has anybody. Upper layers join it to fill their own columns.
    """
    return _RESOLVE.format(persons=persons)


def responsible_for(
    persons: "QuerySet[Person] | Iterable[int]", day: date
) -> dict[int, int | None]:
    """Return person id -> user id of who answers for them on that day; one statement for all."""
    parameters: dict[str, Any]
    if isinstance(persons, QuerySet):
        try:
            condition, parameters = _condition(persons)
        except EmptyResultSet:
            return {}
    else:
        condition, parameters = "p.id = ANY (%(ids)s)", {"ids": list(persons)}
    with connection.cursor() as cursor:
        cursor.execute(resolve_sql(condition), {**parameters, "day": day})
        return dict(cursor.fetchall())


def _condition(persons: "QuerySet[Person]") -> tuple[str, dict[str, Any]]:
    """Return the queryset as a condition with named parameters, beside which `day` can stand."""
    sql, values = persons.order_by().values("pk").query.sql_with_params()
    names = [f"person_{n}" for n in range(len(values))]
    pieces = sql.split("%s")
    named = pieces[0] + "".join(
        f"%({name})s{piece}" for name, piece in zip(names, pieces[1:], strict=True)
    )
    return f"p.id IN ({named})", dict(zip(names, values, strict=True))


def tier_holders(codes: Iterable[str], day: date) -> dict[str, dict[Tier, int]]:
    """Return place code -> tier -> user id of who answers for the place; one statement for all."""
    found: dict[str, dict[Tier, int]] = {code: {} for code in codes}
    for code, tier, holder, _assignment in _of_places(list(found), day):
        found[code][Tier(tier)] = holder
    return found


def _of_places(codes: list[str], day: date) -> list[tuple[str, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_TIERS, {"codes": codes, "day": day})
        rows: list[tuple[str, int, int, int]] = cursor.fetchall()
    return rows


def chain(row: HasScope, day: date) -> list[ChainLink]:
    """Return the four tiers above a row, from its household cadre up to the county leader."""
    place, household, person = row.scope_keys()
    links: dict[int, tuple[int, int]] = {}
    with connection.cursor() as cursor:
        if household is not None:
            cursor.execute("SELECT place_id FROM grid_household WHERE id = %s", [household])
            (place,) = cursor.fetchone() or (place,)
        for _code, tier, holder, assignment in _of_places([place], day):
            links[tier] = holder, assignment
        cursor.execute(_NEAR, {"person": person, "household": household, "day": day})
        if near := cursor.fetchone():
            links[Tier.HOUSEHOLD] = near
    users = User.objects.in_bulk([holder for holder, _assignment in links.values()])
    rows = Assignment.objects.in_bulk([assignment for _holder, assignment in links.values()])
    found = {tier: (users[holder], rows[key]) for tier, (holder, key) in links.items()}
    return [ChainLink(tier, *found.get(tier, (None, None))) for tier in reversed(Tier)]
