"""REST: places the signed-in user may see, and the pieces every other endpoint shares."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from grid.choices import Level
from grid.models import Place, User


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
    """Lists and shows the rows in the user's scope; outside it is 404."""

    def scoped(self) -> QuerySet[Any]:
        """Return the rows of this endpoint before the scope is applied."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.scoped().none()
        return self.scoped().visible_to(user_of(self.request))


class PlaceSerializer(serializers.ModelSerializer[Place]):
    """A place with its level in words and its parent's code."""

    level_name = serializers.CharField(source="get_level_display", read_only=True)

    class Meta:
        model = Place
        fields = ["code", "name", "level", "level_name", "parent"]


class PlaceViewSet(ReadOnlyScopedViewSet):
    """Places in scope; `?under=CODE` narrows, `?level=N` picks a level, `?q=` searches names."""

    serializer_class = PlaceSerializer
    ordering = "code"

    def scoped(self) -> QuerySet[Place]:
        """Return open places that fit the query string."""
        rows = Place.objects.filter(closed=False)
        params = self.request.query_params if self.request else {}
        if under := params.get("under"):
            rows = rows.under(under)
        if (level := params.get("level", "")).isdigit() and int(level) in Level.values:
            rows = rows.filter(level=int(level))
        if q := params.get("q"):
            rows = rows.filter(name__contains=q)
        return rows

    @property
    def paginator(self) -> Any:
        """Page by code: the primary key is the order of the tree."""
        paginator = super().paginator
        if paginator is not None:
            paginator.ordering = self.ordering
        return paginator
