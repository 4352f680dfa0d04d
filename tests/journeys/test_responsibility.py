"""Who answers: a hand-over moves the open work, a cadre who leaves takes none along."""

import pytest
from django.urls import reverse

from grid.choices import Tier
from grid.models import Assignment, User
from schedules.models import Task
from tests.factories.returnees import an_episode
from tests.journeys.browser import Browser


@pytest.fixture
def at_home(county):
    """The known person came home yesterday; the work is the worker's."""
    from schedules.services import reconcile

    episode = an_episode(-1, person=county.person)
    reconcile(episode_ids=[episode.pk])
    assert set(holders(episode)) == {county.worker}
    return episode


def holders(episode):
    return [task.holder for task in Task.objects.pending().filter(episode=episode)]


def test_a_hand_over_moves_the_open_tasks_and_keeps_the_done_ones(county, browse, at_home):
    worker = browse(county.worker)
    worker.open(reverse("health-log", args=[at_home.pk])).send(temperature="36.5", no_symptoms="1")
    done = Task.objects.done().filter(episode=at_home)
    finished = set(done.values_list("pk", "holder"))
    assert finished
    mine = Assignment.objects.get(household=county.household)
    page = browse(county.township).open(reverse("assignment-list"))

    page.send(reverse("hand-over"), chosen=[mine.pk], to=county.cadre.pk, reason="调整网格")

    assert "1 assignment is handed over" in page.text()
    assert not Assignment.objects.open().filter(pk=mine.pk).exists()
    assert set(holders(at_home)) == {county.cadre}
    assert set(done.values_list("pk", "holder")) == finished
    address = reverse("person", args=[county.person.pk])
    assert address in browse(county.cadre).open(reverse("today")).links("/persons/")
    assert address not in worker.open(reverse("today")).links("/persons/")


def test_a_deactivated_cadre_holds_no_open_task_and_cannot_sign_in(county, browse, at_home):
    admin = browse(county.township)
    admin.open(reverse("cadre-detail", args=[county.worker.pk]))

    admin.send(reverse("cadre-deactivate", args=[county.worker.pk]))

    assert county.worker.name in admin.text()
    assert not User.objects.get(pk=county.worker.pk).is_active
    assert set(holders(at_home)) == {county.cadre}
    assert browse(county.worker).open(reverse("today")).address.startswith(reverse("sign-in"))


def test_nothing_is_given_to_a_cadre_who_is_inactive(county, browse):
    User.objects.filter(pk=county.cadre.pk).update(is_active=False)
    head: Browser = browse(county.head)
    address = f"{reverse('assignment-new')}?household={county.household.pk}"

    head.open(address).send(cadre=county.cadre.pk, tier=Tier.HOUSEHOLD, kind="household", lead="on")

    assert not Assignment.objects.filter(household=county.household, cadre=county.cadre).exists()
    assert head.page.select_one(".field-error, .notice-danger")
