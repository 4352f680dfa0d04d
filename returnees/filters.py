"""Filters of the returnee list; each figure of the overview leads here with one of them."""

from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.areas import within
from grid.forms.responsibility import place_choices
from returnees.choices import OPEN_STATES, EpisodeState, StageKind
from returnees.classes import class_choices
from returnees.models import Abnormality, Episode

HOURS_AHEAD = 48  # what "arriving" means on the overview
NO_STAGE = "none"
STATES = [("open", _("expected or under management")), *EpisodeState.choices]


def arriving(rows: "QuerySet[Episode]", now: datetime) -> "QuerySet[Episode]":
    """Return the expected ones due within the next 48 hours, and those whose day has passed."""
    return rows.filter(
        state=EpisodeState.EXPECTED,
        arrives_on__lte=timezone.localdate(now + timedelta(hours=HOURS_AHEAD)),
    )


def with_open_abnormality(rows: "QuerySet[Episode]") -> "QuerySet[Episode]":
    """Return the episodes with an abnormal finding that has no outcome yet."""
    open_ones = Abnormality.objects.filter(episode=OuterRef("pk"), closed_at=None)
    return rows.filter(Exists(open_ones))


class ReturneeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Search and narrow episodes; the form keeps what was chosen."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    place = django_filters.CharFilter(label=_("Village"), method="below")
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=STATES, method="in_state", empty_label=_("all")
    )
    classification = django_filters.ChoiceFilter(label=_("Class"), empty_label=_("all"))
    stage = django_filters.ChoiceFilter(
        label=_("Current stage"),
        choices=[*StageKind.choices, (NO_STAGE, _("no stage"))],
        empty_label=_("all"),
        method="in_stage",
    )
    arriving = django_filters.BooleanFilter(
        label=_("arriving within 48 h"), method="soon", widget=forms.CheckboxInput
    )
    abnormal = django_filters.BooleanFilter(
        label=_("abnormal"), method="abnormal_open", widget=forms.CheckboxInput
    )
    late_report = django_filters.BooleanFilter(
        label=_("reported late"), method="late", widget=forms.CheckboxInput
    )
    unheld = django_filters.BooleanFilter(
        label=_("without a cadre"), method="nobody", widget=forms.CheckboxInput
    )
    batch = django_filters.UUIDFilter(field_name="report__batch_key", widget=forms.HiddenInput)

    class Meta:
        model = Episode
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.request is None:
            return
        chosen = self.data.get("place", "") if self.data else ""
        choices = place_choices(self.request.user, chosen)
        self.form.fields["place"].widget = forms.Select(choices=choices)
        self.form.fields["classification"].choices = class_choices()

    def search(self, rows: Any, _name: str, text: str) -> Any:
        """Narrow by name, initials, last four places, ID number or phone."""
        return rows.matching(text)

    def below(self, rows: Any, _name: str, code: str) -> Any:
        """Narrow to a place and everything under it."""
        return rows.filter(within(code))

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        """Narrow to one state, or to the two open ones."""
        return rows.filter(state__in=OPEN_STATES if state == "open" else [state])

    def in_stage(self, rows: Any, _name: str, stage: str) -> Any:
        """Narrow to those now in a stage of this kind, or in none."""
        return rows.filter(stage_kind="" if stage == NO_STAGE else stage)

    def nobody(self, rows: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001
        """Narrow to those no cadre answers for."""
        return rows.filter(responsible=None) if wanted else rows

    def soon(self, rows: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001  django-filter's call
        """Narrow to those who arrive within 48 hours."""
        return arriving(rows, timezone.now()) if wanted else rows

    def abnormal_open(self, rows: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001
        """Narrow to those with an open abnormal finding."""
        return with_open_abnormality(rows) if wanted else rows

    def late(self, rows: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001
        """Narrow to those whose report came late (JY-2a)."""
        return rows.filter(plan__report__status="late") if wanted else rows
