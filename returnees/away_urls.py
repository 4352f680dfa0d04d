"""Addresses of the ledger of residents who are away."""

from django.urls import path

from returnees.views import away

urlpatterns = [
    path("away/", away.away_list, name="away-list"),
    path("away/new/", away.away_new, name="away-new"),
    path("away/<int:pk>/", away.away_edit, name="away-edit"),
    path("away/<int:pk>/end/", away.away_end, name="away-end"),
    path("away/<int:pk>/advise/", away.away_advise, name="away-advise"),
]
