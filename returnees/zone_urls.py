"""Addresses of closed zones, exits, overrides and placements."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
