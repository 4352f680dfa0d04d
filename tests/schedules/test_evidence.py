"""Evidence closes a task, a tick does not: in time, late, for the right day, only once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grid.days import today
from returnees.choices import Channel, TestResult
from returnees.models import Episode, Test
from schedules.choices import (
    ContactChannel,
    ContactKind,
    ContactOutcome,
    Evidence,
    TaskState,
)
from schedules.models import Contact, Task
from schedules.services import (
    ContactRefusedError,
    RoundEntry,
    close_by_evidence,
    close_day,
    enter_result,
    log_health,
    reconcile,
    record_contact,
    record_round,
    run_day,
)
from tests.factories.schedules import clock, contact, health_log, returnee, task

DAY = timedelta(days=1)


@pytest.mark.clause("JY-2r")
@pytest.mark.parametrize(("hour", "state"), [(9, TaskState.DONE), (21, TaskState.LATE)])
def test_a_health_log_closes_the_days_check_in_time_until_20(world, hour, state):
    episode = returnee()

    log = log_health(
        episode=episode, temperature=Decimal("36.6"), symptoms=[], by=world.worker,
        channel=Channel.CADRE, now=clock(hour),
    )  # fmt: skip

    closed = task(episode, Evidence.HEALTH_LOG)
    assert (closed.state, closed.evidence_key, closed.done_by) == (state, log.pk, world.worker)


def test_a_log_for_a_missed_day_makes_it_late_and_leaves_today_open(world):
    episode = returnee()
    run_day(day=today() + DAY, now=clock(0, 1, minute=5))
    close_day(now=clock(0, 1, minute=6))
    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.MISSED

    log_health(
        episode=episode, temperature=Decimal("36.6"), symptoms=[], by=None,
        channel=Channel.CADRE, day=today(), now=clock(9, 1),
    )  # fmt: skip

    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.LATE
    assert task(episode, Evidence.HEALTH_LOG, due_day=today() + DAY).is_pending


def test_the_first_log_of_a_day_counts_and_a_second_changes_nothing(world):
    episode = returnee()
    first = health_log(episode, at=clock(9))
    health_log(episode, at=clock(21))

    reconcile(episode_ids=[episode.pk], now=clock(22))

    assert task(episode, Evidence.HEALTH_LOG).evidence_key == first.pk


@pytest.mark.clause("JY-2n")
def test_a_policy_text_closes_only_for_the_class_it_told(world):
    episode = returnee("JY.OTHER")
    told = Task.objects.get(episode=episode, duty__evidence=Evidence.POLICY_TEXT)
    contact(episode, ContactKind.POLICY_TEXT, channel=ContactChannel.WECHAT)
    told.refresh_from_db()
    assert told.is_done

    reclassify(episode, "JY.KEYCONCERN")
    reconcile(episode_ids=[episode.pk], now=clock(12))

    again = Task.objects.filter(episode=episode, duty__evidence=Evidence.POLICY_TEXT).exclude(
        pk=told.pk
    )
    assert [t.state for t in again] == [TaskState.PENDING]
    assert again[0].due_at == clock(16), "four hours after the change"
    told.refresh_from_db()
    assert told.is_done, "what was done stays"


def reclassify(episode: Episode, klass: str) -> None:
    """Give the episode another class under the same plan, as a re-plan does."""
    plan = {**episode.plan, "classification": klass}
    Episode.objects.filter(pk=episode.pk).update(
        classification=klass, plan=plan, revision=episode.revision + 1
    )
    episode.refresh_from_db()


@pytest.mark.clause("JY-2o")
def test_a_call_that_reached_nobody_closes_nothing_and_the_third_raises_it(world):
    episode = returnee("JY.KEYCONCERN", days=2)
    call = Task.objects.get(episode=episode, duty__evidence=Evidence.CALL)
    for attempt in range(3):
        call.refresh_from_db()
        assert call.raised_at is None
        contact(
            episode, ContactKind.CALL, channel=ContactChannel.CALL,
            outcome=ContactOutcome.NOT_REACHED, now=clock(9 + attempt),
        )  # fmt: skip

    call.refresh_from_db()
    assert call.is_pending
    assert call.raised_at == clock(11)

    contact(episode, ContactKind.CALL, channel=ContactChannel.CALL)
    call.refresh_from_db()
    assert call.is_done


@pytest.mark.clause("JY-2q")
def test_a_measure_is_seen_not_told(world):
    episode = returnee()

    with pytest.raises(ContactRefusedError, match=r"by visit, by video or by the site|上门"):
        contact(episode, ContactKind.MEASURE, channel=ContactChannel.CALL)

    assert not Contact.objects.exists()
    contact(episode, ContactKind.MEASURE, channel=ContactChannel.VISIT)
    assert task(episode, Evidence.MEASURE).is_done


@pytest.mark.clause("JY-2u", "JY-2v")
def test_needs_and_waste_close_by_their_own_contact_alone(world):
    episode = returnee()

    contact(episode, ContactKind.NEEDS)

    assert task(episode, Evidence.NEEDS).is_done
    assert task(episode, Evidence.WASTE).is_pending
    contact(episode, ContactKind.WASTE)
    assert task(episode, Evidence.WASTE).is_done


@pytest.mark.clause("JY-2p")
def test_one_travel_reminder_closes_one_task_the_earliest(world):
    episode = returnee("JY.OTHER", days=3, departs_at=clock(9, 1), arrives_at=clock(20, 3))
    run_day(day=today() + 2 * DAY, now=clock(0, 2, minute=5))
    tasks = Task.objects.filter(episode=episode, duty__evidence=Evidence.TRAVEL_REMINDER).order_by(
        "due_at"
    )
    assert len(tasks) >= 2

    contact(episode, ContactKind.TRAVEL_REMINDER, now=clock(8, 2), day=today() + 2 * DAY)

    assert [t.is_done for t in tasks.all()] == [True] + [False] * (len(tasks) - 1)


def test_two_contacts_of_a_kind_close_two_tasks(world):
    episode = returnee("JY.OTHER", days=3, departs_at=clock(9, 1), arrives_at=clock(20, 3))
    for hour in (8, 9):
        Contact.objects.create(
            episode=episode, place_id=episode.place_id, kind=ContactKind.TRAVEL_REMINDER,
            channel=ContactChannel.SMS, outcome=ContactOutcome.DONE, day=today() + 2 * DAY,
            at=clock(hour, 2),
        )  # fmt: skip

    run_day(day=today() + 2 * DAY, now=clock(12, 2))

    tasks = Task.objects.filter(episode=episode, duty__evidence=Evidence.TRAVEL_REMINDER)
    assert [t.is_done for t in tasks.order_by("due_at")][:2] == [True, True]
    assert len({t.evidence_key for t in tasks if t.is_done}) == 2


def test_a_late_registration_can_only_be_late(world):
    episode = returnee("JY.OTHER", reported_at=clock(8), arrives_at=clock(7))
    call = Task.objects.get(episode=episode, duty__evidence=Evidence.TRAVEL_REMINDER)
    assert call.late

    contact(episode, ContactKind.TRAVEL_REMINDER, now=clock(9))

    call.refresh_from_db()
    assert call.state == TaskState.LATE


@pytest.mark.parametrize(
    ("result", "open_still"),
    [(TestResult.NEGATIVE, False), (TestResult.REFUSED, True), (TestResult.INVALID, True)],
)
def test_a_result_closes_its_test_and_a_refusal_does_not(world, result, open_still):
    episode = returnee("JY.KEYCONCERN", certificates=())
    test = Test.objects.get(episode=episode, purpose="arrival")
    sampled = None if result == TestResult.REFUSED else clock(10)

    enter_result(test=test, sampled_at=sampled, result=result, by=world.worker, now=clock(18))

    owed = Task.objects.get(episode=episode, duty__evidence=Evidence.TEST, due_day=today())
    assert owed.is_pending is open_still


def test_one_round_writes_a_row_for_each_finding_and_closes_everything(world):
    episode = returnee()
    entry = RoundEntry(
        episode=episode, temperature=Decimal("36.4"), measure=ContactOutcome.KEPT,
        needs=ContactOutcome.NO_NEED, waste=ContactOutcome.DONE,
    )  # fmt: skip

    assert record_round(entries=[entry], by=world.worker, now=clock(9)) == 4

    for evidence in (Evidence.HEALTH_LOG, Evidence.MEASURE, Evidence.NEEDS, Evidence.WASTE):
        assert task(episode, evidence).is_done


def test_a_round_with_one_bad_entry_writes_nothing(world):
    episode = returnee()
    entry = RoundEntry(episode=episode, temperature=Decimal("36.4"), needs=ContactOutcome.KEPT)

    with pytest.raises(ContactRefusedError):
        record_round(entries=[entry], by=world.worker)

    assert not episode.health_logs.exists()


def test_the_same_entry_sent_twice_is_one_row(world):
    episode = returnee()
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"

    first = contact(episode, ContactKind.NEEDS, entry_key=key)
    second = contact(episode, ContactKind.NEEDS, entry_key=key)

    assert first == second
    assert Contact.objects.count() == 1


def test_a_contact_of_tomorrow_is_refused(world):
    episode = returnee()

    with pytest.raises(ContactRefusedError, match=str(today() + DAY)):
        record_contact(
            episode=episode, kind=ContactKind.NEEDS, channel=ContactChannel.VISIT,
            outcome=ContactOutcome.NO_NEED, by=None, day=today() + DAY,
        )  # fmt: skip


def test_evidence_of_all_episodes_is_closed_at_once_with_constant_queries(
    world, django_assert_max_num_queries
):
    episodes = [returnee() for _ in range(3)]
    for episode in episodes:
        health_log(episode, at=clock(9))

    with django_assert_max_num_queries(8):
        closed = close_by_evidence(episode_ids=None, now=clock(10))

    assert closed == 3
