"""How a day's tasks are laid out on the page: households, their people, what each is owed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from grid.models import Household
from returnees.models import Episode, Test
from schedules.choices import ContactKind, Evidence
from schedules.models import Task

# What the button of a task says; what it opens follows from the evidence that closes it.
ACTIONS: dict[str, tuple[Promise | str, str]] = {
    Evidence.HEALTH_LOG: (_("Temperature"), "thermometer"),
    Evidence.POLICY_TEXT: (_("Send text"), "copy"),
    Evidence.CALL: (_("Log call"), "phone"),
    Evidence.ARRIVAL: (_("Arrived?"), "home"),
    Evidence.TRAVEL_REMINDER: (_("Remind of masks"), "copy"),
    Evidence.MEASURE: (_("Check on"), "home"),
    Evidence.NEEDS: (_("Ask needs"), "phone"),
    Evidence.WASTE: (_("Log it"), "check"),
    Evidence.TEST: (_("Enter result"), "tube"),
    Evidence.FOLLOW_UP: (_("Follow up"), "phone"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One task on the page in words ready to print, and what its button opens."""

    task: Task
    pk: str
    title: str
    late: bool
    when: str
    url: str
    action: str
    icon: str


@dataclass(slots=True)
class Card:
    """One person with what is open, the overdue first, and what is done."""

    episode: Episode
    open: list[Line] = field(default_factory=list)
    done: list[Line] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Whether anything is overdue."""
        return any(line.late for line in self.open)


@dataclass(slots=True)
class Group:
    """The people of one household, or one person without a household."""

    key: str
    household: Household | None
    cards: list[Card]

    @property
    def late(self) -> bool:
        """Whether anything is overdue for anybody here."""
        return any(card.late for card in self.cards)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do here."""
        return not any(card.open for card in self.cards)

    @property
    def shared(self) -> bool:
        """Whether a round makes sense: several people, or at least one, under management here."""
        return self.household is not None and any(card.episode.is_active for card in self.cards)

    @property
    def next_due(self) -> datetime:
        """When the first open task here falls due; of the last done one where none is open."""
        lines = [line for card in self.cards for line in card.open or card.done]
        return min(line.task.due_at for line in lines)


@dataclass(frozen=True, slots=True)
class Day:
    """A cadre's day: groups with work, overdue first; finished ones; and the count of tasks."""

    groups: list[Group]
    finished: list[Group]
    done: int
    total: int

    @property
    def late(self) -> int:
        """How many tasks are overdue."""
        return sum(line.late for g in self.groups for card in g.cards for line in card.open)

    @property
    def people_done(self) -> int:
        """How many people need nothing more today."""
        return sum(len(group.cards) for group in self.finished)

    def group_of(self, episode: Episode) -> Group | None:
        """Return the group in which an episode stands."""
        for group in [*self.groups, *self.finished]:
            if any(card.episode.pk == episode.pk for card in group.cards):
                return group
        return None


def lay_out(
    tasks: Iterable[Task], *, now: datetime, tests: Mapping[int, Iterable[Test]] | None = None
) -> Day:
    """Lay out the open and done tasks of a day; `tests` are the open tests by episode."""
    today = timezone.localdate(now)
    lines = [_line(task, now=now, today=today, tests=tests or {}) for task in tasks]
    cards = [_card(list(own)) for own in _by(lines, lambda line: (line.task.episode_id,))]
    groups = [
        Group(
            key=key_of(members[0].episode),
            household=members[0].episode.person.household,
            cards=members,
        )
        for members in _by(cards, lambda card: (key_of(card.episode),))
    ]
    for group in groups:
        group.cards.sort(key=lambda card: (not card.late, not card.open, card.episode.pk))
    groups.sort(key=lambda group: (not group.late, group.next_due, group.key))
    return Day(
        groups=[group for group in groups if not group.finished],
        finished=[group for group in groups if group.finished],
        done=sum(line.task.is_done for line in lines),
        total=len(lines),
    )


def _by(items: list[Any], key: Any) -> list[list[Any]]:
    return [list(same) for _key, same in groupby(sorted(items, key=key), key)]


def _line(task: Task, *, now: datetime, today: date, tests: Mapping[int, Iterable[Test]]) -> Line:
    late = task.is_overdue_at(now)
    when = clock_text(task.done_at if task.done_at else task.due_at, today)
    if task.is_pending:
        when = f"{_now('overdue since') if late else _now('due by')} {when}"
    action, icon = ACTIONS[task.duty.evidence]
    return Line(
        task=task,
        pk=str(task.pk),  # in templates numbers are formatted: costly, and wrong in an id
        title=str(task.duty),
        late=late,
        when=when,
        url=_address(task, tests) if task.is_pending else "",
        action=str(action),
        icon=icon,
    )


def clock_text(due_at: datetime, today: date) -> str:
    """Return when something is due or was done: the clock time, with the date unless it is today.

    Midnight belongs to the day that ends with it: 24:00, as the notices write.
    """
    local = timezone.localtime(due_at)
    if local.time() == time(0):
        day, clock = local.date() - timedelta(days=1), "24:00"
    else:
        day, clock = local.date(), f"{local:%H:%M}"
    return clock if day == today else f"{day:%m-%d} {clock}"


def key_of(episode: Episode) -> str:
    """Return the key of the group in which an episode stands."""
    household = episode.person.household_id
    return f"h{household}" if household else f"p{episode.person_id}"


def _card(lines: list[Line]) -> Card:
    lines.sort(key=lambda line: (line.task.due_at, line.task.duty.position, line.task.pk))
    return Card(
        episode=lines[0].task.episode,
        open=[line for line in lines if line.task.is_pending],
        done=[line for line in lines if not line.task.is_pending],
    )


def _address(task: Task, tests: Mapping[int, Iterable[Test]]) -> str:
    evidence = task.duty.evidence
    if evidence == Evidence.HEALTH_LOG:
        return reverse("health-log", args=[task.episode_id])
    if evidence == Evidence.ARRIVAL:
        return reverse("arrival-log", args=[task.episode_id])
    if evidence == Evidence.TEST:
        fitting = [
            test
            for test in tests.get(task.episode_id, ())
            if test.planned_on <= task.due_day <= test.due_on
        ]
        return reverse("test-log", args=[fitting[0].pk]) if fitting else ""
    kind = ContactKind(evidence)
    return f"{reverse('contact-log', args=[task.episode_id])}?kind={kind}"
