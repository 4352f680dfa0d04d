"""Audit: triggers write what changed (bulk and raw SQL too), the context says who and why.

`tracked` is the class decorator of every model that people change; the history of a row is its
`events` relation. Acts that change no row are recorded with `record` (grid.models.Event).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import pghistory
from django.http import HttpRequest, HttpResponse

READING = {"GET", "HEAD", "OPTIONS"}

Model = TypeVar("Model", bound=type)


def tracked(model: Model) -> Model:
    """Give a model its history: every insert, change and deletion, whoever writes it."""
    return tracked_without()(model)


def tracked_without(*fields: str) -> Callable[[Model], Model]:
    """Give a model its history, but for fields that are secret or change by themselves."""

    def decorate(model: Model) -> Model:
        # Trackers keep what they learn of their model: each model needs its own.
        track = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(fields),
        )
        result: Model = track(model)
        return result

    return decorate


def acting(*, by: Any, why: str = "", **more: Any) -> AbstractContextManager[Any]:
    """Return the context under which the triggers note who writes and why.

    `by` is a user, or None for the portal's own jobs.
    """
    who = {"user": by.pk, "name": by.name} if by is not None else {"user": None, "name": "portal"}
    context: AbstractContextManager[Any] = pghistory.context(
        **who, **({"why": why} if why else {}), **more
    )
    return context


def context_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Name the signed-in user as the author of everything a request writes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in READING or not request.user.is_authenticated:
            return get_response(request)
        with acting(by=request.user, path=request.path):
            return get_response(request)

    return middleware
