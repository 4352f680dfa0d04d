"""Cadres whose people were planned anew are told so, once, in words."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment
from returnees.models import Screening
from returnees.services.confirming import confirm
from schedules.models import Reminder
from schedules.services import follow_responsibility, reconcile, tell_screened
from schedules.views.notices import Notice
from tests.cast import FAR, VILLAGE
from tests.factories.returnees import ELSEWHERE, an_episode, in_force
from tests.factories.schedules import clock, returnee
from tests.factories.screening import screened
from tests.schedules.pages import browser, noon, soup  # noqa: F401  noon is a fixture


@pytest.fixture
def told(world):
    """A re-screening, its people: two of the worker's village, one of nobody's."""
    in_force()
    Assignment.objects.create(
        cadre=world.cadre, tier=Tier.HOUSEHOLD, place_id=VILLAGE, at_id=VILLAGE,
        since=today(),
    )  # fmt: skip
    people = [an_episode(person=world.person), an_episode(), an_episode(place_code=FAR)]
    return screened({ELSEWHERE: "high"}), [episode.pk for episode in people]


def reminders(user) -> list[Reminder]:
    return list(Reminder.objects.filter(user=user, kind="screening"))


def test_each_cadre_is_told_once_however_often_the_message_comes(told, world):
    screening, people = told

    assert tell_screened(screening_id=screening.pk, episode_ids=people) == 2
    assert tell_screened(screening_id=screening.pk, episode_ids=people) == 0

    (mine,) = reminders(world.worker)
    assert mine.body["changed"] == 1
    assert mine.body["origin"] == {"kind": "risk_list", "text": today().isoformat()}
    assert mine.body["episodes"] == [people[0]]
    assert len(reminders(world.cadre)) == 1
    assert Reminder.objects.count() == 2


def test_a_later_part_makes_the_notice_grow_and_unread_again(told, world):
    screening, people = told
    Assignment.objects.filter(cadre=world.cadre).update(cadre=world.worker)
    follow_responsibility(place_codes=[VILLAGE])
    tell_screened(screening_id=screening.pk, episode_ids=people[:1])
    Reminder.objects.update(read_at=clock(9))

    assert tell_screened(screening_id=screening.pk, episode_ids=people[:2]) == 1

    (mine,) = reminders(world.worker)
    assert mine.body["changed"] == 2
    assert mine.read_at is None


def test_a_re_screening_that_is_gone_tells_nobody(world):
    assert tell_screened(screening_id=99, episode_ids=[1, 2]) == 0


@pytest.mark.clause("JX57-3a")
def test_the_worker_reads_how_many_were_planned_anew_and_why(told, world):
    screening, people = told
    confirm(screening=screening, by=None)
    tell_screened(screening_id=screening.pk, episode_ids=people)

    page = browser(world.worker)
    text = soup(page.get(reverse("notices")))

    article = text.find("article").get_text(" ")
    assert "1 of your people was planned anew because of the risk list of" in article
    assert reverse("person", args=[world.person.pk]) in str(text.find("article"))
    assert "re-screening" not in article, "the worker decides nothing"
    assert "to do" not in article


def test_who_decides_finds_the_way_to_the_re_screening(told, world):
    screening, people = told
    Assignment.objects.filter(cadre=world.worker).update(cadre=world.township)
    follow_responsibility(place_codes=[VILLAGE])
    tell_screened(screening_id=screening.pk, episode_ids=people)

    shown = soup(browser(world.township).get(reverse("notices")))

    assert reverse("screening", args=[screening.pk]) in str(shown.find("article"))


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ({"kind": "policy", "text": "GZ 2021.1"}, "under the new notice GZ 2021.1"),
        ({"kind": "zone", "text": "东关村"}, "because 东关村 is closed"),
        ({"kind": "risk_list", "text": "2021-01-12"}, "because of the risk list of 12 Jan"),
    ],
)
def test_every_origin_has_its_words(origin, words):
    reminder = Reminder(kind="screening", body={"changed": 3, "origin": origin})

    with translation.override("en"):
        assert words in Notice(reminder, []).sentence


@pytest.mark.usefixtures("noon")
def test_a_changed_plan_is_news_on_the_day_for_three_days(world):
    episode = returnee("JY.OTHER", person=world.person)
    page = browser(world.worker)
    assert "The plan changed" not in soup(page.get(reverse("today"))).text
    screening: Screening = screened({ELSEWHERE: "high"})

    confirm(screening=screening, by=None)
    reconcile(episode_ids=[episode.pk], now=clock(12))

    card = soup(page.get(reverse("today"))).find("article").get_text(" ")
    assert "The plan changed on" in card
    assert "see why" in card
    with time_machine.travel(clock(13, 3)):
        assert "The plan changed" not in soup(page.get(reverse("today"))).text
