"""Local days and texts of moments: asked for ten times a row, so without a detour."""

from datetime import date, datetime

from django.utils.timezone import get_default_timezone


def local(moment: datetime) -> datetime:
    """Return a moment in the portal's time zone (C-1)."""
    return moment.astimezone(get_default_timezone())


def local_day(moment: datetime) -> date:
    """Return the local date of a moment (C-1)."""
    return local(moment).date()


def local_text(moment: datetime) -> str:
    """Return a moment as people read it: local, to the minute."""
    return local(moment).strftime("%Y-%m-%d %H:%M")
