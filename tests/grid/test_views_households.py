"""Households and persons: register, change, assess; nothing outside the scope."""

from typing import Any

import pytest
from django.urls import reverse

from grid.models import Household, Person
from tests.cast import FAR, GRID, VILLAGE, World
from tests.factories.grid import id_number
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db


def test_the_list_finds_by_door_number_member_and_last_four(world: World) -> None:
    other = Household.objects.create(place_id=FAR, number="101")
    client = browser(world.head)

    for query in ("101", "林小", "lxm", "9923", "15400010001"):
        page = soup(client.get(reverse("household-list"), {"q": query}))
        links = [link["href"] for link in page.select("#rows tbody a")]
        assert links == [reverse("household-detail", args=[world.household.pk])], query
    assert client.get(reverse("household-detail", args=[other.pk])).status_code == 404


def test_an_empty_list_says_what_to_do(world: World) -> None:
    page = soup(browser(world.head).get(reverse("household-list"), {"q": "没有"}))

    assert "No household found" in page.select_one("#rows .empty").text


def test_a_household_is_registered_and_shown(world: World) -> None:
    client = browser(world.cadre)

    response = client.post(
        reverse("household-new"),
        {
            "place": GRID,
            "number": "203",
            "use": "rented",
            "landlord_id_number": world.person.id_number,
        },
    )

    household = Household.objects.get(number="203")
    assert response.url == reverse("household-detail", args=[household.pk])
    assert household.landlord == world.person
    assert "东关村" in soup(client.get(response.url)).text


def test_a_second_household_of_one_number_is_refused_in_the_form(world: World) -> None:
    response = browser(world.cadre).post(
        reverse("household-new"), {"place": GRID, "number": "101", "use": "resident"}
    )

    assert response.status_code == 200
    assert "101" in soup(response).select_one("[role=alert]").text
    assert Household.objects.count() == 1


def test_a_place_outside_the_own_village_cannot_be_chosen(world: World) -> None:
    response = browser(world.cadre).post(
        reverse("household-new"), {"place": FAR, "number": "7", "use": "resident"}
    )

    assert "Choose one of the places found" in soup(response).text
    assert not Household.objects.filter(number="7").exists()


def test_without_scripts_the_typed_name_chooses_the_place(world: World) -> None:
    browser(world.cadre).post(
        reverse("household-new"), {"place_text": "第一网格", "number": "8", "use": "resident"}
    )

    assert Household.objects.get(number="8").place_id == GRID


def test_the_home_is_assessed(world: World) -> None:
    browser(world.cadre).post(
        reverse("household-assess", args=[world.household.pk]), {"suitable": "no"}
    )

    world.household.refresh_from_db()
    assert world.household.home_suitable is False


def test_a_leader_sees_and_does_not_change(world: World) -> None:
    client = browser(world.leader)
    pk = world.household.pk

    assert client.get(reverse("household-detail", args=[pk])).status_code == 200
    assert client.get(reverse("household-edit", args=[pk])).status_code == 403
    assert (
        client.post(reverse("household-assess", args=[pk]), {"suitable": "no"}).status_code == 403
    )


def test_a_person_is_added_with_a_valid_number_alone(world: World) -> None:
    client = browser(world.cadre)
    url = reverse("person-new", args=[world.household.pk])
    number = id_number(7)

    wrong = client.post(url, {"name": "林大", "id_type": "id_card", "id_number": number[:-1] + "0"})
    client.post(url, {"name": "林大", "id_type": "id_card", "id_number": number, "phone": ""})

    assert "no valid resident ID number" in soup(wrong).text or number.endswith("0")
    assert Person.objects.with_id_number(number).get().household == world.household


def test_details_are_put_right_without_showing_the_old(world: World) -> None:
    client = browser(world.cadre)
    url = reverse("person-edit", args=[world.person.pk])

    page = client.get(url).content.decode()
    client.post(url, {"name": "林晓满", "phone": "13800000001", "id_number": ""})

    assert world.person.phone not in page
    assert world.person.id_number not in page
    person = Person.objects.get(pk=world.person.pk)
    assert (person.name, person.phone) == ("林晓满", "13800000001")
    assert person.id_number == world.person.id_number


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow_with_households(
    world: World, rows: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(rows):
        Household.objects.create(place_id=VILLAGE, number=f"x{n}", landlord=world.person)
    client = browser(world.head)
    client.get(reverse("household-list"))

    with django_assert_max_num_queries(10):
        client.get(reverse("household-list"))


def test_the_fragment_is_part_of_the_page(world: World) -> None:
    client = browser(world.head)

    part = client.get(reverse("household-list"), {"q": "101"}, **htmx())
    page = client.get(reverse("household-list"), {"q": "101"})

    assert str(soup(part).select_one("#rows")) == str(soup(page).select_one("#rows"))


def test_the_search_for_places_shows_names_alone(world: World) -> None:
    client = browser(world.cadre)
    url = reverse("place-search")

    own = client.get(url, {"field": "place", "place_text": "村", "within": "register"})
    country = client.get(url, {"field": "a-0-place", "a-0-place_text": "临沧湾望潮"})

    assert [one["value"] for one in soup(own).select("input")] == [VILLAGE]
    found = soup(country).select_one("input")
    assert (found["name"], found["value"]) == ("a-0-place", "980101")


def test_phones_and_landlord_of_a_household_are_kept_shown_masked_and_stay_when_left_empty(
    client, world
):
    client.force_login(world.head)
    data = {
        "place": VILLAGE,
        "number": "3号",
        "use": "rented",
        "head_name": "何租",
        "phone": "153 0000 1234",
        "size": "4",
        "landlord_name": "孙房东",
        "landlord_phone": "15300005678",
    }
    client.post(reverse("household-new"), data)
    home = Household.objects.get(number="3号")
    assert (home.phone, home.size, home.landlord_phone) == ("15300001234", 4, "15300005678")

    page = client.get(reverse("household-detail", args=[home.pk])).content.decode()
    form = client.get(reverse("household-edit", args=[home.pk])).content.decode()
    for shown in (page, form):
        assert "153****1234" in shown
        assert "15300001234" not in shown
    assert "孙房东" in page

    edit = reverse("household-edit", args=[home.pk])
    changed = {**data, "phone": "", "landlord_phone": "15300009999", "size": ""}
    assert client.post(edit, changed).status_code == 302
    home.refresh_from_db()
    assert (home.phone, home.size, home.landlord_phone) == ("15300001234", None, "15300009999")
    assert client.post(edit, {**data, "phone": "12345"}).status_code != 302
