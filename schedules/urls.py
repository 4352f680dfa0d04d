"""Addresses of the daily work."""

from django.conf import settings
from django.urls import URLPattern, path

from schedules.views import (
    by_hand,
    escalations,
    evidence,
    gallery,
    health,
    inspections,
    notices,
    rounds,
    timetable,
    today,
)

urlpatterns: list[URLPattern] = [
    path("today/", today.today, name="today"),
    path("households/<int:pk>/round/", rounds.household_round, name="round"),
    path("episodes/<int:pk>/health/", evidence.health_log, name="health-log"),
    path("episodes/<int:pk>/contact/", evidence.contact_log, name="contact-log"),
    path("episodes/<int:pk>/arrived/", evidence.arrival, name="arrival-log"),
    path("episodes/<int:pk>/not-arrived/", evidence.no_show, name="no-show-log"),
    path("tests/<int:pk>/log/", evidence.test_log, name="test-log"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("reminders/by-hand/", by_hand.by_hand, name="by-hand"),
    path("reminders/by-hand/told/", by_hand.by_hand_told, name="by-hand-told"),
    path("escalations/", escalations.escalations, name="escalations"),
    path("escalations/answer/", escalations.escalations_answer, name="escalations-answer"),
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("timetable/", timetable.timetable_page, name="timetable"),
    path("timetable/again/", timetable.timetable_again, name="timetable-again"),
    path("forecast/", timetable.forecast_page, name="forecast"),
    path("metrics", timetable.metrics, name="metrics"),
    path("healthz", health.healthz, name="healthz"),
]

if settings.DEBUG:
    urlpatterns += [path("dev/components/", gallery.components, name="dev-components")]
