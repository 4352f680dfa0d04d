"""What pages about work read: a constant number of queries, whatever the number of rows."""

from schedules.reading.dashboard import Dashboard, Red, VillageFigures, dashboard
from schedules.reading.report import DailyReport, ReportRow, daily_report
from schedules.reading.today import Work, today_of

__all__ = [
    "DailyReport",
    "Dashboard",
    "Red",
    "ReportRow",
    "VillageFigures",
    "Work",
    "daily_report",
    "dashboard",
    "today_of",
]
