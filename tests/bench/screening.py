"""Re-screening: finding the affected among a million stays, and the preview of ten thousand.

Finding is measured against the bare join of the same ranges and states that returns the same rows.
The preview is measured against planning the same people in memory: facts read, plan made.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from grid.bulk import update_in
from policies.facts import Facts
from policies.pack import Pack
from policies.planner import plan as make_plan
from policies.schema import load
from returnees.choices import EntryState, ListState, Mark
from returnees.models import Episode, RiskEntry, RiskListVersion, Screening, ScreeningItem
from returnees.policies import pack_of
from returnees.screening.find import affected
from returnees.screening.origins import Touched, gathered, origin_of
from returnees.screening.work import foreseen
from returnees.services.planning import journeys_of, plan_of
from returnees.services.replanning import replan_open
from returnees.services.screening import screen_queued, start_screening
from tests.bench.figures import Figure
from tests.bench.measure import side_by_side

DAY = date(2021, 1, 12)
NOW = datetime(2021, 1, 12, 4, tzinfo=UTC)
COUNTIES, TOWNSHIPS = 200, 8
TABLES = (
    "returnees_screeningitem, returnees_screening, returnees_riskentry, returnees_riskarea, "
    "returnees_risklistversion, returnees_stay, returnees_certificate, returnees_test, "
    "returnees_stage, returnees_episode, returnees_advancereport, returnees_policyversion, "
    "grid_person, grid_place"
)
PLACES = [
    "INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id) VALUES "
    "('98', '海岳省', 1, '', false, NULL), ('99', '云溪省', 1, '', false, NULL), "
    "('9901', '临溪市', 2, '', false, '99'), ('990101', '溪口县', 3, '', false, '9901'), "
    "('990101101', '东镇', 4, '', false, '990101'), "
    "('990101101201', '东村', 5, '', false, '990101101')",
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id)
       SELECT '98' || lpad(c::text, 2, '0'), '市', 2, '', false, '98'
       FROM generate_series(1, %(counties)s / 10) c""",
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id)
       SELECT '98' || lpad((1 + k / 10)::text, 2, '0') || lpad((1 + k %% 10)::text, 2, '0'),
           '区', 3, '', false, '98' || lpad((1 + k / 10)::text, 2, '0')
       FROM generate_series(0, %(counties)s - 1) k""",
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id)
       SELECT p.code || (100 + t), '街道', 4, '', false, p.code
       FROM grid_place p, generate_series(1, %(townships)s) t
       WHERE p.level = 3 AND p.code LIKE '98%%'""",
]
PEOPLE = [
    """INSERT INTO returnees_policyversion (pack, version, digest, since, place_id, settings,
           proposed)
       VALUES ('JY', '2021.1', 'd', '2020-01-01', '990101', '{}', false)""",
    """INSERT INTO grid_person
           (name, pinyin, id_type, id_number, phone, sex, registered_at, place_id)
       SELECT 'n', '', 'id_card', '', '', '', now(), '990101101201'
       FROM generate_series(1, %(episodes)s) n""",
    # Half a million journeys of two stays over 60 days; one in twenty is still under management.
    """INSERT INTO returnees_advancereport (address, origin_text, arrives_at, reported_at,
           transport, transport_no, health_code, employer, occupation, health_state,
           infection_history, declared_true, role, quarantine_days, quarantine_proof,
           irregular_entry, negative_tests, channel, note, extra, person_id, place_id)
       SELECT '', '', (%(day)s::date - (id %% 60)::int) + time '12:00', %(day)s::date - 63, '', '',
           'green', '', '', '', '', true, '', 0, false, false, 0, 'cadre', '', '{}', id, place_id
       FROM grid_person""",
    """INSERT INTO returnees_episode (state, classification, stage_kind, facts, plan, revision,
           arrives_on, arrived_at, registered_at, closed_at, closed_why, person_id, place_id,
           policy_id, report_id)
       SELECT CASE WHEN r.person_id %% 60 < 21 THEN 'active' ELSE 'released' END, 'JY.LOW', '',
           '{}', '{}', 1, r.arrives_at::date, r.arrives_at, r.reported_at,
           CASE WHEN r.person_id %% 60 >= 21 THEN r.arrives_at + interval '21 days' END, '',
           r.person_id, r.place_id, (SELECT id FROM returnees_policyversion), r.id
       FROM returnees_advancereport r""",
    """INSERT INTO returnees_stay (report_id, place_id, text, last_day, risk, flags, unclear)
       SELECT r.id, p.code, '', r.arrives_at::date - n, 'low', '{}', false
       FROM returnees_advancereport r
       CROSS JOIN generate_series(0, 1) n
       JOIN (SELECT code, row_number() OVER (ORDER BY md5(code)) - 1 AS i FROM grid_place
             WHERE code LIKE '98____%%') p
           ON p.i = (r.id * 7919 + n * 104729) %% (%(counties)s * (%(townships)s + 1))""",
]
BARE = """
SELECT e.id, s.id, a.id, s.place_id
FROM returnees_riskentry a
JOIN returnees_stay s
    ON s.place_id >= a.place_id AND s.place_id < (a.place_id || ':') COLLATE "C"
CROSS JOIN LATERAL (
    SELECT id FROM returnees_episode
    WHERE report_id = s.report_id AND state IN ('expected', 'active', 'released') OFFSET 0
) e
WHERE a.version_id = %s AND s.last_day >= %s AND s.risk = 'low'
"""


def generate(stays: int) -> None:
    """Fill the tables with so many stays, two to a journey, and gather statistics."""
    values = {
        "episodes": stays // 2,
        "day": DAY,
        "counties": COUNTIES,
        "townships": TOWNSHIPS,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no audit of invented rows
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        for statement in (*PLACES, *PEOPLE):
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) returnees_stay, returnees_episode, grid_place")
        cursor.execute("CHECKPOINT")


def a_list(areas: int, *, whole_cities: bool = False) -> RiskListVersion:
    """Return the draft of a list that raises so many counties, or cities."""
    version = RiskListVersion.objects.create(
        day=DAY, state=ListState.DRAFT, covers=["level"], digest="d"
    )
    for n in range(areas):
        code = f"98{1 + n:02d}" + ("" if whole_cities else "01")
        RiskEntry.objects.create(
            version=version,
            row=n + 1,
            text=code,
            mark=Mark.MID if n % 2 else Mark.HIGH,
            state=EntryState.RESOLVED,
            place_id=code,
        )
    return version


def bare(version: RiskListVersion) -> list[tuple[int, ...]]:
    """Join the lines of the list with the stays and their episodes, and nothing else.

    The look-up of the episode is the same: left to itself the planner reads all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(BARE, [version.pk, DAY - timedelta(days=14)])
        return list(cursor.fetchall())


def finding() -> Figure:
    """Find the affected among the stays, and join them barely."""
    stays = 1_000_000  # in either size: it is the million that the goal speaks of
    generate(stays)
    version = a_list(8)
    found = len(affected(version))
    assert found == len(bare(version)), "the reference does not return the same rows"
    return side_by_side(
        f"finding {found:,} affected among {stays:,} stays : bare SQL join",
        ours=lambda: affected(version),
        reference=lambda: bare(version),
        limit=1.5,
        rounds=9,
    )


def stale(version: RiskListVersion) -> list[int]:
    """Give the persons a list touches facts and plans, as a portal in use has them; return whom.

    Those under management get the stages and tests of their plans too.
    """
    ids = sorted({hit.episode for hit in affected(version)})
    for start in range(0, len(ids), 1000):
        part = ids[start : start + 1000]
        with transaction.atomic():
            replan_open(ids=part, day=DAY)
            released = list(Episode.objects.filter(pk__in=part, state="released"))
            journeys = journeys_of(released)
            for episode in released:
                episode.facts = journeys[episode.pk].facts(arrived_at=episode.arrived_at)
                episode.plan = plan_of(pack_of(episode.policy), episode.facts, "")
            update_in(released, ["facts", "plan"])
    return ids


def planning_in_memory(facts: list[dict[str, Any]], pack: Pack) -> None:
    """Plan so many persons without a database: facts read, plan made and written out."""
    for one in facts:
        make_plan(pack, Facts.parse(one)).as_dict()


def preview(version: RiskListVersion) -> Screening:
    """Look for those touched and compute the plans of all, as the worker does."""
    Screening.objects.all().delete()
    screening = start_screening(risk_list=version, by=None)
    screen_queued(screening=screening.pk, user=None)
    return screening


def previewing(size: str) -> Figure:
    """Preview ten thousand affected, against planning the same people in memory."""
    generate(200_000)
    version = a_list(5, whole_cities=True)
    ids = stale(version)
    pack = load("JY")
    facts = [
        one.episode.facts for one in foreseen(origin_of(preview(version)), touched_of(version), NOW)
    ]
    counted = ScreeningItem.objects.filter(changes=True).count()
    assert counted, "the list changes nothing"
    return side_by_side(
        f"preview of {len(ids):,} affected, {counted:,} change : planning them in memory",
        ours=lambda: preview(version),
        reference=lambda: planning_in_memory(facts, pack),
        limit=10.0,
        rounds=3 if size == "small" else 5,
    )


def touched_of(version: RiskListVersion) -> list[Touched]:
    """Return whom a list touches, by episode."""
    return gathered(affected(version))


def run(size: str) -> Iterator[Figure]:
    """Compare finding with the bare join, and the preview with planning in memory."""
    yield finding()
    yield previewing(size)
