"""The cadre's day: whose it is, how it is grouped, and that an entry equals a fresh load."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grid.days import today
from schedules.choices import Evidence, TaskState
from schedules.models import Task
from schedules.views.work import clock_text
from tests.factories.schedules import clock, returnee, task
from tests.schedules.pages import browser, entry, htmx, noon, soup

NOON = clock(12)
__all__ = ["noon"]


pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def at_home(world):
    """Somebody of the worker's household under management since this morning."""
    return returnee(person=world.person, household=world.household)


def test_the_day_shows_the_cadres_people_with_due_time_and_clause(world, at_home):
    page = soup(browser(world.worker).get("/today/"))

    card = page.find("article", attrs={"aria-label": world.person.name})
    check = task(at_home, Evidence.HEALTH_LOG)
    line = card.find(string=check.duty.title_en).find_parent("li")
    assert "20:00" in line.text
    assert "JY-2r" in line.text
    assert world.person.phone not in page.text


def test_the_day_counts_what_is_done_and_owed(world, at_home):
    owed = Task.objects.held_by(world.worker).filter(due_day__lte=today()).count()

    page = soup(browser(world.worker).get("/today/"))

    assert page.find(id="progress").strong.text == f"1/{owed}"  # the arrival is confirmed


def test_overdue_people_come_first_and_are_marked(world, at_home):
    Task.objects.update(due_at=NOON + timedelta(hours=1))
    other = returnee(household=world.household)
    Task.objects.filter(episode=other).update(due_at=NOON + timedelta(hours=1))
    check = task(at_home, Evidence.HEALTH_LOG)
    Task.objects.filter(pk=check.pk).update(due_at=NOON - timedelta(hours=1))

    page = soup(browser(world.worker).get("/today/"))

    first, second = page.find_all("article")
    assert first["aria-label"] == world.person.name
    assert "overdue" in first.text
    assert "overdue" not in second.text
    assert "1 task overdue" in page.find(id="progress").text


def test_the_search_narrows_to_a_person_and_says_so_when_nobody_fits(world, at_home):
    client = browser(world.worker)

    found = soup(client.get("/today/", {"q": world.person.name}))
    nobody = soup(client.get("/today/", {"q": "没有这个人"}))

    assert found.find("article")
    assert not nobody.find("article")
    assert "Nobody fits the search" in nobody.text


def test_the_search_fragment_is_part_of_the_page(world, at_home):
    client = browser(world.worker)

    fragment = soup(client.get("/today/", {"q": "林"}, **htmx())).find(id="work")
    page = soup(client.get("/today/", {"q": "林"})).find(id="work")

    assert fragment == page


def test_a_day_without_tasks_says_so(world):
    page = soup(browser(world.cadre).get("/today/"))

    assert "Nothing to do today" in page.text


def test_those_who_only_look_on_have_no_day(world):
    assert browser(world.leader).get("/today/").status_code == 403


def test_fragments_and_pages_are_cached_apart(world):
    assert "HX-Request" in browser(world.worker).get("/today/")["Vary"]


@pytest.mark.parametrize("people", [1, 4])
def test_the_queries_of_the_day_do_not_grow_with_people(
    world, people, django_assert_max_num_queries
):
    for _n in range(people):
        returnee(household=world.household)
    client = browser(world.worker)
    client.get("/today/")

    with django_assert_max_num_queries(14):
        client.get("/today/")


def test_an_entry_answers_with_what_a_fresh_load_shows(world, at_home):
    client = browser(world.worker)
    url = reverse("health-log", args=[at_home.pk])

    answer = client.post(url, entry(temperature="36.6", no_symptoms="1"), **htmx())

    group = f"group-h{world.household.pk}"
    fragment, page = soup(answer), soup(client.get("/today/"))
    assert answer["HX-Retarget"] == f"#{group}"
    assert fragment.find(id=group) == page.find(id=group)
    assert fragment.find(id="progress").strong == page.find(id="progress").strong
    assert fragment.find(id="finished-count").text == page.find(id="finished-count").text
    assert "36.6 °C, logged" in fragment.find(id="progress").text


def test_the_last_entry_moves_the_household_to_those_done(world, at_home):
    client = browser(world.worker)
    last = task(at_home, Evidence.HEALTH_LOG)
    others = Task.objects.held_by(world.worker).exclude(pk=last.pk)
    others.update(state=TaskState.DONE, done_at=NOON)
    url = reverse("health-log", args=[at_home.pk])

    answer = soup(client.post(url, entry(temperature="36.6", no_symptoms="1"), **htmx()))

    moved = answer.find(attrs={"hx-swap-oob": "afterbegin:#finished-list"})
    page = soup(client.get("/today/"))
    assert moved.section == page.find(id="finished-list").section
    assert "1 person" in page.find(id="finished-count").text


def test_midnight_is_written_as_the_end_of_its_day():
    assert clock_text(clock(0, 1), today()) == "24:00"
    assert clock_text(clock(0), today()).endswith(" 24:00")
    assert clock_text(clock(20), today()) == "20:00"
    assert clock_text(clock(20, -1), today()) == f"{today() - timedelta(days=1):%m-%d} 20:00"
