"""A county whose many cadres have a digest each to be told on a channel outside the portal."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from redis import Redis

from grid.days import today
from returnees.models import Episode
from returnees.services.reports import register_report
from schedules.choices import ReminderState
from schedules.models import Reminder
from schedules.services import send_digests
from schedules.services.ladders import first_rungs
from tests.bench.run_day import TABLES
from tests.cast import TOWN
from tests.factories.schedules import clock
from tests.faults.county import build_county, one_channel, report

PEOPLE = 60  # who came by the portal's own services; beside them there are the cadres' own
VILLAGE = f"{TOWN}301"
SCENE = [
    """INSERT INTO grid_user (password, is_superuser, phone, name, unit, title, party_member,
           is_active, is_staff, must_change_password, joined_at)
       SELECT '!', false, '155' || lpad(n::text, 8, '0'), 'u', '', '', false, true, false, false,
           now()
       FROM generate_series(1, %(cadres)s) n""",
    """INSERT INTO grid_post (role, since, place_id, user_id)
       SELECT 'village_cadre', %(day)s::date - 9, %(village)s, id
       FROM grid_user WHERE phone LIKE '155%%'""",
    """INSERT INTO grid_person
           (name, pinyin, id_type, id_number, phone, sex, registered_at, place_id)
       SELECT 'n', phone, 'id_card', '', '', '', now(), %(village)s
       FROM grid_user WHERE phone LIKE '155%%'""",
    """INSERT INTO returnees_advancereport (address, origin_text, arrives_at, reported_at,
           transport, transport_no, health_code, employer, occupation, health_state,
           infection_history, declared_true, role, quarantine_days, quarantine_proof,
           irregular_entry, negative_tests, channel, note, extra, person_id, place_id)
       SELECT '', '', %(day)s::date, %(day)s::date - 2, '', '', '', '', '', '', '', true, '', 0,
           false, false, 0, 'cadre', '', '{}', id, place_id
       FROM grid_person WHERE name = 'n'""",
    """INSERT INTO returnees_episode (state, classification, stage_kind, facts, plan, revision,
           arrives_on, arrived_at, registered_at, closed_why, person_id, place_id, policy_id,
           report_id, responsible_id)
       SELECT 'active', 'JY.MIDHIGH', 'home_single_room', '{}', '{}', 1, r.arrives_at::date,
           r.arrives_at, r.reported_at, '', r.person_id, r.place_id,
           (SELECT min(id) FROM returnees_policyversion), r.id, u.id
       FROM returnees_advancereport r
       JOIN grid_person p ON p.id = r.person_id AND p.name = 'n'
       JOIN grid_user u ON u.phone = p.pinyin""",
    """INSERT INTO schedules_derivation (episode_id, revision, told)
       SELECT e.id, 1, '' FROM returnees_episode e JOIN grid_user u ON u.id = e.responsible_id
       WHERE u.phone LIKE '155%%'""",
    """INSERT INTO schedules_task (episode_id, duty_id, due_day, occasion, due_at, holder_id,
           place_id, clause, late, state)
       SELECT e.id, d.duty, %(day)s, '', %(day)s::date + time '20:00', u.id, e.place_id, 'JY-2m',
           false, 'pending'
       FROM returnees_episode e
       JOIN grid_user u ON u.id = e.responsible_id AND u.phone LIKE '155%%'
       CROSS JOIN (VALUES ('JY.six-5:health_log'), ('JY.six-4:observation_check'),
           ('JY.four-2:living_support')) AS d (duty)
       ORDER BY e.id""",
]
AGAIN = """
UPDATE schedules_reminder
SET state = 'waiting', attempts = 0, unknowns = 0, lease_until = NULL, sent_at = NULL,
    answer = '', not_before = %s
WHERE channel <> 'portal'
"""


def now() -> datetime:
    """Return the moment the portal believes in: the morning of this day, out of quiet hours."""
    return clock(10)


def generate(cadres: int) -> None:
    """Make the county, its cadres with three tasks each, and a digest for everybody."""
    clear()
    build_county(PEOPLE)
    one_channel("http://127.0.0.1:9/nobody")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no audit of invented rows
        for statement in SCENE:
            cursor.execute(statement, {"cadres": cadres, "day": today(), "village": VILLAGE})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE)")
    send_digests(now=now(), slot="08:00")
    Reminder.objects.update(created_at=now())
    first_rungs(now=now())


def clear() -> None:
    """Empty the tables and the broker."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES}, grid_user, schedules_channel CASCADE")
    with Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()


def owe_again() -> None:
    """Let every message outside the portal be still to be sent."""
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [now()])
        cursor.execute("VACUUM (ANALYZE) schedules_reminder")
        cursor.execute("CHECKPOINT")


def all_sent() -> bool:
    """Say whether no message is still to be sent."""
    return not Reminder.objects.filter(state=ReminderState.WAITING).exists()


def somebody_new(nth: int) -> Episode:
    """Register somebody who came yesterday."""
    return register_report(report=report(PEOPLE + nth, PEOPLE, arrives=-1), by=None)
