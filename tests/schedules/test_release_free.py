"""Who owes no stage does not stay under management for ever."""

from datetime import timedelta

import pytest

from grid.days import today
from returnees.choices import EpisodeState
from returnees.services.health import log_health
from schedules.models import Task
from schedules.services import reconcile, run_day
from tests.factories.returnees import an_episode, in_force
from tests.factories.schedules import clock

DAY = timedelta(days=1)


def arrived(pack: str):
    in_force(pack)
    episode = an_episode(arrives_at=clock(9), arrived=True, reported_at=clock(8))
    assert episode.plan["stages"] == []
    reconcile(episode_ids=[episode.pk], now=clock(10))
    return episode


@pytest.mark.parametrize("pack", ["JX57", "JL", "GZ"])
def test_whoever_owes_no_stage_is_released_the_day_after_arrival(world, pack):
    episode = arrived(pack)
    run_day(day=today(), now=clock(11))
    episode.refresh_from_db()
    assert episode.is_active, "not on the day of arrival: it has its own acts"

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    episode.refresh_from_db()
    assert episode.state == EpisodeState.RELEASED
    assert episode.closed_at == clock(0, 1, minute=5)


def test_what_was_not_done_on_arrival_is_missed_and_the_visit_is_still_owed(world):
    episode = arrived("JX57")
    run_day(day=today() + DAY, now=clock(0, 1, minute=5))
    states = dict(Task.objects.filter(episode=episode).values_list("duty__evidence", "state"))
    assert states == {"arrival": "done", "temperature": "missed", "code_check": "missed"}

    other = arrived("JL")
    run_day(day=today() + DAY, now=clock(0, 1, minute=6))
    assert Task.objects.get(episode=other, duty__evidence="visit").is_pending


def test_an_open_finding_keeps_somebody_under_management(world):
    episode = arrived("JL")
    log_health(
        episode=episode, temperature="38.0", symptoms=[], by=None, channel="cadre", now=clock(12)
    )

    run_day(day=today() + DAY, now=clock(0, 1, minute=5))

    episode.refresh_from_db()
    assert episode.is_active
