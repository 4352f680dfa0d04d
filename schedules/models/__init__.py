"""Models of the daily work."""

from schedules.models.records import Contact, ContactQuerySet, JobRun, Reminder
from schedules.models.work import Derivation, Duty, DutySpan, Task, TaskQuerySet

__all__ = [
    "Contact",
    "ContactQuerySet",
    "Derivation",
    "Duty",
    "DutySpan",
    "JobRun",
    "Reminder",
    "Task",
    "TaskQuerySet",
]
