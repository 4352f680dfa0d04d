"""What leaves the back office of a model that is not taken in: made from the model itself.

Sealed and hashed values, unstructured data and secrets never leave; a row that hangs on another is
given by that one's name, a place by its code as well.
"""

from typing import Any

from django.db import models
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource

from grid.exchange.resources import widget_of
from grid.exchange.widgets import Text
from grid.models import Place

MOST_ROWS = 200_000
CODE_OF = gettext_lazy("{field}: code")
NEVER = frozenset({"password", "last_login", "is_superuser", "pinyin", "plan", "facts"})


class TooManyRowsError(ValueError):
    """More than one file can carry; the message is a sentence for the user."""


class ExportResource(ModelResource):  # type: ignore[misc]  # import_export has no types
    """Columns with the headings of the user's language; related rows come with one query."""

    joined: tuple[str, ...] = ()
    titles: dict[str, Any] = {}

    class Meta:
        chunk_size = 2000

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, field in self.fields.items():
            field.column_name = str(capfirst(str(self.titles[name])))

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        need_not_too_many(queryset)
        return queryset.select_related(*self.joined)


def need_not_too_many(queryset: Any) -> None:
    """Refuse more rows than a workbook should carry."""
    rows = queryset[: MOST_ROWS + 1].count()
    if rows > MOST_ROWS:
        raise TooManyRowsError(
            _("These are more than %(most)s rows: filter the list first.") % {"most": MOST_ROWS}
        )


def exports(model: Any, *more: tuple[str, Any], leave_out: tuple[str, ...] = ()) -> Any:
    """Return the resource of a model that is exported only.

    `more` are further columns: a property or path and its heading. They may not run queries.
    """
    columns: dict[str, Field] = {}
    titles: dict[str, Any] = {}
    joined: list[str] = []
    for field in model._meta.fields:
        if _leaves(field) and field.name not in leave_out:
            for path, title in _columns(field):
                columns[path] = Field(attribute=path, column_name=path, widget=_widget(field, path))
                titles[path] = title
                if "__" in path:
                    joined.append(path.rsplit("__", 1)[0])
    for path, title in more:
        columns[path], titles[path] = Field(path, column_name=path, widget=Text()), title
        if "__" in path:
            joined.append(path.rsplit("__", 1)[0])
    words = {**columns, "joined": tuple(dict.fromkeys(joined)), "titles": titles}
    words["Meta"] = type("Meta", (), {"model": model, "fields": tuple(columns)})
    return type(f"{model.__name__}Export", (ExportResource,), words)


def _leaves(field: Any) -> bool:
    if isinstance(field, models.BinaryField | models.JSONField | models.FileField):
        return False
    return field.name not in NEVER


def _columns(field: Any) -> list[tuple[str, Any]]:
    """Return the columns of a field as (path, heading)."""
    if not isinstance(field, models.ForeignKey):
        return [(field.name, field.verbose_name)]
    other = field.related_model
    named = any(one.name == "name" for one in other._meta.fields)
    if issubclass(other, Place):
        code = format_lazy(CODE_OF, field=field.verbose_name)
        return [(field.attname, code), (f"{field.name}__name", field.verbose_name)]
    return [(f"{field.name}__name" if named else field.attname, field.verbose_name)]


def _widget(field: Any, path: str) -> Any:
    return widget_of(field) if path == field.name else Text()
