"""Back office of returns: policy versions and risk areas to edit, the rest to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.resources import ModelResource

from grid.back_office import LoggedExport, PortalAdmin, ReadOnlyAdmin, RightfulImport
from grid.permissions import Permission
from returnees.models import (
    Abnormality,
    AdvanceReport,
    Episode,
    PolicyPack,
    PolicyVersion,
    RiskArea,
)


class RiskAreaResource(ModelResource):
    """Risk areas by place and first day."""

    class Meta:
        model = RiskArea
        import_id_fields = ["place", "part", "mark", "since"]
        fields = ["place", "part", "mark", "since", "until", "last_case_on", "source"]
        skip_unchanged = True
        clean_model_instances = True


@admin.register(RiskArea)
class RiskAreaAdmin(RightfulImport, LoggedExport, PortalAdmin):
    """The risk list with its dates; every change is audited."""

    right = Permission.PUBLISH
    anywhere = frozenset({"place"})  # risk knows no scope: people come from the whole country
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [RiskAreaResource]
    list_display = ["place", "part", "mark", "since", "until", "last_case_on", "source"]
    list_filter = ["mark"]
    exclude = ["opened_by", "ended_by"]
    raw_id_fields = ["place"]
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
