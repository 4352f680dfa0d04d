"""The overview: every figure leads to exactly its rows; nothing outside the scope is counted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from grid.choices import Role, Tier
from grid.days import today
from grid.models import Assignment, Household, Person, Post, User
from returnees.models import Abnormality
from schedules.board import Figure, board_of
from schedules.models import Task
from schedules.services import sync_duties
from tests.cast import FAR, SECOND, TOWN, VILLAGE, World
from tests.factories.schedules import clock, returnee
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(world: World) -> World:
    """A township with people of two classes in two villages, with something wrong of each kind."""
    sync_duties()
    first = returnee(days=-2, place_code=VILLAGE)
    returnee(days=-1, place_code=SECOND)
    returnee(days=1, place_code=VILLAGE)
    returnee(days=9, place_code=SECOND)
    returnee(days=-1, place_code=FAR)
    for what in ("发热", "咳嗽"):
        Abnormality.objects.create(
            episode=first, place_id=VILLAGE, kind="symptom", what=what, found_at=clock(0)
        )
    Task.objects.filter(episode=first).update(due_at=clock(0) - timedelta(days=1))
    Household.objects.create(place_id=SECOND, number="9")
    Person(name="无人管", place_id=SECOND).derive().save()
    return world


def shown(client: Client, href: str) -> int:
    """Return how many rows the list behind a figure has, over all its pages."""
    count = 0
    while href:
        response = client.get(href)
        assert response.status_code == 200, href
        page = response.context["page"]
        count += len(page.rows)
        href = urlsplit(href).path + page.next if page.next else ""
    return count


def every_figure(board: Any) -> Iterator[Figure]:
    yield from (*board.figures, *board.classes, *board.stages, *board.gaps)
    for line in [*board.lines, board.total]:
        for name, href in line.links.items():
            yield Figure(f"{line.figures.name} {name}", getattr(line.figures, name), href)


@pytest.mark.parametrize("who", ["township", "county", "head", "leader"])
def test_every_figure_leads_to_exactly_its_rows(busy: World, who: str) -> None:
    client = browser(busy.users[who])
    board = client.get(reverse("dashboard")).context["board"]

    wrong = {
        figure.label: (figure.value, shown(client, figure.href))
        for figure in every_figure(board)
        if figure.value != shown(client, figure.href)
    }

    assert wrong == {}


def test_the_figures_are_those_of_the_township(busy: World) -> None:
    board = browser(busy.township).get(reverse("dashboard")).context["board"]

    total = board.total.figures
    assert (total.active, total.arriving, total.expected) == (2, 1, 2)
    assert total.abnormal == 2
    assert total.overdue > 0
    assert total.households >= 1
    assert total.persons >= 1


def test_the_sentence_says_where_it_is_red_and_whose_it_is(busy: World) -> None:
    Assignment.objects.create(cadre=busy.cadre, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE)

    page = soup(browser(busy.township).get(reverse("dashboard")))

    sentence = page.select_one("#board .notice").text
    assert "东关村 is where it is red: 2 abnormal findings" in sentence
    assert busy.cadre.name in sentence


def test_a_place_without_anything_wrong_says_so(world: World) -> None:
    Assignment.objects.create(cadre=world.cadre, place_id=VILLAGE, at_id=VILLAGE)

    page = soup(browser(world.head).get(reverse("dashboard")))

    assert "Nothing is red" in page.select_one("#board .notice-good").text


def test_a_place_outside_the_scope_does_not_exist(busy: World) -> None:
    client = browser(busy.neighbour)

    assert client.get(reverse("dashboard", args=[TOWN])).status_code == 404
    assert client.get(reverse("dashboard", args=[VILLAGE])).status_code == 404
    assert client.get(reverse("dashboard", args=["abc"])).status_code == 404


def test_the_leader_of_a_block_sees_its_villages_together(busy: World) -> None:
    leader = User.objects.create(phone="15400009999", name="钱包片", password="!")
    busy.block.memberships.create(village_id=SECOND)
    Post.objects.create(user=leader, role=Role.LEADER, block=busy.block)

    board = browser(leader).get(reverse("dashboard")).context["board"]

    assert [line.figures.code for line in board.lines] == [VILLAGE, SECOND]
    assert board.total.figures.active == 2
    assert shown(browser(leader), board.figures[0].href) == 2


def test_a_county_is_shown_by_township(busy: World) -> None:
    board = browser(busy.county).get(reverse("dashboard")).context["board"]

    assert [line.figures.name for line in board.lines] == ["河口镇", "柏山镇"]
    assert [line.figures.active for line in board.lines] == [2, 1]


def test_the_fragment_is_part_of_the_page(busy: World) -> None:
    client = browser(busy.township)
    url = reverse("dashboard", args=[TOWN])

    part = client.get(url, **htmx())

    assert part["Vary"].count("HX-Request") == 1
    whole = soup(client.get(url))
    assert soup(part).select_one("#board").text == whole.select_one("#board").text


def test_somebody_without_a_post_is_told_so(world: World) -> None:
    page = soup(browser(world.clerk).get(reverse("dashboard")))

    assert "You have no place yet" in page.text


@pytest.mark.parametrize("more", [1, 12])
def test_queries_do_not_grow_with_people(
    busy: World, more: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(more):
        returnee(days=0, place_code=VILLAGE)
    client = browser(busy.township)
    client.get(reverse("dashboard"))

    with django_assert_max_num_queries(21):
        client.get(reverse("dashboard"))


def test_the_board_of_a_day_counts_that_day(busy: World) -> None:
    from grid.areas import area_of

    board = board_of(area_of(busy.township, TOWN))

    assert board.day == today()
