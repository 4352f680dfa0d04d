"""Models of the daily work."""

from schedules.models.escalation import Escalation, EscalationQuerySet
from schedules.models.inspections import Inspection, InspectionQuerySet, Threshold
from schedules.models.outbox import Channel, DigestTime, Reminder, ReminderQuerySet, Rung
from schedules.models.records import Contact, ContactQuerySet, JobRun
from schedules.models.work import Derivation, Duty, DutySpan, Task, TaskQuerySet

__all__ = [
    "Channel",
    "Contact",
    "ContactQuerySet",
    "Derivation",
    "DigestTime",
    "Duty",
    "DutySpan",
    "Escalation",
    "EscalationQuerySet",
    "Inspection",
    "InspectionQuerySet",
    "JobRun",
    "Reminder",
    "ReminderQuerySet",
    "Rung",
    "Task",
    "TaskQuerySet",
    "Threshold",
]
