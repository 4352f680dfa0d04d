"""Addresses below /api/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from grid.api import PlaceViewSet
from returnees.api import ReturneeViewSet
from schedules.api import HealthLogViewSet, TaskViewSet

router = DefaultRouter()
router.include_format_suffixes = False
router.register("places", PlaceViewSet, basename="api-place")
router.register("returnees", ReturneeViewSet, basename="api-returnee")
router.register("tasks", TaskViewSet, basename="api-task")
router.register("health-logs", HealthLogViewSet, basename="api-health-log")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("", include(router.urls)),
]
