"""What every part of the back office shares: scope and rights, files in and out, the way in.

Nobody signs in, changes a password or reaches a row by a second door: the admin's own pages for
that lead to the portal's.
"""

from enum import Enum
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ExportMixin, ImportMixin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm

from grid.exchange.exports import exports, need_not_too_many
from grid.exchange.uploads import BoundedImportForm, ForgottenUpload
from grid.formats import FORMATS, UnreadableFileError
from grid.models import Place, User
from grid.permissions import Permission
from grid.services.disclosure import record_export


def may(request: HttpRequest, right: Permission | None, row: Model | None = None) -> bool:
    """Say whether the user holds the right, for this row where the row knows where it lies."""
    user = request.user
    if not isinstance(user, User) or right is None:
        return False
    return user.can(right, row if hasattr(row, "scope_keys") else None)


class ScopedChoices:
    """Offers, and takes, only rows of places where the user holds the right."""

    right: Permission | None = None
    anywhere: frozenset[str] = frozenset()  # fields that may name a row outside the scope

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        model: Any = db_field.related_model
        rows = model.objects.all()
        if hasattr(rows, "visible_to") and db_field.name not in self.anywhere:
            kwargs["queryset"] = rows.visible_to(request.user, self.right)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return field


class Exchange(Enum):
    """What files do for the rows of a model in the back office."""

    BOTH = "both"  # taken in and given out
    EXPORT = "export"  # given out; written by services alone
    NONE = "none"  # neither; `why_not` says why


class LoggedExport(ExportMixin):  # type: ignore[misc]  # import_export has no types
    """Export of what the user may take away, masked; every export is recorded."""

    exchange = Exchange.EXPORT
    why_not = ""
    export_form_class = ExportForm
    formats = export_formats = FORMATS

    def get_export_resource_classes(self, request: HttpRequest) -> list[Any]:
        return list(self.resource_classes or [exports(self.model)])

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may(request, Permission.EXPORT_MASKED) and self.has_view_permission(request)

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        need_not_too_many(queryset)
        user = request.user
        assert isinstance(user, User)  # noqa: S101  has_export_permission ran before
        record_export(
            what=f"{queryset.model._meta.verbose_name_plural}",
            rows=queryset.count(),
            full=False,
            place=Place.objects.filter(code=user.home_place).first(),
            by=user,
        )
        return super().get_export_data(file_format, request, queryset, **kwargs)


class RightfulImport(ImportMixin):  # type: ignore[misc]  # import_export has no types
    """Import for those who may change the rows by hand."""

    exchange = Exchange.BOTH
    import_form_class = BoundedImportForm
    import_formats = FORMATS
    tmp_storage_class = ForgottenUpload
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if isinstance(e, UnreadableFileError):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what the preview showed, as long as the upload is still there."""
        name = request.POST.get("import_file_name", "")
        if request.method == "POST" and name and not ForgottenUpload(name=name).is_there():
            if not self.has_import_permission(request):
                raise PermissionDenied
            messages.error(request, _("The upload is no longer kept: choose the file once more."))
            return redirect(f"admin:{'_'.join(self.get_model_info())}_import")
        response: HttpResponse = super().process_import(request, **kwargs)
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """Say what became of the file: all of it is written, or nothing."""
        if result.has_errors() or result.has_validation_errors():
            messages.error(
                request,
                _("Nothing was imported: since the preview something has changed. Upload again."),
            )
            return redirect(f"admin:{'_'.join(self.get_model_info())}_import")
        response: HttpResponse = super().process_result(result, request)
        return response

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("rollback_on_validation_errors", True)
        return super().process_dataset(dataset, form, request, **kwargs)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may(request, self.right)


class PortalAdmin(ScopedChoices, LoggedExport, ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """Rows in the user's scope; change needs `right`; nothing is deleted here.

    Every model is exported, masked; with `RightfulImport` in front it is imported as well.
    """

    right: Permission | None = Permission.CONFIGURE
    view_right = Permission.VIEW
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, self.view_right, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, self.right)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, self.right, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> HttpResponse:
        # Outside the scope a row does not exist, here as everywhere: no message, no detour.
        raise Http404


class ReadOnlyAdmin(PortalAdmin):
    """Rows that services alone write."""

    right = None


class InlineRights(ScopedChoices, InlineModelAdmin):  # type: ignore[type-arg]
    """Rows inside another row's page, changed with the right that the page asks for."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, Permission.VIEW)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.right, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.right, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.right, obj)


@login_not_required
def to_the_sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Lead visitors to the portal's own sign-in; who is signed in has no business here (403)."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", reverse("admin:index")))


def to_the_password(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Lead to the page that sets a password through the service."""
    return redirect("password-change")


def open_site() -> None:
    """Give the back office the portal's doors."""
    site: Any = admin.site
    site.login, site.password_change = to_the_sign_in, to_the_password
    site.index_title = gettext_lazy("Back office")
