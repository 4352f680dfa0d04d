"""The timetable: every job with its runs, started again by hand; figures for monitoring."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings as conf
from django.utils import timezone, translation

from schedules.choices import ReminderState
from schedules.models import JobRun, Reminder
from schedules.reading.timetable import AGAIN, LABELS, run_lines, runs, timetable
from schedules.services import job_run
from schedules.views import timetable as view
from tests.schedules.pages import browser, soup
from tests.schedules.test_jobs import NAMES

TOKEN = "scrape-me-0123456789"


def test_every_job_of_beat_stands_in_the_timetable():
    assert {entry["task"] for entry in conf.CELERY_BEAT_SCHEDULE.values()} <= set(LABELS)
    assert {f"schedules.{name}" for name in AGAIN} <= set(NAMES)


def test_a_line_says_when_it_ran_and_when_it_runs_next(db):
    with job_run("run_day") as run:
        run.figures = {"created": 3}
    now = timezone.now()

    with translation.override("en"):
        lines = {line.name: line for line in timetable(now)}

    assert lines["run_day"].last == run
    assert lines["run_day"].when == ("00:05",)
    assert now < lines["run_day"].next_at <= now + timedelta(days=1)
    assert lines["send_digests"].when == ("08:00", "16:00")
    assert lines["sweep"].when == ("every 1 minute",)
    assert lines["heartbeat"].when == ("every 20 seconds",)
    assert lines["send_reminders"].next_at is None


def test_the_next_run_is_told_by_the_clock_of_the_portal(db):
    morning = datetime(2026, 11, 23, 1, 16, tzinfo=UTC)  # 09:16 in Shanghai

    def following() -> dict[str, str]:
        return {
            line.name: f"{timezone.localtime(line.next_at):%d %H:%M}"
            for line in timetable(morning)
            if line.next_at
        }

    with time_machine.travel(morning + timedelta(seconds=9), tick=False):  # later by a moment
        JobRun.objects.create(name="escalate", started_at=morning - timedelta(minutes=3))
        assert following()["run_day"] == "24 00:05"
        assert following()["close_day"] == "24 00:01"
        assert following()["send_digests"] == "23 16:00"
        assert following()["escalate"] == "23 09:18"


def test_the_figures_of_a_run_are_told_in_words(world):
    for name, figures in (
        ("run_day", {"created": 3, "kept": 0}),
        ("sweep", {"jobs": ["close_day"], "plans": 0}),
        ("escalate", {"settled": 0, "check": 2}),
        ("inspect", {"made": 0}),
    ):
        with job_run(name) as run:
            run.figures = figures

    with translation.override("en"):
        lines = run_lines([*runs("sweep"), *runs()])
        told = {line.run.name: (str(line.label), line.figures) for line in lines}

    assert told == {
        "run_day": ("Tasks of the day", "new 3"),
        "sweep": ("Sweep: what was left undone", "jobs made up for Closing of the day"),
        "escalate": ("Escalation", "Daily health check missing 2"),
        "inspect": ("Thresholds of places", "inspections 0"),
    }


def test_a_failed_run_is_shown_with_its_fault(world):
    with pytest.raises(ValueError, match="kaputt"), job_run("run_day"):
        raise ValueError("kaputt")

    page = soup(browser(world.county).get("/timetable/"))

    assert "ValueError: kaputt" in page.text
    assert "failed" in page.text


def test_a_job_is_started_again_by_hand(world):
    with patch.object(view.current_app, "send_task") as sent:
        browser(world.county).post("/timetable/again/", {"job": "run_day"})
        refused = browser(world.county).post("/timetable/again/", {"job": "heartbeat"})

    sent.assert_called_once_with("schedules.run_day")
    assert refused.status_code == 404


def test_the_runs_of_one_job_are_listed_alone(world):
    for name in ("run_day", "close_day"):
        with job_run(name):
            pass

    page = soup(browser(world.county).get("/timetable/?job=close_day"))

    assert [th.text for th in page.select("#rows tbody th")] == ["Closing of the day"]


def scrape(client, token: str = TOKEN):
    return client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def test_monitoring_reads_queues_reminders_and_jobs(db, client, settings, world):
    settings.METRICS_TOKEN = TOKEN
    with job_run("run_day"):
        pass
    Reminder.objects.create(
        user=world.cadre, kind="digest", day=timezone.localdate(), slot="08:00", channel="c1",
        state=ReminderState.WAITING, not_before=timezone.now() - timedelta(seconds=90),
    )  # fmt: skip

    answer = scrape(client)
    lines = dict(
        line.rsplit(" ", 1)
        for line in answer.content.decode().splitlines()
        if not line.startswith("#")
    )

    assert answer.status_code == 200
    assert 'grid_queue_messages{queue="reminders"}' in lines
    assert float(lines["grid_reminder_oldest_due_seconds"]) >= 90
    assert float(lines["grid_reminders_due"]) == 1
    run = JobRun.objects.get(name="run_day")
    found = float(lines['grid_job_last_success_timestamp_seconds{job="run_day"}'])
    assert found == pytest.approx(run.finished_at.timestamp(), abs=1)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_there_are_no_metrics(db, client, settings, token):
    settings.METRICS_TOKEN = TOKEN
    assert scrape(client, token).status_code == 404
    settings.METRICS_TOKEN = ""
    assert scrape(client, token).status_code == 404
