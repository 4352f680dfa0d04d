"""What an import costs: against a stock django-import-export, and bare INSERT … SELECTs.

`ours` is all that happens to a list: received, read, understood, checked, stored, matched,
committed, planned, its tasks brought into being: by the portal's own worker and its two processes,
as `make run` keeps them, through the broker. The stock import runs in one process, as the library
does.
"""

import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path
from statistics import median
from unittest.mock import patch

from django.core.management import call_command
from django.db import connection

from grid.batches import running
from grid.batches.checking import check_file, receive
from grid.batches.committing import commit_batch, start_commit
from grid.batches.kinds import Values
from grid.batches.records import plain
from grid.batches.registry import kind_of
from grid.choices import BatchState
from grid.days import at
from grid.import_command import place_for
from grid.models import ImportBatch, Place
from returnees import announce
from returnees.imports.values import ARRIVAL_HOUR
from returnees.models import PolicyVersion
from returnees.policies import fill_gap
from schedules.models import JobRun
from schedules.services import reconcile, sync_duties
from tests.bench.figures import Figure
from tests.bench.import_list import AS_OF, a_list, places
from tests.bench.import_worker import Workers
from tests.bench.measure import Work, seconds, side_by_side
from tests.bench.stock import BareRow, as_csv, stock

NOW: datetime = at(AS_OF, ARRIVAL_HOUR)
BACK = timedelta(days=70)
MEMORY_GOAL = 400  # MB
STOCK_GOAL = 0.4  # two and a half times as fast
WARM = 10_000  # rows of a list given before any clock runs: both processes have started by then
# The youngest first: as long as there is one behind, it is found without a look at the others.
BEHIND = """SELECT e.id FROM returnees_episode e
    WHERE NOT EXISTS (
        SELECT FROM schedules_derivation d WHERE d.episode_id = e.id AND d.revision >= e.revision)
    ORDER BY e.id DESC LIMIT 1"""
CADRES = [
    """INSERT INTO grid_user (password, is_superuser, phone, name, unit, title, party_member,
           is_active, is_staff, must_change_password, joined_at)
       SELECT '!', false, '151' || lpad(n::text, 8, '0'), 'u', '', '', false, true, false, false,
           now()
       FROM (SELECT row_number() OVER (ORDER BY code) n FROM grid_place
             WHERE level = 5 AND code LIKE %(county)s) v
       ON CONFLICT DO NOTHING""",
    """INSERT INTO grid_assignment (tier, lead, since, reason, at_id, cadre_id, place_id)
       SELECT 4, true, %(since)s, '', p.code, u.id, p.code
       FROM (SELECT code, row_number() OVER (ORDER BY code) n FROM grid_place
             WHERE level = 5 AND code LIKE %(county)s) p
       JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM grid_user) u USING (n)
       WHERE NOT EXISTS (SELECT FROM grid_assignment a WHERE a.place_id = p.code)""",
]
WRITTEN = (
    "grid_importbatch",
    "grid_importfile",
    "grid_importrow",
    "grid_person",
    "returnees_advancereport",
    "returnees_stay",
    "returnees_certificate",
    "returnees_episode",
    "returnees_stage",
    "returnees_test",
    "schedules_derivation",
    "schedules_dutyspan",
    "schedules_task",
)


def prepare() -> None:
    """Load the places, give every village a cadre and put a notice in force."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("PLACES")
        path = Path(given) if given else _places(Path(folder))
        call_command("import_places", str(path), stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_barerow")
    with connection.schema_editor() as editor:
        editor.create_model(BareRow)
    sync_duties()
    # The portal is in use: the morning's run was done.
    JobRun.objects.create(name="run_day", day=AS_OF, started_at=NOW, finished_at=NOW)


def _places(folder: Path) -> Path:
    path = folder / "places.csv"
    lines = ["code,name", *(f"{code.ljust(12, '0')},{name}" for code, name in places())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def place_of(content: bytes) -> str:
    """Return the place a list is for, as the command finds it."""
    return place_for(content, kind=kind_of("returnees"), given="", as_of=AS_OF)


def the_place(content: bytes) -> str:
    """Return the place a list is for, and put a notice in force there."""
    place = place_of(content)
    county = Place.objects.get(pk=place[:6])
    fill_gap(pack="JY", place=county, since=AS_OF - BACK, by=None)
    return place


def the_list(rows: int) -> bytes:
    """Return the list given, cut to so many lines, or an invented one."""
    given = os.environ.get("LIST")
    if not given:
        return a_list(rows)
    reader = gzip.open if given.endswith(".gz") else open
    with reader(given, "rb") as file:
        return b"".join(islice(file, rows + 1))


def checked(content: bytes, place: str) -> ImportBatch:
    """Check a list as the page and the command do."""
    return check_file(
        content=content, file_name="list.csv", place_code=place, by=None, as_of=AS_OF, now=NOW
    )


def ours(content: bytes, place: str, workers: Workers) -> ImportBatch:
    """Give a list to the portal and confirm it; return when every task there is to be is there."""
    batch = receive(content=content, file_name="list.csv", place_code=place, by=None, as_of=AS_OF)
    workers.work_until(lambda: _reached(batch, BatchState.CHECKED))
    batch = start_commit(batch=batch, by=None)
    workers.work_until(lambda: _reached(batch, BatchState.COMMITTED))
    workers.work_until(_all_derived)
    return batch


def _reached(batch: ImportBatch, state: BatchState) -> bool:
    batch.refresh_from_db(fields=["state", "error", "summary"])
    if batch.state == BatchState.FAILED or batch.error:
        raise RuntimeError(f"the import of the benchmark has failed: {batch.error}")
    return bool(batch.state == state)


def _all_derived() -> bool:
    """Say whether the work of every episode is derived, as it stands by now."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND)
        return cursor.fetchone() is None


def alone(content: bytes, place: str) -> ImportBatch:
    """Check, commit and bring the tasks into being, all in this process."""
    batch = checked(content, place)
    with patch.object(announce, "send", _reconciled), patch.object(running, "send", _unsent):
        return commit_batch(batch=batch, by=None, now=NOW)


def _unsent(task: str, args: list[object]) -> None:
    """Ask nobody for help."""


def _reconciled(ids: list[int]) -> None:
    """Do at once what the message would have a worker do."""
    reconcile(episode_ids=ids, now=NOW)


def empty() -> None:
    """Put the tables back as they were before the import; every village has its cadre."""
    county = PolicyVersion.objects.values_list("place", flat=True)[0]
    with connection.cursor() as cursor:
        history = set(connection.introspection.table_names(cursor))
        tables = [*WRITTEN, *(f"{name}event" for name in WRITTEN if f"{name}event" in history)]
        cursor.execute(f"TRUNCATE {', '.join(tables)}, bench_barerow CASCADE")
        for statement in CADRES:
            cursor.execute(statement, {"county": f"{county}%", "since": AS_OF - BACK})
        cursor.execute("CHECKPOINT")


def keep_rows() -> int:
    """Keep all that an import wrote for the reference; return how many rows that is."""
    count = 0
    with connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"DROP TABLE IF EXISTS same_{table}")
            cursor.execute(f"CREATE UNLOGGED TABLE same_{table} AS TABLE {table}")
            cursor.execute(f"ANALYZE same_{table}")
            cursor.execute(f"SELECT count(*) FROM same_{table}")
            count += cursor.fetchone()[0]
    return count


def bare() -> None:
    """Write the same rows into the same tables, and nothing else."""
    with connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM same_{table}"
            )


def clean_rows(batch: ImportBatch) -> list[Values]:
    """Return the values of the rows that an import wrote."""
    rows = batch.rows.filter(done=True, action__in=("create", "update")).order_by("number")
    return [plain(row) for row in rows.defer("raw").iterator(chunk_size=2000)]


def committing(rows: int, rounds: int) -> Iterator[Figure]:
    """Compare a whole import with the stock import of its clean rows, and with bare inserts."""
    content = the_list(rows)
    place = the_place(content)
    empty()
    batch = alone(content, place)
    clean = as_csv(clean_rows(batch))
    number = clean.count("\n") - 1
    written = keep_rows()
    with Workers(NOW) as workers:
        empty()
        ours(the_list(WARM), place, workers)
        works = [lambda: ours(content, place, workers), lambda: stock(clean), bare]
        own, other, inserts = in_turn(works, rounds)
    # Rows a second: of the list as it came, with what is wrong, double or unclear in it, and of the
    # clean rows alone, which are all that the stock import is given.
    yield Figure(
        name=f"import of {rows:,} rows : stock import of the {number:,} clean ones, a row",
        ratio=(own / rows) / (other / number),
        limit=STOCK_GOAL,
        detail=f"{own:.1f} s : {other:.1f} s, median of {rounds}; of the times {own / other:.2f}",
    )
    yield Figure(
        name=f"import of {rows:,} rows : bare INSERT … SELECT of {written:,} rows",
        ratio=own / inserts,
        limit=3.0,
        detail=f"{own:.1f} s : {inserts:.1f} s, median of {rounds}",
    )


def in_turn(works: list[Work], rounds: int) -> list[float]:
    """Return the median seconds of each, one after the other and back again."""
    times: list[list[float]] = [[] for _work in works]
    for turn in range(rounds):
        order = range(len(works)) if turn % 2 == 0 else reversed(range(len(works)))
        for n in order:
            empty()
            times[n].append(seconds(works[n]))
    return [median(one) for one in times]


def previewing(few: int, many: int, rounds: int) -> Iterator[Figure]:
    """Compare a check with a stock dry run of its clean rows, and many rows with few."""
    content, larger = the_list(few), the_list(many)
    place = the_place(content)
    empty()
    batch = alone(content, place)
    clean = as_csv(clean_rows(batch))
    yield side_by_side(
        f"preview of {few:,} rows : stock dry run of the clean ones",
        ours=lambda: checked(content, place),
        reference=lambda: stock(clean, dry_run=True),
        limit=0.3,
        rounds=rounds,
        before=empty,
    )
    figure = side_by_side(
        f"preview, cost of a row at {many:,} rows : at {few:,}",
        ours=lambda: checked(larger, place),
        reference=lambda: checked(content, place),
        limit=1.2,
        rounds=3,
        before=empty,
    )
    yield replace(figure, ratio=figure.ratio * few / many)


def memory(few: int, many: int) -> Iterator[Figure]:
    """Import in processes of their own and compare their peaks."""
    low, high = peak(few), peak(many)
    yield Figure(
        name=f"import, peak memory at {many:,} rows : at {few:,}",
        ratio=high / low,
        limit=1.25,
        detail=f"{high} MB : {low} MB",
    )
    yield Figure(
        name=f"import, peak memory of the process at {many:,} rows : {MEMORY_GOAL} MB",
        ratio=high / MEMORY_GOAL,
        limit=1.0,
        detail=f"{high} MB",
    )


def peak(rows: int) -> int:
    """Return the peak memory, in MB, of a process that imports so many rows."""
    empty()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(the_list(rows))
        command = [sys.executable, "-m", "tests.bench.import_alone", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def run(size: str) -> Iterator[Figure]:
    """Compare imports and previews with the stock library and with bare inserts; weigh them."""
    prepare()
    few, many = (10_000, 30_000) if size == "small" else (10_000, 100_000)
    rounds = 3 if size == "small" else 5
    yield from previewing(few, many, rounds)
    yield from committing(few if size == "small" else many, 3)
    yield from memory(few, many)
    empty()
