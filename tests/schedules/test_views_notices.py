"""The digests of a cadre: counted in the header, read by a POST, nobody else's."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from grid.days import today
from schedules.models import DigestTime, Reminder
from schedules.services.digests import slots_now, times_for
from tests.cast import COUNTY, TOWN
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, noon, soup

__all__ = ["noon"]


def digest(user, *, slot="08:00", **body):
    return Reminder.objects.create(user=user, kind="digest", day=today(), slot=slot, body=body)


def test_a_digest_shows_its_figures_and_people(world, noon):
    episode = returnee(person=world.person, household=world.household)
    digest(world.worker, to_do=12, overdue=3, arriving=1, abnormal=0, episodes=[episode.pk])

    page = soup(browser(world.worker).get("/notices/"))

    text = page.find("article").text
    for words in ("12 to do", "3 overdue", "1 arriving within 48 hours", world.person.name):
        assert words in text


def test_people_who_left_the_cadres_scope_are_no_longer_named(world, noon):
    episode = returnee(person=world.person, household=world.household)
    digest(world.neighbour, to_do=1, episodes=[episode.pk])

    page = soup(browser(world.neighbour).get("/notices/"))

    assert world.person.name not in page.text


def test_the_header_counts_what_is_unread(world):
    digest(world.worker)
    digest(world.worker, slot="16:00")
    digest(world.cadre)

    header = soup(browser(world.worker).get("/notices/")).header

    assert header.find(class_="badge").find(string=True, recursive=False) == "2"


def test_looking_marks_nothing_and_the_button_marks_what_was_shown(world):
    client = browser(world.worker)
    shown = digest(world.worker)
    upto = soup(client.get("/notices/")).find("input", attrs={"name": "upto"})["value"]
    assert Reminder.objects.filter(read_at=None).count() == 1
    later = digest(world.worker, slot="16:00")
    Reminder.objects.filter(pk=later.pk).update(created_at=timezone.now() + timedelta(hours=1))

    client.post("/notices/read/", {"upto": upto})

    assert list(Reminder.objects.filter(read_at=None)) == [later]
    assert Reminder.objects.get(pk=shown.pk).read_at is not None


def test_nobody_marks_somebody_elses(world):
    other = digest(world.cadre)

    browser(world.worker).post("/notices/read/", {"upto": timezone.now().isoformat()})

    assert Reminder.objects.get(pk=other.pk).read_at is None


@pytest.mark.parametrize("upto", ["", "yesterday", "2021-02-08T08:00:00"])
def test_a_moment_nobody_can_read_is_refused(world, upto):
    answer = browser(world.worker).post("/notices/read/", {"upto": upto})

    assert answer.status_code == 400


def test_marking_needs_a_post(world):
    assert browser(world.worker).get("/notices/read/").status_code == 405


def test_without_digests_the_page_says_when_they_come(world):
    assert "No notices yet" in soup(browser(world.worker).get("/notices/")).text


def empty_text(user):
    return soup(browser(user).get("/notices/")).select_one("#rows").get_text(" ", strip=True)


def test_who_has_no_notice_yet_reads_the_times_of_their_own_place(world):
    assert "at 08:00, 16:00 you get one notice" in empty_text(world.worker)

    for place, at in ((COUNTY, time(7)), (TOWN, time(18, 30)), (TOWN, time(9))):
        DigestTime.objects.create(place_id=place, at=at)

    assert "at 09:00, 18:30 you get" in empty_text(world.worker)
    assert "at 07:00 you get" in empty_text(world.county)


def test_the_times_told_are_those_at_which_digests_come(world):
    DigestTime.objects.create(place_id=TOWN, at=time(9))
    for somebody in world.users.values():
        came = times_for(somebody, today())
        hours = slots_now(clock(8, minute=30))
        home = next((p.place_id or p.block.township_id for p in somebody.posts.all()), "")
        slot = hours[TOWN] if home.startswith(TOWN) else hours[""]
        assert (slot == "08:00") == (time(8) in came)
