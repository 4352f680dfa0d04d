"""Back office of the foundation: what no page of the portal covers. Scope holds here as well."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from grid.admin_homes import HouseholdResource, SiteResource, UserResource
from grid.admin_places import BlockResource, PlaceForm, PlaceResource
from grid.back_office import (
    InlineRights,
    PortalAdmin,
    ReadOnlyAdmin,
    RightfulImport,
    may,
    open_site,
)
from grid.exchange.exports import exports
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
from grid.pinyin import initials
from grid.services.accounts import may_manage

admin.site.unregister(Group)  # roles are code (grid.permissions), not rows
open_site()


@admin.register(Place)
class PlaceAdmin(RightfulImport, PortalAdmin):
    """The tree; the national part comes from `manage.py import_places`."""

    resource_classes = [PlaceResource]
    form = PlaceForm
    list_display = ["code", "name", "level", "closed"]
    list_filter = ["level", "closed"]
    search_fields = ["code", "name", "pinyin"]
    fields = ["code", "name", "closed"]

    def get_form(
        self, request: HttpRequest, obj: Place | None = None, **kwargs: object
    ) -> type[ModelForm]:
        form: type[ModelForm] = super().get_form(request, obj, **kwargs)
        form.user = request.user  # type: ignore[attr-defined]  # PlaceForm asks for the area
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Place | None = None) -> list[str]:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Place, form: object, change: object) -> None:
        """Keep the initials in step with the name."""
        obj.pinyin = initials(obj.name)
        obj.save()


class BlockVillageInline(InlineRights, TabularInline):
    """Villages of a block."""

    model = BlockVillage
    right = Permission.CONFIGURE
    raw_id_fields = ["village"]


@admin.register(Block)
class BlockAdmin(RightfulImport, PortalAdmin):
    """Blocks and their villages."""

    resource_classes = [BlockResource]
    list_display = ["name", "township"]
    raw_id_fields = ["township"]
    inlines = [BlockVillageInline]


@admin.register(Household)
class HouseholdAdmin(RightfulImport, PortalAdmin):
    """Households; day-to-day changes are made on the household's page."""

    resource_classes = [HouseholdResource]
    list_display = ["number", "address", "place", "use", "home_suitable"]
    list_filter = ["use", "home_suitable"]
    search_fields = ["number", "address", "head_name"]
    raw_id_fields = ["place", "landlord"]
    exclude = ["phone", "landlord_phone"]  # sealed: changed on the household's page
    list_select_related = ["place"]


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """Persons, masked."""

    resource_classes = [
        exports(
            Person,
            ("masked_id", gettext_lazy("ID number")),
            ("masked_phone", gettext_lazy("phone")),
        )
    ]
    list_display = ["name", "masked_id", "masked_phone", "sex", "birth_date", "place"]
    search_fields = ["name", "pinyin"]
    list_select_related = ["place"]
    fields = ["name", "masked_id", "masked_phone", "sex", "birth_date", "place", "household"]
    readonly_fields = fields


class PostInline(InlineRights, TabularInline):
    """Posts of a cadre, to look at."""

    model = Post
    fields = ("role", "place", "block", "since", "until")
    readonly_fields = fields


@admin.register(User)
class UserAdmin(RightfulImport, PortalAdmin):
    """Cadres; accounts, posts and passwords are made and ended on the cadres page."""

    resource_classes = [UserResource]
    right = Permission.MANAGE_POSTS
    list_display = ["name", "phone", "unit", "title", "is_active"]
    list_filter = ["is_active", "party_member"]
    search_fields = ["name", "phone"]
    fields = ["name", "phone", "unit", "title", "party_member", "is_active", "is_staff"]
    inlines = [PostInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = ["phone", "is_active"]
        return fixed if may(request, Permission.CONFIGURE) else [*fixed, "is_staff"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user = request.user
        allowed = super().has_change_permission(request, obj)
        if isinstance(user, User) and isinstance(obj, User):
            return allowed and may_manage(by=user, user=obj)
        return allowed


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Who holds which role where, and since when; given and ended on the cadre's page."""

    list_display = ["user", "role", "place", "block", "since", "until"]
    list_filter = ["role"]
    search_fields = ["user__name", "user__phone"]
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
class SiteAdmin(RightfulImport, PortalAdmin):
    """Isolation sites."""

    resource_classes = [SiteResource]
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
