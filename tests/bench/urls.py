"""The portal's addresses and one more: the reference of the page figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import urlpatterns as portal
from grid.models import Place


def bare(request: HttpRequest) -> HttpResponse:
    """Show the frame of a signed-in page with one row: one query beside session and user."""
    place = Place.objects.filter(level=4).first()
    return render(request, "base.html", {"place": place})


urlpatterns = [path("bare/", bare, name="bare"), *portal]
