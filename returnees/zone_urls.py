"""Addresses of closed zones, exits, overrides and placements."""

from django.urls import path

from returnees.views import overrides, permits, placements, zones

urlpatterns = [
    path("overrides/", overrides.override_list, name="override-list"),
    path("episodes/<int:pk>/override/", overrides.override_new, name="override-new"),
    path("overrides/<int:pk>/decide/", overrides.override_decide, name="override-decide"),
    path("overrides/<int:pk>/withdraw/", overrides.override_withdraw, name="override-withdraw"),
    path("zones/", zones.zone_list, name="zone-list"),
    path("zones/new/", zones.zone_new, name="zone-new"),
    path("zones/<int:pk>/case/", zones.zone_case, name="zone-case"),
    path("zones/<int:pk>/lift/", zones.zone_lift, name="zone-lift"),
    path("exits/", permits.permit_list, name="permit-list"),
    path("exits/new/", permits.permit_new, name="permit-new"),
    path("exits/<int:pk>/", permits.permit, name="permit"),
    path("exits/<int:pk>/decide/", permits.permit_decide, name="permit-decide"),
    path("exits/<int:pk>/withdraw/", permits.permit_withdraw, name="permit-withdraw"),
    path("placements/new/", placements.placement_new, name="placement-new"),
]
