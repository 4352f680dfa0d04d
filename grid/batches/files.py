"""The file of an import as it came: packed and sealed, written and read in binary.

As the text of a statement it would be several times its size, and a list of a hundred thousand rows
is twenty megabytes to begin with.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from grid.batches.running import BatchRefusedError
from grid.models import ImportBatch, ImportFile

_CONTENT: Any = ImportFile._meta.get_field("content")


def keep_file(batch: ImportBatch, content: bytes, sheets: Sequence[dict[str, Any]] = ()) -> None:
    """Keep the file of a batch, and its sheets as `choosing.sheets` told them."""
    statement = "INSERT INTO grid_importfile (batch_id, content, sheets) VALUES (%s, %b, %s)"
    with _cursor() as cursor:
        packed = _CONTENT.get_prep_value(content)
        cursor.execute(statement, [batch.pk, packed, Jsonb(list(sheets))])


def content_of(batch: ImportBatch) -> bytes:
    """Return the file of a batch, or refuse where it was not kept."""
    statement = "SELECT content FROM grid_importfile WHERE batch_id = %s"
    with _cursor() as cursor:
        found = cursor.execute(statement, [batch.pk], binary=True).fetchone()
    if found is None:
        raise BatchRefusedError(_("The file of this import was not kept; upload it again."))
    return bytes(_CONTENT.from_db_value(found[0]))


def sheets_told(batch: ImportBatch) -> list[dict[str, Any]] | None:
    """Return what the reading said of the sheets, None where no file is kept; never the file."""
    return ImportFile.objects.filter(batch=batch).values_list("sheets", flat=True).first()


def _cursor() -> psycopg.Cursor[Any]:
    """Return a cursor that hands values over beside the statement, in the same transaction."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
