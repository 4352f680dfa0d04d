"""The person page: masked, with the clause behind each item; acts go by right."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from grid.models import Event, Person
from returnees.choices import Channel, EpisodeState, TestResult
from returnees.models import Abnormality, Episode
from returnees.services.health import log_health
from schedules.services import sync_duties
from tests.cast import FAR, VILLAGE, World
from tests.factories.returnees import an_episode, in_force, noon
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode(world: World) -> Episode:
    """林小满 of the cast, under management after a key-concern area."""
    sync_duties()
    return returnee(days=-3, person=world.person, place_code=VILLAGE)


def page_of(world: World, who: str, episode: Episode) -> Any:
    return browser(world.users[who]).get(reverse("person", args=[episode.person_id]))


@pytest.mark.clause("JY-2g")
def test_every_item_names_its_clause_and_quotes_it(world: World, episode: Episode) -> None:
    page = soup(page_of(world, "head", episode))

    plan = page.select_one("section[aria-labelledby=plan]").text
    assert "home observation in a single room, 14 days" in plan
    assert "居家单人单间医学观察14天" in plan
    assert "JY-2g" in plan


@pytest.mark.clause("JY-2r")
def test_the_daily_check_names_its_clause(world: World, episode: Episode) -> None:
    plan = soup(page_of(world, "head", episode)).select_one("section[aria-labelledby=plan]").text

    assert "A health check every day from" in plan
    assert "JY-2r" in plan


def test_numbers_are_masked_until_shown_and_the_look_is_recorded(
    world: World, episode: Episode
) -> None:
    client = browser(world.head)
    masked = client.get(reverse("person", args=[episode.person_id])).content.decode()

    response = client.post(reverse("person-reveal", args=[episode.person_id]))

    assert world.person.id_number not in masked
    assert world.person.phone not in masked
    assert world.person.id_number in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert Event.objects.get(kind=Event.Kind.REVEAL).actor_id == world.head.pk
    again = client.get(reverse("person", args=[episode.person_id])).content.decode()
    assert world.person.id_number not in again


def test_a_supervisor_must_say_why(world: World, episode: Episode) -> None:
    client = browser(world.supervisor)
    url = reverse("person-reveal", args=[episode.person_id])

    without = client.post(url, **htmx())
    told = client.post(url, {"reason": "核查举报"}, **htmx())

    assert "Say why" in soup(without).select_one(".field-error").text
    assert world.person.id_number not in without.content.decode()
    assert world.person.id_number in told.content.decode()
    assert Event.objects.get(kind=Event.Kind.REVEAL).reason == "核查举报"


def test_a_leader_looks_and_reveals_nothing(world: World, episode: Episode) -> None:
    assert page_of(world, "leader", episode).status_code == 200
    url = reverse("person-reveal", args=[episode.person_id])
    assert browser(world.leader).post(url).status_code == 403
    assert browser(world.neighbour).post(url).status_code == 404


def test_the_course_shows_stages_tests_logs_and_a_chart(world: World, episode: Episode) -> None:
    for days, temperature in ((-2, "36.4"), (-1, "37.8")):
        log_health(
            episode=episode, temperature=Decimal(temperature), symptoms=[], by=world.worker,
            channel=Channel.CADRE, day=clock(0, days).date(), now=clock(9, days),
        )  # fmt: skip

    page = soup(page_of(world, "head", episode))

    course = page.select_one("section[aria-labelledby=timeline]")
    assert "37.8 °C" in course.text
    assert len(course.select("circle")) == 2
    assert len(course.select("circle.chart-bad")) == 1
    assert "Single-room observation at home" in course.text
    assert Abnormality.objects.get().what in page.select_one(".notice-danger").text


def test_a_return_elsewhere_shows_only_as_known(world: World) -> None:
    in_force()
    an_episode(person=world.person, place_code=FAR)
    # The person is still of the old village, while the return leads to another.
    Person.objects.filter(pk=world.person.pk).update(place=VILLAGE, household=world.household)

    home = soup(browser(world.head).get(reverse("person", args=[world.person.pk])))
    there = soup(browser(world.neighbour).get(reverse("person", args=[world.person.pk])))

    assert "outside your area" in home.select_one(".notice").text
    assert "前坡" not in home.select_one("main").text
    assert "No return registered" in home.text
    assert "Under management" in there.text


def test_a_stranger_does_not_exist(world: World, episode: Episode) -> None:
    assert page_of(world, "neighbour", episode).status_code == 404
    for name in ("episode-cancel", "episode-arrival", "episode-divert", "episode-no-show"):
        url = reverse(name, args=[episode.pk])
        assert browser(world.neighbour).post(url, {"why": "x"}).status_code == 404


def test_the_tasks_of_the_person_come_as_a_fragment(world: World, episode: Episode) -> None:
    url = reverse("person-tasks", args=[episode.person_id])

    part = browser(world.head).get(url, **htmx())

    assert "<html" not in part.content.decode()
    assert "JY-2r" in part.content.decode()
    assert browser(world.neighbour).get(url).status_code == 404


def test_the_arrival_is_confirmed(world: World) -> None:
    sync_duties()
    expected = returnee(days=1)
    url = reverse("episode-arrival", args=[expected.pk])

    browser(world.worker).post(url, {"arrived_at": clock(0).strftime("%Y-%m-%dT%H:%M")})

    expected.refresh_from_db()
    assert expected.state in (EpisodeState.ACTIVE, EpisodeState.EXPECTED)


def test_an_arrival_in_the_future_is_one_clear_sentence(world: World) -> None:
    sync_duties()
    expected = returnee(days=1)
    url = reverse("episode-arrival", args=[expected.pk])
    later = noon(2).strftime("%Y-%m-%dT%H:%M")

    page = soup(browser(world.head).post(url, {"arrived_at": later}, follow=True))

    expected.refresh_from_db()
    assert expected.state == EpisodeState.EXPECTED
    assert "lies in the future" in page.select_one("#messages .notice-danger").text


def test_a_return_is_cancelled_with_its_reason(world: World, episode: Episode) -> None:
    url = reverse("episode-cancel", args=[episode.pk])

    without = soup(browser(world.head).post(url, {"why": ""}, follow=True))
    browser(world.head).post(url, {"why": "登记有误"})

    episode.refresh_from_db()
    assert "Reason" in without.select_one("#messages").text
    assert (episode.state, episode.closed_why) == (EpisodeState.CANCELLED, "登记有误")


def test_acts_go_by_right(world: World, episode: Episode) -> None:
    leader, cadre = browser(world.leader), browser(world.cadre)

    for name in ("episode-arrival", "episode-cancel", "episode-divert", "episode-facts"):
        assert leader.post(reverse(name, args=[episode.pk]), {"why": "x"}).status_code == 403
    release = cadre.post(reverse("episode-release", args=[episode.pk]), {"why": "x"})
    assert release.status_code == 403
    for name in ("episode-arrival", "episode-cancel", "episode-release", "person-reveal"):
        pk = episode.person_id if name == "person-reveal" else episode.pk
        assert cadre.get(reverse(name, args=[pk])).status_code == 405


def test_a_test_result_is_entered_from_the_page(world: World, episode: Episode) -> None:
    test = episode.tests.first()
    sampled = clock(8).strftime("%Y-%m-%dT%H:%M")
    url = reverse("test-result", args=[test.pk])

    assert browser(world.cadre).get(url).status_code == 200
    response = browser(world.cadre).post(url, {"sampled_at": sampled, "result": "negative"})

    test.refresh_from_db()
    if response.status_code == 302:
        assert test.result == TestResult.NEGATIVE
    else:
        assert soup(response).select_one("[role=alert]")


def test_a_stage_is_not_closed_before_its_gate(world: World, episode: Episode) -> None:
    stage = episode.stages.first()

    response = browser(world.cadre).post(
        reverse("stage-close", args=[stage.pk]), {"closed_on": clock(0).date(), "release_note": ""}
    )

    stage.refresh_from_db()
    assert stage.closed_on is None
    assert soup(response).select_one("[role=alert]")


def test_a_finding_gets_its_outcome(world: World, episode: Episode) -> None:
    found = Abnormality.objects.create(
        episode=episode, place_id=VILLAGE, kind="symptom", what="咳嗽", found_at=clock(0)
    )

    browser(world.cadre).post(
        reverse("abnormality-close", args=[found.pk]),
        {"outcome": "false_alarm", "note": "复测正常"},
    )

    found.refresh_from_db()
    assert found.outcome == "false_alarm"


@pytest.mark.clause("A-38")
@pytest.mark.parametrize(("hours", "late"), [(1, False), (3, True)])
def test_a_finding_is_reported_upward_within_two_hours(
    world: World, episode: Episode, hours: int, late: bool
) -> None:
    found = Abnormality.objects.create(
        episode=episode,
        place_id=VILLAGE,
        kind="symptom",
        what="咳嗽",
        found_at=timezone.now() - timedelta(hours=hours),
    )
    shown = soup(page_of(world, "cadre", episode)).select_one(".notice-danger .pill-danger")

    browser(world.cadre).post(reverse("abnormality-report", args=[found.pk]))

    found.refresh_from_db()
    assert found.reported_at is not None
    assert found.is_reported_late is late
    assert (shown is not None) is late


def test_the_history_is_for_those_who_check(world: World, episode: Episode) -> None:
    with_history = soup(page_of(world, "township", episode))
    without = soup(page_of(world, "cadre", episode))

    assert with_history.select_one("section[aria-labelledby=history]")
    assert not without.select_one("section[aria-labelledby=history]")
    assert world.person.id_number not in str(with_history)


@pytest.mark.parametrize("logs", [1, 12])
def test_queries_do_not_grow_with_the_course(
    world: World, episode: Episode, logs: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(logs):
        log_health(
            episode=episode, temperature=Decimal("36.5"), symptoms=[], by=world.worker,
            channel=Channel.CADRE, day=clock(0).date(), now=clock(0) + timedelta(minutes=n),
        )  # fmt: skip
    client = browser(world.cadre)
    url = reverse("person", args=[Person.objects.get(pk=episode.person_id).pk])
    client.get(url)

    with django_assert_max_num_queries(24):
        client.get(url)
