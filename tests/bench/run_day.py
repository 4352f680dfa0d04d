"""run_day against a bare INSERT … SELECT of the same rows; what a row costs at different sizes.

Persons, episodes and spans are generated set-based. `ours` is the whole run: duties, stale plans,
responsibility, cancelling, creating, closing by evidence. The reference takes the rows ours made
from a temporary table, so that both write the same rows into the same indexes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

from django.db import connection

from schedules.models import JobRun, Task
from schedules.services import run_day, sync_duties
from tests.bench.figures import Figure
from tests.bench.measure import seconds

DAY = date(2021, 2, 8)
NOW = datetime(2021, 2, 7, 16, 5, tzinfo=UTC)  # 00:05 in Shanghai
VILLAGES = 1000
COLUMNS = "episode_id, duty_id, due_day, occasion, due_at, holder_id, place_id, clause, late, state"
TABLES = (
    "schedules_task, schedules_contact, schedules_dutyspan, schedules_derivation, "
    "schedules_reminder, schedules_jobrun, returnees_test, returnees_stage, returnees_healthlog, "
    "returnees_abnormality, returnees_episode, returnees_advancereport, "
    "returnees_policyversion, grid_person, grid_place"
)
GENERATE = [
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id) VALUES
        ('99', 'p', 1, '', false, NULL), ('9901', 'c', 2, '', false, '99'),
        ('990101', 'k', 3, '', false, '9901')""",
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id)
       SELECT '990101' || (100 + n), 't', 4, '', false, '990101' FROM generate_series(0, 28) n""",
    """INSERT INTO grid_place (code, name, level, pinyin, closed, parent_id)
       SELECT '990101' || (100 + n / 35) || (201 + n %% 35), 'v', 5, '', false,
           '990101' || (100 + n / 35)
       FROM generate_series(0, %(villages)s - 1) n""",
    """INSERT INTO grid_user (password, is_superuser, phone, name, unit, title, party_member,
           is_active, is_staff, must_change_password, joined_at)
       SELECT '!', false, '151' || lpad(n::text, 8, '0'), 'u', '', '', false, true, false, false,
           now()
       FROM generate_series(0, %(villages)s - 1) n ON CONFLICT DO NOTHING""",
    """INSERT INTO grid_assignment (tier, lead, since, reason, at_id, cadre_id, place_id)
       SELECT 4, true, %(day)s::date - 100, '', p.code, u.id, p.code
       FROM (SELECT code, row_number() OVER (ORDER BY code) n FROM grid_place WHERE level = 5) p
       JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM grid_user) u USING (n)""",
    """INSERT INTO grid_person
           (name, pinyin, id_type, id_number, phone, sex, registered_at, place_id)
       SELECT 'n', '', 'id_card', '', '', '', now(), p.code
       FROM generate_series(1, %(size)s) n
       JOIN (SELECT code, row_number() OVER (ORDER BY code) i FROM grid_place WHERE level = 5) p
           ON p.i = 1 + n %% %(villages)s""",
    """INSERT INTO returnees_policyversion (pack, version, digest, since, place_id, settings,
           proposed)
       VALUES ('JY', '2021.1', 'd', '2021-01-01', '990101', '{}', false)""",
    """INSERT INTO returnees_advancereport (address, origin_text, arrives_at, reported_at,
           transport, transport_no, health_code, employer, occupation, health_state,
           infection_history, declared_true, role, quarantine_days, quarantine_proof,
           irregular_entry, negative_tests, channel, note, extra, person_id, place_id)
       SELECT '', '', %(day)s::date, %(day)s::date - 2, '', '', '', '', '', '', '', true, '', 0,
           false, false, 0, 'cadre', '', '{}', id, place_id
       FROM grid_person""",
    """INSERT INTO returnees_episode (state, classification, stage_kind, facts, plan, revision,
           arrives_on, arrived_at, registered_at, closed_why, person_id, place_id, policy_id,
           report_id, responsible_id)
       SELECT 'active', 'JY.MIDHIGH', 'home_single_room', '{}', '{}', 1, r.arrives_at::date,
           r.arrives_at, r.reported_at, '', r.person_id, r.place_id,
           (SELECT id FROM returnees_policyversion), r.id, a.cadre_id
       FROM returnees_advancereport r JOIN grid_assignment a ON a.place_id = r.place_id""",
    "INSERT INTO schedules_derivation (episode_id, revision, told) SELECT id, 1, '' "
    "FROM returnees_episode",
    # Three that fall on the day and three that do not, as in an ordinary week.
    """INSERT INTO schedules_dutyspan
           (episode_id, duty_id, first_day, last_day, every, due_time, due_at, occasion, late,
           clause)
       SELECT e.id, s.duty, %(day)s::date - s.ago, %(day)s::date + s.ahead, s.every, s.due_time,
           CASE WHEN s.ago = -s.ahead THEN (%(day)s::date + s.ahead)::timestamptz END,
           s.occasion, false, 'JY-2m'
       FROM returnees_episode e, (VALUES
           ('JY.six-5:health_log', 6, 8, 1, time '20:00', ''),
           ('JY.six-4:observation_check', 6, 8, 1, NULL, ''),
           ('JY.four-2:living_support', 6, 8, 2, NULL, 'support'),
           ('JY.four-3:waste_log', 5, 8, 2, NULL, 'home'),
           ('JY.test:test', -8, 8, 1, NULL, 'home-day-14'),
           ('JY.six-1:policy_sent', 9, -9, 1, NULL, 'JY.MIDHIGH@2021.1')
       ) AS s (duty, ago, ahead, every, due_time, occasion)
       ORDER BY e.id""",
]


def generate(size: int) -> None:
    """Fill the tables with so many active episodes, and gather statistics."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no audit of invented rows
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("DELETE FROM grid_assignment")
        sync_duties()
        for statement in GENERATE:
            cursor.execute(statement, {"size": size, "day": DAY, "villages": VILLAGES})
        cursor.execute("SET session_replication_role = origin")
    settle()


def settle() -> None:
    """Leave no work of the database's own for the measured part."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) returnees_episode, schedules_dutyspan, grid_person")
        cursor.execute("CHECKPOINT")


def empty() -> None:
    """Put the table back as it was before the run."""
    JobRun.objects.all().delete()
    # The run of the day before went well: without it all days since arrival would be owed.
    yesterday = DAY - timedelta(days=1)
    JobRun.objects.create(name="run_day", day=yesterday, started_at=NOW, finished_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE schedules_task, schedules_escalation")
        cursor.execute("CHECKPOINT")


def ours() -> None:
    """Run the day."""
    run_day(day=DAY, now=NOW)


def bare() -> None:
    """Write the same rows and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO schedules_task ({COLUMNS}) SELECT {COLUMNS} FROM same_rows")


def keep_rows() -> int:
    """Keep the rows of a run for the reference; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS same_rows")
        cursor.execute(
            f"CREATE TEMPORARY TABLE same_rows AS SELECT {COLUMNS} FROM schedules_task ORDER BY id"
        )
        cursor.execute("ANALYZE same_rows")
        cursor.execute("SELECT count(*) FROM same_rows")
        return int(cursor.fetchone()[0])


def measure(size: int, rounds: int) -> tuple[float, float, int]:
    """Return the median seconds of ours and of the reference, and the number of rows."""
    generate(size)
    empty()
    ours()
    rows = keep_rows()
    own, other = [], []
    for turn in range(rounds):
        pair = [(own, ours), (other, bare)]
        for times, work in pair if turn % 2 == 0 else reversed(pair):
            empty()
            times.append(seconds(work))
    return median(own), median(other), rows


def cost_of_a_row(size: int, rounds: int) -> float:
    """Return the median seconds that one row costs ours at a size."""
    generate(size)
    times = []
    for _round in range(rounds):
        empty()
        times.append(seconds(ours))
    return median(times) / Task.objects.count()


def run(size: str) -> Iterator[Figure]:
    """Compare at 100,000 episodes, and the cost of a row at the larger size with the smaller."""
    rounds = 3 if size == "small" else 5
    mine, theirs, rows = measure(100_000, rounds)
    yield Figure(
        name=f"run_day, 100,000 active episodes, {rows:,} tasks : bare INSERT … SELECT",
        ratio=mine / theirs,
        limit=1.5,
        detail=f"{mine:.2f} s : {theirs:.2f} s, median of {rounds}",
    )
    few, many = cost_of_a_row(30_000, rounds), cost_of_a_row(300_000, rounds)
    yield Figure(
        name="run_day, cost of a row at 300,000 episodes : at 30,000",
        ratio=many / few,
        limit=1.2,
        detail=f"{many * 1e6:.1f} µs : {few * 1e6:.1f} µs, median of {rounds}",
    )
