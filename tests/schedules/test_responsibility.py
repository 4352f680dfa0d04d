"""Open work follows whoever is responsible; done work keeps the old name (JY-2j)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, Leave
from returnees.models import Episode
from schedules.choices import Evidence
from schedules.models import Task
from schedules.services import follow_responsibility, log_health, run_day, sweep
from tests.cast import GRID, TOWN, VILLAGE
from tests.factories.schedules import clock, returnee, task

DAY = timedelta(days=1)


@pytest.fixture
def held(world):
    """Somebody in 东关村, for whom the village cadre answers."""
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE,
        since=today() - 9 * DAY,
    )  # fmt: skip
    episode = returnee()
    follow_responsibility(place_codes=[TOWN])
    return episode


def hand_over(to):
    Assignment.objects.filter(place=VILLAGE).update(until=today())
    Assignment.objects.create(
        cadre=to, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE, since=today()
    )


@pytest.mark.clause("JY-2j")
def test_open_tasks_move_with_a_hand_over_and_done_ones_stay(world, held):
    log_health(episode=held, temperature=Decimal("36.5"), symptoms=[], by=world.cadre, now=clock(9))
    hand_over(world.head)

    moved = follow_responsibility(place_codes=[VILLAGE])

    held.refresh_from_db()
    assert (moved, held.responsible) == (1, world.head)
    assert task(held, Evidence.HEALTH_LOG).holder == world.cadre
    assert task(held, Evidence.MEASURE).holder == world.head


def test_nothing_moves_outside_the_place_that_was_named(world, held):
    hand_over(world.head)

    assert follow_responsibility(place_codes=["990101102"]) == 0

    assert task(held, Evidence.MEASURE).holder == world.cadre


def test_leave_that_begins_at_midnight_moves_the_work_in_the_morning(world, held):
    Leave.objects.create(
        user=world.cadre, cover=world.head, since=today() + DAY, until=today() + 3 * DAY
    )
    run_day(day=today() + DAY, now=clock(0, 1, minute=5))
    assert task(held, Evidence.MEASURE, due_day=today() + DAY).holder == world.head

    run_day(day=today() + 3 * DAY, now=clock(0, 3, minute=5))

    assert task(held, Evidence.MEASURE, due_day=today() + 3 * DAY).holder == world.cadre


def test_the_sweep_follows_a_change_nobody_announced(world, held):
    hand_over(world.head)

    sweep(now=clock(0, minute=1))

    assert set(Task.objects.filter(episode=held).pending().values_list("holder", flat=True)) == {
        world.head.pk
    }


def test_a_cadre_who_was_deactivated_holds_no_new_task(world, held):
    world.cadre.is_active = False
    world.cadre.save()

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    held.refresh_from_db()
    assert held.responsible != world.cadre
    assert not Task.objects.filter(holder=world.cadre).pending().exists()


def test_following_is_written_into_the_history_with_its_reason(world, held):
    hand_over(world.head)

    follow_responsibility(place_codes=[VILLAGE])

    last = Episode.events.rel.related_model.objects.filter(pgh_obj=held.pk).latest("pgh_id")
    assert last.responsible_id == world.head.pk
    assert last.pgh_context.metadata["why"] == "responsibility changed"


def test_an_assignment_to_a_household_of_a_grid_reaches_the_return_in_the_village(world, held):
    held.person.household = world.household
    held.person.save()

    follow_responsibility(place_codes=[GRID])

    held.refresh_from_db()
    assert held.responsible == world.worker
