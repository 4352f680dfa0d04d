"""Addresses of re-screenings, and of the question where exactly somebody was."""

from django.urls import path

from returnees.views import screening, stays

urlpatterns = [
    path("screenings/", screening.screening_list, name="screening-list"),
    path("screenings/<int:pk>/", screening.screening, name="screening"),
    path("screenings/<int:pk>/confirm/", screening.screening_confirm, name="screening-confirm"),
    path("screenings/<int:pk>/leave/", screening.screening_leave, name="screening-leave"),
    path("screenings/<int:pk>/refresh/", screening.screening_refresh, name="screening-refresh"),
    path("screenings/<int:pk>/close/", screening.screening_close, name="screening-close"),
    path("screenings/items/<int:pk>/", screening.screening_item, name="screening-item"),
    path("stays/<int:pk>/where/", stays.stay_where, name="stay-where"),
]
