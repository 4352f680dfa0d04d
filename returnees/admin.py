"""Back office of returns: to look at; everything here is written by the portal's own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from grid.back_office import ReadOnlyAdmin
from returnees.models import (
    Abnormality,
    AdvanceReport,
    Episode,
    PolicyPack,
    PolicyVersion,
    RiskArea,
)


@admin.register(RiskArea)
class RiskAreaAdmin(ReadOnlyAdmin):
    """The areas with their dates, to look at and take away.

    They change through lists alone, so that nobody whom a change touches is missed.
    """

    list_display = ["place", "part", "mark", "since", "until", "last_case_on", "source"]
    list_filter = ["mark"]
    list_select_related = ["place"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RiskArea]:
        return RiskArea.objects.select_related("place")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Which notice binds which place since when."""

    list_display = ["pack", "version", "place", "since", "until", "proposed", "made_by"]
    list_filter = ["pack", "proposed"]
    list_select_related = ["place", "made_by"]


@admin.register(PolicyPack)
class PolicyPackAdmin(ReadOnlyAdmin):
    """Pack files as they were put in force."""

    list_display = ["key", "version", "title_zh", "base", "added_by", "added_at"]
    list_filter = ["key"]
    list_select_related = ["base", "added_by"]


@admin.register(AdvanceReport)
class AdvanceReportAdmin(ReadOnlyAdmin):
    """Advance reports."""

    list_display = ["person", "place", "arrives_at", "reported_at", "channel"]
    list_select_related = ["person", "place"]
    list_filter = ["channel"]
    exclude = ["extra"]  # further columns of a list may hold anything


@admin.register(Episode)
class EpisodeAdmin(ReadOnlyAdmin):
    """Management periods."""

    list_display = ["person", "place", "state", "classification", "arrives_on", "observation_ends"]
    list_select_related = ["person", "place"]
    list_filter = ["state", "classification"]
    exclude = ["facts", "plan", "revision"]


@admin.register(Abnormality)
class AbnormalityAdmin(ReadOnlyAdmin):
    """Abnormal findings."""

    list_display = ["episode", "kind", "found_at", "what", "outcome", "closed_at"]
    list_select_related = ["episode__person"]
    list_filter = ["kind", "outcome"]
