"""Template context of every page: where the user is and what the menu shows."""

from typing import Any

from django.http import HttpRequest

from grid.permissions import Permission


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the permissions the menu asks about; nothing for anonymous visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"may": {p.name.lower(): user.can(p) for p in MENU}}


MENU = (
    Permission.LOG,
    Permission.REGISTER,
    Permission.IMPORT,
    Permission.ASSIGN,
    Permission.EXPORT_MASKED,
    Permission.MANAGE_POSTS,
    Permission.CONFIGURE,
)
