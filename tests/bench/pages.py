"""Whole pages as served, every fragment loaded, against a bare signed-in page with one query.

One township of 35 villages with 30 returnees each stays the same while everybody else's returnees
grow from 1,000 to 100,000: a page of that township must not feel it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from grid.choices import Role
from grid.models import Assignment, Post, User
from schedules.models import JobRun
from schedules.services import run_day
from tests.bench import run_day as scene
from tests.bench.figures import Figure
from tests.bench.measure import seconds, side_by_side

TOWN = "990101100"
VILLAGE = TOWN + "201"
OWN_VILLAGES, OWN_PERSONS = 35, 30
PERSONS = """INSERT INTO grid_person
        (name, pinyin, id_type, id_number, phone, sex, registered_at, place_id, household_id)
    SELECT '林小' || n, 'lx', 'id_card', '', '', '', now(), p.code, h.id
    FROM generate_series(1, %(own)s + %(others)s) n
    JOIN (SELECT code, row_number() OVER (ORDER BY code) i FROM grid_place WHERE level = 5) p
        ON p.i = CASE WHEN n <= %(own)s THEN 1 + n %% 35 ELSE 36 + n %% (%(villages)s - 35) END
    JOIN LATERAL (SELECT id FROM grid_household WHERE place_id = p.code
        ORDER BY id OFFSET (n / 35) %% 20 LIMIT 1) h ON true"""
HOUSEHOLDS = """INSERT INTO grid_household
        (place_id, number, address, use, head_name, note)
    SELECT code, n::text, n || '号', 'resident', '', ''
    FROM grid_place, generate_series(1, 20) n WHERE level = 5"""


def generate(others: int) -> None:
    """Fill the tables: the fixed township, and so many episodes elsewhere; then today's tasks."""
    today = timezone.localdate()
    values = {
        "size": 0,
        "own": OWN_VILLAGES * OWN_PERSONS,
        "others": others,
        "day": today,
        "villages": scene.VILLAGES,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no audit of invented rows
        cursor.execute(f"TRUNCATE {scene.TABLES} CASCADE")
        cursor.execute("DELETE FROM grid_assignment")
        scene.sync_duties()
        for statement in scene.GENERATE:
            if "INTO grid_person" in statement:
                cursor.execute(HOUSEHOLDS)
                statement = PERSONS
            # A fourth task a day for everybody: 30 persons make 120.
            cursor.execute(
                statement.replace("four-3:waste_log', 5", "four-3:waste_log', 6"), values
            )
        cursor.execute("SET session_replication_role = origin")
    scene.settle()
    now = timezone.now()
    JobRun.objects.create(
        name="run_day", day=today - timedelta(days=1), started_at=now, finished_at=now
    )
    run_day(day=today)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) schedules_task, grid_household, grid_assignment")


def users() -> tuple[Client, Client]:
    """Return a signed-in cadre with 30 people and the signed-in admin of the township."""
    since = timezone.localdate() - timedelta(days=100)
    cadre = Assignment.objects.get(place=VILLAGE).cadre
    Post.objects.get_or_create(
        user=cadre, role=Role.VILLAGE_CADRE, place_id=VILLAGE, defaults={"since": since}
    )
    admin, _new = User.objects.get_or_create(phone="15299999999", defaults={"name": "镇管"})
    Post.objects.get_or_create(
        user=admin, role=Role.TOWNSHIP_ADMIN, place_id=TOWN, defaults={"since": since}
    )
    clients = Client(), Client()
    for client, user in zip(clients, (cadre, admin), strict=True):
        client.force_login(user)
    return clients


def whole(client: Client, path: str) -> Callable[[], None]:
    """Return a call that loads a page and every fragment the page loads by itself."""

    def load() -> None:
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        text = response.content.decode()
        for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*load[^\"]*\"[^>]*>", text):
            fragment = re.search(r'hx-get="([^"]+)"', tag)
            assert fragment
            client.get(fragment[1], headers={"HX-Request": "true"})

    return load


def queries(work: Callable[[], None]) -> int:
    """Return how many statements a page needs."""
    with CaptureQueriesContext(connection) as context:
        work()
    return len(context)


def run(size: str) -> Iterator[Figure]:
    """Measure with few others, then with many, and compare the two."""
    with override_settings(ROOT_URLCONF="tests.bench.urls", ALLOWED_HOSTS=["testserver"]):
        yield from _measured(size)


def _measured(size: str) -> Iterator[Figure]:
    rounds = 31 if size == "small" else 101
    times: dict[tuple[str, int], float] = {}
    counts: dict[tuple[str, int], int] = {}
    for others in (1_000, 100_000):
        generate(others)
        cadre, admin = users()
        pages = {
            "today": (cadre, "/today/", 10.0),
            "dashboard": (admin, f"/dashboard/{TOWN}/", 8.0),
        }
        for name, (client, path, limit) in pages.items():
            page, bare = whole(client, path), whole(client, "/bare/")
            page(), bare()
            counts[name, others] = queries(page)
            figure = side_by_side(
                f"{name}, {others:,} other episodes, {counts[name, others]} queries : bare page",
                ours=page,
                reference=bare,
                limit=limit,
                rounds=rounds,
            )
            yield figure
            times[name, others] = median(seconds(page) for _ in range(rounds))
    for name in ("today", "dashboard"):
        few, many = times[name, 1_000], times[name, 100_000]
        yield Figure(
            name=f"{name}, 100,000 other episodes : 1,000",
            ratio=many / few,
            limit=1.2,
            detail=f"{many * 1000:.1f} ms : {few * 1000:.1f} ms, "
            f"queries {counts[name, 100_000]} : {counts[name, 1_000]}",
        )
