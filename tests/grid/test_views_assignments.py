"""Who answers for what: begin, end, hand over many, leave, and the audit of gaps."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, Household, Leave, Person
from tests.cast import FAR, GRID, SECOND, VILLAGE, World
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


def test_the_list_shows_the_own_area_narrowed_by_cadre_and_tier(world: World) -> None:
    Assignment.objects.create(cadre=world.cadre, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE)
    Assignment.objects.create(cadre=world.neighbour, place_id=FAR, at_id=FAR)
    client = browser(world.head)

    every = client.get(reverse("assignment-list")).context["page"].rows
    narrow = client.get(reverse("assignment-list"), {"tier": 3}).context["page"].rows
    mine = client.get(reverse("assignment-list"), {"cadre": world.worker.pk}).context["page"].rows

    assert [row.cadre for row in every] == [world.cadre, world.worker]
    assert [row.cadre for row in narrow] == [world.cadre]
    assert [row.cadre for row in mine] == [world.worker]


def test_a_person_is_assigned_from_the_link_of_their_page(world: World) -> None:
    client = browser(world.head)
    form = soup(client.get(reverse("assignment-new"), {"person": world.person.pk}))
    assert form.select_one("input[name=kind][checked]")["value"] == "person"

    client.post(
        reverse("assignment-new"),
        {"cadre": world.cadre.pk, "tier": 4, "lead": "on", "kind": "person",
         "person": world.person.pk, "since": today()},
    )  # fmt: skip

    assert Assignment.objects.get(person=world.person).cadre == world.cadre


def test_an_inactive_cadre_is_not_offered_and_not_taken(world: World) -> None:
    world.cadre.is_active = False
    world.cadre.save()

    response = browser(world.head).post(
        reverse("assignment-new"),
        {"cadre": world.cadre.pk, "tier": 4, "kind": "place", "place": VILLAGE, "since": today()},
    )

    assert "Select a valid choice" in soup(response).text
    assert not Assignment.objects.filter(cadre=world.cadre).exists()


def test_a_target_outside_the_area_is_not_taken(world: World) -> None:
    response = browser(world.head).post(
        reverse("assignment-new"),
        {"cadre": world.cadre.pk, "tier": 4, "kind": "place", "place": FAR, "since": today()},
    )

    assert "Choose one of the places found" in soup(response).text


def test_ticked_assignments_go_to_another_cadre(world: World) -> None:
    second = Household.objects.create(place_id=GRID, number="102")
    Assignment.objects.create(cadre=world.worker, household=second, at_id=GRID)
    chosen = list(Assignment.objects.values_list("pk", flat=True))

    browser(world.head).post(
        reverse("hand-over"), {"chosen": chosen, "to": world.cadre.pk, "since": today()}
    )

    held = Assignment.objects.open().filter(cadre=world.cadre)
    assert {row.household for row in held} == {world.household, second}
    assert not Assignment.objects.open().filter(cadre=world.worker).exists()


def test_nothing_ticked_is_said_and_changes_nothing(world: World) -> None:
    client = browser(world.head)

    response = client.post(
        reverse("hand-over"), {"to": world.cadre.pk, "since": today()}, follow=True
    )

    assert "Tick the assignments" in soup(response).select_one("#messages").text
    assert Assignment.objects.open().get().cadre == world.worker


def test_assignments_of_others_cannot_be_handed_over(world: World) -> None:
    row = Assignment.objects.create(cadre=world.neighbour, place_id=FAR, at_id=FAR)

    browser(world.head).post(
        reverse("hand-over"), {"chosen": [row.pk], "to": world.cadre.pk, "since": today()}
    )
    ended = browser(world.head).post(reverse("assignment-end", args=[row.pk]), {"until": today()})

    row.refresh_from_db()
    assert (row.cadre, row.until) == (world.neighbour, None)
    assert ended.status_code == 404


def test_an_assignment_ends(world: World) -> None:
    row = Assignment.objects.get()

    browser(world.head).post(reverse("assignment-end", args=[row.pk]), {"until": today()})

    row.refresh_from_db()
    assert row.until == today()


def test_a_cadre_may_not_assign(world: World) -> None:
    client = browser(world.cadre)
    row = Assignment.objects.get()

    assert client.get(reverse("assignment-new")).status_code == 403
    assert client.post(reverse("hand-over"), {}).status_code == 403
    assert client.post(reverse("assignment-end", args=[row.pk]), {}).status_code == 403


def test_leave_with_cover(world: World) -> None:
    browser(world.head).post(
        reverse("leave-new"),
        {"user": world.worker.pk, "cover": world.cadre.pk, "since": today(),
         "until": today() + timedelta(days=3)},
    )  # fmt: skip

    assert Leave.objects.get().cover == world.cadre
    assert world.cadre.name in soup(browser(world.head).get(reverse("assignment-list"))).text


@pytest.mark.clause("JY-2l")
def test_the_audit_names_who_has_nobody(world: World) -> None:
    alone = Household.objects.create(place_id=SECOND, number="5")
    Household.objects.create(place_id=FAR, number="6")
    nobody = Person(name="独居", place_id=SECOND, household=alone).derive()
    nobody.save()
    client = browser(world.township)

    households = client.get(reverse("coverage")).context
    persons = client.get(reverse("coverage"), {"show": "persons"}).context

    assert households["page"].rows == [alone]
    assert persons["page"].rows == [nobody]
    assert (households["households"], households["persons"]) == (1, 1)
    assert client.get(reverse("coverage"), {"place": FAR}).status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow_with_assignments(
    world: World, rows: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(rows):
        household = Household.objects.create(place_id=GRID, number=f"y{n}")
        Assignment.objects.create(cadre=world.cadre, household=household, at_id=GRID)
    client = browser(world.head)
    client.get(reverse("assignment-list"))

    with django_assert_max_num_queries(14):
        client.get(reverse("assignment-list"))
