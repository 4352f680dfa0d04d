"""REST: returnees as the user's pages show them, masked."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from grid.api import BelowFilter, ReadOnlyScopedViewSet
from returnees.choices import EpisodeState
from returnees.models import Episode, Stage, Test


class EpisodeFilter(django_filters.FilterSet):
    """`?q=` name, initials, phone, ID number or last four; `?state=`, `?under=CODE`."""

    q = django_filters.CharFilter(
        method="search", help_text=_("name, initials, or the last four of phone or ID number")
    )
    under = BelowFilter()
    state = django_filters.ChoiceFilter(choices=EpisodeState.choices)

    class Meta:
        model = Episode
        fields: list[str] = []

    def search(self, rows: Any, _name: str, text: str) -> Any:
        """Narrow by the person, as the pages do."""
        return rows.matching(text)


class StageSerializer(serializers.ModelSerializer[Stage]):
    """A stage with its dates and the clause it rests on."""

    class Meta:
        model = Stage
        fields = [
            "id", "n", "kind", "day0", "first_day", "last_day", "clause", "closed_on",
            "superseded_on",
        ]  # fmt: skip


class TestSerializer(serializers.ModelSerializer[Test]):
    """A test owed or taken."""

    __test__ = False

    class Meta:
        model = Test
        fields = ["id", "purpose", "planned_on", "due_on", "result", "clause", "superseded_on"]


class EpisodeSerializer(serializers.ModelSerializer[Episode]):
    """A returnee's management period; ID number and phone are masked."""

    name = serializers.CharField(source="person.name")
    id_number = serializers.CharField(source="person.masked_id", help_text=_("masked"))
    phone = serializers.CharField(source="person.masked_phone", help_text=_("masked"))
    place_name = serializers.CharField(source="place.name")
    state_name = serializers.CharField(source="get_state_display")
    stage_name = serializers.CharField(source="get_stage_kind_display")
    responsible_name = serializers.CharField(source="responsible.name", default="")

    class Meta:
        model = Episode
        fields = [
            "id", "name", "id_number", "phone", "place", "place_name", "state", "state_name",
            "classification", "stage_kind", "stage_name", "arrives_on", "arrived_at",
            "observation_ends", "responsible", "responsible_name",
        ]  # fmt: skip


class EpisodeDetailSerializer(EpisodeSerializer):
    """The same with the plan, each item with its clause, and what became of it."""

    stages = StageSerializer(many=True)
    tests = TestSerializer(many=True)

    class Meta(EpisodeSerializer.Meta):
        fields = [*EpisodeSerializer.Meta.fields, "plan", "stages", "tests"]


class ReturneeViewSet(ReadOnlyScopedViewSet):
    """Returnees in scope, the latest registered first; one of them comes with plan and tests."""

    queryset = Episode.objects.select_related("person", "place", "responsible")
    serializer_class = EpisodeSerializer
    filterset_class = EpisodeFilter

    def get_queryset(self) -> QuerySet[Episode]:
        rows = super().get_queryset()
        return rows.prefetch_related("stages", "tests") if self.action == "retrieve" else rows

    def get_serializer_class(self) -> type[EpisodeSerializer]:
        return EpisodeDetailSerializer if self.action == "retrieve" else EpisodeSerializer
