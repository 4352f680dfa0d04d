"""How a day's tasks are laid out on the page: households, their people, what each is owed.

A page may hold hundreds of lines: what they share is looked up once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grid.models import Household
from returnees.models import Episode, Test
from schedules.choices import Evidence
from schedules.models import Task

# What the button of a task says; what it opens follows from the evidence that closes it.
ACTIONS: dict[str, tuple[Promise | str, str]] = {
    Evidence.HEALTH_LOG: (_("Temperature"), "thermometer"),
    Evidence.POLICY_TEXT: (_("Send text"), "copy"),
    Evidence.CALL: (_("Log call"), "phone"),
    Evidence.ARRIVAL: (_("Arrived?"), "home"),
    Evidence.LANDING: (_("Arrived?"), "home"),
    Evidence.TEMPERATURE: (_("Temperature"), "thermometer"),
    Evidence.CODE: (_("See the code"), "check"),
    Evidence.VISIT: (_("Log the visit"), "home"),
    Evidence.TRAVEL_REMINDER: (_("Remind of masks"), "copy"),
    Evidence.MEASURE: (_("Check on"), "home"),
    Evidence.NEEDS: (_("Ask needs"), "phone"),
    Evidence.WASTE: (_("Log it"), "check"),
    Evidence.TEST: (_("Enter result"), "tube"),
    Evidence.FOLLOW_UP: (_("Follow up"), "phone"),
}
CONTACT = "contact-log"
# The page where evidence is entered; every other kind is a contact.
OPENS: dict[str, str] = {
    Evidence.HEALTH_LOG: "health-log",
    Evidence.TEMPERATURE: "health-log",
    Evidence.CODE: "health-log",
    Evidence.ARRIVAL: "arrival-log",
    Evidence.LANDING: "arrival-log",
    Evidence.TEST: "test-log",
    Evidence.CALL: CONTACT,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One task on the page in words ready to print, and what its button opens."""

    task: Task
    title: str
    late: bool
    when: str
    clause: str
    url: str
    action: str
    icon: str


@dataclass(slots=True)
class Card:
    """One person with what is open, the overdue first, and what is done."""

    episode: Episode
    open: list[Line] = field(default_factory=list)
    done: list[Line] = field(default_factory=list)
    changed: datetime | None = None  # when the plan changed, if that is news

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
    tasks: Iterable[Task],
    *,
    now: datetime,
    tests: Mapping[int, Iterable[Test]] | None = None,
    changed: Mapping[int, datetime] | None = None,
) -> Day:
    """Lay out the open and done tasks of a day; `tests` are the open tests by episode."""
    words = Words(now, tests or {})
    lines = [words.line(task) for task in tasks]
    cards = [_card(list(own)) for own in _by(lines, lambda line: (line.task.episode_id,))]
    for card in cards:
        card.changed = (changed or {}).get(card.episode.pk)
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


class Words:
    """What the lines of a page share, looked up once: addresses, icons, words."""

    def __init__(self, now: datetime, tests: Mapping[int, Iterable[Test]]) -> None:
        self.now, self.today, self.tests = now, timezone.localdate(now), tests
        self.late, self.due = gettext("overdue since"), gettext("due by")
        self.addresses = {name: reverse(name, args=[0]) for name in set(OPENS.values())}
        sprite = static("icons/sprite.svg")
        self.actions = {
            evidence: (str(action), f"{sprite}#{icon}")
            for evidence, (action, icon) in ACTIONS.items()
        }
        self.titles: dict[str, str] = {}

    def line(self, task: Task) -> Line:
        """Return a task in words."""
        late = task.is_overdue_at(self.now)
        when = clock_text(task.done_at or task.due_at, self.today)
        if task.is_pending:
            when = f"{self.late if late else self.due} {when}"
        action, icon = self.actions[task.duty.evidence]
        title = self.titles.get(task.duty_id) or self.titles.setdefault(
            task.duty_id, str(task.duty)
        )
        url = self.address(task) if task.is_pending else ""
        return Line(task, title, late, when, task.clause, url, action, icon)

    def address(self, task: Task) -> str:
        """Return where the entry is made that closes the task; empty when it has no test."""
        evidence = task.duty.evidence
        key = task.episode_id
        if evidence == Evidence.TEST:
            fitting = [
                test.pk
                for test in self.tests.get(key, ())
                if test.planned_on <= task.due_day <= test.due_on
            ]
            if not fitting:
                return ""
            key = fitting[0]
        name = OPENS.get(evidence, CONTACT)
        url = self.addresses[name].replace("/0/", f"/{key}/")
        return f"{url}?kind={evidence}" if name == CONTACT else url
