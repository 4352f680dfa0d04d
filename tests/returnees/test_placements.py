"""Contacts and discharged patients who made no journey: recorded, decided by somebody, planned."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from grid.days import today
from grid.models import Person, Place
from returnees.choices import EpisodeState
from returnees.models import AdvanceReport, Away, Episode
from returnees.services.away import note_away
from returnees.services.placements import (
    Clock,
    Placement,
    PlacementRefusedError,
    register_placement,
)
from tests.cast import FAR, VILLAGE, World
from tests.factories.grid import PersonFactory, id_number
from tests.factories.returnees import ELSEWHERE, an_episode, in_force, noon
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


def day(days: int) -> date:
    return today() + timedelta(days=days)


def placed(
    world: World, *, person: Person | None = None, by: Any = None, **changes: Any
) -> Episode:
    values = {
        "kind": "close",
        "placed_on": day(-1),
        "decided_by": "县疾控中心 何流调",
        "basis": "与病例同桌就餐",
        "exposed_on": day(-3),
        "exposure": "河口镇农贸市场餐馆",
        "case": "2021-003",
    }
    return register_placement(
        person=person or world.person,
        place_code=VILLAGE,
        placement=Placement(**{**values, **changes}),
        by=by or world.cadre,
    )


@pytest.mark.clause("JX57-15b", "GZ-6d", "JX8-3b")
def test_a_contact_is_kept_with_who_decided_on_what_basis_and_the_exposure(world: World) -> None:
    in_force("JX8")

    episode = placed(world)

    record = AdvanceReport.objects.get(pk=episode.report_id).extra["placement"]
    assert record["kind"] == "close"
    assert (record["decided_by"], record["basis"]) == ("县疾控中心 何流调", "与病例同桌就餐")
    assert (record["case"], record["exposure"]) == ("2021-003", "河口镇农贸市场餐馆")
    assert record["exposed_on"] == day(-3).isoformat()
    assert record["placed_on"] == day(-1).isoformat()
    for missing in ({"decided_by": " "}, {"basis": ""}, {"exposure": ""}, {"exposed_on": None}):
        with pytest.raises(PlacementRefusedError):
            placed(world, person=PersonFactory(place=Place.objects.get(pk=VILLAGE)), **missing)


@pytest.mark.clause("JX8-3b")
@pytest.mark.parametrize(
    ("kind", "klass"),
    [
        ("close", "JX8.CONTACT"),
        ("general", "JX8.CONTACT"),
        ("trajectory", "JX8.TRAJECTORY"),
        ("secondary", "JX8.SECONDARY_ISOLATE"),
    ],
)
def test_contacts_of_every_degree_are_under_observation_at_once(
    world: World, kind: str, klass: str
) -> None:
    in_force("JX8")

    episode = placed(world, kind=kind, risk_assessment="isolate")

    assert episode.state == EpisodeState.ACTIVE
    assert episode.classification == klass
    assert "arrives_at" not in episode.facts
    assert episode.facts["placed_on"] == day(-1).isoformat()
    (stage,) = episode.stages.all()
    assert (stage.kind, stage.day0, stage.last_day) == ("centralised", day(-1), day(13))
    assert episode.tests.count() == 2


def test_the_assessment_of_a_contact_of_a_contact_decides(world: World) -> None:
    in_force("JX8")

    with pytest.raises(PlacementRefusedError, match="risk assessment"):
        placed(world, kind="secondary")
    episode = placed(world, kind="secondary", risk_assessment="pending")

    assert episode.classification == "JX8.SECONDARY_TEST"


def test_a_discharged_patient_is_planned_from_the_discharge(world: World) -> None:
    in_force("JX57")
    patient = {"kind": "discharged", "exposed_on": None, "exposure": ""}

    with pytest.raises(PlacementRefusedError, match="criteria were met"):
        placed(world, **patient)
    episode = placed(world, **patient, patient_anchor=day(-2))

    assert episode.facts["patient"] == "discharged"
    assert episode.facts["patient_anchor"] == day(-2).isoformat()
    assert "contact" not in episode.facts
    assert episode.stages.order_by("n").first().day0 == day(-2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "stranger"}, "as what the person is placed"),
        ({"placed_on": day(1)}, "lies in the future"),
        ({"exposed_on": day(0)}, "lies after the placement"),
        (
            {"kind": "discharged", "patient_anchor": day(0)},
            "cannot have been met after the discharge",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    world: World, changes: dict[str, Any], sentence: str
) -> None:
    in_force("JX8")

    with pytest.raises(PlacementRefusedError, match=sentence):
        placed(world, **changes)
    assert not Episode.objects.exists()


def test_whoever_is_under_management_is_told_there_and_planned_anew(world: World) -> None:
    in_force("JX8")
    episode = an_episode(days=-5, person=world.person, phone=world.person.phone)
    before = episode.revision

    same = placed(world)

    assert same.pk == episode.pk
    assert same.revision > before
    assert same.classification == "JX8.CONTACT"
    (event,) = same.facts["events"]
    assert (event["type"], event["level"]) == ("contact_identified", "close")
    assert event["date"] == day(-1).isoformat()
    assert same.report.extra["placement"]["decided_by"] == "县疾控中心 何流调"
    with pytest.raises(PlacementRefusedError, match="close that period first"):
        placed(world, kind="discharged", patient_anchor=day(-2))


def test_whoever_is_expected_keeps_the_journey_with_the_contact(world: World) -> None:
    in_force("JX8")
    episode = an_episode(days=1, person=world.person, phone=world.person.phone)

    same = placed(world)

    assert same.pk == episode.pk
    assert same.facts["contact"] == "close"
    assert same.facts["arrives_at"]
    assert same.classification == "JX8.CONTACT"


def test_an_episode_elsewhere_is_not_changed_from_here(world: World) -> None:
    in_force("JX8")
    elsewhere = an_episode(days=-1, place_code=FAR)

    with pytest.raises(PlacementRefusedError, match="outside your area"):
        placed(world, person=elsewhere.person, by=world.cadre)


def test_a_placement_ends_the_entry_of_the_ledger(world: World) -> None:
    in_force("JX8")
    note_away(person=world.person, place=Place.objects.get(pk=ELSEWHERE), by=None)

    episode = placed(world)

    assert Away.objects.get().report_id == episode.report_id


@pytest.mark.clause("JL-5b")
def test_a_contact_is_to_be_determined_within_24_hours_of_the_case(world: World) -> None:
    in_force("JL")
    now = timezone.now()
    in_time = placed(world, case_found_at=now - timedelta(hours=23))
    other = PersonFactory(place=Place.objects.get(pk=VILLAGE))
    late = placed(world, person=other, case_found_at=now - timedelta(hours=25))

    def clock(episode: Episode) -> Clock:
        found = Clock.of(episode.report.extra["placement"])
        assert found is not None
        return found

    assert clock(in_time).in_time
    assert not clock(late).in_time
    page = browser(world.cadre).get(reverse("person", args=[other.pk]))
    card = soup(page).select_one("section[aria-labelledby=placement]").text
    assert "25.0 h after the case was found" in card
    assert "JL-5b" in card


def body(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "close", "placed_on": day(-1), "place": VILLAGE, "exposed_on": day(-3),
        "exposure": "河口镇农贸市场餐馆", "decided_by": "县疾控中心", "basis": "同桌就餐",
        **changes,
    }  # fmt: skip


def test_a_contact_is_registered_on_the_page(world: World) -> None:
    in_force("JX8")
    url = f"{reverse('placement-new')}?person={world.person.pk}"

    sent = browser(world.cadre).post(url, body())

    episode = Episode.objects.get()
    assert sent.url == reverse("person", args=[world.person.pk])
    assert episode.classification == "JX8.CONTACT"
    page = soup(browser(world.cadre).get(sent.url))
    assert "县疾控中心" in page.select_one("section[aria-labelledby=placement]").text
    assert not page.select("section[aria-labelledby=report]")


def test_somebody_new_is_registered_with_the_placement_or_not_at_all(world: World) -> None:
    in_force("JX8")
    url = f"{reverse('placement-new')}?new=1"
    who = {
        "who-name": "许密接", "who-id_type": "id_card", "who-id_number": id_number(78),
        "who-phone": "15400780078", "who-village": VILLAGE,
    }  # fmt: skip

    wrong = browser(world.cadre).post(url, {**body(exposure=""), **who})
    assert wrong.status_code == 422
    assert "exposed to the case" in wrong.content.decode()
    assert not Person.objects.filter(name="许密接").exists()
    browser(world.cadre).post(url, {**body(), **who})
    assert Episode.objects.get().person.name == "许密接"


def test_the_form_says_that_somebody_is_under_management_already(world: World) -> None:
    in_force("JX8")
    an_episode(days=0, arrives_at=noon(), person=world.person, phone=world.person.phone)
    url = f"{reverse('placement-new')}?person={world.person.pk}"

    assert (
        "is expected or under management already" in browser(world.cadre).get(url).content.decode()
    )
    assert browser(world.leader).get(url).status_code == 403
    assert browser(world.neighbour).get(url).status_code == 404


def test_a_person_is_found_by_name(world: World) -> None:
    page = soup(browser(world.cadre).get(f"{reverse('placement-new')}?q=林小满"))

    assert page.select_one(f'a[href$="?person={world.person.pk}"]')
    assert page.select_one('a[href$="?new=1"]')
