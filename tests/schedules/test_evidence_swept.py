"""What nobody said they wrote is closed by the sweeps that follow, however much it was."""

from datetime import timedelta

import pytest

from returnees.models import Episode, HealthLog, Test
from schedules.choices import ContactKind, Evidence, TaskState
from schedules.models import Contact, JobRun
from schedules.reading.timetable import figures_of
from schedules.services import evidence, sweep
from tests.factories.schedules import clock, contact, health_log, returnee, task

MINUTE = timedelta(minutes=1)
NOON = clock(12)


@pytest.fixture
def people(world, monkeypatch) -> list[Episode]:
    """Five people with work, at whom a sweep has looked; it looks at two rows at a time."""
    monkeypatch.setattr(evidence, "MOST", 2)
    monkeypatch.setattr(evidence, "STRAGGLERS", 0)
    found = [returnee() for _n in range(5)]
    sweep(now=NOON)
    return found


def closed(people: list[Episode], kind: str) -> list[bool]:
    return [task(one, kind).state == TaskState.DONE for one in people]


def test_logs_without_a_word_are_closed_by_the_next_sweeps_the_oldest_first(people):
    for one in people:
        health_log(one, at=clock(9))

    found = []
    for n in range(1, 4):
        sweep(now=NOON + n * MINUTE)
        found.append(closed(people, Evidence.HEALTH_LOG))

    assert found == [[True] * 2 + [False] * 3, [True] * 4 + [False], [True] * 5]


def test_contacts_and_results_of_tests_are_seen_as_well(people):
    one = people[0]
    waiting = Test.objects.filter(episode=one).first()
    contact(one, ContactKind.NEEDS, now=clock(9))
    Test.objects.filter(pk=waiting.pk).update(sampled_at=clock(8), result_at=clock(9, -3))

    sweep(now=NOON + MINUTE)

    seen = JobRun.objects.get(name="sweep").figures["evidence"]
    history = Test.events.rel.related_model.objects
    assert seen["contacts"] == Contact.objects.latest("pk").pk
    assert seen["tests"] == history.latest("pgh_id").pgh_id
    assert task(one, Evidence.NEEDS).state == TaskState.DONE


def test_rows_begun_before_a_sweep_and_written_after_it_are_looked_at_again(people, monkeypatch):
    first, second = people[:2]
    late = health_log(first, at=clock(9))
    HealthLog.objects.filter(pk=late.pk).update(episode=second)  # as it will stand
    health_log(people[2], at=clock(9))
    sweep(now=NOON + MINUTE)
    HealthLog.objects.filter(pk=late.pk).update(episode=first)  # written after the sweep

    sweep(now=NOON + 2 * MINUTE)
    assert not closed(people, Evidence.HEALTH_LOG)[0]
    monkeypatch.setattr(evidence, "STRAGGLERS", 500)
    monkeypatch.setattr(evidence, "MOST", 2000)
    sweep(now=NOON + 3 * MINUTE)

    assert closed(people, Evidence.HEALTH_LOG)[0]


def test_keys_that_went_back_are_begun_with_anew_and_are_no_figures_of_the_timetable(people):
    run = JobRun.objects.get(name="sweep")
    run.figures = {**run.figures, "evidence": {"logs": 10**9, "contacts": 10**9, "tests": 10**9}}
    run.save()
    health_log(people[0], at=clock(9))

    sweep(now=NOON + MINUTE)
    health_log(people[1], at=clock(9))
    sweep(now=NOON + 2 * MINUTE)

    assert closed(people, Evidence.HEALTH_LOG)[1]
    assert "10" not in figures_of(JobRun.objects.get(name="sweep"))
