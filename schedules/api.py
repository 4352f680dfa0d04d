"""REST: tasks of the user's scope, and health logs through the same service as the pages."""

from typing import Any

import django_filters
import django_filters.rest_framework
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from grid.api import BelowFilter, Conflict, ReadOnlyScopedViewSet, user_of
from grid.errors import Refused
from grid.permissions import Permission
from grid.web import alone_or_refused
from returnees.choices import Channel, HealthCode, Symptom
from returnees.models import Episode, HealthLog
from schedules import services
from schedules.choices import TaskState
from schedules.models import Task


class TaskFilter(django_filters.FilterSet):
    """`?day=`, `?state=`, `?under=CODE`, `?mine=true` narrow, `?q=` searches the person."""

    q = django_filters.CharFilter(
        method="search",
        help_text=gettext_lazy("name, initials, or the last four of phone or ID number"),
    )
    under = BelowFilter()
    day = django_filters.DateFilter(field_name="due_day", help_text="YYYY-MM-DD")
    state = django_filters.ChoiceFilter(choices=TaskState.choices)
    mine = django_filters.rest_framework.BooleanFilter(
        method="held", help_text=gettext_lazy("only what the signed-in cadre holds")
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def search(self, rows: Any, _name: str, text: str) -> Any:
        """Narrow by the person, as the pages do."""
        return rows.filter(episode__in=Episode.objects.matching(text))

    def held(self, rows: Any, _name: str, mine: bool) -> Any:  # noqa: FBT001  django-filter's call
        """Narrow to the tasks of the signed-in cadre."""
        return rows.held_by(self.request.user) if mine else rows


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task with its duty in words, the person and the clause."""

    title = serializers.CharField(source="duty.__str__")
    person = serializers.CharField(source="episode.person.name")
    state_name = serializers.CharField(source="get_state_display")

    class Meta:
        model = Task
        fields = [
            "id", "episode", "person", "duty", "title", "due_day", "due_at", "state", "state_name",
            "holder", "place", "clause", "done_at",
        ]  # fmt: skip


class TaskViewSet(ReadOnlyScopedViewSet):
    """Tasks in scope, the newest first."""

    queryset = Task.objects.select_related("duty", "episode__person")
    serializer_class = TaskSerializer
    filterset_class = TaskFilter


class HealthLogInput(serializers.Serializer[Any]):
    """What a phone sends for one health check."""

    episode = serializers.IntegerField(help_text="id of the returnee's episode")
    temperature = serializers.DecimalField(max_digits=3, decimal_places=1, help_text="°C")
    symptoms = serializers.ListField(
        child=serializers.ChoiceField(choices=Symptom.choices), default=list
    )
    health_code = serializers.ChoiceField(choices=HealthCode.choices, default="", allow_blank=True)
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


class HealthLogViewSet(GenericViewSet):
    """Create health logs."""

    serializer_class = HealthLogInput
    queryset = HealthLog.objects.none()

    @extend_schema(
        request=HealthLogInput,
        responses={
            201: HealthLogSerializer,
            400: OpenApiResponse(description="a field is missing or wrong; says which and why"),
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
            log = alone_or_refused(
                lambda: services.log_health(
                    episode=episode, by=user, channel=Channel.CADRE, **values
                )
            )
        except Refused as error:
            raise Conflict(str(error)) from error
        if log.episode_id != episode.pk:
            # A key used before, for somebody else: that entry is not shown, and none was made.
            raise Conflict(_("This entry key belongs to another entry: send a new one."))
        return Response(HealthLogSerializer(log).data, status=status.HTTP_201_CREATED)
