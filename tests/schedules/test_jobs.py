"""Jobs: names that beat and the registry agree on, a record of each run, and the minute sweep."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.utils import timezone

from config.celery import app
from grid.days import today
from returnees.models import Episode, Screening
from schedules import tasks
from schedules.choices import Evidence, TaskState
from schedules.models import Duty, JobRun, Reminder, Task
from schedules.services import heartbeat, job_run, sweep, sync_duties
from tests.factories.returnees import in_force
from tests.factories.schedules import clock, health_log, returnee, task

DAY = timedelta(days=1)
NAMES = {
    "schedules.heartbeat": {"now": None},
    "schedules.sweep": {"now": None},
    "schedules.run_day": {"day": None, "now": None},
    "schedules.close_day": {"day": None, "now": None},
    "schedules.send_digests": {"now": None, "slot": ""},
    "schedules.reconcile_episodes": {"episode_ids": [1], "now": None},
    "schedules.follow_responsibility": {"place_codes": ["99"], "now": None},
    "schedules.tell_screened": {"screening_id": 1, "episode_ids": [1], "now": None},
    "schedules.send_reminders": {"now": None},
    "schedules.escalate": {"now": None},
}
SERVICES = {
    "schedules.close_day": "end_day",
    "schedules.send_reminders": "send_all",
    "schedules.escalate": "escalate_and_inspect",
}


def test_every_entry_of_the_beat_schedule_is_a_registered_task():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_every_task_of_the_module_is_listed_here():
    app.loader.import_default_modules()

    assert {name for name in app.tasks if name.startswith("schedules.")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_task_makes_one_call_and_accepts_newer_arguments(name):
    service = SERVICES.get(name, name.removeprefix("schedules.").removesuffix("_episodes"))
    needed = {"episode_ids", "place_codes", "screening_id"}
    arguments = {k: v for k, v in NAMES[name].items() if k in needed}

    with patch.object(tasks.services, service) as called:
        app.tasks[name](**arguments, some_newer_argument=1)

    called.assert_called_once_with(**NAMES[name])


def test_a_task_reads_day_and_moment_as_iso_texts():
    with patch.object(tasks.services, "run_day") as called:
        app.tasks["schedules.run_day"](day="2021-02-08", now="2021-02-08T00:05:00+08:00")

    assert called.call_args.kwargs["day"].isoformat() == "2021-02-08"
    assert called.call_args.kwargs["now"].isoformat() == "2021-02-08T00:05:00+08:00"


def test_heartbeats_keep_one_row(db):
    for _tick in range(2):
        heartbeat()
    second = timezone.now()
    heartbeat()

    assert JobRun.objects.get(name="heartbeat").started_at >= second


def test_an_error_is_kept_until_the_next_success(db):
    with pytest.raises(ValueError, match="x"), job_run("sweep"):
        raise ValueError("x")
    assert JobRun.objects.get().error == "ValueError: x"

    with job_run("sweep"):
        pass

    assert JobRun.objects.get().error == ""


def test_duties_follow_the_packs_with_two_queries_when_nothing_changed(
    db, django_assert_num_queries
):
    assert sync_duties() > 0
    with django_assert_num_queries(2):
        assert sync_duties() == 0
    Duty.objects.filter(pk="JY.six-5:health_log").update(missable=False, title_zh="x")

    assert sync_duties() == 1

    duty = Duty.objects.get(pk="JY.six-5:health_log")
    assert (duty.missable, duty.clause) == (True, "JY-2r")


def test_the_sweep_runs_the_jobs_of_a_day_that_beat_slept_through(world):
    episode = returnee()

    sweep(now=clock(16, 1, minute=30))

    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.MISSED
    assert task(episode, Evidence.HEALTH_LOG, due_day=today() + DAY).is_pending
    runs = set(JobRun.objects.values_list("name", "day", "slot"))
    assert ("run_day", today() + DAY, "") in runs
    assert ("close_day", today(), "") in runs
    assert ("send_digests", today() + DAY, "16:00") in runs
    assert ("send_digests", today() + DAY, "08:00") not in runs, "one digest, not a backlog"
    sweep(now=clock(16, 1, minute=31))
    assert JobRun.objects.filter(name="run_day").count() == 1


def test_the_sweep_leaves_the_morning_to_beat(world):
    sweep(now=clock(0, 1, minute=5))

    assert not JobRun.objects.filter(name="run_day").exists()


def test_the_sweep_derives_the_plan_whose_message_was_lost(world):
    episode = returnee()
    Task.objects.all().delete()
    Episode.objects.filter(pk=episode.pk).update(revision=99)

    sweep(now=clock(9))

    assert task(episode, Evidence.HEALTH_LOG).is_pending


def test_the_sweep_closes_by_evidence_nobody_reported(world):
    episode = returnee()
    health_log(episode, at=clock(9))

    sweep(now=clock(9, minute=1))

    assert task(episode, Evidence.HEALTH_LOG).is_done


@pytest.mark.parametrize(("minutes", "again"), [(2, False), (6, True)])
def test_the_sweep_queues_a_re_screening_again_that_stands_still(world, minutes, again):
    begun = (clock(12) - timedelta(minutes=minutes)).isoformat()
    policy = in_force()
    waiting = Screening.objects.create(
        policy=policy, day=policy.since, state="waiting", figures={"at": begun}
    )

    with patch("returnees.services.screening.queue") as queued:
        sweep(now=clock(12))

    wanted = [(("returnees.screen", [waiting.pk, None]), {})] if again else []
    assert queued.call_args_list == wanted


@pytest.mark.parametrize(("minutes", "again"), [(2, False), (6, True)])
def test_the_sweep_queues_a_confirmation_again_that_stands_still(world, minutes, again):
    begun = (clock(12) - timedelta(minutes=minutes)).isoformat()
    mark = {"total": 3000, "done": 1000, "by": world.county.pk, "at": begun}
    policy = in_force()
    half = Screening.objects.create(
        policy=policy, day=policy.since, state="open", figures={"confirming": mark}
    )

    with patch("returnees.services.confirming.queue") as queued:
        sweep(now=clock(12))

    wanted = [(("returnees.screen_confirm", [half.pk, world.county.pk]), {})] if again else []
    assert queued.call_args_list == wanted


def test_an_empty_portal_sweeps_in_peace(db):
    sweep(now=clock(12))

    assert not Reminder.objects.exists()
    assert JobRun.objects.get(name="sweep").error == ""
