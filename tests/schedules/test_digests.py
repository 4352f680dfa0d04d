"""One digest a cadre and part of the day: figures, never twice, nobody's personal data."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment
from schedules.models import DigestTime, JobRun, Reminder
from schedules.services import follow_responsibility, reconcile, send_digests
from tests.cast import FAR, TOWN, VILLAGE
from tests.factories.schedules import clock, health_log, returnee


@pytest.fixture
def held(world):
    """Somebody in 东关村, for whom the village cadre answers."""
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE,
        since=today() - timedelta(days=9),
    )  # fmt: skip
    episode = returnee()
    follow_responsibility(place_codes=[TOWN])
    return episode


def test_the_digest_counts_what_is_to_do_and_names_nobody(world, held):
    returnee("JY.KEYCONCERN", days=1)
    follow_responsibility(place_codes=[TOWN])

    assert send_digests(now=clock(21), slot="16:00") == 1

    digest = Reminder.objects.get()
    assert digest.user == world.cadre
    assert digest.body["arriving"] == 1
    assert digest.body["abnormal"] == 0
    assert digest.body["to_do"] > digest.body["overdue"] > 0
    assert held.pk in digest.body["episodes"]
    assert held.person.name not in str(digest.body)


def test_a_digest_is_sent_once_for_a_slot_and_again_for_the_next(world, held):
    assert send_digests(now=clock(8)) == 1
    assert send_digests(now=clock(8, minute=30)) == 0
    assert send_digests(now=clock(16)) == 1

    assert sorted(Reminder.objects.values_list("slot", flat=True)) == ["08:00", "16:00"]


def test_nobody_without_work_and_nobody_inactive_gets_one(world, held):
    world.cadre.is_active = False
    world.cadre.save()

    assert send_digests(now=clock(8)) == 0


def test_before_the_first_slot_there_is_none(world, held):
    assert send_digests(now=clock(7)) == 0
    assert not Reminder.objects.exists()


def test_what_is_done_is_no_longer_counted(world, held):
    send_digests(now=clock(8))
    health_log(held, at=clock(9))
    reconcile(episode_ids=[held.pk], now=clock(9))
    send_digests(now=clock(16))

    morning, afternoon = Reminder.objects.order_by("slot")
    assert morning.body["to_do"] - afternoon.body["to_do"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_digest(world, held):
    sent = []

    def work():
        try:
            sent.append(send_digests(now=clock(8)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent) == [0, 0, 1]


def test_a_place_has_times_of_its_own(world, held):
    DigestTime.objects.create(place_id=TOWN, at="07:30")
    DigestTime.objects.create(place_id=TOWN, at="18:00")

    assert send_digests(now=clock(7, minute=29)) == 0
    assert send_digests(now=clock(7, minute=30)) == 1
    assert send_digests(now=clock(8)) == 0
    assert send_digests(now=clock(16)) == 0
    assert send_digests(now=clock(18)) == 1

    slots = Reminder.objects.filter(user=world.cadre).values_list("slot", flat=True)
    assert sorted(slots) == ["07:30", "18:00"]


def test_times_elsewhere_change_nothing_here(world, held):
    DigestTime.objects.create(place_id=FAR, at="06:00")

    assert send_digests(now=clock(6)) == 0
    assert send_digests(now=clock(8)) == 1


def test_a_minute_without_a_time_leaves_no_run(world, held):
    send_digests(now=clock(8))
    before = JobRun.objects.count()

    send_digests(now=clock(8, minute=1))

    assert JobRun.objects.count() == before
