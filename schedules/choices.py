"""Fixed vocabularies of work (docs/glossary.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """Where a task stands; "overdue" is a pending task whose due time has passed."""

    PENDING = "pending", _("To do")
    DONE = "done", _("Done")
    LATE = "late", _("Done late")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("No longer owed")


CLOSED_BY_EVIDENCE = (TaskState.DONE, TaskState.LATE)


class Evidence(models.TextChoices):
    """What closes a task (clauses.md 5, "counts as done when")."""

    HEALTH_LOG = "health_log", _("Health log")
    POLICY_TEXT = "policy_text", _("Policy text sent")
    CALL = "call", _("Call or WeChat talk")
    ARRIVAL = "arrival", _("Arrival confirmed")
    LANDING = "landing_report", _("Reported on landing")
    TEMPERATURE = "temperature", _("Temperature on arrival")
    CODE = "code_check", _("Health code seen")
    TRAVEL_REMINDER = "travel_reminder", _("Travel reminder")
    MEASURE = "measure", _("Measure checked")
    VISIT = "visit", _("Visited in person")
    NEEDS = "needs", _("Needs asked")
    WASTE = "waste", _("Waste and disinfection")
    TEST = "test", _("Test result")
    FOLLOW_UP = "follow_up", _("Follow-up")


class ContactKind(models.TextChoices):
    """What a cadre did toward a returnee; a subset of Evidence."""

    POLICY_TEXT = "policy_text", _("Policy text sent")
    CALL = "call", _("Call or WeChat talk")
    TRAVEL_REMINDER = "travel_reminder", _("Travel reminder")
    MEASURE = "measure", _("Measure checked")
    VISIT = "visit", _("Visited in person")
    NEEDS = "needs", _("Needs asked")
    WASTE = "waste", _("Waste and disinfection")
    FOLLOW_UP = "follow_up", _("Follow-up")


class ContactChannel(models.TextChoices):
    """How it was done."""

    VISIT = "visit", _("In person")
    VIDEO = "video", _("By video")
    CALL = "call", _("By phone")
    WECHAT = "wechat", _("By WeChat")
    SMS = "sms", _("By SMS")
    SITE = "site", _("By the isolation site")


class ContactOutcome(models.TextChoices):
    """What came of it."""

    DONE = "done", _("Done")
    REACHED = "reached", _("Reached")
    NOT_REACHED = "not_reached", _("Not reached")
    KEPT = "kept", _("Measure kept")
    BREACH = "breach", _("Measure not kept")
    ABSENT = "absent", _("Not at home")
    NO_NEED = "no_need", _("Nothing needed")
    NEED = "need", _("Something needed")
    DELIVERED = "delivered", _("Delivered")
    DISSUADED = "dissuaded", _("Advised not to come")


# An attempt that failed is kept, and closes nothing.
CLOSING_OUTCOMES = {
    ContactOutcome.DONE,
    ContactOutcome.REACHED,
    ContactOutcome.KEPT,
    ContactOutcome.BREACH,
    ContactOutcome.NO_NEED,
    ContactOutcome.NEED,
    ContactOutcome.DELIVERED,
    ContactOutcome.DISSUADED,
}


class ReminderState(models.TextChoices):
    """Where a message owed to a cadre stands."""

    WAITING = "waiting", _("Waiting to be sent")
    SENT = "sent", _("Handed over")
    DELIVERED = "delivered", _("Delivered")
    UNKNOWN = "unknown", _("Outcome unknown")
    FAILED = "failed", _("Failed")
    BY_HAND = "by_hand", _("To be told by hand")
    TOLD = "told", _("Told by hand")
    DROPPED = "dropped", _("No longer needed")


class ChannelKind(models.TextChoices):
    """The ways out of the portal (docs/reminders.md)."""

    APPRISE = "apprise", _("Robot or e-mail (Apprise address)")
    WEBHOOK = "webhook", _("SMS gateway or other service (webhook)")
    SMS = "sms", _("SMS (Tencent Cloud)")
    PASTE = "paste", _("Text to paste into the WeChat group")
    CALL = "call", _("Phone call by a colleague")


BY_HAND = (ChannelKind.PASTE, ChannelKind.CALL)


class Matter(models.TextChoices):
    """What climbs the tiers when it is not done in time."""

    ABNORMAL = "abnormal", _("Abnormal finding not reported")
    CHECK = "check", _("Daily health check missing")
    UNREACHED = "unreached", _("Not reached in three attempts")
    OVERDUE = "overdue", _("Duty overdue")


class Shortfall(models.TextChoices):
    """What a threshold of a place is about."""

    CHECKS = "checks", _("Health checks done (%)")
    OVERDUE = "overdue", _("Overdue tasks")
    UNANSWERED = "unanswered", _("Persons without an answer from above")
