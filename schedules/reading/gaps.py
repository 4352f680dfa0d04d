"""How many households and persons have no household cadre, by village: two counts, one statement.

The rule is that of grid.coverage, whose rows the figures lead to; a test holds the two together.
Written as SQL because building that rule from expressions costs more than running it.
"""

from datetime import date

from django.db import connection

from grid.choices import CODE_LENGTHS, Level, Tier
from grid.scope import AFTER_DIGITS

# Household cadres at work on the day, or covered by somebody at work, by target.
GAPS = """
WITH held AS MATERIALIZED (
    SELECT a.place_id, a.household_id, a.person_id
    FROM grid_assignment a
    JOIN grid_user cadre ON cadre.id = a.cadre_id AND cadre.is_active
    LEFT JOIN grid_leave away ON away.user_id = a.cadre_id
        AND away.since <= %(day)s AND away.until > %(day)s
    LEFT JOIN grid_user cover ON cover.id = away.cover_id AND cover.is_active
        AND NOT EXISTS (
            SELECT FROM grid_leave also
            WHERE also.user_id = cover.id AND also.since <= %(day)s AND also.until > %(day)s
        )
    WHERE a.tier = %(tier)s AND a.at_id >= %(around)s AND a.at_id < %(around_end)s
        AND a.since <= %(day)s AND (a.until IS NULL OR a.until > %(day)s)
        AND (away.id IS NULL OR cover.id IS NOT NULL)
), house AS (
    SELECT h.id, h.place_id, 'households' AS what
    FROM grid_household h
    WHERE h.place_id >= %(code)s AND h.place_id < %(code_end)s
        AND (h.closed_on IS NULL OR h.closed_on > %(day)s)
), home AS (
    SELECT p.id, p.place_id, p.household_id, coalesce(h.place_id, p.place_id) AS home
    FROM grid_person p LEFT JOIN grid_household h ON h.id = p.household_id
    WHERE p.place_id >= %(code)s AND p.place_id < %(code_end)s
), gap AS (
    SELECT place_id, what FROM house
    WHERE id NOT IN (SELECT household_id FROM held WHERE household_id IS NOT NULL)
        AND place_id NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
        AND left(place_id, 12) NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
        AND left(place_id, 15) NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
    UNION ALL
    SELECT place_id, 'persons' FROM home
    WHERE id NOT IN (SELECT person_id FROM held WHERE person_id IS NOT NULL)
        AND (household_id IS NULL OR household_id NOT IN (
            SELECT household_id FROM held WHERE household_id IS NOT NULL))
        AND home NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
        AND left(home, 12) NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
        AND left(home, 15) NOT IN (SELECT place_id FROM held WHERE place_id IS NOT NULL)
)
SELECT left(place_id, %(village)s), what, count(*) FROM gap GROUP BY 1, 2
"""


def gaps_by_village(*, under: str, day: date) -> list[tuple[str, str, int]]:
    """Return village code, "households" or "persons", and how many of them nobody answers for."""
    village = CODE_LENGTHS[Level.VILLAGE]
    around = under[:village]
    with connection.cursor() as cursor:
        cursor.execute(
            GAPS,
            {
                "day": day,
                "tier": Tier.HOUSEHOLD,
                "code": under,
                "code_end": under + AFTER_DIGITS,
                "around": around,
                "around_end": around + AFTER_DIGITS,
                "village": village,
            },
        )
        return list(cursor.fetchall())
