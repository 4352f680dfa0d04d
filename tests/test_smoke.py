"""The main road in a minute or two, on any PostgreSQL from 15 on: commands as people type them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.seeding.places import COUNTY as SEEDED
from grid.days import today
from grid.models import ImportBatch, Place, User
from returnees.models import Episode
from schedules.models import Task
from tests.cast import TOWN
from tests.journeys import lists

pytestmark = pytest.mark.smoke

ROOT = Path(__file__).resolve().parents[1]
FACTS = {
    "arrives_at": "2021-02-06T11:00:00+08:00",
    "departs_at": "2021-02-06T06:00:00+08:00",
    "reported_at": "2021-02-05T05:00:00+08:00",
    "history": [
        {"place": "980101", "last_day": "2021-02-06", "risk": "low", "flags": ["key_concern"]}
    ],
    "health_code": "green",
    "certificate": {"sampled_on": "2021-02-01", "result": "negative"},
}


def command(capsys, *arguments: str) -> str:
    """Run a management command and return what it printed."""
    capsys.readouterr()
    call_command(*arguments)
    return capsys.readouterr().out


def test_every_migration_is_applied_and_nothing_is_left_to_migrate(db):
    executor = MigrationExecutor(connection)

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert connection.pg_version >= 150_000


@pytest.fixture
def settled(db, tmp_path, settings, capsys):
    """A small seeded community."""
    settings.BASE_DIR = tmp_path  # the log-ins of the demo are written below it
    said = command(capsys, "seed", "--returnees", "30", "--villages", "4")
    assert said.startswith("4 villages, 30 returnees; demo log-ins in ")
    return tmp_path


def test_a_seeded_community_lives_and_the_morning_run_creates_nothing_twice(settled, capsys):
    logins = (settled / "var" / "demo_logins.txt").read_text(encoding="utf-8").splitlines()
    assert all(User.objects.get(phone=line.split()[0]).check_password(line.split()[1])
               for line in logins)  # fmt: skip
    assert Place.objects.under(SEEDED).filter(level=5).count() == 4
    assert Episode.objects.count() == 30

    command(capsys, "run_day")
    tasks = set(Task.objects.values_list("pk", "state", "holder"))
    assert Task.objects.filter(due_day=today()).exists()
    second = command(capsys, "run_day")

    assert re.fullmatch(r"created 0, kept \d+, cancelled 0\n", second)
    assert set(Task.objects.values_list("pk", "state", "holder")) == tasks


def test_a_list_of_places_is_loaded_once(db, tmp_path, capsys):
    file = tmp_path / "places.csv"
    file.write_text(
        "code,name\n960000000000,雾岭省\n960100000000,松原湾市\n960101000000,临水县\n"
        "960101101000,柳桥镇\n960101101201,上坝村民委员会\n960101101202,下坝村民委员会\n",
        encoding="utf-8",
    )

    first = command(capsys, "import_places", str(file))
    second = command(capsys, "import_places", str(file))

    assert first == "6 places read: 6 created, 0 renamed, 0 moved, 0 unchanged.\n"
    assert second == "6 places read: 0 created, 0 renamed, 0 moved, 6 unchanged.\n"
    assert Place.objects.get(pk="960101101202").parent_id == "960101101"


def test_a_list_of_returnees_is_judged_without_a_trace(world, tmp_path, capsys):
    file, out = tmp_path / "名单.csv", tmp_path / "out.json"
    file.write_bytes(lists.as_csv(lists.messy_rows(world, today())))

    said = command(
        capsys, "import_returnees", str(file), "--place", TOWN, "--dry-run", "--json", str(out)
    )

    told = json.loads(out.read_text(encoding="utf-8"))
    figures = ["rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid"]
    assert [told[name] for name in figures] == [5, 3, 0, 1, 1, 0, 1]
    assert [(one["row"], one["code"], one["severity"])
            for one in told["problems"] if one["severity"] == "error"] == [
        (lists.BAD, "id_checksum", "error")
    ]  # fmt: skip
    assert "dry run" in said
    assert not ImportBatch.objects.exists()
    assert not Episode.objects.exists()


def test_the_plan_of_the_notice_is_told_to_whoever_asks_on_a_pipe():
    lines = [{"id": "a", "pack": "JY", "facts": FACTS}, {"id": "b", "pack": "JY", "facts": {}}]
    done = subprocess.run(
        [sys.executable, "manage.py", "policy_plan"],
        cwd=ROOT,
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    first, second = (json.loads(line) for line in done.stdout.splitlines())
    plan = first["plan"]
    assert (first["id"], plan["classification"]) == ("a", "JY.KEYCONCERN")
    assert plan["report"] == {"status": "on_time", "lead_minutes": 1500, "basis": "departure"}
    assert [stage["last_day"] for stage in plan["stages"]][-1] == plan["observation_ends"]
    assert plan["daily_checks"]["first"] == "2021-02-06"
    assert second["id"] == "b"
    assert "arrives_at" in second["error"]
