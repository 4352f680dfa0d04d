"""Back office of the foundation: what no page of the portal covers. Scope holds here as well."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.resources import ModelResource
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from grid.formats import FORMATS
from grid.models import (
    Assignment,
    Block,
    BlockVillage,
    Event,
    Household,
    ImportBatch,
    Leave,
    Person,
    Place,
    Post,
    Site,
    User,
)
from grid.permissions import Permission

admin.site.unregister(Group)  # roles are code (grid.permissions), not rows


class PortalAdmin(ModelAdmin):
    """Rows in the user's scope; change needs `right`; nothing is deleted here."""

    right: Permission | None = Permission.CONFIGURE
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def _may(self, request: HttpRequest, right: Permission | None, row: Model | None) -> bool:
        user = request.user
        if not isinstance(user, User) or right is None:
            return False
        return user.can(right, row if hasattr(row, "scope_keys") else None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, Permission.VIEW, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.right, None)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.right, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(PortalAdmin):
    """Rows that services alone write."""

    right = None


class PlaceResource(ModelResource):
    """Places by code."""

    class Meta:
        model = Place
        import_id_fields = ["code"]
        fields = ["code", "name", "level", "parent", "closed"]
        use_bulk = True
        skip_unchanged = True
        clean_model_instances = True


class HouseholdResource(ModelResource):
    """Households by place and door number."""

    class Meta:
        model = Household
        import_id_fields = ["place", "number"]
        fields = ["place", "number", "address", "use", "head_name", "home_suitable", "assessed_on"]
        skip_unchanged = True
        clean_model_instances = True


@admin.register(Place)
class PlaceAdmin(ImportExportMixin, PortalAdmin):
    """The tree; the national part comes from `manage.py import_places`."""

    resource_classes = [PlaceResource]
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = import_formats = export_formats = FORMATS
    list_display = ["code", "name", "level", "closed"]
    list_filter = ["level", "closed"]
    search_fields = ["code", "name", "pinyin"]
    raw_id_fields = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: Place | None = None) -> list[str]:
        return ["code", "level"] if obj else []


class BlockVillageInline(TabularInline):
    """Villages of a block."""

    model = BlockVillage
    raw_id_fields = ["village"]
    extra = 1


@admin.register(Block)
class BlockAdmin(PortalAdmin):
    """Blocks and their villages."""

    list_display = ["name", "township"]
    raw_id_fields = ["township"]
    inlines = [BlockVillageInline]


@admin.register(Household)
class HouseholdAdmin(ExportMixin, PortalAdmin):
    """Households; day-to-day changes are made on the household's page."""

    resource_classes = [HouseholdResource]
    export_form_class = ExportForm
    formats = export_formats = FORMATS
    list_display = ["number", "address", "place", "use", "home_suitable"]
    list_filter = ["use", "home_suitable"]
    search_fields = ["number", "address", "head_name"]
    raw_id_fields = ["place", "landlord"]
    list_select_related = ["place"]


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """Persons, masked."""

    list_display = ["name", "masked_id", "masked_phone", "sex", "birth_date", "place"]
    search_fields = ["name", "pinyin"]
    list_select_related = ["place"]
    fields = ["name", "masked_id", "masked_phone", "sex", "birth_date", "place", "household"]
    readonly_fields = fields


class PostInline(TabularInline):
    """Posts of a cadre."""

    model = Post
    raw_id_fields = ["place", "block"]
    extra = 0


@admin.register(User)
class UserAdmin(PortalAdmin):
    """Cadres; new ones and passwords are made on the cadres page."""

    right = Permission.MANAGE_POSTS
    list_display = ["name", "phone", "unit", "title", "is_active"]
    list_filter = ["is_active", "party_member"]
    search_fields = ["name", "phone"]
    fields = ["name", "phone", "unit", "title", "party_member", "is_active", "is_staff"]
    readonly_fields = ["phone"]
    inlines = [PostInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        rights = request.user
        trusted = isinstance(rights, User) and rights.can(Permission.CONFIGURE)
        return ["phone"] if trusted else ["phone", "is_staff", "is_active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Post)
class PostAdmin(PortalAdmin):
    """Who holds which role where, and since when."""

    right = Permission.MANAGE_POSTS
    list_display = ["user", "role", "place", "block", "since", "until"]
    list_filter = ["role"]
    search_fields = ["user__name", "user__phone"]
    raw_id_fields = ["user", "place", "block"]
    list_select_related = ["user", "place", "block"]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Assignments with their history; made and ended on the assignments page."""

    list_display = ["cadre", "tier", "target", "lead", "since", "until"]
    list_filter = ["tier", "lead"]
    search_fields = ["cadre__name"]
    list_select_related = ["cadre", "place", "block", "household", "person"]


@admin.register(Leave)
class LeaveAdmin(ReadOnlyAdmin):
    """Leaves and who covers."""

    list_display = ["user", "cover", "since", "until"]
    list_select_related = ["user", "cover"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Leave]:
        rows: QuerySet[Leave] = super().get_queryset(request)
        return rows.filter(user__in=User.objects.visible_to(request.user))


@admin.register(Site)
class SiteAdmin(PortalAdmin):
    """Isolation sites."""

    list_display = ["name", "place", "rooms", "closed"]
    raw_id_fields = ["place"]
    search_fields = ["name"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Who showed, exported, took back what."""

    list_display = ["at", "kind", "actor_name", "subject", "reason"]
    list_filter = ["kind"]
    search_fields = ["actor_name", "subject"]


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Imports; their rows stand on the import's page."""

    list_display = ["uploaded_at", "list_name", "file_name", "uploaded_by", "state"]
    list_filter = ["state", "list_name"]
    fields = ["list_name", "file_name", "place", "uploaded_by", "as_of", "state", "summary"]
    readonly_fields = fields


admin.site.index_title = _("Back office")
