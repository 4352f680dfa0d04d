"""A cadre's day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.utils import timezone

from grid.models import User, person_matches
from returnees.models import Episode, Test
from schedules.choices import Evidence
from schedules.models import Derivation, Duty, Task

NEWS = timedelta(days=3)  # a changed plan is news for so long


@dataclass(frozen=True, slots=True)
class Work:
    """Open tasks up to today and those done today; the open tests by episode, for their pages.

    `changed` says of whom the class or the notice changed lately, and when.
    """

    tasks: list[Task]
    tests: dict[int, list[Test]]
    changed: dict[int, datetime]


def today_of(user: User, now: datetime, query: str = "") -> Work:
    """Return what a cadre is to do today, the earliest due first, and what is done today.

    `query` narrows it to persons by name, initials or digits. Seven queries, each by an index range
    of the cadre's own rows; every task carries its duty and its episode with the person.
    """
    day = timezone.localdate(now)
    mine = list(Episode.objects.open().filter(responsible=user).values_list("pk", flat=True))
    pending = Task.objects.held_by(user).open_by(day)
    done = Task.objects.on(day).done().filter(episode__in=mine, holder=user)
    found = sorted(chain(pending, done), key=lambda task: (task.due_at, task.pk))
    tasks = _with_people(found, query)
    tested = {t.episode_id for t in tasks if t.is_pending and t.duty.evidence == Evidence.TEST}
    return Work(
        tasks=tasks,
        tests=_open_tests(tested),
        changed=_changed({t.episode_id for t in tasks}, since=now - NEWS),
    )


def _with_people(tasks: list[Task], query: str) -> list[Task]:
    """Give the tasks of the people the query fits their episode and duty: one row each, shared."""
    episodes = (
        Episode.objects.select_related("person__household", "place")
        # Plans are long and an ID number is dear to decrypt; no list shows them.
        .defer("plan", "facts", "person__id_number")
    )
    if query:
        episodes = episodes.filter(person_matches(query, "person__"))
    people = episodes.in_bulk({task.episode_id for task in tasks})
    duties = Duty.objects.in_bulk()
    known = [task for task in tasks if task.episode_id in people]
    for task in known:
        task.episode = people[task.episode_id]
        task.duty = duties[task.duty_id]
    return known


def _changed(episodes: Iterable[int], *, since: datetime) -> dict[int, datetime]:
    lately = Derivation.objects.filter(episode__in=episodes, told_from__gte=since)
    return {episode: at for episode, at in lately.values_list("episode", "told_from") if at}


def _open_tests(episodes: Iterable[int]) -> dict[int, list[Test]]:
    tests: dict[int, list[Test]] = defaultdict(list)
    for test in Test.objects.due().filter(episode__in=episodes).order_by("due_on", "pk"):
        tests[test.episode_id].append(test)
    return dict(tests)
