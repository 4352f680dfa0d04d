"""REST: returnees as the user's pages show them, masked."""

from django.db.models import QuerySet
from rest_framework import serializers

from grid.api import ReadOnlyScopedViewSet
from returnees.models import Episode, Stage, Test


class StageSerializer(serializers.ModelSerializer[Stage]):
    """A stage with its dates and the clause it rests on."""

    class Meta:
        model = Stage
        fields = ["n", "kind", "day0", "first_day", "last_day", "clause", "closed_on"]


class TestSerializer(serializers.ModelSerializer[Test]):
    """A test owed or taken."""

    __test__ = False

    class Meta:
        model = Test
        fields = ["id", "purpose", "planned_on", "due_on", "result", "clause"]


class EpisodeSerializer(serializers.ModelSerializer[Episode]):
    """A returnee's management period; ID number and phone are masked."""

    name = serializers.CharField(source="person.name")
    id_number = serializers.CharField(source="person.masked_id")
    phone = serializers.CharField(source="person.masked_phone")
    place_name = serializers.CharField(source="place.name")
    responsible_name = serializers.CharField(source="responsible.name", default="")
    stages = StageSerializer(many=True)
    tests = TestSerializer(many=True)

    class Meta:
        model = Episode
        fields = [
            "id",
            "name",
            "id_number",
            "phone",
            "place",
            "place_name",
            "state",
            "classification",
            "stage_kind",
            "arrives_on",
            "arrived_at",
            "observation_ends",
            "responsible",
            "responsible_name",
            "plan",
            "stages",
            "tests",
        ]


class ReturneeViewSet(ReadOnlyScopedViewSet):
    """Returnees in scope; `?q=` searches name, initials, phone, last four; `?state=`, `?under=`."""

    serializer_class = EpisodeSerializer

    def scoped(self) -> QuerySet[Episode]:
        """Return episodes that fit the query string, with what the serializer shows."""
        params = self.request.query_params if self.request else {}
        rows = Episode.objects.select_related("person", "place", "responsible")
        rows = rows.prefetch_related("stages", "tests").matching(params.get("q", ""))
        if state := params.get("state"):
            rows = rows.filter(state=state)
        if under := params.get("under"):
            rows = rows.under(under)
        return rows
