"""Filters of the work: the returnee list with what is owed, and the list of tasks."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.areas import within
from grid.forms.responsibility import place_choices
from returnees.filters import ReturneeFilter
from returnees.models import Episode
from schedules.choices import Evidence, TaskState
from schedules.models import Task

STATES = [
    ("overdue", _("Overdue")),
    ("raised", _("Overdue and raised: nobody reached")),
    ("done_any", _("Done, in time or late")),
    ("owed", _("Owed, done or not")),
    *TaskState.choices,
]


def with_overdue_task(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """Return the episodes with a task whose due time has passed."""
    return rows.filter(Exists(Task.objects.overdue(now).filter(episode=OuterRef("pk"))))


class WorkReturneeFilter(ReturneeFilter):
    """The returnee list, narrowed by what is owed to people as well."""

    overdue = django_filters.BooleanFilter(
        label=_("with overdue tasks"), method="late_work", widget=forms.CheckboxInput
    )

    def late_work(self, rows: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001  django-filter's call
        """Narrow to those with an overdue task."""
        return with_overdue_task(rows, timezone.now()) if wanted else rows


class TaskFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Search and narrow tasks; each figure of the overview leads here with one of them."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    place = django_filters.CharFilter(label=_("Village"), method="below")
    day = django_filters.DateFilter(label=_("Day"), field_name="due_day")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, method="in_state", empty_label=_("all")
    )
    evidence = django_filters.ChoiceFilter(
        label=_("Kind"),
        field_name="duty__evidence",
        choices=Evidence.choices,
        empty_label=_("all"),
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        chosen = self.data.get("place", "") if self.data else ""
        choices = place_choices(self.request.user, chosen)
        self.form.fields["place"].widget = forms.Select(choices=choices)
        self.form.fields["day"].widget.input_type = "date"

    def search(self, rows: Any, _name: str, text: str) -> Any:
        """Narrow by the person, as everywhere."""
        return rows.filter(episode__in=Episode.objects.matching(text))

    def below(self, rows: Any, _name: str, code: str) -> Any:
        """Narrow to a place and everything under it."""
        return rows.filter(within(code))

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        """Narrow by state; "overdue" is pending past its due time."""
        if state == "overdue":
            return rows.overdue(timezone.now())
        if state == "raised":
            return rows.overdue(timezone.now()).filter(raised_at__isnull=False)
        if state == "done_any":
            return rows.done()
        if state == "owed":
            return rows.exclude(state=TaskState.CANCELLED)
        return rows.filter(state=state)
