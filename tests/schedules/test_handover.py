"""Both cadres are told of work that changed hands, once a day and pair (JY-2j)."""

import re
from datetime import timedelta

import pytest

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, Leave
from grid.services.accounts import deactivate
from returnees.models import Episode
from schedules.choices import Evidence, TaskState
from schedules.models import Channel, Reminder, Rung, Task
from schedules.services import follow_responsibility, run_day, send_due, sweep
from schedules.services.ladders import first_rungs
from tests.cast import TOWN, VILLAGE
from tests.factories.schedules import clock, returnee, task
from tests.schedules.pages import browser, soup
from tests.schedules.service import running

DAY = timedelta(days=1)


@pytest.fixture
def held(world):
    """Two people in 东关村, for whom the village cadre answers since some days."""
    give(world.cadre, since=today() - 9 * DAY)
    episodes = [returnee(), returnee()]
    follow_responsibility(place_codes=[TOWN])
    Reminder.objects.all().delete()
    return episodes


def give(cadre, *, since=None):
    Assignment.objects.filter(place=VILLAGE).update(until=today())
    Assignment.objects.create(
        cadre=cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE, since=since or today()
    )


def notice(user) -> Reminder:
    return Reminder.objects.get(user=user, kind="handover", channel="portal")


def open_work() -> int:
    return Task.objects.pending().count()


@pytest.mark.clause("JY-2j")
def test_whoever_gives_and_whoever_gets_are_told_how_much_and_by_name(world, held):
    many = open_work()
    give(world.head)

    follow_responsibility(place_codes=[VILLAGE])

    went, came = notice(world.cadre).body, notice(world.head).body
    assert (went["way"], went["persons"], went["tasks"]) == ("went", 2, many)
    assert (came["way"], came["persons"], came["tasks"]) == ("came", 2, many)
    page = soup(browser(world.head).get("/notices/")).find("article").text
    assert f"2 persons with {many} open tasks came to you from {world.cadre.name}." in page
    page = soup(browser(world.cadre).get("/notices/")).find("article").text
    assert f"went from you to {world.head.name}." in page


def test_a_second_look_tells_nothing_again(world, held):
    give(world.head)
    follow_responsibility(place_codes=[VILLAGE])
    Reminder.objects.update(read_at=clock(12))

    follow_responsibility(place_codes=[VILLAGE])
    sweep(now=clock(0, minute=1))

    assert not Reminder.objects.filter(kind="handover", read_at=None).exists()


def test_what_moves_later_between_the_same_two_adds_to_their_notice(world, held):
    many = open_work()
    first, second = held
    Assignment.objects.create(
        cadre=world.head, tier=Tier.HOUSEHOLD, person=first.person, at_id=VILLAGE, since=today()
    )
    sweep(now=clock(0, minute=1))
    assert notice(world.head).body["persons"] == 1
    Reminder.objects.update(read_at=clock(12))

    give(world.head)
    follow_responsibility(place_codes=[VILLAGE])

    grown = notice(world.head)
    assert grown.read_at is None
    assert (grown.body["persons"], grown.body["tasks"]) == (2, many)
    assert sorted(grown.body["told"]) == sorted([first.pk, second.pk])


def test_the_sweep_tells_of_a_hand_over_that_nobody_announced(world, held):
    give(world.head)

    sweep(now=clock(0, minute=1))

    assert notice(world.head).body["persons"] == notice(world.cadre).body["persons"] == 2


def test_leave_and_return_tell_both_each_on_its_own_day(world, held):
    Leave.objects.create(
        user=world.cadre, cover=world.head, since=today() + DAY, until=today() + 3 * DAY
    )

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))
    run_day(day=today() + 3 * DAY, now=clock(0, 3, minute=5))

    told = Reminder.objects.filter(kind="handover").order_by("day", "user")
    days = [(row.day, row.user.name, row.body["way"]) for row in told]
    assert sorted(days) == sorted(
        [
            (today() + DAY, world.cadre.name, "went"),
            (today() + DAY, world.head.name, "came"),
            (today() + 3 * DAY, world.head.name, "went"),
            (today() + 3 * DAY, world.cadre.name, "came"),
        ]
    )


def test_who_was_deactivated_is_told_nothing_and_the_next_one_all(world, held):
    many = open_work()
    Assignment.objects.create(
        cadre=world.head, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=today()
    )
    deactivate(user=world.cadre, by=world.township)

    follow_responsibility(place_codes=[VILLAGE])

    assert not Reminder.objects.filter(user=world.cadre, kind="handover").exists()
    body = notice(world.head).body
    assert (body["persons"], body["tasks"], body["other"]) == (2, many, world.cadre.pk)


def test_work_that_nobody_answers_for_any_more_is_said_to_have_gone_to_nobody(world, held):
    Assignment.objects.filter(place=VILLAGE).update(until=today())

    follow_responsibility(place_codes=[VILLAGE])

    page = soup(browser(world.cadre).get("/notices/")).find("article").text
    assert "went from you; nobody answers for them now." in page


def test_persons_without_open_work_are_told_of_too(world, held):
    Task.objects.pending().update(state=TaskState.CANCELLED)
    give(world.head)

    follow_responsibility(place_codes=[VILLAGE])

    assert (notice(world.head).body["persons"], notice(world.head).body["tasks"]) == (2, 0)


def test_a_channel_says_what_is_still_true_and_nothing_that_was_taken_back(world, held):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        for user in (world.head, world.cadre):
            Rung.objects.create(user=user, channel=channel)
        give(world.head)
        follow_responsibility(place_codes=[VILLAGE], now=clock(9))
        first_rungs(now=clock(9))
        done = task(held[0], Evidence.MEASURE)
        Task.objects.filter(pk=done.pk).update(state=TaskState.DONE, done_at=clock(9))
        Episode.objects.filter(pk=held[1].pk).update(responsible=world.cadre)
        left = Task.objects.pending().filter(episode=held[0]).count()
        send_due(now=clock(9, minute=1))
        texts = [message["text"] for message in service.got]

    assert len(texts) == 2
    assert [re.findall(r"\d+", text) for text in texts] == [["1", str(left)]] * 2


def test_a_hand_over_that_was_taken_back_is_not_sent(world, held):
    with running() as service:
        channel = Channel.objects.create(name="x", kind="webhook", url=service.url)
        Rung.objects.create(user=world.head, channel=channel)
        give(world.head)
        follow_responsibility(place_codes=[VILLAGE], now=clock(9))
        first_rungs(now=clock(9))
        Episode.objects.update(responsible=world.cadre)
        send_due(now=clock(9, minute=1))

    assert not service.got
    assert Reminder.objects.get(rung=1).state == "dropped"


def test_the_number_of_queries_does_not_grow_with_the_persons(
    world, held, django_assert_max_num_queries
):
    for _more in range(4):
        returnee()
    follow_responsibility(place_codes=[VILLAGE])
    give(world.head)

    with django_assert_max_num_queries(16):
        follow_responsibility(place_codes=[VILLAGE])
    assert notice(world.head).body["persons"] == 6
