"""Calendar arithmetic of the notices: local dates, ISO text, calendar months."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone

# China has kept one offset since 1991, and a bare machine may lack the zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def local_date(moment: datetime) -> date:
    """Return the calendar date of an aware moment in Asia/Shanghai (C-1)."""
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """Return 24:00 of a local day, which is 00:00 of the next one."""
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day n months on, or that month's end where there is none (A-32)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
