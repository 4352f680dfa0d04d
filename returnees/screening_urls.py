"""Addresses of re-screening."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
