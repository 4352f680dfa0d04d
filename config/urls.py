"""Addresses of the whole portal; names are unique, no namespaces."""

from django.contrib import admin
from django.urls import include, path

from grid.views import setup

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("grid.account_urls")),
    path("setup/<str:token>/", setup.setup, name="setup"),
    path("", include("grid.urls")),
    path("", include("returnees.urls")),
    path("", include("schedules.urls")),
    path("", include("schedules.dashboard_urls")),
]
