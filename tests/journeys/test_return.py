"""One return from the first report to the release, day after day."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse

from grid.days import today
from policies import schema
from policies.facts import Facts
from policies.planner import plan
from returnees.choices import EpisodeState, TestPurpose
from returnees.models import Episode, Stage
from schedules.choices import Evidence
from schedules.models import Task
from schedules.services import run_day
from tests.cast import VILLAGE

DAY = timedelta(days=1)


def stamp(day: date, hour: int) -> str:
    """Return a local time as a form takes it."""
    return f"{datetime.combine(day, time(hour)):%Y-%m-%dT%H:%M}"


def report(world, browse, day):
    """Enter the report of somebody from overseas, who lands in two days, on their behalf."""
    form = {
        "name": "何远归", "id_type": "passport", "id_number": "E90000017", "phone": "15400019001",
        "sex": "F", "birth_date": "1988-03-05", "origin_text": "海岳省临沧湾市望潮区",
        "place": VILLAGE, "departs_at": stamp(day + 2 * DAY, 6),
        "arrives_at": stamp(day + 2 * DAY, 15), "address": "1号楼101室",
        "health_code": "green", "entered_on": (day - 12 * DAY).isoformat(),
        "quarantine_days": "14", "quarantine_proof": "on", "negative_tests": "2",
        "declared_true": "on",
    }  # fmt: skip
    clerk = browse(world.head)
    clerk.open(reverse("report-new")).send(**form)
    return Episode.objects.get(person__name="何远归"), clerk


def enter_test(browser, test, day, hour=9):
    return browser.open(reverse("test-log", args=[test.pk])).send(
        result="negative", sampled_at=stamp(day, hour)
    )


@pytest.mark.clause("JY-1e", "JY-1f", "JY-1g")
def test_a_return_from_overseas_goes_from_report_to_release(county, browse, clock):
    day = clock(0)
    episode, head = report(county, browse, day)
    assert episode.state == EpisodeState.EXPECTED
    assert episode.classification == "JY.OVERSEAS"
    assert episode.responsible == county.cadre
    assert "JY-1e" in head.text()

    # day 2: landed; the cadre confirms the arrival and the plan starts from that day
    day = clock(2, hour=16)
    run_day(day=day)
    cadre = browse(county.cadre)
    cadre.open(reverse("arrival-log", args=[episode.pk])).send(arrived_at=stamp(day, 15))
    episode.refresh_from_db()
    assert episode.is_active
    site, home = episode.stages.order_by("day0")
    assert [str(site.kind), str(home.kind)] == ["centralised", "home_monitoring"]
    assert (site.first_day, site.last_day) == (day, day + 7 * DAY)
    assert home.last_day == day + 16 * DAY

    # the last day passes; without its test the stage is held
    close = reverse("stage-close", args=[site.pk])
    day = clock(10)
    run_day(day=day)
    cadre.open(close).send(closed_on=site.last_day.isoformat(), release_note="集解字 17 号")
    assert "not negative" in cadre.text()
    assert Stage.objects.get(pk=site.pk).closed_on is None

    # with the test, but without the number of the release note, it is still refused
    test = episode.tests.get(stage=site, superseded_on=None)
    enter_test(cadre, test, site.last_day)
    cadre.open(close).send(closed_on=site.last_day.isoformat(), release_note="")
    assert "release note" in cadre.text()
    assert Stage.objects.get(pk=site.pk).closed_on is None

    cadre.send(close, closed_on=site.last_day.isoformat(), release_note="集解字 17 号")
    site.refresh_from_db()
    assert (site.closed_on, site.closed_by) == (site.last_day, county.cadre)

    # home: with its test negative the stage closes without a hand, and the person is free
    day = clock(19)
    enter_test(cadre, episode.tests.get(stage=home, superseded_on=None), home.last_day)
    run_day(day=day)
    episode.refresh_from_db()
    assert episode.state == EpisodeState.RELEASED
    assert Stage.objects.get(pk=home.pk).closed_on == home.last_day
    after = Task.objects.pending().filter(episode=episode, due_day__gt=home.last_day)
    assert [task.duty.evidence for task in after] == [Evidence.WASTE]  # terminal disinfection

    # the first of the tests that follow the release comes on its day, and is a task
    follow = episode.tests.filter(purpose=TestPurpose.FOLLOW_UP).order_by("planned_on")
    assert [(one.planned_on - home.last_day).days for one in follow] == [15, 30, 60, 90]
    day = clock((follow[0].planned_on - today()).days + 19)
    run_day(day=day)
    task = Task.objects.pending().get(episode=episode, due_day=day)
    assert task.duty.evidence == Evidence.TEST
    cadre.open(reverse("today"))
    assert reverse("test-log", args=[follow[0].pk]) in cadre.links("/tests/")
    enter_test(cadre, follow[0], day, hour=8)
    task.refresh_from_db()
    assert task.is_done


def test_the_stored_plan_is_what_the_notice_makes_of_the_stored_facts(county, browse, clock):
    episode, _head = report(county, browse, clock(0))

    made = plan(schema.load("JY"), Facts.parse(episode.facts)).as_dict()
    assert {key: episode.plan[key] for key in made if key != "why"} == {
        key: value for key, value in made.items() if key != "why"
    }
