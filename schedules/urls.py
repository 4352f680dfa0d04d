"""Addresses of the daily work."""

from django.conf import settings
from django.urls import URLPattern, path

from schedules.views import gallery

urlpatterns: list[URLPattern] = []

if settings.DEBUG:
    urlpatterns += [path("dev/components/", gallery.components, name="dev-components")]
