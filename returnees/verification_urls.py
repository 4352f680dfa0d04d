"""Addresses of contacts to verify."""

from django.urls import path

from returnees.views import verifications as views

urlpatterns = [
    path("contacts/", views.verification_list, name="verification-list"),
    path("contacts/export/", views.verification_export, name="verification-export"),
    path("contacts/<int:pk>/", views.verification, name="verification"),
    path("contacts/<int:pk>/attempt/", views.verification_attempt, name="verification-attempt"),
    path("contacts/<int:pk>/outcome/", views.verification_outcome, name="verification-outcome"),
    path("contacts/<int:pk>/reopen/", views.verification_reopen, name="verification-reopen"),
    path("contacts/<int:pk>/hand-on/", views.verification_hand_on, name="verification-hand-on"),
    path("contacts/<int:pk>/reveal/", views.verification_reveal, name="verification-reveal"),
]
