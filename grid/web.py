"""What every page shares: the typed request, fragments, refusals, and the right to be here."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails
from psycopg.errors import DeadlockDetected

from grid.errors import Refused
from grid.models import User
from grid.permissions import Permission
from grid.scope import HasScope

Result = TypeVar("Result")


class PortalRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User
    htmx: HtmxDetails


def is_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page; not so for boosted and restored pages."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragment: str,
    status: int = 200,
) -> HttpResponse:
    """Return the whole page, or the named partial of the same template when htmx asks for it."""
    name = f"{template}#{fragment}" if is_fragment(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def need(user: User, permission: Permission, row: HasScope | None = None) -> None:
    """Raise PermissionDenied (403) unless the user holds the permission, for this row or at all."""
    if not user.can(permission, row):
        raise PermissionDenied


def need_any(user: User, permissions: set[Permission], row: HasScope | None = None) -> None:
    """Raise PermissionDenied (403) unless the user holds one of the permissions."""
    if not any(user.can(permission, row) for permission in permissions):
        raise PermissionDenied


class MetError(Refused):
    """Two were writing the same, each waiting for the other; the database has ended this one."""


def alone_or_refused(act: Callable[[], Result]) -> Result:
    """Return what the act returns; where it met another in a deadlock, refuse (MetError).

    A page and a running import may lock the same rows in different orders. What the act had begun
    is rolled back, and tried again it succeeds: a sentence says so.
    """
    try:
        return act()
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        raise MetError(_("Somebody else is writing the same at this moment; try again.")) from error


def attempt(form: BaseForm, act: Callable[[], Result]) -> Result | None:
    """Return what the act returns; a form error or a refusal gives None and stands in the form."""
    if not form.is_valid():
        return None
    try:
        return alone_or_refused(act)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def tried(request: HttpRequest, act: Callable[[], Result]) -> Result | None:
    """Return what the act of a button returns; a refusal gives None and is said in a message."""
    try:
        return alone_or_refused(act)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None


def answer(
    request: HttpRequest, act: Callable[[], Any], *, done: str, to: str
) -> HttpResponseRedirect:
    """Do the act of a button, say in a message what became of it, and go to a page of ours."""
    if tried(request, lambda: (act(),)) is not None:
        messages.success(request, done)
    return HttpResponseRedirect(to)


def back(request: HttpRequest, otherwise: str) -> str:
    """Return the address of ours that the form names in `next`, or the given one."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise


def tell(request: HttpRequest, form: BaseForm) -> None:
    """Say in messages what is wrong with a form that has no page of its own."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            messages.error(request, f"{label or ''} {error}".strip())
