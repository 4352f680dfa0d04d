"""Closed zones: opened by those who publish, known to the planner, lifted after clear days."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from grid.models import Household, Person, Place
from returnees.models import Away, ControlZone, Episode, Screening
from returnees.services.confirming import confirm
from returnees.services.episodes import confirm_arrival
from returnees.services.reports import register_reports
from returnees.services.screening import start_screening
from returnees.services.zones import (
    ZoneRefusedError,
    earliest_lifting,
    lift_zone,
    open_zone,
    set_last_case,
)
from returnees.zones import ZoneBook, figures_of
from tests.cast import COUNTY, FAR, GRID, TOWN, VILLAGE, World
from tests.factories.returnees import a_report, an_episode, in_force, noon
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db

ORDER = "澜川市疫情防控应急指挥部"


def day(days: int) -> date:
    return today() + timedelta(days=days)


def a_zone(place: str = VILLAGE, *, since: int = -2, case: int = -3, **more: Any) -> ControlZone:
    values = {"since": day(since), "last_case_on": day(case), "approved_by": ORDER, "by": None}
    return open_zone(place=Place.objects.get(pk=place), **{**values, **more})


@pytest.mark.clause("JX8-12a")
def test_a_zone_names_who_decided_on_it(world: World) -> None:
    zone = a_zone(by=world.county, reference="澜指令〔2020〕3号")

    assert (zone.approved_by, zone.reference) == (ORDER, "澜指令〔2020〕3号")
    assert zone.made_by == world.county
    assert zone.events.get().pgh_context.metadata["user"] == world.county.pk
    with pytest.raises(ZoneRefusedError, match="which headquarters decided"):
        a_zone(FAR, approved_by=" ")


def test_what_cannot_be_closed_is_refused_with_a_sentence(world: World) -> None:
    a_zone()

    with pytest.raises(ZoneRefusedError, match="too wide"):
        a_zone(COUNTY)
    with pytest.raises(ZoneRefusedError, match="closed already since"):
        a_zone()
    with pytest.raises(ZoneRefusedError, match="in the future"):
        a_zone(FAR, case=1)
    with pytest.raises(ZoneRefusedError, match="within 30 days"):
        a_zone(FAR, since=31)
    with pytest.raises(ZoneRefusedError, match="nothing is left to close"):
        a_zone(FAR, since=0, case=-15)


@pytest.mark.clause("JX8-18")
def test_before_fourteen_clear_days_it_is_lifted_only_with_a_reason(world: World) -> None:
    zone = a_zone(since=-10, case=-10)
    assert earliest_lifting(zone) == day(5)  # day 15 after the last case
    assert zone.last_day == day(4)

    with pytest.raises(ZoneRefusedError, match="fourteen clear days are over on"):
        lift_zone(zone=zone, until=day(4), by=world.county)
    early = lift_zone(zone=zone, until=day(4), by=world.county, why="专家组评估可提前解封")

    assert early.until == day(4)
    assert early.last_day == day(3)
    assert "专家组评估" in early.note


def test_after_fourteen_clear_days_no_reason_is_asked(world: World) -> None:
    zone = a_zone(since=-10, case=-10)

    assert lift_zone(zone=zone, until=day(5), by=world.county).until == day(5)


def test_a_further_case_moves_the_day_on_which_it_may_be_lifted(world: World) -> None:
    zone = a_zone(since=-10, case=-10)

    zone = set_last_case(zone=zone, last_case_on=day(-1), by=world.county)

    assert earliest_lifting(zone) == day(14)
    with pytest.raises(ZoneRefusedError, match="in the future"):
        set_last_case(zone=zone, last_case_on=day(1), by=world.county)


def test_a_lifted_zone_is_not_changed_and_the_place_may_be_closed_again(world: World) -> None:
    zone = a_zone(since=-10, case=-10)
    with pytest.raises(ZoneRefusedError, match="from the day after on"):
        lift_zone(zone=zone, until=day(-10), by=world.county, why="登记有误")
    with pytest.raises(ZoneRefusedError, match="within 30 days"):
        lift_zone(zone=zone, until=day(31), by=world.county)
    lift_zone(zone=zone, until=day(0), by=world.county, why="登记有误")

    with pytest.raises(ZoneRefusedError, match="was lifted on"):
        set_last_case(zone=zone, last_case_on=day(0), by=world.county)
    with pytest.raises(ZoneRefusedError, match="was lifted on"):
        lift_zone(zone=zone, until=day(2), by=world.county)
    assert a_zone(since=0).pk != zone.pk


def test_the_finest_zone_counts_and_one_that_is_over_asks_nothing(world: World) -> None:
    a_zone(TOWN, case=-1)
    fine = a_zone(GRID, case=-5)
    book = ZoneBook.of([GRID, FAR], today())

    found = book.fact(GRID, today())
    assert found == {
        "since": fine.since.isoformat(),
        "last_day": day(9).isoformat(),
        "place": GRID,
    }
    assert (book.fact(VILLAGE, today()) or {})["place"] == TOWN
    assert book.fact(FAR, today()) is None
    assert book.fact(VILLAGE, day(14)) is None  # fourteen clear days are over


@pytest.mark.clause("JX8-12b")
def test_who_registers_in_a_closed_zone_stays_at_home_until_it_is_over(world: World) -> None:
    in_force("JX8")
    a_zone(case=-1)

    inside = an_episode(days=-1, person=world.person, phone=world.person.phone)
    outside = an_episode(days=-1, place_code=FAR)

    assert inside.facts["zone"]["place"] == VILLAGE
    assert "zone" not in outside.facts
    assert not outside.plan["stages"]
    kinds = {stage["kind"] for stage in inside.plan["stages"]}
    assert kinds == {"home_isolation"}
    assert inside.observation_ends == day(13)
    assert "in_not_out" in inside.plan["restrictions"]


def test_a_home_in_a_closed_building_counts_though_the_report_names_the_village(
    world: World,
) -> None:
    in_force("JX8")
    a_zone(GRID)
    assert world.person.place_id == VILLAGE

    made = an_episode(days=-1, person=world.person, phone=world.person.phone)

    assert made.place_id == VILLAGE
    assert made.facts["zone"]["place"] == GRID


def test_the_arrival_finds_a_zone_that_was_closed_meanwhile_and_drops_one_that_is_over(
    world: World,
) -> None:
    in_force("JX8")
    expected = an_episode(days=0, arrives_at=noon())
    assert "zone" not in expected.facts
    zone = a_zone()

    arrived = confirm_arrival(episode=expected, by=world.cadre, arrived_at=noon())
    assert arrived.facts["zone"]["place"] == VILLAGE

    other = an_episode(days=0, arrives_at=noon())
    lift_zone(zone=zone, until=today(), by=world.county, why="登记有误")
    arrived = confirm_arrival(episode=other, by=world.cadre, arrived_at=noon())
    assert "zone" not in Episode.objects.get(pk=other.pk).facts


def test_registering_asks_for_zones_once_whatever_the_number(world: World) -> None:
    in_force("JX8")
    a_zone()
    register_reports(reports=[a_report(days=1)], by=None)
    with CaptureQueriesContext(connection) as one:
        register_reports(reports=[a_report(days=1)], by=None)
    with CaptureQueriesContext(connection) as many:
        made = register_reports(reports=[a_report(days=1) for _n in range(20)], by=None)

    assert len(many) == len(one)
    assert all(episode.facts["zone"]["place"] == VILLAGE for episode in made)


def test_the_figures_say_how_many_tests_a_round_needs(world: World) -> None:
    in_force("JX8")
    zone = a_zone(TOWN)
    an_episode(days=-1, person=world.person, phone=world.person.phone)
    away = an_episode(days=1).person
    Episode.objects.filter(person=away).delete()
    Away.objects.create(person=away, home_id=VILLAGE, text="外省")
    Household.objects.create(place_id=GRID, number="旧", closed_on=today())
    Person.objects.create(name="外村人", place_id=FAR)

    figures = figures_of([zone])[TOWN]

    assert (figures.residents, figures.households) == (2, 1)
    assert (figures.managed, figures.away, figures.tested) == (1, 1, 1)


@pytest.mark.clause("JX8-12b")
def test_the_page_quotes_the_notice_and_refuses_exits(world: World) -> None:
    in_force("JX8")
    a_zone()

    page = soup(browser(world.worker).get(reverse("zone-list")))

    card = page.select_one("section.card").text
    assert "in: yes" in card
    assert "exits are refused" in card
    assert "人员只进不出" in card
    assert not page.select('form[action$="/lift/"]')
    assert not soup(browser(world.neighbour).get(reverse("zone-list"))).select("section.card")


def test_a_zone_around_ones_village_is_seen_from_the_village(world: World) -> None:
    a_zone(TOWN)

    page = soup(browser(world.worker).get(reverse("zone-list")))

    assert "河口镇" in page.select_one("section.card").text
    assert "no rule for closed zones" in page.select_one("section.card").text


def test_closing_a_place_shows_whose_plans_change(world: World) -> None:
    in_force("JX8")
    episode = an_episode(days=-1, person=world.person, phone=world.person.phone)
    assert not episode.plan["stages"]

    sent = browser(world.county).post(
        reverse("zone-new"),
        {"place": VILLAGE, "since": day(0), "last_case_on": day(-1), "approved_by": ORDER},
    )

    zone = ControlZone.objects.get()
    screening = Screening.objects.get(zone=zone)
    assert sent.url == reverse("screening", args=[screening.pk])
    assert [item.episode_id for item in screening.items.all()] == [episode.pk]
    episode.refresh_from_db()
    assert "zone" not in episode.facts  # not before somebody confirms


@pytest.mark.clause("JX8-12b", "JX8-18")
def test_confirmed_it_keeps_people_at_home_and_lifted_it_lets_them_out(world: World) -> None:
    in_force("JX8")
    episode = an_episode(days=-1, person=world.person, phone=world.person.phone)
    zone = a_zone(GRID, since=0, case=-1)
    confirm(screening=start_screening(zone=zone, by=world.county), by=world.county)
    episode.refresh_from_db()
    assert episode.facts["zone"]["place"] == GRID
    assert episode.stage_kind == "home_isolation"
    assert episode.observation_ends == day(13)

    zone = set_last_case(zone=zone, last_case_on=day(0), by=world.county)
    confirm(screening=start_screening(zone=zone, by=world.county), by=world.county)
    episode.refresh_from_db()
    assert episode.observation_ends == day(14)

    zone = lift_zone(zone=zone, until=day(6), by=world.county, why="专家组评估可提前解封")
    confirm(screening=start_screening(zone=zone, by=world.county), by=world.county)
    episode.refresh_from_db()
    assert episode.observation_ends == day(5)


def test_lifting_on_the_page_needs_the_right_and_starts_the_screening_again(world: World) -> None:
    zone = a_zone(since=-10, case=-10)
    url = reverse("zone-lift", args=[zone.pk])
    body = {"until": day(5), "why": ""}

    assert browser(world.township).post(url, body).status_code == 403
    assert browser(world.neighbour).post(url, body).status_code == 404
    early = browser(world.county).post(url, {"until": day(1)}, follow=True)
    assert "fourteen clear days are over on" in early.content.decode()
    assert browser(world.county).post(url, body).status_code == 302
    zone.refresh_from_db()
    assert zone.until == day(5)
    assert Screening.objects.filter(zone=zone).count() == 1


def test_a_further_case_is_noted_on_the_page(world: World) -> None:
    zone = a_zone(since=-10, case=-10)

    browser(world.county).post(reverse("zone-case", args=[zone.pk]), {"last_case_on": day(-1)})

    zone.refresh_from_db()
    assert zone.last_case_on == day(-1)


def test_the_form_asks_for_one_place(world: World) -> None:
    body = {"since": day(0), "last_case_on": day(-1), "approved_by": ORDER}
    client = browser(world.county)

    none = client.post(reverse("zone-new"), body)
    both = client.post(reverse("zone-new"), {**body, "place": VILLAGE, "township": TOWN})
    town = client.post(reverse("zone-new"), {**body, "township": TOWN})

    assert "Choose the place that is closed" in none.content.decode()
    assert "not both" in both.content.decode()
    assert town.status_code == 302
    assert ControlZone.objects.get().place_id == TOWN


def test_the_person_page_shows_the_zone(world: World) -> None:
    a_zone(TOWN)

    page = soup(browser(world.cadre).get(reverse("person", args=[world.person.pk])))

    assert page.select_one('section[aria-label="Closed zone"]')


def test_the_list_asks_as_often_for_four_as_for_one(
    world: World, django_assert_num_queries: Any
) -> None:
    in_force("JX8")
    a_zone()
    client = browser(world.county)
    client.get(reverse("zone-list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("zone-list"))
    for place in (GRID, TOWN, FAR):
        a_zone(place)
    with django_assert_num_queries(len(one)):
        page = client.get(reverse("zone-list"))
    assert len(soup(page).select("section.card")) == 4
