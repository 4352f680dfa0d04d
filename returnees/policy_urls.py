"""Addresses of notices and the public question."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
