"""No work for who may not sign in: the deputy has it, then the tiers above, and the audit tells."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grid.choices import Tier
from grid.coverage import inactive_holders, uncovered_persons
from grid.days import today
from grid.models import Assignment, Leave, User
from returnees.models import Episode
from schedules.choices import Evidence
from schedules.models import Task
from schedules.reading.dashboard import dashboard
from schedules.services import reconcile, run_day, sweep
from tests.cast import COUNTY, TOWN, VILLAGE
from tests.factories.schedules import clock, returnee, task
from tests.schedules.pages import browser, soup

DAY = timedelta(days=1)


@pytest.fixture
def tiers(world):
    """A household cadre of 东关村, a deputy, and a cadre on each of the tiers above."""
    since = today() - 9 * DAY
    give = Assignment.objects.create
    near = {"tier": Tier.HOUSEHOLD, "place_id": VILLAGE, "at_id": VILLAGE, "since": since}
    give(cadre=world.cadre, **near)
    give(cadre=world.worker, lead=False, **near)
    give(cadre=world.head, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=since)
    give(cadre=world.township, tier=Tier.BLOCK, block=world.block, at_id=TOWN, since=since)
    give(cadre=world.county, tier=Tier.COUNTY, place_id=COUNTY, at_id=COUNTY, since=since)
    return world


def close(*users: User) -> None:
    """Close accounts without telling anybody: the message is lost."""
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False)


def holders(episode: Episode, **where: object) -> set[int | None]:
    rows = Task.objects.pending().filter(episode=episode, **where)
    return set(rows.values_list("holder", flat=True))


LADDER = [
    (["cadre"], "worker"),
    (["cadre", "worker"], "head"),
    (["cadre", "worker", "head"], "township"),
    (["cadre", "worker", "head", "township"], "county"),
]


@pytest.mark.clause("JY-2j", "JY-16c")
@pytest.mark.parametrize(("gone", "next_one"), LADDER)
def test_reconcile_gives_new_work_to_the_deputy_and_then_up(tiers, gone, next_one):
    close(*(tiers.users[name] for name in gone))

    episode = returnee()

    assert holders(episode) == {tiers.users[next_one].pk}


@pytest.mark.parametrize(("gone", "next_one"), LADDER)
def test_reconcile_moves_what_was_open_before_anybody_has_heard_of_it(tiers, gone, next_one):
    episode = returnee()
    assert holders(episode) == {tiers.cadre.pk}
    close(*(tiers.users[name] for name in gone))

    reconcile(episode_ids=[episode.pk])

    assert holders(episode) == {tiers.users[next_one].pk}


@pytest.mark.parametrize(("gone", "next_one"), LADDER)
def test_the_morning_gives_the_day_to_the_deputy_and_then_up(tiers, gone, next_one):
    episode = returnee()
    close(*(tiers.users[name] for name in gone))

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    assert holders(episode, due_day=today() + DAY) == {tiers.users[next_one].pk}
    assert not Task.objects.pending().filter(holder__is_active=False).exists()


def test_the_sweep_moves_the_work_of_a_closed_account_when_the_message_is_lost(tiers, monkeypatch):
    # The last 200 changes of assignments are long about others.
    monkeypatch.setattr("schedules.services.responsibility.NEWEST", 0)
    episode = returnee()
    close(tiers.cadre)

    sweep(now=clock(0, minute=1))

    assert holders(episode) == {tiers.worker.pk}


def test_a_deputy_on_leave_whose_cover_is_gone_is_passed_over(tiers):
    Leave.objects.create(
        user=tiers.worker, cover=tiers.clerk, since=today(), until=today() + 3 * DAY
    )
    close(tiers.cadre, tiers.clerk)

    assert holders(returnee()) == {tiers.head.pk}


def test_a_cover_who_was_deactivated_gets_nothing(tiers):
    Leave.objects.create(
        user=tiers.cadre, cover=tiers.clerk, since=today(), until=today() + 3 * DAY
    )
    episode = returnee()
    assert holders(episode) == {tiers.clerk.pk}
    close(tiers.clerk)

    reconcile(episode_ids=[episode.pk])

    assert holders(episode) == {tiers.worker.pk}


@pytest.mark.clause("JY-2w")
def test_what_is_to_come_after_the_release_moves_too(tiers):
    episode = returnee()
    Episode.objects.filter(pk=episode.pk).update(
        state="released", closed_at=clock(10, 14), revision=9
    )
    reconcile(episode_ids=[episode.pk], now=clock(10, 14))
    close(tiers.cadre)

    for days in (15, 16):
        run_day(day=today() + days * DAY, now=clock(0, days))

    assert holders(episode, due_day__gt=today() + 14 * DAY) == {tiers.worker.pk}


@pytest.mark.clause("JY-2l")
def test_the_audit_shows_whose_account_is_closed_and_who_is_left_without_a_cadre(tiers):
    episode = returnee()
    close(tiers.cadre)
    (row,) = inactive_holders(under=VILLAGE, day=today())
    assert row.cadre == tiers.cadre
    page = browser(tiers.county).get(reverse("coverage"), {"place": VILLAGE, "show": "inactive"})
    assert tiers.cadre.name in soup(page).text

    close(tiers.cadre, tiers.worker)

    assert episode.person in uncovered_persons(under=VILLAGE, day=today())


def test_work_that_no_tier_can_do_belongs_to_nobody_and_is_counted_as_a_gap(tiers):
    episode = returnee()
    close(tiers.cadre, tiers.worker, tiers.head, tiers.township, tiers.county)

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    assert holders(episode, due_day=today() + DAY) == {None}
    assert task(episode, Evidence.HEALTH_LOG, due_day=today() + DAY).holder is None
    assert dashboard(VILLAGE, today() + DAY).total.unheld == 1
