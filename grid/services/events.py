"""Recording acts that change no row: sign-in, reveal, export, reset, hand-over (JY-18d)."""

from typing import Any

from django.http import HttpRequest

from grid.models import Event, User


def event(
    kind: Event.Kind,
    *,
    by: User | None,
    subject: str,
    key: str = "",
    place: str | None = None,
    reason: str = "",
    **data: Any,
) -> Event:
    """Return an unsaved event; `place` is the code below which admins may read it."""
    return Event(
        kind=kind,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "portal",
        subject=subject[:120],
        subject_key=key,
        place_id=place or None,
        data=data,
        reason=reason[:200],
    )


def record(kind: Event.Kind, **words: Any) -> Event:
    """Write an event; see `event` for the words."""
    written = event(kind, **words)
    written.save()
    return written


def key_of(row: Any) -> str:
    """Return the key by which events of a row are found again."""
    return f"{row._meta.model_name}:{row.pk}"


def record_sign_in(*, request: HttpRequest | None, user: User, **_more: Any) -> None:
    """Note that a cadre signed in, and from where."""
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    record(
        Event.Kind.SIGN_IN,
        by=user,
        subject=user.name,
        key=key_of(user),
        place=user.home_place,
        address=address,
    )
