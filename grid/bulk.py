"""Many rows at once: COPY for new ones, one UPDATE … FROM unnest(…) for changed ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.base import ModelState
from django.utils import timezone
from psycopg import sql

from grid.arrays import array_text, copy_text
from grid.fields import HashField

Row = TypeVar("Row", bound=models.Model)


def copy_in(rows: Sequence[Row]) -> list[Row]:
    """Write new rows of one model, all at once, and give each its id.

    Runs inside the caller's transaction. Triggers fire as for any insert.
    """
    if not rows:
        return []
    model = type(rows[0])
    _number(rows)
    _stamp(rows)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
    )
    text = copy_text([_column(field, rows) for field in fields])
    with connection.cursor() as cursor:
        # COPY passes the wrapper by which grid.audit names who writes: a statement that does not
        # pass it carries the name into the transaction.
        cursor.execute("VALUES (1)")
        with cursor.copy(statement) as copy:
            copy.write(text)
    for row in rows:
        row._state.adding = False  # noqa: SLF001  the rows are in the database now
    return list(rows)


def make(model: type[Row], related: Mapping[str, models.Model], **values: Any) -> Row:
    """Return a new row without the ceremony of the model's constructor; fields by column name.

    `related` are rows at hand, by relation: their keys are set and nobody has to load them.
    """
    row = model.__new__(model)
    fill, defaults = _defaults(model)
    row.__dict__.update(fill)
    for name, default in defaults:
        row.__dict__[name] = default()
    row.__dict__.update(values)
    state = row._state = ModelState()  # noqa: SLF001  what the constructor would do
    for name, one in related.items():
        row.__dict__[f"{name}_id"] = one.pk
        state.fields_cache[name] = one
    return row


@cache
def _defaults(
    model: type[models.Model],
) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Return the default of every column, and the makers of those that are made anew each time."""
    fields = model._meta.concrete_fields
    made = [field for field in fields if field.has_default() and callable(field.default)]
    fill = {field.attname: field.get_default() for field in fields if field not in made}
    return fill, [(field.attname, field.get_default) for field in made]


def _number(rows: Sequence[models.Model]) -> None:
    """Take the ids from the table's sequence, all in one query."""
    meta = type(rows[0])._meta
    if meta.pk.column is None:
        raise TypeError(f"{meta.label} has no id of its own.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s)::regclass)) "
            "FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def _stamp(rows: Sequence[models.Model]) -> None:
    """Set the moments that are the moment of writing."""
    now = timezone.now()
    for field in rows[0]._meta.concrete_fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            stamp = now if isinstance(field, models.DateTimeField) else timezone.localdate(now)
            for row in rows:
                row.__dict__[field.attname] = stamp


def _column(field: Any, rows: Sequence[models.Model]) -> list[Any]:
    """Return the values of one field of all rows, ready for the database."""
    name, prepare = field.attname, _prepare(field)
    values = [row.__dict__[name] for row in rows]
    return list(map(prepare, values)) if prepare else values


def _prepare(field: Any) -> Callable[[Any], Any] | None:
    """Return how a field's value is made ready for the driver; None where it is as it stands."""
    while field.remote_field is not None:
        field = field.target_field
    plain = (
        models.CharField,
        models.TextField,
        models.IntegerField,
        models.DateField,
        models.UUIDField,
    )
    if isinstance(field, (*plain, models.BooleanField, HashField)):
        return None
    if isinstance(field, ArrayField):
        return _array
    if isinstance(field, models.BinaryField):
        return cast("Callable[[Any], Any]", field.get_prep_value)  # sealed
    if isinstance(field, models.JSONField):
        return _json
    return lambda value: field.get_db_prep_save(value, connection)


def _array(value: Any) -> str | None:
    return None if value is None else array_text(value)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Written(dict[str, Any]):
    """JSON that many rows share: its text is made once. Nobody changes it: take another."""

    __slots__ = ("text",)
    text: str

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("Many rows share this: change a copy.")


def _json(value: Any) -> str | None:
    if isinstance(value, Written):
        try:
            return value.text
        except AttributeError:
            value.text = _dumps(value)
            return value.text
    return None if value is None else _dumps(value)


def update_in(rows: Iterable[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one model back, all in one statement.

    A statement per field and row, as a chain of CASE, takes a hundred times as long to build.
    """
    rows = list(rows)
    if not rows:
        return
    meta: Any = rows[0]._meta
    fields = [meta.pk, *(meta.get_field(name) for name in names)]
    values = [array_text(_column(field, rows)) for field in fields]
    columns = [sql.Identifier(str(field.column)) for field in fields]
    changes = [
        sql.SQL("{0} = v.{0}::{1}").format(column, sql.SQL(str(field.db_type(connection))))
        for column, field in zip(columns[1:], fields[1:], strict=True)
    ]
    statement = sql.SQL(
        "UPDATE {table} SET {changes} FROM unnest({arrays}) AS v ({columns}) "
        "WHERE {table}.{key} = v.{key}"
    ).format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(changes),
        arrays=sql.SQL(", ").join(sql.SQL(f"%s::{_kind(field)}[]") for field in fields),
        columns=sql.SQL(", ").join(columns),
        key=columns[0],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), values)


def _kind(field: Any) -> str:
    # An array of arrays would have to be rectangular: each travels as text. So does JSON.
    is_text = isinstance(field, (ArrayField, models.JSONField))
    return "text" if is_text else str(field.db_type(connection))
