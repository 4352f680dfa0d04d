"""Channels that refuse, break off or hang, and a worker that sends: everybody is told, once."""

from datetime import datetime

import pytest
from django.utils import timezone

from config.runtime.server import wait_until
from schedules.choices import ChannelKind
from schedules.models import Channel, Reminder, Rung
from tests.cast import COUNTY
from tests.factories.schedules import clock
from tests.faults.fortnight import at_once, ring
from tests.faults.site import LONG
from tests.schedules.service import Service, running

pytestmark = pytest.mark.processes
PEOPLE = 60
EIGHT = clock(8, 1)


@pytest.fixture
def second():
    """A service that shows whatever it is given, as a robot in a chat does."""
    with running() as one:
        one.honours_keys = False
        yield one


@pytest.fixture
def town(site, county, post):
    """A county on the morning after; its worker waits for work."""
    county("start", PEOPLE)
    site.make_database("town", like="start")
    with site.used("town"):
        post(at_once)
        ring(clock(23), at_once)
        ring(clock(0, 1), at_once)
        post(site.send)
        site.start("worker")
        yield site


def ladder(*services: Service) -> None:
    """Give the whole county these services as the steps of its ladder."""
    for position, one in enumerate(services, start=1):
        channel = Channel.objects.create(
            name=f"step {position}",
            kind=ChannelKind.WEBHOOK,
            url=one.url,
            honours_keys=one.honours_keys,
        )
        Rung.objects.create(place_id=COUNTY, position=position, channel=channel)


def ring_in(town, moment: datetime) -> None:
    """Send what beat sends in a minute; its digests are there by the time of its sweep."""
    town.send("schedules.send_digests", now=moment.isoformat())
    town.settles()
    ring(moment, town.send)


def live_through(town, *minutes: int) -> None:
    """Let the morning's minutes come, each with what beat sends, and wait for the work of each."""
    for minute in minutes:
        ring_in(town, clock(8, 1, minute=minute))
        town.settles()


def digests() -> list[str]:
    """Return whom the portal has a digest for, as their messages' keys begin."""
    day = timezone.localdate(EIGHT)
    rows = Reminder.objects.in_portal().filter(kind="digest", day=day)
    return sorted(f"digest:{user}:{day}:08:00" for user in rows.values_list("user", flat=True))


def told(service: Service) -> list[str]:
    """Return whom a service has shown a digest, as often as it has."""
    return sorted(key.rpartition(":")[0] for key in service.shown if key.startswith("digest:"))


def states(rung: int) -> set[str]:
    """Return what became of the digests on a step."""
    rows = Reminder.objects.filter(kind="digest", rung=rung, day=timezone.localdate(EIGHT))
    return set(rows.values_list("state", flat=True))


def test_where_a_channel_refuses_for_good_the_next_step_tells_everybody(town, service, second):
    service.answers = [410, 401]
    ladder(service, second)

    live_through(town, 0, 1, 2)

    assert told(service) == []
    assert len(service.got) == len({one["key"] for one in service.got})  # no use asking again
    assert told(second) == digests() != []
    assert (states(1), states(2)) == ({"failed"}, {"sent"})


def test_what_a_channel_took_and_broke_off_is_shown_once_where_keys_are_kept(town, service, second):
    service.answers = ["cut", "cut", "twice", "cut", 500, "twice"]
    ladder(service, second)

    live_through(town, 0, 2, 8, 25)

    assert len(service.got) > len(service.shown)
    assert told(service) == digests() != []
    assert told(second) == []
    assert states(1) == {"sent"}


def test_what_a_channel_without_keys_broke_off_is_tried_once_more_and_then_elsewhere(
    town, service, second
):
    second.answers = ["cut"]
    ladder(second, service)

    live_through(town, 0, 2, 3, 4, 25)

    assert told(second) == sorted(2 * digests()) != []
    assert told(service) == digests()
    assert (states(1), states(2)) == ({"unknown"}, {"sent"})


def test_a_channel_that_hangs_holds_up_one_worker_for_one_message(town, service, second):
    service.answers = ["hang", 200]
    ladder(service, second)
    ring_in(town, EIGHT)
    assert wait_until(lambda: service.got, seconds=LONG), town.logs()
    town.settles(but=lambda: 1)  # the other one does the rest of the minute meanwhile
    assert Reminder.objects.filter(rung=1, state="waiting").exists()
    town.settles()

    live_through(town, 6, 8)

    assert told(service) == digests() != []
    assert told(second) == []
    assert len(service.got) == len(service.shown) + 1  # the one that hung was handed over again
