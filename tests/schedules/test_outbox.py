"""The outbox: once on each channel, retried with a stop, re-checked, handed on when one fails."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment
from schedules.choices import ChannelKind, ReminderState
from schedules.models import Channel, Reminder, Rung
from schedules.services import follow_responsibility, outbox, queue_due, send_digests, send_due
from schedules.services.ladders import after_quiet, climb, first_rungs
from schedules.services.outbox import BATCH, LEASE, WAITS, Settled, claim, settle
from tests.cast import TOWN, VILLAGE
from tests.factories.schedules import clock, health_log, returnee
from tests.schedules.service import running


@pytest.fixture
def service():
    with running() as one:
        yield one


@pytest.fixture
def sms(service):
    """A gateway that honours keys."""
    return Channel.objects.create(
        name="sms", kind=ChannelKind.WEBHOOK, url=service.url, honours_keys=True
    )


@pytest.fixture
def robot(service):
    """A robot that shows whatever it is given."""
    service.honours_keys = False
    return Channel.objects.create(name="robot", kind=ChannelKind.WEBHOOK, url=service.url)


@pytest.fixture
def held(world):
    """Somebody for whom the village cadre answers, told in the portal at eight."""
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE,
        since=today() - timedelta(days=9),
    )  # fmt: skip
    episode = returnee()
    follow_responsibility(place_codes=[TOWN])
    send_digests(now=clock(8))
    Reminder.objects.update(created_at=clock(8))
    return episode


def ladder(user, *channels) -> None:
    for position, channel in enumerate(channels, start=1):
        Rung.objects.create(user=user, position=position, channel=channel)


def out() -> Reminder:
    return Reminder.objects.get(rung=1)


def owed_besides(user, via, many: int) -> None:
    """Owe so many more digests on the same channel."""
    row = out()
    Reminder.objects.bulk_create(
        Reminder(
            user=user, kind="digest", day=row.day, slot="08:00", channel=f"x{n}",
            via=via, rung=1, state=ReminderState.WAITING, not_before=clock(8),
        )
        for n in range(many)
    )  # fmt: skip


def test_a_digest_goes_out_once_and_names_nobody(world, held, sms, service):
    ladder(world.cadre, sms)

    for minute in range(3):
        queue_due(now=clock(8, minute=minute))
        send_due(now=clock(8, minute=minute))

    (got,) = service.got
    assert got["key"] == out().key
    assert got["to"] == world.cadre.phone
    assert "待办" in got["text"]
    assert held.person.name not in got["text"]
    assert out().state == ReminderState.SENT
    assert out().sent_at is not None


def test_proof_of_delivery_is_kept(world, held, sms, service):
    ladder(world.cadre, sms)
    service.body = {"delivered": True}
    first_rungs(now=clock(8))

    send_due(now=clock(8))

    assert out().state == ReminderState.DELIVERED
    assert "delivered" in out().answer


def test_without_a_ladder_the_portal_is_all(world, held, sms):
    assert first_rungs(now=clock(8)) == 0


def test_the_ladder_of_the_nearest_place_serves_who_has_none(world, held, sms, robot):
    Rung.objects.create(place_id=TOWN[:6], position=1, channel=robot)
    Rung.objects.create(place_id=TOWN, position=1, channel=sms)

    first_rungs(now=clock(8))

    assert out().via == sms


def test_an_own_ladder_comes_before_that_of_the_place(world, held, sms, robot):
    Rung.objects.create(place_id=TOWN, position=1, channel=robot)
    ladder(world.cadre, sms)

    first_rungs(now=clock(8))

    assert out().via == sms


def test_what_was_read_in_the_portal_is_not_said_again(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    Reminder.objects.in_portal().update(read_at=clock(8, minute=1))

    send_due(now=clock(8, minute=2))

    assert out().state == ReminderState.DROPPED
    assert not service.got


def test_what_is_done_before_the_message_goes_is_not_said(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    held.tasks.filter(state="pending").update(state="cancelled")
    type(held).objects.filter(pk=held.pk).update(responsible=None)

    send_due(now=clock(8, minute=2))

    assert out().state == ReminderState.DROPPED
    assert not service.got


def test_the_text_says_what_is_true_when_it_goes(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    before = Reminder.objects.in_portal().get().body["to_do"]
    health_log(held, at=clock(9))
    held.tasks.filter(duty__evidence="health_log", due_day=today()).update(
        state="done", done_at=clock(9)
    )

    send_due(now=clock(9))

    assert f"{before - 1}" in service.got[0]["text"]


def test_who_may_no_longer_sign_in_is_told_nothing(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    world.cadre.is_active = False
    world.cadre.save()

    send_due(now=clock(8))

    assert out().state == ReminderState.DROPPED


def test_a_digest_that_another_has_overtaken_is_dropped(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    send_digests(now=clock(16))

    send_due(now=clock(16, minute=5))

    assert out().state == ReminderState.DROPPED
    assert not service.got


def test_a_busy_channel_is_tried_again_later_and_not_for_ever(world, held, sms, service):
    ladder(world.cadre, sms)
    service.answers = [503]
    first_rungs(now=clock(8))

    now, tries = clock(8), 0
    while out().state == ReminderState.WAITING:
        assert send_due(now=now - timedelta(seconds=1)) == 0 or tries == 0
        tries += send_due(now=now)
        now = out().not_before

    assert tries == len(service.got) == len(WAITS) + 1
    assert out().state == ReminderState.FAILED
    assert out().answer.startswith("503")


def test_another_attempt_keeps_the_quiet_hours_too(world, held, sms, service):
    ladder(world.cadre, sms)
    service.answers = [503]
    first_rungs(now=clock(8))

    send_due(now=clock(21, minute=59))

    assert out().not_before == clock(6, minute=30) + timedelta(days=1)


def test_what_is_still_waiting_when_the_quiet_hours_begin_waits_until_they_end(
    world, held, sms, service
):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    morning = clock(6, minute=30) + timedelta(days=1)

    send_due(now=clock(22, minute=1))

    assert service.got == []
    assert (out().state, out().not_before, out().attempts) == (ReminderState.WAITING, morning, 0)


def test_when_a_channel_fails_the_next_one_is_tried(world, held, sms, service):
    paste = Channel.objects.create(name="group", kind=ChannelKind.PASTE)
    ladder(world.cadre, sms, paste)
    service.answers = [400]
    first_rungs(now=clock(8))

    send_due(now=clock(8))
    send_due(now=clock(8))

    assert out().state == ReminderState.FAILED
    assert Reminder.objects.get(rung=2).state == ReminderState.BY_HAND


def test_a_channel_switched_off_hands_its_messages_to_the_next_rung(
    world, held, sms, robot, service
):
    ladder(world.cadre, sms, robot)
    first_rungs(now=clock(8))
    Channel.objects.filter(pk=sms.pk).update(is_active=False)

    send_due(now=clock(8))
    send_due(now=clock(8, minute=1))

    states = dict(Reminder.objects.filter(rung__gt=0).values_list("via__name", "state"))
    assert states == {sms.name: ReminderState.DROPPED, robot.name: ReminderState.SENT}
    assert len(service.got) == 1


def test_with_the_own_channel_off_the_ladder_of_the_place_takes_its_messages(
    world, held, sms, robot, service
):
    ladder(world.cadre, sms)
    Rung.objects.create(place_id=TOWN, position=1, channel=robot)
    first_rungs(now=clock(8))
    Channel.objects.filter(pk=sms.pk).update(is_active=False)

    send_due(now=clock(8))
    send_due(now=clock(8, minute=1))

    assert Reminder.objects.get(via=robot).state == ReminderState.SENT
    assert len(service.got) == 1


def test_the_next_rung_keeps_the_quiet_hours_too(world, held, sms, robot):
    ladder(world.cadre, sms, robot)
    first_rungs(now=clock(8))

    climb(list(Reminder.objects.filter(rung=1)), now=clock(23))

    morning = clock(6, minute=30) + timedelta(days=1)
    assert Reminder.objects.get(rung=2).not_before == morning


def test_where_a_message_may_show_twice_an_unknown_outcome_is_retried_once(
    world, held, robot, service
):
    ladder(world.cadre, robot)
    service.answers = ["cut"]
    first_rungs(now=clock(8))

    send_due(now=clock(8))
    assert out().state == ReminderState.WAITING
    send_due(now=out().not_before)

    assert out().state == ReminderState.UNKNOWN
    assert len(service.shown) == 2
    send_due(now=clock(9))
    assert len(service.got) == 2


def test_a_channel_that_honours_keys_shows_one_however_often_it_is_told(world, held, sms, service):
    ladder(world.cadre, sms)
    service.answers = ["cut", "cut", "cut", 409]
    first_rungs(now=clock(8))

    while out().state == ReminderState.WAITING:
        send_due(now=out().not_before)

    assert len(service.got) == 4
    assert len(service.shown) == 1
    assert out().state == ReminderState.SENT


def test_a_worker_that_died_with_the_message_in_hand(world, held, sms, robot, service):
    """Its lease runs out: told again where that shows once, once more where nobody can tell."""
    ladder(world.cadre, robot)
    first_rungs(now=clock(8))
    now = clock(8)
    claim(now=now)
    assert claim(now=now + LEASE / 2) == []

    for _death in range(2):
        now += LEASE + timedelta(minutes=1)
        if send_due(now=now, most=1) and out().state != ReminderState.WAITING:
            break
        claim(now=now)

    assert out().state == ReminderState.SENT
    assert len(service.got) == 1


def test_two_deaths_leave_it_unknown_where_a_message_may_show_twice(world, held, robot, service):
    ladder(world.cadre, robot)
    first_rungs(now=clock(8))
    now = clock(8)
    for _death in range(2):
        claim(now=now)
        now += LEASE + timedelta(minutes=1)

    send_due(now=now)

    assert out().state == ReminderState.UNKNOWN
    assert not service.got


def test_who_lost_the_lease_settles_nothing(world, held, sms):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    (late,) = claim(now=clock(8))
    (holder,) = claim(now=clock(8) + LEASE + timedelta(seconds=1))
    late.state, holder.state = ReminderState.FAILED, ReminderState.SENT

    assert settle([Settled(late, token=late.attempts, climbs=True)], now=clock(9)) == 0
    assert settle([Settled(holder, token=holder.attempts)], now=clock(9)) == 1

    assert out().state == ReminderState.SENT
    assert not Reminder.objects.filter(rung=2).exists()


@pytest.mark.parametrize(
    ("hour", "minute", "opens"),
    [(21, 59, None), (22, 0, (1, 6, 30)), (2, 0, (0, 6, 30)), (6, 29, (0, 6, 30)), (6, 30, None)],
)
def test_no_channel_rings_in_quiet_hours(hour, minute, opens):
    now = clock(hour, minute=minute)

    expected = clock(opens[1], minute=opens[2]) + timedelta(days=opens[0]) if opens else now
    assert after_quiet(now) == expected


def test_a_message_of_the_night_waits_for_the_morning(world, held, sms, service):
    ladder(world.cadre, sms)
    Reminder.objects.update(created_at=clock(5))

    first_rungs(now=clock(5))

    assert send_due(now=clock(5)) == 0
    assert out().not_before == clock(6, minute=30)


def test_climbing_twice_makes_one_message(world, held, sms, robot):
    ladder(world.cadre, sms, robot)
    first_rungs(now=clock(8))

    assert climb([out()], now=clock(8)) == 1
    assert climb([out()], now=clock(8)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_outbox_and_send_each_message_once(world, held, sms, service):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    owed_besides(world.cadre, sms, 60)

    def work():
        try:
            while send_due(now=clock(8), most=7):
                pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(service.got) == len({one["key"] for one in service.got}) == 61
    assert not Reminder.objects.filter(state=ReminderState.WAITING).exists()


@pytest.mark.parametrize(
    ("queued", "turn", "sent", "woken"),
    [
        ({}, 0, 7, 0),
        ({"celery": 1}, 60, 3, 1),
        ({"imports": 1}, 60, 7, 0),
        ({"imports": 1}, 0, 3, 1),  # its turn is over
        ({"reconcile": 1}, 0, 7, 0),  # has a process of its own
        ({"reminders": 1}, 0, 7, 0),  # more of the same
    ],
)
def test_between_two_batches_sending_gives_way_to_whoever_waits(
    world, held, sms, service, monkeypatch, queued, turn, sent, woken
):
    """And wakes somebody to go on after it."""
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    owed_besides(world.cadre, sms, 6)
    woke = []
    monkeypatch.setattr(outbox, "TURN", turn)
    monkeypatch.setattr(outbox, "BATCH", 3)
    monkeypatch.setattr(outbox.send_due, "__kwdefaults__", {"now": None, "most": 3})
    monkeypatch.setattr(outbox, "waiting_in", lambda *names: sum(queued.get(n, 0) for n in names))
    monkeypatch.setattr(
        outbox.current_app, "send_task", lambda name, **more: woke.append((name, more["kwargs"]))
    )

    assert outbox.send_all(now=clock(8)) == len(service.got) == sent

    assert woke == [(outbox.TASK, {"now": clock(8).isoformat()})] * woken


def test_between_two_batches_sending_rests_for_as_long_as_it_kept_a_processor_busy(
    world, held, sms, service, monkeypatch
):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    owed_besides(world.cadre, sms, 6)
    slept, used = [], iter([1.0, 1.5, 10.0, 10.25, 20.0])
    monkeypatch.setattr(outbox, "BATCH", 3)
    monkeypatch.setattr(outbox.send_due, "__kwdefaults__", {"now": None, "most": 3})
    monkeypatch.setattr(outbox.clock, "thread_time", lambda: next(used))
    monkeypatch.setattr(outbox, "rest", lambda *, used: slept.append(used))

    assert outbox.send_all(now=clock(8)) == 7

    assert slept == [0.5, 0.25]


def test_a_batch_costs_a_constant_number_of_queries(
    world, held, sms, service, django_assert_max_num_queries
):
    ladder(world.cadre, sms)
    first_rungs(now=clock(8))
    owed_besides(world.cadre, sms, 40)

    with django_assert_max_num_queries(14):
        assert send_due(now=clock(8), most=BATCH) == 41
