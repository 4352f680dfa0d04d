"""Loading the place tree from a national list: one COPY of the raw file, then set-based SQL.

The whole country (665,271 rows) must load within a few times a bare COPY and in little memory, so
nothing is looked at row by row in Python; a row is looked for only when something is wrong.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import errors

from grid.choices import CODE_LENGTHS, Level
from grid.services.place_files import COLUMNS, PlaceFileError, blocks, header_of, line_of_open_quote

FAULTS = {
    1: "the code {code!r} is not a national code: give 12 digits, zeros for the lower levels",
    2: "the place {code} has no name: fill the column name",
    3: "the name of {code} has more than 80 characters: shorten it",
    4: "the name of {code} goes over several lines: write it on one",
    5: "the level {level!r} of {code} is not one of 1 (province) to 5 (village)",
    6: "the code {code} has digits below its level {level}: correct the code or the level",
    7: "the code {code} does not lie under its parent {parent}: correct one of the two",
}
WIDTHS = {level: CODE_LENGTHS[level] for level in Level if level <= Level.VILLAGE}
BLANKS = "E' \\t\\u3000\\u00a0'"
_TRIMMED = ", ".join(f"btrim({name}, {BLANKS}) AS {name}" for name in COLUMNS)
# The level says how much of the code counts; without a level its zeros do.
_WIDTH = "CASE level {} ELSE CASE {} ELSE 12 END END".format(
    " ".join(f"WHEN '{level}' THEN {width}" for level, width in WIDTHS.items()),
    " ".join(f"WHEN code LIKE '%{'0' * (12 - n)}' THEN {n}" for n in (2, 4, 6, 9)),
)
_FAULT = """
    CASE WHEN length(raw_code) <> 12 OR translate(raw_code, '0123456789', '') <> ''
              OR raw_code LIKE '00%' THEN 1
         WHEN name = '' THEN 2
         WHEN length(name) > 80 THEN 3
         WHEN name LIKE E'%\n%' THEN 4
         WHEN raw_level NOT IN ('', '1', '2', '3', '4', '5') THEN 5
         WHEN translate(substr(raw_code, width + 1), '0', '') <> '' THEN 6
         WHEN NOT starts_with(raw_code, rtrim(parent, '0')) THEN 7 END::smallint
"""
_ROWS = f"""
    SELECT left(raw_code, width)::varchar(18) COLLATE "C" AS code, name, {{more}}
           (CASE width {" ".join(f"WHEN {width} THEN {level}" for level, width in WIDTHS.items())}
            END)::smallint AS level, {_FAULT} AS fault
    FROM (SELECT code AS raw_code, level AS raw_level, name, parent, {{line}} {_WIDTH} AS width
          FROM (SELECT {{line}} {_TRIMMED} FROM {{source}}) AS trimmed) AS raw
"""  # noqa: S608  our own words only
_READ = "CREATE TEMP TABLE places_read ON COMMIT DROP AS " + _ROWS.format(
    more="", line="", source="places_raw"
)
# Rows lie in the table as they came, so the line is counted only when somebody must be told.
_LINES = _ROWS.format(
    more="raw_code, raw_level, parent, line,",
    line="line,",
    source="(SELECT *, row_number() OVER (ORDER BY ctid) + 1 AS line FROM places_raw) AS lines",
)
_FIRST_FAULT = f"""
    SELECT line, fault, raw_code, raw_level, parent FROM ({_LINES}) AS rows
    WHERE fault IS NOT NULL ORDER BY line LIMIT 1
"""  # noqa: S608  our own words only
_FIRST_DOUBLE = f"""
    SELECT line, raw_code, earlier FROM (
        SELECT line, raw_code, lag(line) OVER (PARTITION BY code ORDER BY line) AS earlier
        FROM ({_LINES}) AS rows) AS pairs
    WHERE earlier IS NOT NULL ORDER BY line LIMIT 1
"""  # noqa: S608  our own words only
_DOUBLES = """
    SELECT (SELECT count(*) FROM places_read)
           - (SELECT count(*) FROM (SELECT FROM places_read GROUP BY code) AS once)
"""
_UPPER = """
    CREATE TEMP TABLE places_upper ON COMMIT DROP AS
    SELECT code FROM places_read WHERE level < 5 UNION SELECT code FROM grid_place WHERE level < 5
"""
# Left over only when two lists are loaded in one transaction.
_CLEAR = "DROP TABLE IF EXISTS places_raw, places_read, places_upper, places_diff"
_UPPER_KEY = "ALTER TABLE places_upper ADD PRIMARY KEY (code)"
# The usual parent is one hash look-up; only where it is missing are the wider ones asked for.
_DIFF = """
    CREATE TEMP TABLE places_diff ON COMMIT DROP AS
    SELECT code, name, level, parent_id, created, renamed FROM (
        SELECT r.code, r.name, r.level, p.code IS NULL AS created, p.name <> r.name AS renamed,
               p.parent_id AS parent_before,
               coalesce(near.code, (
                   SELECT max(u.code) FROM places_upper u
                   WHERE u.code = ANY (ARRAY[left(r.code, 9), left(r.code, 6), left(r.code, 4),
                                             left(r.code, 2)])
                     AND length(u.code) < length(r.code))) AS parent_id
        FROM places_read r
        LEFT JOIN places_upper near ON r.level = 5 AND near.code = left(r.code, 9)
        LEFT JOIN grid_place p ON p.code = r.code) AS found
    WHERE created OR renamed OR parent_before IS DISTINCT FROM parent_id
"""
# What stood below a place before its own level was known moves under it.
_ADOPT = """
    UPDATE grid_place child SET parent_id = near.parent_id FROM (
        SELECT c.code, max(d.code) AS parent_id
        FROM places_diff d
        JOIN grid_place c ON c.code > d.code AND c.code < d.code || ':'
             AND coalesce(length(c.parent_id), 0) < length(d.code)
        WHERE d.created AND d.level < 5
        GROUP BY c.code) AS near
    WHERE child.code = near.code
"""
_CHANGE = """
    UPDATE grid_place p SET name = d.name, parent_id = d.parent_id,
           pinyin = CASE WHEN d.renamed THEN '' ELSE p.pinyin END
    FROM places_diff d WHERE NOT d.created AND p.code = d.code
"""
_CREATE = """
    INSERT INTO grid_place (code, name, level, parent_id, pinyin, closed)
    SELECT code, name, level, parent_id, '', false FROM places_diff WHERE created
"""


@dataclass(frozen=True, slots=True)
class PlacesImported:
    """What an import did: numbers of places."""

    rows: int
    created: int
    renamed: int
    moved: int  # under a nearer parent than before

    @property
    def unchanged(self) -> int:
        """Rows that said what was known already."""
        return self.rows - self.created - self.renamed - self.moved


def import_places(path: Path) -> PlacesImported:
    """Load a list of places (`code,name[,level,parent]`, CSV, also gzipped); all or nothing.

    Codes lose the zeros of their lower levels; a place belongs to its nearest ancestor that
    exists. Places that the file does not name stay. Raise PlaceFileError naming line and fault.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody else may write places meanwhile; reading them and pointing at them goes on.
        cursor.execute("LOCK TABLE grid_place IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_CLEAR)
        _copy(cursor, path)
        cursor.execute(_READ)
        rows = cursor.rowcount
        _check(cursor)
        figures = _apply(cursor, rows)
    if figures.created or figures.renamed or figures.moved:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE grid_place")
    return figures


def _copy(cursor: Any, path: Path) -> None:
    """Send the file as it is into a table of texts; its lines are those of the file."""
    columns = header_of(path)
    names = [name if name in COLUMNS else f"other_{n}" for n, name in enumerate(columns)]
    missing = [name for name in COLUMNS if name not in names]
    # Lists leave optional columns out: they are empty then, as an empty cell is.
    texts = ", ".join(f"{name} text NOT NULL DEFAULT ''" for name in [*names, *missing])
    cursor.execute(f"CREATE TEMP TABLE places_raw ({texts}) ON COMMIT DROP")
    listed = ", ".join(names)
    command = (
        f"COPY places_raw ({listed}) FROM STDIN "
        f"(FORMAT csv, HEADER true, ENCODING 'UTF8', FORCE_NOT_NULL ({listed}))"
    )
    try:
        with cursor.copy(command) as copy:
            for block in blocks(path):
                copy.write(block)
    except errors.DataError as error:
        raise _copy_fault(error, len(columns), path) from error


def _copy_fault(error: errors.DataError, columns: int, path: Path) -> PlaceFileError:
    """Say in our words what COPY could not read."""
    context = error.diag.context or ""
    line = ""
    with suppress(IndexError):
        line = context.split(" line ")[1].split(",")[0].split(":")[0]
    if isinstance(error, errors.CharacterNotInRepertoire | errors.UntranslatableCharacter):
        what = "the text is not UTF-8: save the list as CSV UTF-8"
    elif "unterminated" in str(error):
        line = str(line_of_open_quote(path))  # COPY names the line where it gave up waiting
        what = "a quotation mark is opened and never closed"
    elif isinstance(error, errors.BadCopyFileFormat):
        what = f"the row has not the {columns} columns of the header"
    else:
        what = f"the row cannot be read ({str(error).splitlines()[0]})"
    return PlaceFileError(f"Line {line or '?'}: {what}.")


def _check(cursor: Any) -> None:
    """Raise the first fault of the file, with the line it stands on."""
    cursor.execute("SELECT FROM places_read WHERE fault IS NOT NULL LIMIT 1")
    if cursor.rowcount:
        cursor.execute(_FIRST_FAULT)
        line, fault, code, level, parent = cursor.fetchone()
        what = FAULTS[fault].format(code=code, level=level, parent=parent)
        raise PlaceFileError(f"Line {line}: {what}.")
    cursor.execute(_DOUBLES)
    if cursor.fetchone()[0]:
        cursor.execute(_FIRST_DOUBLE)
        line, code, earlier = cursor.fetchone()
        raise PlaceFileError(
            f"Line {line}: the code {code} stands already on line {earlier}: remove one of them."
        )


def _apply(cursor: Any, rows: int) -> PlacesImported:
    """Make the difference real and count it."""
    for statement in (_UPPER, _UPPER_KEY, "ANALYZE places_upper", "ANALYZE places_read", _DIFF):
        cursor.execute(statement)
    cursor.execute(
        "SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE renamed), count(*) "
        "FROM places_diff"
    )
    created, renamed, changed = cursor.fetchone()
    if created:
        cursor.execute(_ADOPT)
        cursor.execute(_CREATE)
    if changed > created:
        cursor.execute(_CHANGE)
    return PlacesImported(
        rows=rows, created=created, renamed=renamed, moved=changed - created - renamed
    )
