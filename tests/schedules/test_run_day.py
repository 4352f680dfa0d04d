"""The morning run: what is owed exists, once, whatever happened in between."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from grid.days import today
from returnees.choices import EpisodeState
from returnees.models import Episode
from schedules import day_sql, sql
from schedules.choices import Evidence, TaskState
from schedules.models import DutySpan, JobRun, Task
from schedules.services import close_day, reconcile, run_day
from tests.factories.schedules import clock, health_log, returnee, task

DAY = timedelta(days=1)


def states(**more) -> dict:
    return dict(Task.objects.filter(**more).values_list("due_day", "state"))


@pytest.mark.clause("JY-2m", "JY-2r")
def test_every_day_under_management_has_its_health_task(world):
    episode = returnee("JY.KEYCONCERN")
    run_day(day=today(), now=clock(0, minute=5))

    for days in range(1, 16):
        run_day(day=today() + days * DAY, now=clock(0, days, minute=5))

    owed = Task.objects.filter(episode=episode, duty__evidence=Evidence.HEALTH_LOG)
    assert sorted(t.due_day for t in owed) == [today() + n * DAY for n in range(15)]
    assert {timezone.localtime(t.due_at).hour for t in owed} == {20}


def test_a_stage_held_for_its_test_keeps_the_daily_work(world):
    episode = returnee("JY.KEYCONCERN", certificates=())
    run_day(day=today(), now=clock(0, minute=5))

    run_day(day=today() + 16 * DAY, now=clock(0, 16, minute=5))

    assert task(episode, Evidence.HEALTH_LOG, due_day=today() + 16 * DAY).is_pending


def test_a_second_run_creates_nothing(world):
    returnee("JY.MIDHIGH")
    run_day(day=today(), now=clock(0, minute=5))
    tomorrow = today() + DAY

    first = run_day(day=tomorrow, now=clock(0, 1, minute=5))
    second = run_day(day=tomorrow, now=clock(0, 1, minute=6))

    assert first.created > 0
    assert (second.created, second.kept, second.cancelled) == (0, first.created, 0)


def test_what_another_creates_while_the_morning_is_worked_out_is_not_created_twice(
    world, monkeypatch
):
    ours, other = returnee("JY.MIDHIGH"), returnee("JY.MIDHIGH")
    tomorrow, now = today() + DAY, clock(0, 1, minute=5)
    run = sql.run

    def meanwhile(statement, **given):
        done = run(statement, **given)
        if statement == day_sql.DIFFERING:
            reconcile(episode_ids=[other.pk], now=now)
        return done

    monkeypatch.setattr(sql, "run", meanwhile)
    figures = run_day(day=tomorrow, now=now)

    owed = Task.objects.filter(due_day=tomorrow)
    assert figures.created == owed.filter(episode=ours).count() > 0
    assert owed.filter(episode=other).count() == figures.created


def test_what_a_plan_owes_again_meanwhile_is_not_cancelled(world, monkeypatch):
    episode = returnee("JY.MIDHIGH")
    spans = list(DutySpan.objects.filter(episode=episode))
    DutySpan.objects.filter(episode=episode).delete()
    run = sql.run

    def meanwhile(statement, **given):
        done = run(statement, **given)
        if statement == day_sql.DIFFERING and given["day"] == today():
            DutySpan.objects.bulk_create(spans)
        return done

    monkeypatch.setattr(sql, "run", meanwhile)
    run_day(day=today(), now=clock(0, minute=5))

    assert not Task.objects.filter(episode=episode, state=TaskState.CANCELLED).exists()


def test_after_an_outage_the_missed_days_are_rows(world):
    episode = returnee("JY.KEYCONCERN")
    run_day(day=today(), now=clock(0, minute=5))

    run_day(day=today() + 4 * DAY, now=clock(9, 4))

    assert states(episode=episode, duty__evidence=Evidence.HEALTH_LOG) == {
        today(): TaskState.PENDING,
        today() + 1 * DAY: TaskState.MISSED,
        today() + 2 * DAY: TaskState.MISSED,
        today() + 3 * DAY: TaskState.MISSED,
        today() + 4 * DAY: TaskState.PENDING,
    }


def test_a_log_written_during_the_outage_closes_its_day_in_time(world):
    episode = returnee("JY.KEYCONCERN")
    run_day(day=today(), now=clock(0, minute=5))
    log = health_log(episode, at=clock(19, 1))

    run_day(day=today() + 2 * DAY, now=clock(9, 2))

    closed = task(episode, Evidence.HEALTH_LOG, due_day=today() + DAY)
    assert (closed.state, closed.evidence_key, closed.done_at) == (TaskState.DONE, log.pk, log.at)


def test_somebody_registered_late_owes_nothing_before_registration(world):
    episode = returnee("JY.KEYCONCERN", days=-5)

    first = Task.objects.filter(episode=episode, duty__evidence=Evidence.HEALTH_LOG).earliest(
        "due_day"
    )

    assert first.due_day == today()


def test_the_plan_nobody_announced_is_found_by_the_run(world):
    episode = returnee("JY.KEYCONCERN")
    Task.objects.all().delete()
    DutySpan.objects.all().delete()
    Episode.objects.filter(pk=episode.pk).update(revision=99)

    run_day(day=today(), now=clock(0, minute=5))

    assert task(episode, Evidence.HEALTH_LOG).is_pending


def test_what_is_no_longer_owed_is_cancelled_and_comes_back_with_its_id(world):
    episode = returnee("JY.KEYCONCERN")
    before = task(episode, Evidence.MEASURE)
    span = DutySpan.objects.get(episode=episode, duty__evidence=Evidence.MEASURE)
    span.delete()

    gone = run_day(day=today(), now=clock(1))

    assert gone.cancelled == 1
    assert task(episode, Evidence.MEASURE).state == TaskState.CANCELLED
    span.pk = None
    span.save()
    back = run_day(day=today(), now=clock(2))
    assert back.created == 1
    assert task(episode, Evidence.MEASURE).pk == before.pk
    assert task(episode, Evidence.MEASURE).is_pending


def test_a_duty_every_second_day_skips_the_days_between(world):
    episode = returnee("JY.KEYCONCERN")
    for days in range(1, 5):
        run_day(day=today() + days * DAY, now=clock(0, days, minute=5))

    days = Task.objects.filter(episode=episode, duty__evidence=Evidence.WASTE).values_list(
        "due_day", flat=True
    )

    assert sorted(days) == [today(), today() + 2 * DAY, today() + 4 * DAY]


def test_close_day_marks_missed_what_ends_with_its_day_and_leaves_the_rest(world):
    episode = returnee("JY.KEYCONCERN")

    close_day(day=today(), now=clock(23))
    assert task(episode, Evidence.HEALTH_LOG).is_pending, "the day is not over"
    close_day(now=clock(0, 1, minute=1))

    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.MISSED
    policy_text = Task.objects.get(episode=episode, duty__evidence=Evidence.POLICY_TEXT)
    assert policy_text.is_pending
    assert policy_text.is_overdue_at(clock(0, 30))


def test_close_day_counts_the_log_nobody_matched(world):
    episode = returnee("JY.KEYCONCERN")
    health_log(episode, at=clock(21))

    close_day(now=clock(0, 1, minute=1))

    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.LATE


@pytest.mark.parametrize(
    "state", [EpisodeState.CANCELLED, EpisodeState.NO_SHOW, EpisodeState.DIVERTED]
)
def test_whoever_does_not_come_owes_nothing_more(world, state):
    episode = returnee("JY.OTHER", days=1)
    Episode.objects.filter(pk=episode.pk).update(state=state, closed_at=clock(23, 0), revision=9)

    reconcile(episode_ids=[episode.pk], now=clock(23, minute=30))

    assert not Task.objects.filter(episode=episode).pending().exists()
    assert run_day(day=today() + DAY, now=clock(0, 1)).created == 0


@pytest.mark.clause("JY-2w")
def test_a_release_ends_the_daily_work_and_keeps_the_follow_up(world):
    episode = returnee("JY.KEYCONCERN", days=0)
    closed_on = today() + 14 * DAY
    Episode.objects.filter(pk=episode.pk).update(
        state=EpisodeState.RELEASED, closed_at=clock(10, 14), revision=9
    )

    reconcile(episode_ids=[episode.pk], now=clock(10, 14))
    for days in (15, 16):
        run_day(day=today() + days * DAY, now=clock(0, days))

    after = Task.objects.filter(episode=episode, due_day__gt=closed_on)
    assert set(after.values_list("duty__evidence", flat=True)) == {Evidence.TEST, Evidence.WASTE}
    assert Task.objects.get(
        episode=episode, due_day=closed_on, duty__evidence=Evidence.HEALTH_LOG
    ).is_pending


def test_the_command_prints_the_figures(world, capsys):
    returnee("JY.KEYCONCERN")
    tomorrow = str(today() + DAY)

    call_command("run_day", date=tomorrow)
    call_command("run_day", date=tomorrow)

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("created ")
    assert second.startswith("created 0, kept ")


def test_the_command_refuses_what_is_no_date(db):
    with pytest.raises(CommandError, match=r"'31\.2\.' is no date; write it as YYYY-MM-DD"):
        call_command("run_day", date="31.2.")


def test_a_failed_run_is_noted_with_its_error(world, monkeypatch):
    def fail(**_):
        raise RuntimeError("no room\nfor 13800000000")

    monkeypatch.setattr("schedules.services.day.derive_spans", fail)
    with pytest.raises(RuntimeError):
        run_day(day=today(), now=clock(0, minute=5))

    job = JobRun.objects.get(name="run_day")
    assert job.error == "RuntimeError: no room"


@pytest.mark.django_db(transaction=True)
def test_parallel_runs_create_each_task_once(world):
    episode = returnee("JY.MIDHIGH")
    tomorrow = today() + DAY
    figures, errors = [], []

    def work():
        try:
            figures.append(run_day(day=tomorrow, now=clock(0, 1, minute=5)))
        except Exception as error:  # noqa: BLE001  the test reports whatever a thread died of
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    made = Task.objects.filter(episode=episode, due_day=tomorrow).count()
    assert sorted(f.created for f in figures) == [0, 0, 0, made]
