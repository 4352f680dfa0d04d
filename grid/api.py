"""REST: places the signed-in user may see, and the pieces every other endpoint shares."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from grid.choices import Level
from grid.models import Place, User
from grid.pagination import ApiCursorPagination


class Conflict(APIException):
    """A service refused the act; the detail is its sentence."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


def user_of(request: Request) -> User:
    """Return the signed-in user of a request that passed authentication."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  IsAuthenticated ran before
    return user


class ReadOnlyScopedViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Lists and shows the rows in the user's scope; outside it is 404, a bad filter is 400."""

    filter_backends = [DjangoFilterBackend]

    def get_queryset(self) -> QuerySet[Any]:
        rows: Any = super().get_queryset()
        fake = getattr(self, "swagger_fake_view", False)  # the schema is made without a request
        scoped: QuerySet[Any] = rows.none() if fake else rows.visible_to(user_of(self.request))
        return scoped


class BelowFilter(django_filters.CharFilter):
    """Narrows to a place and everything under it."""

    def __init__(self, **kwargs: Any):
        super().__init__(help_text=_("code of a place: only what lies below it"), **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return qs.under(value) if value else qs


class PlaceFilter(django_filters.FilterSet):
    """`?under=CODE`, `?level=N`, `?q=` part of the name."""

    q = django_filters.CharFilter(field_name="name", lookup_expr="contains")
    under = BelowFilter()
    level = django_filters.ChoiceFilter(choices=Level.choices)

    class Meta:
        model = Place
        fields: list[str] = []


class PlaceSerializer(serializers.ModelSerializer[Place]):
    """A place with its level in words and its parent's code."""

    level_name = serializers.CharField(source="get_level_display", read_only=True)

    class Meta:
        model = Place
        fields = ["code", "name", "level", "level_name", "parent"]


class PlacePagination(ApiCursorPagination):
    """Pages in the order of the tree."""

    ordering = "code"


class PlaceViewSet(ReadOnlyScopedViewSet):
    """Places in scope that are in use."""

    queryset = Place.objects.filter(closed=False)
    serializer_class = PlaceSerializer
    filterset_class = PlaceFilter
    pagination_class = PlacePagination
