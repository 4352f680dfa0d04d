"""Cursor pages: the first page is instant at any size, and rows do not shift between pages."""

from rest_framework.pagination import CursorPagination


class ApiCursorPagination(CursorPagination):
    """Pages of the REST API, by primary key unless the view says otherwise."""

    ordering = "-pk"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
