"""Tasks follow from spans, whatever happened in which order; a new plan keeps what was done."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grid.days import today
from returnees.models import Episode
from returnees.services.episodes import replan
from schedules.choices import CLOSED_BY_EVIDENCE, Evidence, TaskState
from schedules.models import Derivation, DutySpan, JobRun, Task
from schedules.services import close_day, derive_spans, reconcile, run_day
from tests.factories.schedules import clock, health_log, returnee, task

DAY = timedelta(days=1)


def owed_by_spans(episode: Episode, first, last) -> set:
    """Return what the spans say, in plain Python: the second opinion on the SQL."""
    return {
        (span.duty_id, day, span.occasion)
        for span in DutySpan.objects.filter(episode=episode)
        for day in (first + n * DAY for n in range((last - first).days + 1))
        if span.first_day <= day <= span.last_day and (day - span.first_day).days % span.every == 0
    }


acts = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 9)),
        st.tuples(st.just("close"), st.integers(0, 9)),
        st.tuples(st.just("log"), st.integers(0, 9)),
        st.tuples(st.just("reconcile"), st.integers(0, 9)),
    ),
    max_size=12,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=acts)
@example(acts=[("run", 0), ("log", 0), ("run", 1)])
def test_tasks_equal_the_spans_after_any_acts(world, acts):
    Task.objects.all().delete()
    Episode.objects.filter(state="active").update(state="released", closed_at=clock(0, -9))
    Derivation.objects.all().delete()
    JobRun.objects.all().delete()
    episode = returnee()
    latest, logged = 0, set()
    for act, days in sorted(acts, key=lambda pair: pair[1]):
        latest = max(latest, days)
        if act == "run":
            run_day(day=today() + days * DAY, now=clock(1, days))
        elif act == "close":
            close_day(now=clock(1, days))
        elif act == "log":
            health_log(episode, at=clock(12, days))
            logged.add(today() + days * DAY)
        else:
            reconcile(episode_ids=[episode.pk], now=clock(13, days))
    run_day(day=today() + latest * DAY, now=clock(23, latest))
    run_day(day=today() + latest * DAY, now=clock(23, latest))

    tasks = Task.objects.filter(episode=episode).exclude(state=TaskState.CANCELLED)
    last = today() + latest * DAY
    first = min(t.due_day for t in tasks)
    assert {(t.duty_id, t.due_day, t.occasion) for t in tasks} == owed_by_spans(
        episode, first, last
    )
    checks = tasks.filter(duty__evidence=Evidence.HEALTH_LOG)
    assert {t.due_day for t in checks if t.state in CLOSED_BY_EVIDENCE} == logged


def test_spans_are_rebuilt_only_where_the_plan_changed(world, django_assert_num_queries):
    episode = returnee()
    other = returnee()
    before = set(DutySpan.objects.filter(episode=other).values_list("pk", flat=True))
    Episode.objects.filter(pk=episode.pk).update(revision=5)

    assert derive_spans() == [(episode.pk, False)]

    assert set(DutySpan.objects.filter(episode=other).values_list("pk", flat=True)) == before
    assert Derivation.objects.get(episode=episode).revision == 5
    with django_assert_num_queries(3):
        assert derive_spans() == []


def test_a_reclassification_cancels_the_open_and_keeps_the_done(world):
    episode = returnee("JY.OTHER")
    health_log(episode, at=clock(9))
    reconcile(episode_ids=[episode.pk], now=clock(9))
    checked = task(episode, Evidence.HEALTH_LOG)
    moving = Task.objects.get(episode=episode, duty="JY.move-less:contact_reached")
    assert moving.is_pending

    replan(
        episodes=[episode],
        by=world.county,
        why="contact of a case",
        event={"type": "contact_identified", "date": today().isoformat(), "level": "close"},
    )
    reconcile(episode_ids=[episode.pk], now=clock(12))

    episode.refresh_from_db()
    assert episode.classification == "JY.CONTACT"
    moving.refresh_from_db()
    checked.refresh_from_db()
    assert moving.state == TaskState.CANCELLED
    assert checked.state == TaskState.DONE
    assert task(episode, Evidence.MEASURE).is_pending


@pytest.mark.parametrize("size", [1, 12])
def test_many_episodes_are_derived_with_the_same_queries(world, size, django_assert_num_queries):
    for _ in range(size):
        returnee()
    Episode.objects.update(revision=50)

    with django_assert_num_queries(10):
        derive_spans()


def test_a_new_plan_owes_no_daily_work_of_yesterday_but_every_single_act(world):
    episode = returnee("JY.OTHER")
    run_day(day=today(), now=clock(0, minute=5))
    run_day(day=today() + 2 * DAY, now=clock(0, 2, minute=5))

    replan(
        episodes=[episode],
        by=world.county,
        why="contact of a case",
        event={"type": "contact_identified", "date": today().isoformat(), "level": "close"},
    )
    reconcile(episode_ids=[episode.pk], now=clock(12, 2))

    measured = Task.objects.filter(episode=episode, duty__evidence=Evidence.MEASURE)
    assert [t.due_day for t in measured] == [today() + 2 * DAY]
    tested = Task.objects.filter(episode=episode, duty__evidence=Evidence.TEST)
    assert [t.due_day for t in tested] == [today() + DAY], "day 1 of the stage, not yet taken"
