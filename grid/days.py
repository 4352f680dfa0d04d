"""The local calendar: every day in the portal is a date in Asia/Shanghai (C-1)."""

from datetime import date, datetime, time

from django.utils import timezone


def today() -> date:
    """Return the local date now."""
    return timezone.localdate()


def at(day: date, clock: time) -> datetime:
    """Return the moment of a local clock time on a day."""
    return datetime.combine(day, clock, tzinfo=timezone.get_default_timezone())
