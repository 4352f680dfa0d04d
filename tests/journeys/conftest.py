"""What the journeys share: a notice in force, a worker at hand, browsers of the cast."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from celery import Celery
from django.core.cache import cache

from grid.choices import Tier
from grid.days import at, today
from grid.models import Assignment, User
from returnees.choices import Mark
from schedules.services import sync_duties
from tests.cast import VILLAGE, World
from tests.factories.returnees import ELSEWHERE, at_risk, in_force
from tests.journeys.browser import Browser


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """Forget what others counted, such as the public reports of this hour."""
    cache.clear()


@pytest.fixture
def clock() -> Iterator[Callable[..., date]]:
    """A function that goes to a time of the day so many days from the first."""
    first = today()
    traveller: time_machine.travel | None = None

    def go(days: int, hour: int = 10) -> date:
        nonlocal traveller
        if traveller:
            traveller.stop()
        traveller = time_machine.travel(at(first + timedelta(days), time(hour)), tick=True)
        traveller.start()
        return first + timedelta(days)

    yield go
    if traveller:
        traveller.stop()


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Let it be noon: nothing of today is late yet."""
    with time_machine.travel(at(today(), time(12)), tick=True):
        yield


@pytest.fixture
def county(world: World) -> World:
    """The cast, with a notice in force, an area of concern, and a cadre for the whole village."""
    sync_duties()
    in_force()
    long_since = today() - timedelta(days=100)
    at_risk(ELSEWHERE, Mark.KEY_CONCERN, days=300)
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE, since=long_since
    )
    return world


@pytest.fixture(autouse=True)
def worker_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a queued job run, by its name, as soon as its transaction is committed."""

    def run(app: Celery, name: str, args: Any = None, kwargs: Any = None, **_: Any) -> None:
        app.loader.import_default_modules()
        app.tasks[name].apply(args=args, kwargs=kwargs, throw=True)

    monkeypatch.setattr(Celery, "send_task", run)


@pytest.fixture
def browse(django_capture_on_commit_callbacks: Any) -> Callable[[User | None], Browser]:
    """Return a browser for a member of the cast, or for somebody without an account."""

    def of(user: User | None) -> Browser:
        return Browser(user, committing=django_capture_on_commit_callbacks)

    return of
