"""A fortnight, hour by hour: what people do, what the clock sends, and what a day leaves behind."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import time_machine
from django.db.models import Min
from django.db.models.functions import Greatest
from django.utils import timezone

from config.celery import app
from grid.choices import Tier
from grid.models import Assignment, Post
from grid.services.responsibility import hand_over
from returnees.choices import EpisodeState
from returnees.models import Episode, HealthLog
from returnees.services.episodes import cancel
from returnees.services.reports import register_report
from schedules.choices import ContactKind, ReminderState
from schedules.models import Escalation, Reminder, Task
from tests.factories.schedules import a_log, clock, contact
from tests.faults.county import report, villages

DAYS = 14
# The hours in which something comes to pass; the long runs live through more of them.
HOURS = (0, 9, 13, 16, 23)
MORE_HOURS = (0, 8, 9, 13, 16, 18, 20, 21, 23)
# What people do is done before the clock strikes, for the portal to have heard of it: whether a
# tier is told first or the person is crossed off first within one second is as it comes.
AHEAD = timedelta(minutes=5)
ACTING = {9: ("log", "visit"), 13: ("change",)}
MINUTE = timedelta(minutes=1)
PATCHED = ("grid.announce", "returnees.announce", "schedules.services.outbox")

Send = Callable[..., None]  # (task, *args, **kwargs)


class Box:
    """What the portal calls to queue a task; every task is told the moment it was sent at."""

    def __init__(self, send: Send) -> None:
        self.send = send

    def send_task(
        self, name: str, args: Iterable[Any] = (), kwargs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        self.send(name, *args, **{"now": timezone.now().isoformat(), **(kwargs or {})})


def at_once(task: str, *args: Any, **kwargs: Any) -> None:
    """Do a task here and now, as on a day without faults."""
    app.tasks[task](*args, **kwargs)


class People:
    """What cadres and returnees do in a fortnight: it hangs on the seed alone."""

    def __init__(self, people: int, seed: int, send: Send) -> None:
        self.people = people
        self.random = Random(seed)
        self.send = send
        self.new = people

    def act(self, hour: datetime) -> bool:
        """Do what is done shortly before an hour, if anything is; say whether it is."""
        todo = ACTING.get(timezone.localtime(hour).hour, ())
        with time_machine.travel(hour - AHEAD, tick=True):
            for name in todo:
                getattr(self, name)(timezone.now())
        return bool(todo)

    def log(self, moment: datetime) -> None:
        """Most of those who are here are measured; of half of them the portal is not told.

        Even of five thousand people these are fewer than a sweep looks at.
        """
        draws = [self.random.random() for _n in range(self.people)]
        here = [
            (draw, episode)
            for draw, episode in zip(draws, self._base(), strict=True)
            if draw < 0.65 and episode.state == EpisodeState.ACTIVE
        ]
        day = timezone.localdate(moment)
        HealthLog.objects.bulk_create(a_log(episode, at=moment, day=day) for _draw, episode in here)
        told = [episode.pk for draw, episode in here if draw < 0.32]
        self.send("schedules.reconcile_episodes", told, now=moment.isoformat())

    def visit(self, moment: datetime) -> None:
        """Some are called and asked what they need."""
        for episode in self.random.sample(self._base(), k=max(1, self.people // 100)):
            for kind in (ContactKind.CALL, ContactKind.NEEDS):
                if episode.state == EpisodeState.ACTIVE:
                    contact(episode, kind, now=moment)

    def change(self, moment: datetime) -> None:
        """Somebody is new, somebody stays away, a village's people go to its other cadre.

        The newcomer is of another village: whose work was done on arrival is as it comes.
        """
        self.new += 1
        new = report(self.new, self.people, arrives=-1)
        register_report(report=new, by=None)
        draw = self.random.random()
        expected = [one for one in self._base() if one.state == EpisodeState.EXPECTED]
        if expected:
            cancel(episode=expected[int(draw * len(expected))], by=None, why="不来了")
        codes = [code for code in villages(self.people) if code != new.place_code]
        self._swap(codes[int(self.random.random() * len(codes))])

    def _swap(self, code: str) -> None:
        held = Assignment.objects.filter(place_id=code, tier=Tier.HOUSEHOLD, until=None)
        now_held = held.get().cadre_id
        other = Post.objects.filter(place_id=code, role="village_cadre").exclude(user_id=now_held)
        hand_over(assignments=held, to=other.get().user, by=None)

    def _base(self) -> list[Episode]:
        """Return those who were there on the first day, in order."""
        return list(Episode.objects.order_by("pk").defer("plan")[: self.people])


def moments(hours: Iterable[int], days: int = DAYS) -> list[datetime]:
    """Return the full hours of the fortnight that begins tomorrow."""
    return [clock(hour, day) for day in range(1, days + 1) for hour in hours]


def ring(moment: datetime, send: Send) -> None:
    """Send what beat sends in an hour, once each, with the moment it stands for."""
    if timezone.localtime(moment).hour == 0 and timezone.localtime(moment).minute == 0:
        send("schedules.close_day", now=(moment + MINUTE).isoformat())
        send("schedules.run_day", now=(moment + timedelta(minutes=5)).isoformat())
    for name in ("send_digests", "sweep", "escalate", "send_reminders"):
        send(f"schedules.{name}", now=moment.isoformat())


def minutes_between(moment: datetime, end: datetime) -> Iterator[datetime]:
    """Give the next minute, and those up to the end at which a message that still waits is due.

    The sweep of the hour itself may have come before the digests that were sent beside it.
    """
    yield (moment := moment + MINUTE)
    waiting = Reminder.objects.filter(state=ReminderState.WAITING)
    while due := waiting.aggregate(first=Min(Greatest("not_before", "lease_until")))["first"]:
        moment = max(moment, due) + MINUTE
        if moment > end:
            break
        yield moment


def evening(steps: list[datetime]) -> list[datetime]:
    """Return the last minutes of the last day: what was put off is tried again."""
    return [steps[-1] + timedelta(minutes=minutes) for minutes in (10, 20, 35, 55)]


def undisturbed(people: People, steps: list[datetime]) -> None:
    """Live through these hours with nothing going wrong."""
    for hour in steps:
        if people.act(hour):
            at_once("schedules.sweep", now=(hour - AHEAD + MINUTE).isoformat())
        with time_machine.travel(hour, tick=True):
            ring(hour, at_once)
    for moment in evening(steps):
        ring(moment, at_once)


# What a fortnight leaves behind, by names that are the same in every database.


def names() -> dict[int, str]:
    return dict(Episode.objects.values_list("pk", "person__name"))


def work_left() -> set[tuple[Any, ...]]:
    """Return every task: whose, what, when, in which state, held by whom."""
    who = names()
    rows = Task.objects.values_list(
        "episode", "duty", "due_day", "occasion", "state", "holder__phone"
    )
    return {(who[pk], *rest) for pk, *rest in rows}


def told_above() -> set[tuple[Any, ...]]:
    """Return every escalation: of whom, what, to which tier and cadre."""
    who = names()
    rows = Escalation.objects.values_list(
        "episode", "matter", "task__duty", "task__due_day", "tier", "user__phone"
    )
    return {(who[pk], *rest) for pk, *rest in rows}


def notices(*kinds: str) -> set[tuple[Any, ...]]:
    """Return the portal's own notices: to whom, of what, for which day and part of it."""
    rows = Reminder.objects.in_portal().filter(kind__in=kinds)
    return set(rows.values_list("user__phone", "kind", "day", "slot"))


def counted_in_notices() -> dict[tuple[int, str], int]:
    """Return how many escalations a cadre's notices speak of, by cadre and matter."""
    found: dict[tuple[int, str], int] = {}
    told = Reminder.objects.in_portal().filter(kind="escalation")
    for user, body in told.values_list("user", "body"):
        found[user, body["matter"]] = found.get((user, body["matter"]), 0) + body["count"]
    return found


def escalated() -> dict[tuple[int, str], int]:
    """Return how many escalations went to a cadre, by cadre and matter."""
    found: dict[tuple[int, str], int] = {}
    for key in Escalation.objects.values_list("user", "matter"):
        found[key] = found.get(key, 0) + 1
    return found
