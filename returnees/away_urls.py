"""Addresses of the ledger of residents who are away."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
