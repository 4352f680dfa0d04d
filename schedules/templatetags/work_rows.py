"""What the lists of tasks ask about a task."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from grid.areas import short_name
from schedules.choices import TaskState
from schedules.models import Task

register = template.Library()
register.filter("short_name", short_name)


@register.filter
def tone(task: Task, now: datetime) -> str:
    """Return the colour of a task's state: red for overdue and missed, green for done."""
    if task.is_overdue_at(now) or task.state == TaskState.MISSED:
        return "danger"
    return "good" if task.is_done else ""


@register.filter
def state_words(task: Task, now: datetime) -> str:
    """Return a task's state in words; a pending task past its time is overdue."""
    return _("Overdue") if task.is_overdue_at(now) else task.get_state_display()
