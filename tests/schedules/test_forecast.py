"""What a day would bring: the same tasks the morning then makes, rooms and tests beside them."""

from datetime import timedelta

import pytest

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment
from schedules.models import Task
from schedules.reading.forecast import forecast
from schedules.services import follow_responsibility, run_day
from tests.cast import FAR, TOWN, VILLAGE
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, soup


@pytest.fixture
def held(world):
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE,
        since=today() - timedelta(days=9),
    )  # fmt: skip
    rows = [returnee("JY.MIDHIGH", days=days) for days in (-1, 0, 2)]
    follow_responsibility(place_codes=[TOWN])
    return rows


def test_tomorrow_looks_as_the_morning_then_makes_it(world, held):
    tomorrow = today() + timedelta(days=1)
    seen = forecast(places=[TOWN], day=tomorrow)
    before = Task.objects.count()

    run_day(day=tomorrow, now=clock(0, days=1, minute=5))

    made = Task.objects.filter(due_day=tomorrow)
    assert Task.objects.count() > before
    assert sum(one.fresh for one in seen.cadres) == made.count()
    assert [one.cadre for one in seen.cadres] == [world.cadre]


def test_nothing_is_written(world, held):
    before = Task.objects.count()

    forecast(places=[TOWN], day=today() + timedelta(days=1))

    assert Task.objects.count() == before


def test_rooms_and_tests_of_the_next_days_are_those_planned(world, held):
    seen = forecast(places=[TOWN], day=today())

    assert len(seen.needs) == 14
    planned = [t for e in held for t in e.tests.all() if t.result == "pending"]
    ahead = [t for t in planned if t.planned_on < today() + timedelta(days=14)]
    assert sum(need.tests for need in seen.needs) == len(
        [t for t in ahead if t.planned_on >= today() and t.superseded_on is None]
    )
    assert seen.needs[1].rooms == len(
        {
            stage.episode_id
            for e in held
            for stage in e.stages.all()
            if stage.kind == "centralised"
            and stage.first_day <= seen.needs[1].day <= stage.last_day
        }
    )
    assert seen.needs[1].rooms > 0


def test_other_places_do_not_count(world, held):
    seen = forecast(places=[FAR], day=today())

    assert seen.cadres == []
    assert not any(need.rooms or need.tests for need in seen.needs)


def test_who_would_have_too_much_and_work_without_anybody_are_named(world, held, settings):
    settings.GRID = {**settings.GRID, "tasks_a_day": 1}

    page = soup(browser(world.township).get("/forecast/"))

    assert world.cadre.name in page.find(class_="notice-warning").text
    assert "more than 1" in page.text


def test_a_day_far_off_or_past_is_brought_near(world, held):
    client = browser(world.township)

    assert client.get("/forecast/?day=1999-01-01").status_code == 200
    assert str(today()) in client.get("/forecast/?day=1999-01-01").content.decode()
    assert client.get("/forecast/?day=nonsense").status_code == 200
    assert client.get("/forecast/?place=98").status_code == 404


def test_the_number_of_queries_does_not_grow(world, held, django_assert_num_queries):
    with django_assert_num_queries(3):
        forecast(places=[TOWN], day=today())
    returnee("JY.MIDHIGH")
    with django_assert_num_queries(3):
        forecast(places=[TOWN], day=today())
