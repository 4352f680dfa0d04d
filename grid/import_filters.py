"""How lists of the REST API of imports are narrowed and paged."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiParameter

from grid.api import BelowFilter
from grid.choices import BatchState, RowAction
from grid.models import ImportBatch, ImportRow
from grid.pagination import ApiCursorPagination


class RowPagination(ApiCursorPagination):
    """Pages of rows in the order of the file."""

    ordering = "number"


class ImportFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?q=` part of the file's name, `?list=`, `?state=`, `?under=CODE`."""

    q = django_filters.CharFilter(field_name="file_name", lookup_expr="icontains")
    list = django_filters.CharFilter(field_name="list_name")
    state = django_filters.ChoiceFilter(choices=BatchState.choices)
    under = BelowFilter()

    class Meta:
        model = ImportBatch
        fields: Any = []


class RowFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?action=`, `?code=` of a problem; the view adds `?kind=`, data where none is named."""

    action = django_filters.ChoiceFilter(choices=RowAction.choices)
    code = django_filters.CharFilter(method="saying", help_text="a code of docs/import-codes.md")

    class Meta:
        model = ImportRow
        fields: Any = []

    def saying(self, rows: Any, _name: str, code: str) -> Any:
        """Narrow to the rows with a problem of this code."""
        return rows.filter(problems__contains=[{"code": code}])


ROW_FILTERS = [
    OpenApiParameter("action", enum=RowAction.values, description="only rows with this action"),
    OpenApiParameter("code", description="only rows with this code of docs/import-codes.md"),
    OpenApiParameter("kind", description="data (default), title, header, example, note, …"),
]
