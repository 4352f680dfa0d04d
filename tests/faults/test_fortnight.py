"""A fortnight in which everything is killed at random: what it leaves is that of a quiet one.

What a dead worker had in hand is taken from the broker too, so that nothing comes back by itself:
the database and the sweep heal all of it.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from config.runtime.up import WORKERS
from schedules.models import Reminder
from tests.factories.schedules import clock
from tests.faults.county import one_channel
from tests.faults.fortnight import (
    ACTING,
    HOURS,
    MINUTE,
    MORE_HOURS,
    People,
    at_once,
    counted_in_notices,
    escalated,
    evening,
    minutes_between,
    moments,
    notices,
    ring,
    told_above,
    undisturbed,
    work_left,
)
from tests.faults.site import Program, Site
from tests.schedules.service import Service

PEOPLE = 5000
KINDS = (*WORKERS, "child", "valkey", "postgres")
PATIENCE = 10.2  # seconds that a worker waits for a service which hangs
MOST_REFUSED = 2  # how often the service is busy for a message: three times more it is tried
# After a death: beat's messages once others have given up waiting for it, and once more.
AGAIN = (timedelta(minutes=15), timedelta(minutes=20))


@dataclass
class Left:
    """What a fortnight left behind."""

    work: set[Any]
    above: set[Any]
    told: set[Any]
    shown: set[str]
    digests: set[str]


def left(service: Service) -> Left:
    shown = set(service.shown)
    return Left(
        work=work_left(),
        above=told_above(),
        told=notices("digest", "handover"),
        shown=shown,
        digests={key for key in shown if key.startswith("digest:")},
    )


@dataclass
class Death:
    """Who dies in an hour, and how many seconds after messages were sent: of people, or of beat."""

    kind: str
    after: float
    early: bool


@dataclass
class Faults:
    """The deaths of a fortnight by their hours, and a service that does not always answer."""

    at: dict[datetime, Death]
    random: Random
    hangs: float  # how many of all messages, besides what is refused or cut
    killed: Counter[str] = field(default_factory=Counter)
    hung: list[float] = field(default_factory=list)
    answered: Counter[Any] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def answer(self, key: str) -> Any:
        """Return what the service does next: mostly its work; nobody is refused for good."""
        draw = self.random.random()
        said: Any = 200
        if draw < 0.03 and self.refused[key] < MOST_REFUSED:
            self.refused[key] += 1
            said = 503
        elif 0.03 <= draw < 0.06:
            said = "cut"
        elif 0.06 <= draw < 0.06 + self.hangs:
            said = "hang"
            self.hung.append(time.monotonic())
        self.answered[said] += 1
        return said

    def hanging(self) -> int:
        """Return how many workers wait for an answer that will not come."""
        return sum(time.monotonic() - since < PATIENCE for since in self.hung)


def faults(seed: int, steps: list[datetime], deaths: dict[str, int], *, hangs: float) -> Faults:
    """Spread the deaths over the fortnight; the last day is for healing."""
    random = Random(f"faults {seed}")
    kinds = [kind for kind, many in deaths.items() for _n in range(many)]
    hours = random.sample(steps[:-8], k=len(kinds))
    return Faults(
        {
            hour: Death(
                kind,
                after=random.random() * 0.4,
                early=random.random() < 0.5 and timezone.localtime(hour).hour in ACTING,
            )
            for hour, kind in zip(hours, kinds, strict=True)
        },
        random,
        hangs,
    )


class Wild:
    """A fortnight on the real workers, one of which, or what they need, dies in some hours."""

    def __init__(self, site: Site, people: People, dying: Faults) -> None:
        self.site, self.people, self.dying = site, people, dying
        self.workers: dict[str, Program] = {name: site.start(name) for name in WORKERS}

    def live(self, steps: list[datetime]) -> None:
        """Live through these hours; after a death, the next minutes' messages come as ever."""
        for hour in steps:
            death = self.dying.at.get(hour)
            if self.people.act(hour):
                died = self.kill(death, early=True)
                for minutes in (4, 1) if died else (4,):
                    self.sweep(hour - minutes * MINUTE)
            self.ring(hour)
            again = AGAIN if self.kill(death, early=False) else ()
            self.settle()
            for later in again:
                self.ring(hour + later)
                self.settle()
            last = hour + (again[-1] if again else timedelta())
            for minute in minutes_between(last, hour + timedelta(minutes=58)):
                self.sweep(minute)
        for moment in evening(steps):
            self.ring(moment)
            self.settle()

    def ring(self, moment: datetime) -> None:
        ring(moment, self.site.send)

    def sweep(self, moment: datetime) -> None:
        """Sweep once what was sent before is done, and wait for what the sweep does."""
        self.settle()
        self.site.send("schedules.sweep", now=moment.isoformat())
        self.settle()

    def settle(self) -> None:
        self.site.settles(but=self.dying.hanging)

    def kill(self, death: Death | None, *, early: bool) -> bool:
        """Let die who is to die now, if anybody is; say so."""
        if death is None or death.early is not early:
            return False
        time.sleep(death.after)
        if death.kind in self.workers:
            self.workers[death.kind].kill()
            self.site.forget_taken()
            self.workers[death.kind] = self.site.start(death.kind)
        elif death.kind == "child":
            self.workers["worker"].kill_child(self.dying.random.randrange(2))
        elif death.kind == "valkey":
            self.site.kill_server(self.site.valkey)
        else:
            connection.close()
            self.site.kill_server(self.site.postgres)
        self.dying.killed[death.kind] += 1
        return True


def live(
    site: Site, service: Service, post: Callable[[Any], None], *, people: int, seed: int,
    hours: tuple[int, ...], deaths: dict[str, int], hangs: float = 0,
) -> None:  # fmt: skip
    """Live the same fortnight twice, in quiet and with deaths, and compare what is left."""
    steps = moments(hours)
    began = time.monotonic()
    service.got.clear()
    service.next_answer = lambda _key: 200
    post(at_once)
    with site.used("start"):
        ring(clock(23), at_once)  # what the evening before has to tell is told
    site.make_database("calm", like="start")
    with site.used("calm"):
        one_channel(service.url)
        undisturbed(People(people, seed, at_once), steps)
        calm = left(service)
    service.got.clear()
    half = time.monotonic()
    dying = faults(seed, steps, deaths, hangs=hangs)
    service.next_answer = dying.answer
    site.make_database("wild", like="start")
    post(site.send)
    with site.used("wild"):
        one_channel(service.url)
        Wild(site, People(people, seed, site.send), dying).live(steps)
        wild = left(service)
        print(
            f"seed {seed}: {people} people, {half - began:.0f} s in quiet, "
            f"{time.monotonic() - half:.0f} s of deaths, killed {dict(dying.killed)}, "
            f"the service answered {dict(dying.answered)}, "
            f"{len(wild.work)} tasks, {len(wild.above)} escalations, "
            f"{len(wild.shown)} messages shown"
        )
        assert counted_in_notices() == escalated()
        assert not Reminder.objects.filter(state="waiting").exists()
    assert dying.killed == deaths
    assert differing(calm.work, wild.work) == []
    assert differing(calm.above, wild.above) == []
    assert differing(calm.told, wild.told) == []
    assert differing(calm.digests, wild.digests) == []


def differing(wanted: set[Any], found: set[Any]) -> list[tuple[str, Any]]:
    """Return what is missing and what is too much, as far as it can be read."""
    missing = [("missing", one) for one in sorted(wanted - found, key=str)]
    return (missing + [("too much", one) for one in sorted(found - wanted, key=str)])[:20]


@pytest.mark.processes
def test_a_fortnight_of_deaths_leaves_what_a_quiet_one_leaves(site, county, service, post):
    county("start", 12)
    deaths = {"worker": 1, "reconcile": 1, "child": 1, "valkey": 2, "postgres": 1}
    live(site, service, post, people=12, seed=5, hours=HOURS, deaths=deaths)


@pytest.mark.soak
@pytest.mark.processes
def test_fortnights_of_five_thousand_people(site, county, service, post):
    for seed in range(3):
        county("start", PEOPLE)
        deaths = dict.fromkeys(KINDS, 12)
        live(
            site, service, post, people=PEOPLE, seed=seed, hours=MORE_HOURS, deaths=deaths,
            hangs=0.0015,
        )  # fmt: skip
        site.end_programs()
