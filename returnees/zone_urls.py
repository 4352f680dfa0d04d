"""Addresses of closed zones, exits, overrides and placements."""

from django.urls import path

from returnees.views import overrides

urlpatterns = [
    path("overrides/", overrides.override_list, name="override-list"),
    path("episodes/<int:pk>/override/", overrides.override_new, name="override-new"),
    path("overrides/<int:pk>/decide/", overrides.override_decide, name="override-decide"),
    path("overrides/<int:pk>/withdraw/", overrides.override_withdraw, name="override-withdraw"),
]
