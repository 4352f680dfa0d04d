"""Clauses about dwellings and who answers for them, as the pages show them."""

import pytest
from django.urls import reverse

from grid.choices import Tier, Use
from grid.days import today
from grid.models import Assignment, Household
from tests.cast import GRID
from tests.factories.grid import PersonFactory
from tests.schedules.pages import browser, soup


def a_home(number: str, use: Use, **more) -> Household:
    return Household.objects.create(place_id=GRID, number=number, use=use, **more)


@pytest.mark.clause("JX57-9f", "GZ-14b")
@pytest.mark.parametrize("use", [Use.RENTED, Use.DORMITORY])
def test_rented_homes_and_dormitories_are_listed_by_themselves(world, use):
    wanted = a_home("701", use)
    a_home("702", Use.RESIDENT)

    shown = soup(browser(world.head).get(reverse("household-list"), {"use": use.value}))

    linked = [a["href"] for a in shown.select("tbody a[href]")]
    assert reverse("household-detail", args=[wanted.pk]) in linked
    others = Household.objects.exclude(pk=wanted.pk)
    assert not {reverse("household-detail", args=[home.pk]) for home in others} & set(linked)


@pytest.mark.clause("JX57-9f")
def test_a_rented_home_names_its_landlord_and_its_tenants(world):
    home = a_home("703", Use.RENTED, landlord=PersonFactory(name="房主任"))
    tenant = PersonFactory(name="租客甲", household=home)

    page = soup(browser(world.head).get(reverse("household-detail", args=[home.pk]))).find("main")

    assert "房主任" in page.get_text(" ")
    assert reverse("person", args=[tenant.pk]) in [a["href"] for a in page.select("a[href]")]


@pytest.mark.clause("JL-2.1d")
def test_every_household_has_a_named_contact_or_stands_on_the_list_of_gaps(world):
    home = a_home("704", Use.RESIDENT)
    address = reverse("coverage")
    page = browser(world.township)

    assert reverse("household-detail", args=[home.pk]) in page.get(address).content.decode()

    Assignment.objects.create(
        cadre=world.worker, tier=Tier.HOUSEHOLD, household=home, at_id=GRID, since=today()
    )
    assert reverse("household-detail", args=[home.pk]) not in page.get(address).content.decode()
    chain = soup(page.get(reverse("household-detail", args=[home.pk]))).get_text(" ")
    assert world.worker.name in chain
