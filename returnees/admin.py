"""Back office of returns: policy versions and risk areas to edit, the rest to look at."""

from django.contrib import admin
from import_export.admin import ImportExportMixin
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from grid.admin import PortalAdmin, ReadOnlyAdmin
from grid.formats import FORMATS
from grid.permissions import Permission
from returnees.models import Abnormality, AdvanceReport, Episode, PolicyVersion, RiskArea


class RiskAreaResource(ModelResource):
    """Risk areas by place and first day."""

    class Meta:
        model = RiskArea
        import_id_fields = ["place", "since"]
        fields = ["place", "level", "flags", "since", "until", "source"]
        skip_unchanged = True
        clean_model_instances = True


@admin.register(RiskArea)
class RiskAreaAdmin(ImportExportMixin, PortalAdmin):
    """The risk list with its dates; every change is audited."""

    right = Permission.PUBLISH
    resource_classes = [RiskAreaResource]
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = import_formats = export_formats = FORMATS
    list_display = ["place", "level", "flags", "since", "until", "source"]
    list_filter = ["level"]
    raw_id_fields = ["place"]
    list_select_related = ["place"]

    def get_queryset(self, request):  # type: ignore[no-untyped-def]  # whole country: risk has no scope
        return RiskArea.objects.select_related("place")

    def has_change_permission(self, request, obj=None) -> bool:  # type: ignore[no-untyped-def]
        return self._may(request, self.right, None)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Which notice binds which place since when."""

    list_display = ["pack", "version", "place", "since", "until"]


@admin.register(AdvanceReport)
class AdvanceReportAdmin(ReadOnlyAdmin):
    """Advance reports."""

    list_display = ["person", "place", "arrives_at", "reported_at", "channel"]
    list_select_related = ["person", "place"]
    list_filter = ["channel"]


@admin.register(Episode)
class EpisodeAdmin(ReadOnlyAdmin):
    """Management periods."""

    list_display = ["person", "place", "state", "classification", "arrives_on", "observation_ends"]
    list_select_related = ["person", "place"]
    list_filter = ["state", "classification"]
    exclude = ["facts"]


@admin.register(Abnormality)
class AbnormalityAdmin(ReadOnlyAdmin):
    """Abnormal findings."""

    list_display = ["episode", "kind", "found_at", "what", "outcome", "closed_at"]
    list_select_related = ["episode__person"]
    list_filter = ["kind", "outcome"]
