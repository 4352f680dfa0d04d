"""Addresses below /api/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import DefaultRouter

from grid.api import PlaceViewSet
from grid.import_api import ImportViewSet
from returnees.api import ReturneeViewSet
from returnees.policy_api import PolicyPacksView, PolicyPlanView
from schedules.api import HealthLogViewSet, TaskViewSet

router = DefaultRouter()
router.include_format_suffixes = False
router.register("places", PlaceViewSet, basename="api-place")
router.register("imports", ImportViewSet, basename="api-import")
router.register("returnees", ReturneeViewSet, basename="api-returnee")
router.register("tasks", TaskViewSet, basename="api-task")
router.register("health-logs", HealthLogViewSet, basename="api-health-log")

signed_in = {"permission_classes": [IsAuthenticated]}
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**signed_in), name="api-schema"),
    # The split view keeps its script in an address of its own: no inline script, as the CSP asks.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", **signed_in),
        name="api-docs",
    ),
    path("policy/plan/", PolicyPlanView.as_view(), name="api-policy-plan"),
    path("policy/packs/", PolicyPacksView.as_view(), name="api-policy-packs"),
    path("", include(router.urls)),
]
