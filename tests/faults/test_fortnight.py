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
import time_machine
from django.db import connection

from schedules.models import Reminder
from tests.factories.schedules import clock
from tests.faults.county import one_channel
from tests.faults.fortnight import (
    HOURS,
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
KINDS = ("worker", "child", "valkey", "postgres")
PATIENCE = 10.2  # seconds that a worker waits for a service which hangs


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
class Faults:
    """Who dies in which hour, and how long after its messages were sent."""

    at: dict[datetime, tuple[str, float]]
    random: Random
    hangs: float  # how many of all messages, besides what is refused or cut
    killed: Counter[str] = field(default_factory=Counter)
    hung: list[float] = field(default_factory=list)
    answered: Counter[Any] = field(default_factory=Counter)

    def answer(self) -> Any:
        """Return what the service does next: mostly its work."""
        draw = self.random.random()
        said = (
            503
            if draw < 0.03
            else "cut"
            if draw < 0.06
            else "hang"
            if draw < 0.06 + self.hangs
            else 200
        )
        if said == "hang":
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
        {hour: (kind, random.random() * 0.4) for hour, kind in zip(hours, kinds, strict=True)},
        random,
        hangs,
    )


class Launcher:
    """Keeps one worker running, and kills what the hour asks for."""

    def __init__(self, site: Site, dying: Faults) -> None:
        self.site, self.dying = site, dying
        self.worker: Program = site.start("worker")

    def kill(self, kind: str) -> None:
        if kind == "worker":
            self.worker.kill()
            self.site.forget_taken()
            self.worker = self.site.start("worker")
        elif kind == "child":
            self.worker.kill_child(self.dying.random.randrange(2))
        elif kind == "valkey":
            self.site.kill_server(self.site.valkey)
        else:
            connection.close()
            self.site.kill_server(self.site.postgres)
        self.dying.killed[kind] += 1


def disturbed(site: Site, people: People, steps: list[datetime], dying: Faults) -> None:
    """Live through these hours; after a death, the next minutes' messages come as ever."""
    launcher = Launcher(site, dying)
    for moment in steps:
        with time_machine.travel(moment, tick=True):
            people.act(moment)
        ring(moment, site.send)
        end = moment + timedelta(minutes=58)
        if moment in dying.at:
            kind, after = dying.at[moment]
            time.sleep(after)
            launcher.kill(kind)
            moment += timedelta(minutes=45)
            ring(moment, site.send)
        site.settles(but=dying.hanging)
        for minute in minutes_between(moment, end):
            site.send("schedules.sweep", now=minute.isoformat())
            site.settles(but=dying.hanging)
    for moment in evening(steps):
        ring(moment, site.send)
        site.settles()


def live(
    site: Site, service: Service, post: Callable[[Any], None], *, people: int, seed: int,
    hours: tuple[int, ...], deaths: dict[str, int], hangs: float = 0,
) -> None:  # fmt: skip
    """Live the same fortnight twice, in quiet and with deaths, and compare what is left."""
    steps = moments(hours)
    began = time.monotonic()
    service.got.clear()
    service.next_answer = lambda: 200
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
        disturbed(site, People(people, seed, site.send), steps, dying)
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
    deaths = {"worker": 1, "child": 2, "valkey": 2, "postgres": 1}
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
