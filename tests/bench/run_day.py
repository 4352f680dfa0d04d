"""run_day against a bare INSERT … SELECT of the same rows; what a row costs at different sizes.

Persons, episodes and spans are generated set-based. `ours` is the whole run: duties, stale plans,
responsibility, cancelling, creating, closing by evidence. The reference takes the rows ours made
from a temporary table, so that both write the same rows into the same indexes; run again it must
say ON CONFLICT DO NOTHING, for nothing less can be run again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median

from django.db import connection

from schedules.models import JobRun
from schedules.services import run_day, sync_duties
from tests.bench.figures import Figure
from tests.bench.measure import Spent, spent

DAY = date(2021, 2, 8)
NOW = datetime(2021, 2, 7, 16, 5, tzinfo=UTC)  # 00:05 in Shanghai
VILLAGES = 1000
BAR = 100_000  # of fewer episodes only the cost of a row is told
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
        cursor.execute("VACUUM (ANALYZE)")
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


def bare_again() -> None:
    """Write what is there by now once more, as far as a bare statement can."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO schedules_task ({COLUMNS}) SELECT {COLUMNS} FROM same_rows "
            "ON CONFLICT DO NOTHING"
        )


def keep_rows() -> int:
    """Keep the rows of a run for the reference; return how many.

    Of the table itself the planner knows what it would know of yesterday's rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS same_rows")
        cursor.execute(
            f"CREATE TEMPORARY TABLE same_rows AS SELECT {COLUMNS} FROM schedules_task ORDER BY id"
        )
        cursor.execute("ANALYZE same_rows, schedules_task")
        cursor.execute("SELECT count(*) FROM same_rows")
        return int(cursor.fetchone()[0])


@dataclass
class Measured:
    """What the runs took at one size, first and again."""

    rows: int = 0
    ours: list[Spent] = field(default_factory=list)
    ours_again: list[Spent] = field(default_factory=list)
    bare: list[Spent] = field(default_factory=list)
    bare_again: list[Spent] = field(default_factory=list)


def measure(size: int, rounds: int) -> Measured:
    """Run the day and the reference in turn, each twice, on emptied tables."""
    generate(size)
    empty()
    ours()
    found = Measured(rows=keep_rows())
    for turn in range(rounds):
        pair = [
            (found.ours, ours, found.ours_again, ours),
            (found.bare, bare, found.bare_again, bare_again),
        ]
        for times, first, times_again, again in pair if turn % 2 == 0 else reversed(pair):
            empty()
            times.append(spent(first))
            times_again.append(spent(again))
    return found


def compared(name: str, limit: float, mine: list[Spent], theirs: list[Spent]) -> Figure:
    """Return the figure of two lists of times."""
    (own, own_cpu), (other, other_cpu) = _medians(mine), _medians(theirs)
    return Figure(
        name=name,
        ratio=own / other,
        limit=limit,
        detail=f"{own:.2f} s : {other:.2f} s, median of {len(mine)}; "
        f"by CPU time {own_cpu / other_cpu:.2f}",
    )


def _medians(times: list[Spent]) -> tuple[float, float]:
    return median(one.wall for one in times), median(one.cpu for one in times)


def run(size: str) -> Iterator[Figure]:
    """Compare at two sizes, and what a row costs at the larger one with the smaller."""
    sizes, rounds = ((10_000, 100_000), 3) if size == "small" else ((100_000, 1_000_000), 3)
    found = []
    for episodes in sizes:
        one = measure(episodes, rounds)
        found.append(one)
        if episodes < BAR:
            continue
        what = f"run_day, {episodes:,} active episodes, {one.rows:,} tasks"
        yield compared(f"{what} : bare INSERT … SELECT", 1.5, one.ours, one.bare)
        yield compared(f"{what}, again : the same again", 1.0, one.ours_again, one.bare_again)
    (few, few_cpu), (many, many_cpu) = (
        [value / one.rows for value in _medians(one.ours)] for one in found
    )
    bare_few, bare_many = (_medians(one.bare)[0] / one.rows for one in found)
    yield Figure(
        name=f"run_day, cost of a row at {sizes[1]:,} episodes : at {sizes[0]:,}",
        ratio=many / few,
        limit=1.2,
        detail=f"{many * 1e6:.1f} µs : {few * 1e6:.1f} µs, median of {rounds}; by CPU time "
        f"{many_cpu / few_cpu:.2f}; of the bare statement {bare_many / bare_few:.2f}",
    )
