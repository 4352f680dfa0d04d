"""Each sweep lets open tasks follow the episodes that changed; every hour it looks at all tasks."""

import sys
from datetime import timedelta
from unittest.mock import patch

import pytest

from grid.models import User
from returnees.models import Episode
from schedules.models import JobRun, Reminder, Task
from schedules.reading.timetable import figures_of
from schedules.services import handover, sweep
from tests.factories.schedules import clock, returnee

sweeping = sys.modules[sweep.__module__]  # the package has the function under the module's name
MINUTE = timedelta(minutes=1)
NOON = clock(12)


@pytest.fixture
def swept(world, monkeypatch) -> list[Episode]:
    """Two people with work, at whom a sweep has looked; nothing else moves them."""
    monkeypatch.setattr(sweeping, "follow_recent", lambda **_: 0)
    episodes = [returnee(), returnee()]
    sweep(now=NOON)
    return episodes


def moved(episode: Episode, to: User) -> None:
    """Let somebody else answer for it, and nobody be told."""
    Episode.objects.filter(pk=episode.pk).update(responsible=to)


def holders(episode: Episode) -> set[int | None]:
    return set(Task.objects.pending().filter(episode=episode).values_list("holder", flat=True))


def looks(monkeypatch) -> list[list[int] | None]:
    """Return which episodes' tasks are compared from now on, None for all, as it goes on."""
    seen = []
    follow = handover.Moves.follow
    monkeypatch.setattr(
        handover.Moves, "follow", lambda self, ids: seen.append(ids) or follow(self, ids)
    )
    return seen


def test_a_change_nobody_announced_is_followed_by_the_next_sweep(world, swept, monkeypatch):
    looked = looks(monkeypatch)
    moved(swept[0], world.head)

    with patch.object(handover, "STRAGGLERS", 0):
        sweep(now=NOON + MINUTE)

    assert looked == [[swept[0].pk]]
    assert holders(swept[0]) == {world.head.pk}
    assert Reminder.objects.filter(kind="handover", user=world.head).exists()


def test_a_change_that_was_committed_after_a_later_one_is_seen_too(world, swept):
    moved(swept[0], world.head)  # begun before the sweep, committed after it
    run = JobRun.objects.get(name="sweep")
    newest = Episode.events.rel.related_model.objects.latest("pgh_id").pgh_id
    run.figures["seen"]["change"] = newest + 1
    run.save()
    moved(swept[1], world.cadre)

    sweep(now=NOON + MINUTE)

    assert holders(swept[0]) == {world.head.pk}


def test_a_minute_in_which_nothing_changed_looks_at_no_task(world, swept, monkeypatch):
    looked = looks(monkeypatch)

    with patch.object(handover, "STRAGGLERS", 0):
        sweep(now=NOON + MINUTE)

    assert looked == []


@pytest.mark.parametrize(
    ("later", "all_of_them"),
    [(59 * MINUTE, False), (60 * MINUTE, True), (-MINUTE, True)],
    ids=["within the hour", "an hour later", "the clock went back"],
)
def test_what_no_history_tells_of_is_followed_within_the_hour(world, swept, later, all_of_them):
    """As where two writers did not see each other: the task is of another mind than its episode."""
    Task.objects.filter(episode=swept[0]).update(holder=world.head)
    other = world.head.pk
    with patch.object(handover, "STRAGGLERS", 0):
        sweep(now=NOON + later)

    assert (other not in holders(swept[0])) is all_of_them


def test_the_hour_is_counted_from_the_last_look_at_everything(world, swept, monkeypatch):
    looked = looks(monkeypatch)
    with patch.object(handover, "STRAGGLERS", 0):
        for minutes in (30, 59, 60, 61, 119, 120):
            sweep(now=NOON + minutes * MINUTE)

    assert looked == [None, None]


def test_more_changes_than_are_worth_telling_apart_are_one_look_at_everything(
    world, swept, monkeypatch
):
    looked = looks(monkeypatch)
    monkeypatch.setattr(handover, "MOST_CHANGES", 1)
    moved(swept[0], world.head)
    moved(swept[1], world.head)

    sweep(now=NOON + MINUTE)

    assert looked == [None]
    assert holders(swept[0]) == holders(swept[1]) == {world.head.pk}


def test_a_sweep_that_failed_leaves_its_changes_to_the_next(world, swept):
    moved(swept[0], world.head)
    before = JobRun.objects.get(name="sweep").figures["seen"]
    with (
        patch.object(sweeping, "queue_due", side_effect=ValueError("x")),
        pytest.raises(ValueError, match="x"),
    ):
        sweep(now=NOON + MINUTE)

    assert JobRun.objects.get(name="sweep").figures["seen"] == before


def test_where_the_sweep_got_to_is_no_figure_of_its_page(world, swept):
    run = JobRun.objects.get(name="sweep")

    assert run.figures["seen"]["everything"] == NOON.isoformat()
    assert "seen" not in figures_of(run)
    assert "everything" not in figures_of(run)
