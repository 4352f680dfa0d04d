"""Addresses of the whole portal; names are unique, no namespaces."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from grid.views import setup

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    # Visitors choose their language before they sign in, or report without an account.
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("", include("grid.account_urls")),
    path("setup/<str:token>/", setup.setup, name="setup"),
    path("", include("grid.urls")),
    path("", include("grid.import_urls")),
    path("", include("returnees.urls")),
    path("", include("schedules.urls")),
    path("", include("schedules.dashboard_urls")),
]
