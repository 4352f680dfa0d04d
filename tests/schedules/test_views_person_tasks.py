"""Of every task can be told where it stands and how it came there."""

import pytest
from django.urls import reverse

from schedules.choices import Evidence, TaskState
from schedules.models import Task
from tests.factories.schedules import clock, returnee, task
from tests.schedules.pages import browser, noon, soup

__all__ = ["noon"]


def lines(world, episode) -> list[str]:
    url = reverse("person-tasks", args=[episode.person_id])
    page = soup(browser(world.township).get(url))
    return [" ".join(item.text.split()) for item in page.find(id="person-tasks").find_all("li")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due_at": clock(20)}, ["To do", "20:00"]),
        ({"due_at": clock(8)}, ["Overdue", "08:00"]),
        ({"due_at": clock(20), "raised_at": clock(9)}, ["To do", "not reached, raised", "09:00"]),
        ({"due_at": clock(20), "state": TaskState.DONE, "done_at": clock(10)},
         ["Done", "20:00", "done", "10:00"]),
        ({"due_at": clock(8), "state": TaskState.LATE, "done_at": clock(11)},
         ["Done late", "08:00", "11:00"]),
        ({"due_at": clock(8), "state": TaskState.MISSED}, ["Missed", "08:00"]),
        ({"due_at": clock(8), "state": TaskState.CANCELLED}, ["No longer owed", "08:00"]),
    ],
)  # fmt: skip
def test_each_state_shows_with_its_times(world, noon, change, words):
    episode = returnee(days=-3)
    one = task(episode, Evidence.HEALTH_LOG)
    Task.objects.filter(episode=episode).exclude(pk=one.pk).delete()
    Task.objects.filter(pk=one.pk).update(**change)

    (line,) = lines(world, episode)

    for word in words:
        assert word in line
