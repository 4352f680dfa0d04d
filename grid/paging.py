"""Pages of HTML lists by key: the first page is as fast at ten million rows as at ten.

A cursor names the last row seen by the values it is sorted by, never by its position, so rows that
come or go between two clicks shift nothing. The order must end in a unique column, without nulls.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
SIZE = 50  # rows to a page


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """The rows of one page and the query strings of its neighbours, empty where there is none."""

    rows: list[Row]
    previous: str
    next: str

    def __bool__(self) -> bool:
        """Say whether there is anything on the page."""
        return bool(self.rows)


def keyset_page(
    rows: QuerySet[Row], *, order: Sequence[str], query: QueryDict, size: int = SIZE
) -> KeysetPage[Row]:
    """Return the page that `?cursor=` of the query names; the first page for none or a bad one."""
    backwards, key = _read(query.get("cursor", ""), rows.model, order)
    fields = [_flip(field) for field in order] if backwards else list(order)
    found = rows.order_by(*fields)
    if key is not None:
        found = found.filter(_beyond(fields, key))
    got = list(found[: size + 1])
    more, got = len(got) > size, got[:size]
    if backwards:
        got.reverse()
    before, after = (more, key is not None) if backwards else (key is not None, more)
    return KeysetPage(
        rows=got,
        previous=_link(query, "-", got[0], order) if got and before else "",
        next=_link(query, "+", got[-1], order) if got and after else "",
    )


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(fields: Sequence[str], key: Sequence[Any]) -> Q:
    """Return "comes after the key": (a > x) or (a = x and b > y) …, bounded by the first column."""
    condition, equal = Q(pk__in=[]), Q()
    for field, value in zip(fields, key, strict=True):
        name = field.removeprefix("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field[0] == '-' else 'gt'}": value})
        equal &= Q(**{name: value})
    # Implied by the rest, but it is what lets the index begin at the key.
    first = fields[0]
    bound = Q(**{f"{first.removeprefix('-')}__{'lte' if first[0] == '-' else 'gte'}": key[0]})
    return bound & condition


def _link(query: QueryDict, sign: str, row: Model, order: Sequence[str]) -> str:
    values = [_value(row, field.removeprefix("-")) for field in order]
    text = json.dumps(values, default=str, separators=(",", ":"))
    copy = query.copy()
    copy["cursor"] = sign + urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return "?" + copy.urlencode()


def _value(row: Model, name: str) -> Any:
    return row.pk if name == "pk" else getattr(row, _field(type(row), name).attname)


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _read(cursor: str, model: type[Model], order: Sequence[str]) -> tuple[bool, list[Any] | None]:
    """Return the direction and key of a cursor; no key for one that somebody has mangled."""
    sign, text = cursor[:1], cursor[1:]
    try:
        values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        names = [field.removeprefix("-") for field in order]
        key = [_field(model, n).to_python(v) for n, v in zip(names, values, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return False, None
    if any(value is None for value in key):
        return False, None
    return sign == "-", key
