"""What pages read: right figures, explicit zeros, a constant number of queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from grid.choices import Tier
from grid.coverage import uncovered_households, uncovered_persons
from grid.days import today
from grid.models import Assignment, Household, Leave, Person, Place
from returnees.choices import AbnormalityKind
from returnees.models import Abnormality, Episode
from schedules.choices import Evidence
from schedules.models import Task
from schedules.reading import daily_report, dashboard, today_of
from schedules.reading.gaps import gaps_by_village
from schedules.services import close_day, follow_responsibility, log_health, run_day
from tests.cast import FAR, GRID, SECOND, TOWN, VILLAGE
from tests.factories.schedules import clock, contact, returnee

DAY = timedelta(days=1)


@pytest.fixture
def covered(world):
    """东关村 with its village cadre as household cadre and the township's admin above."""
    since = today() - 9 * DAY
    for cadre, tier in ((world.cadre, Tier.HOUSEHOLD), (world.township, Tier.VILLAGE)):
        Assignment.objects.create(
            cadre=cadre, tier=tier, place_id=VILLAGE, at_id=VILLAGE, since=since
        )
    return world


def log(episode: Episode, by, *, at=None, degrees="36.5"):
    return log_health(
        episode=episode, temperature=Decimal(degrees), symptoms=[], by=by, now=at or clock(9)
    )


def test_today_shows_open_and_done_work_of_the_cadre_alone(covered):
    mine = returnee()
    follow_responsibility(place_codes=[TOWN])
    returnee(place_code=SECOND)
    log(mine, covered.cadre)

    work = today_of(covered.cadre, clock(10))

    assert {task.episode for task in work.tasks} == {mine}
    done = [task for task in work.tasks if task.is_done]
    assert [task.duty.evidence for task in done if task.due_day == today()].count(
        Evidence.HEALTH_LOG
    ) == 1
    assert [task.due_at for task in work.tasks] == sorted(task.due_at for task in work.tasks)


def test_today_leaves_out_what_belongs_to_tomorrow(covered):
    episode = returnee()
    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    days = {task.due_day for task in today_of(covered.cadre, clock(10)).tasks}

    assert max(days) == today()
    assert Task.objects.filter(episode=episode, due_day=today() + DAY).exists()


def test_today_is_narrowed_to_a_person(covered):
    one, _other = returnee(name="欧阳木"), returnee(name="司徒水")
    follow_responsibility(place_codes=[TOWN])

    work = today_of(covered.cadre, clock(10), "欧阳")

    assert {task.episode for task in work.tasks} == {one}


def test_today_hands_over_the_open_tests(covered):
    episode = returnee(certificates=())
    follow_responsibility(place_codes=[TOWN])

    work = today_of(covered.cadre, clock(10))

    assert [test.purpose for test in work.tests[episode.pk]][:1] == ["arrival"]


@pytest.mark.parametrize("people", [1, 6])
def test_today_takes_the_same_queries_for_any_number_of_people(
    covered, people, django_assert_num_queries
):
    for _ in range(people):
        returnee(certificates=())
    follow_responsibility(place_codes=[TOWN])

    with django_assert_num_queries(7):
        work = today_of(covered.cadre, clock(10))
        [(str(t.duty), t.episode.person.name, t.episode.person.masked_phone) for t in work.tasks]


def test_the_overview_counts_by_village_and_in_all(covered):
    episode = returnee()
    returnee(place_code=SECOND)
    returnee("JY.KEYCONCERN", days=1)
    returnee("JY.KEYCONCERN", days=5)
    follow_responsibility(place_codes=[TOWN])
    log(episode, covered.cadre)

    board = dashboard(TOWN, today(), clock(10))

    lines = {figures.code: figures for figures in board.villages}
    assert set(lines) == {VILLAGE, SECOND}, "a village with nothing is a line too"
    assert (lines[VILLAGE].active, lines[SECOND].active) == (1, 1)
    assert (lines[VILLAGE].expected, lines[VILLAGE].arriving) == (2, 1)
    assert (lines[VILLAGE].checks_done, lines[VILLAGE].checks_due) == (1, 1)
    assert (lines[SECOND].checks_done, lines[SECOND].checks_due) == (0, 1)
    assert lines[SECOND].unheld == 1
    assert board.total.active == 2
    assert board.classes == {"JY.KEYCONCERN": 2}
    assert board.stages == {"home_single_room": 2}


def test_the_overview_says_where_it_is_red_and_whose_it_is(covered):
    returnee(place_code=SECOND)
    feverish = returnee()
    follow_responsibility(place_codes=[TOWN])
    log(feverish, covered.cadre, degrees="38.1")

    board = dashboard(TOWN, today(), clock(10))

    assert board.red is not None
    assert (board.red.village.code, board.red.village.abnormal) == (VILLAGE, 1)
    assert (board.red.holder, board.red.tier) == (covered.township, Tier.VILLAGE)


def test_where_nothing_is_wrong_there_is_no_red(covered):
    assert dashboard(FAR[:12], today(), clock(10)).red is None


def test_the_overview_of_another_place_does_not_count_ours(covered):
    returnee()

    assert dashboard(FAR[:9], today(), clock(10)).total.active == 0


@pytest.mark.parametrize("villages", [1, 8])
def test_the_overview_takes_the_same_queries_for_any_number_of_villages(
    covered, villages, django_assert_num_queries
):
    for n in range(villages):
        Place.objects.create(code=f"{TOWN}{300 + n}", name=f"{n}村", level=5, parent_id=TOWN)
        returnee(place_code=f"{TOWN}{300 + n}")

    with django_assert_num_queries(7):
        dashboard(TOWN, today(), clock(10))


def test_the_daily_report_writes_its_zeros_out(covered):
    episode = returnee()
    log(episode, covered.cadre, degrees="37.9")
    returnee(certificates=())
    close_day(now=clock(0, 1, minute=1))

    report = daily_report(TOWN, today())

    rows = {row.code: row for row in report.rows}
    assert rows[SECOND].is_zero
    assert rows[SECOND].managed == 0
    here = rows[VILLAGE]
    assert (here.arrived, here.managed, here.at_home) == (2, 2, 2)
    assert (here.checks_due, here.checks_done, here.checks_missed) == (2, 1, 1)
    assert (here.tests_due, here.tests_done) == (1, 0)
    assert (here.abnormal, here.open_abnormal) == (1, 1)
    assert report.total.managed == 2
    assert not report.total.is_zero


def test_the_report_of_a_past_day_stays_as_it_was(covered):
    episode = returnee()
    Abnormality.objects.create(
        episode=episode, place_id=VILLAGE, kind=AbnormalityKind.SYMPTOM, found_at=clock(9, 1),
        what="x",
    )  # fmt: skip
    Episode.objects.filter(pk=episode.pk).update(state="released", closed_at=clock(9, 2))

    before, during, after = (daily_report(VILLAGE, today() + n * DAY).total for n in (0, 1, 2))

    assert (before.managed, before.abnormal, before.open_abnormal) == (1, 0, 0)
    assert (during.managed, during.abnormal, during.open_abnormal) == (1, 1, 1)
    assert (after.managed, after.released, after.open_abnormal) == (0, 1, 1)


def test_the_daily_report_takes_eight_queries(covered, django_assert_num_queries):
    returnee()
    contact(returnee(), "needs")

    with django_assert_num_queries(8):
        daily_report(TOWN, today())


def test_the_figures_of_a_place_are_index_ranges(covered):
    rows = Task.objects.on(today()).under(TOWN)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()

    assert "task_day_place" in plan
    assert "due_day = " in plan.split("Index Cond")[1]
    assert "place_id" in plan.split("Index Cond")[1]


def test_the_gaps_are_those_of_the_coverage_page(covered):
    day = today()
    Household.objects.create(place_id=SECOND, number="9")
    Household.objects.create(place_id=SECOND, number="8", closed_on=day - DAY)
    held = Household.objects.create(place_id=SECOND, number="7")
    for n, (place, household) in enumerate(
        [(SECOND, None), (SECOND, held), (TOWN, None), (GRID, covered.household), (FAR, None)]
    ):
        Person(
            name=f"住户{n}", phone=f"1550000{n:04d}", place_id=place, household=household
        ).derive().save()
    away = Assignment.objects.create(
        cadre=covered.head, tier=Tier.HOUSEHOLD, household=held, at_id=SECOND, since=day - DAY
    )
    wide = Assignment.objects.create(
        cadre=covered.head, tier=Tier.HOUSEHOLD, place_id=TOWN, at_id=TOWN, since=day - DAY
    )
    assert_same_gaps(day)
    leave = Leave.objects.create(
        user=covered.head, cover=covered.neighbour, since=day, until=day + 2 * DAY
    )
    assert_same_gaps(day)
    covered.neighbour.is_active = False
    covered.neighbour.save()
    assert_same_gaps(day)
    assert_same_gaps(leave.until)
    for assignment in (away, wide):
        assignment.until = day
        assignment.save()
    assert_same_gaps(day)


def assert_same_gaps(day) -> None:
    for under in (TOWN, VILLAGE, SECOND, GRID, TOWN[:6], FAR):
        found = {"households": 0, "persons": 0}
        for _village, what, number in gaps_by_village(under=under, day=day):
            found[what] += number
        assert found == {
            "households": uncovered_households(under=under, day=day).count(),
            "persons": uncovered_persons(under=under, day=day).count(),
        }, (under, day)
