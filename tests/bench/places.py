"""import_places against a bare COPY of the same file into the same table with its indexes."""

import gzip
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from django.db import connection

from grid.models import Place
from tests.bench.figures import Figure
from tests.bench.measure import side_by_side

MEMORY_GOAL = 500  # MB
SHAPE = {"small": (31, 11, 9, 14, 16), "full": (31, 11, 9, 14, 16)}  # 665,000 rows, both sizes


def generated(folder: Path) -> Path:
    """Write a tree of the country's size and shape under invented names."""
    path = folder / "places.csv"
    provinces, cities, counties, townships, villages = SHAPE["full"]
    with path.open("w", encoding="utf-8") as file:
        file.write("code,name,level,parent\n")
        for p in range(11, 11 + provinces):
            file.write(f"{p}0000000000,第{p}省,1,\n")
            for c in range(1, cities + 1):
                city = f"{p}{c:02d}"
                file.write(f"{city}00000000,第{c}市,2,{p}0000000000\n")
                for k in range(1, counties + 1):
                    _county(file, city, f"{city}{k:02d}", townships, villages)
    return path


def _county(file, city: str, county: str, townships: int, villages: int) -> None:
    file.write(f"{county}000000,第{county[-2:]}县,3,{city}00000000\n")
    for t in range(1, townships + 1):
        township = f"{county}{t:03d}"
        file.write(f"{township}000,第{t}镇,4,{county}000000\n")
        for v in range(201, 201 + villages):
            file.write(f"{township}{v},第{v}村民委员会,5,{township}000\n")


def prepared_rows(path: Path) -> str:
    """Return the same rows in the table's own form, for the bare COPY."""
    reader = gzip.open if path.suffix == ".gz" else open
    lines = []
    with reader(path, "rt", encoding="utf-8") as file:
        next(file)
        for line in file:
            code, name, *_rest = line.rstrip("\n").split(",")
            short = _short(code)
            lines.append(f"{short}\t{name}\t{Place.level_of(short).value}\t\\N\t\tf\n")
    return "".join(lines)


def _short(code: str) -> str:
    for length in (2, 4, 6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code


def empty() -> None:
    """Put the table back as a new one."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE grid_place CASCADE")


def bare_copy(rows: str) -> None:
    """COPY the rows into the table with its indexes and nothing else."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY grid_place (code, name, level, parent_id, pinyin, closed) FROM STDIN"
        ) as copy,
    ):
        copy.write(rows)


def command(path: Path) -> subprocess.CompletedProcess[str]:
    """Run import_places as a process of its own and return its output with /usr/bin/time's."""
    wrapper = (
        "import resource,subprocess,sys;"
        "p=subprocess.run(sys.argv[1:],capture_output=True,text=True);"
        "sys.stdout.write(p.stdout);sys.stderr.write(p.stderr);"
        "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024);"
        "sys.exit(p.returncode)"
    )
    return subprocess.run(
        [sys.executable, "-c", wrapper, sys.executable, "manage.py", "import_places", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ.copy(),
    )


def run(size: str) -> Iterator[Figure]:
    """Compare the command in this process with the bare COPY, and read its peak memory."""
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("PLACES")
        path = Path(given) if given else generated(Path(folder))
        rows = prepared_rows(path)
        yield side_by_side(
            f"import_places, {rows.count(chr(10)):,} rows : bare COPY",
            ours=lambda: call_command("import_places", str(path), stdout=StringIO()),
            reference=lambda: bare_copy(rows),
            limit=4.0,
            rounds=3 if size == "small" else 5,
            before=empty,
        )
        empty()
        peak = int(re.search(r"PEAK (\d+)", command(path).stdout)[1])
        yield Figure(
            name="import_places: peak memory of the process : 500 MB",
            ratio=peak / MEMORY_GOAL,
            limit=1.0,
            detail=f"{peak} MB",
        )
        empty()
