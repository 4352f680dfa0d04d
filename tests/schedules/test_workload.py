"""What a re-screening that waits would mean in work, before anybody confirms it."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from grid.days import today
from policies.span import OPEN, Span
from returnees.models import Screening
from returnees.services.confirming import confirm
from schedules.models import Task
from schedules.reading.screening_work import DAYS, work_of
from schedules.reading.workload import days_of, tasks_by_day
from schedules.services import reconcile, run_day
from tests.cast import FAR
from tests.factories.returnees import ELSEWHERE, an_episode, in_force
from tests.factories.schedules import clock
from tests.factories.screening import screened
from tests.schedules.pages import browser, noon, soup  # noqa: F401  noon is a fixture

DAY = timedelta(days=1)
FIRST = date(2021, 1, 20)


def a_span(first=0, last=0, every=1) -> Span:
    """Return a span from so many days after FIRST to so many."""
    ends = OPEN if last is None else FIRST + last * DAY
    return Span(
        duty="JY.x", first=FIRST + first * DAY, last=ends, every=every, due_time=time(20),
        due_at=None, occasion="", missable=True, clause="JY-2r", evidence="health_log",
    )  # fmt: skip


def test_spans_are_counted_on_their_own_days_within_the_window():
    spans = [a_span(-3, 2), a_span(-1, 9, every=3), a_span(1, 1), a_span(0, None)]

    counted = tasks_by_day(spans, first=FIRST, last=FIRST + 3 * DAY)

    assert [counted[FIRST + n * DAY] for n in range(5)] == [2, 3, 3, 1, 0]


@given(
    first=st.integers(-40, 40), length=st.integers(0, 60), every=st.integers(1, 14),
    window=st.integers(0, 30),
)  # fmt: skip
def test_the_days_of_a_span_are_those_the_morning_statement_expands(first, length, every, window):
    span = a_span(first, first + length, every)
    days = [FIRST + n * DAY for n in range(window + 1)]

    counted = set(days_of(span, first=days[0], last=days[-1]))

    assert counted == {
        day
        for day in days
        if span.first <= day <= span.last and (day - span.first).days % every == 0
    }


@pytest.fixture
def waiting(world) -> Screening:
    """A published list that makes two persons of one village, and one elsewhere, mid/high."""
    in_force()
    people = [an_episode(person=world.person), an_episode(), an_episode(place_code=FAR)]
    reconcile(episode_ids=[episode.pk for episode in people])
    return screened({ELSEWHERE: "high"})


@pytest.mark.usefixtures("noon")
def test_the_work_foreseen_is_the_work_that_comes_when_it_is_confirmed(waiting):
    work = work_of(waiting, waiting.items.all())
    before = {day: then for day, then, _now in work.total.cells(work.days)}
    after = {day: now for day, _then, now in work.total.cells(work.days)}
    assert work.total.persons == 3
    assert len(work.days) == DAYS
    assert before != after

    confirm(screening=waiting, by=None)
    ids = list(waiting.items.values_list("episode", flat=True))
    reconcile(episode_ids=ids, now=clock(12))
    for n in range(1, DAYS):
        run_day(day=today() + n * DAY, now=clock(1, n))

    owed = Task.objects.filter(episode__in=ids).exclude(state="cancelled")
    made = {day: owed.filter(due_day=day).count() for day in work.days[1:]}
    assert made == {day: after[day] for day in work.days[1:]}


def test_the_lines_are_by_village_and_cadre_and_nobody_is_a_line_too(waiting, world):
    lines = work_of(waiting, waiting.items.all()).lines

    assert [(line.village[:2], line.cadre, line.persons) for line in lines] == [
        ("东关", "", 1), ("东关", world.worker.name, 1), ("前坡", "", 1),
    ]  # fmt: skip


def test_nothing_is_left_to_foresee_when_all_is_confirmed(waiting, world):
    confirm(screening=waiting, by=None)

    work = work_of(waiting, waiting.items.all())

    assert (work.lines, work.total.persons) == ([], 0)
    address = reverse("screening-work", args=[waiting.pk])
    assert "Nobody here waits" in soup(browser(world.township).get(address)).text


@pytest.mark.parametrize("people", [1, 4])
def test_the_queries_do_not_grow_with_people(world, people, django_assert_max_num_queries):
    in_force()
    for _n in range(people):
        an_episode()
    screening = screened({ELSEWHERE: "high"})

    with django_assert_max_num_queries(20):
        assert work_of(screening, screening.items.all()).total.persons == people


def test_the_page_shows_what_is_in_scope(waiting, world):
    address = reverse("screening-work", args=[waiting.pk])

    town = soup(browser(world.township).get(address)).find(id="screening-work")
    other = soup(browser(world.neighbour).get(address)).find(id="screening-work")

    assert [row.find("th").text for row in town.select("tbody tr")] == ["东关村", "东关村"]
    assert [row.find("th").text for row in other.select("tbody tr")] == ["前坡村"]
    assert "→" in town.text
    assert browser(world.clerk).get(address).status_code == 404


def test_there_is_no_work_of_a_re_screening_that_is_not_there(world):
    assert browser(world.township).get(reverse("screening-work", args=[99])).status_code == 404
