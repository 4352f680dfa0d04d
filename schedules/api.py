"""REST: tasks of the user's scope, and health logs through the same service as the pages."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grid.api import Conflict, ReadOnlyScopedViewSet, user_of
from grid.errors import Refused
from grid.permissions import Permission
from returnees.choices import Channel, HealthCode, Symptom
from returnees.models import Episode, HealthLog
from schedules import services
from schedules.models import Task


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task with its duty in words, the person and the clause."""

    title = serializers.CharField(source="duty.__str__")
    person = serializers.CharField(source="episode.person.name")

    class Meta:
        model = Task
        fields = [
            "id",
            "episode",
            "person",
            "duty",
            "title",
            "due_day",
            "due_at",
            "state",
            "holder",
            "place",
            "clause",
            "done_at",
        ]


class TaskViewSet(ReadOnlyScopedViewSet):
    """Tasks in scope; `?day=`, `?state=`, `?mine=1` narrow, `?q=` searches the person."""

    serializer_class = TaskSerializer

    def scoped(self) -> QuerySet[Task]:
        """Return tasks that fit the query string."""
        params = self.request.query_params if self.request else {}
        rows = Task.objects.select_related("duty", "episode__person")
        if day := params.get("day"):
            rows = rows.on(_day(day))
        if state := params.get("state"):
            rows = rows.filter(state=state)
        if params.get("mine"):
            rows = rows.held_by(user_of(self.request))
        if q := params.get("q"):
            rows = rows.filter(episode__in=Episode.objects.matching(q))
        return rows


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise serializers.ValidationError({"day": ["Write the day as YYYY-MM-DD."]}) from error


class HealthLogInput(serializers.Serializer[Any]):
    """What a phone sends for one health check."""

    episode = serializers.IntegerField(help_text="id of the returnee's episode")
    temperature = serializers.DecimalField(max_digits=3, decimal_places=1, help_text="°C")
    symptoms = serializers.ListField(
        child=serializers.ChoiceField(choices=Symptom.choices), default=list
    )
    health_code = serializers.ChoiceField(choices=HealthCode.choices, default="")
    day = serializers.DateField(required=False, help_text="default: today")
    phone_at = serializers.DateTimeField(required=False, help_text="the phone's own time")
    entry_key = serializers.UUIDField(
        required=False, help_text="the phone's id of the entry; sending it again changes nothing"
    )
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class HealthLogSerializer(serializers.ModelSerializer[HealthLog]):
    """A stored health check."""

    class Meta:
        model = HealthLog
        fields = ["id", "episode", "day", "at", "temperature", "symptoms", "health_code", "note"]


class HealthLogViewSet(GenericViewSet):  # type: ignore[type-arg]
    """Create health logs."""

    serializer_class = HealthLogInput
    queryset = HealthLog.objects.none()

    @extend_schema(
        request=HealthLogInput,
        responses={
            201: HealthLogSerializer,
            403: OpenApiResponse(description="inside the scope without the right"),
            404: OpenApiResponse(description="outside the scope"),
            409: OpenApiResponse(description="refused; detail says why"),
        },
    )
    def create(self, request: Request) -> Response:
        """Log one health check."""
        user = user_of(request)
        data = self.get_serializer(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        episode = get_object_or_404(
            Episode.objects.visible_to(user).select_related("person"), pk=values.pop("episode")
        )
        if not user.can(Permission.LOG, episode):
            raise PermissionDenied
        try:
            log = services.log_health(episode=episode, by=user, channel=Channel.CADRE, **values)
        except Refused as error:
            raise Conflict(str(error)) from error
        return Response(HealthLogSerializer(log).data, status=status.HTTP_201_CREATED)
