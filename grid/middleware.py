"""Middleware of the foundation."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# What a temporary password may open: the form that replaces it, the way out, the language.
OPEN_NAMES = frozenset({"password-change", "sign-out", "set_language", "healthz"})


def password_change_required(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Lead a user with a temporary password to the form that replaces it, from every page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: object) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        match = request.resolver_match
        if match is not None and match.url_name in OPEN_NAMES:
            return None
        return redirect("password-change")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware
