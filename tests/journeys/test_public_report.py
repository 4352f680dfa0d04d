"""Somebody without an account reports a return; the village sees it, the page tells no secrets."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grid.days import today
from returnees.choices import Channel
from returnees.models import Episode
from schedules.choices import Evidence
from schedules.models import Task
from tests.cast import FAR, VILLAGE
from tests.factories.returnees import id_number


def journey(**changes):
    arrives = today() + timedelta(days=3)
    values = {
        "name": "何自报", "id_type": "id_card", "id_number": id_number(), "phone": "15400019002",
        "origin_text": "海岳省临沧湾市望潮区", "departs_at": f"{arrives}T08:00",
        "arrives_at": f"{arrives}T18:00", "transport": "train", "address": "东关村3号",
        "health_code": "green", "declared_true": "on",
    }  # fmt: skip
    return {**values, **changes}


def test_a_public_report_becomes_work_of_the_village(county, browse):
    visitor = browse(None)
    address = reverse("public-report", args=[VILLAGE])

    visitor.open(address).send(**journey())

    assert visitor.address == reverse("public-report-thanks", args=[VILLAGE])
    episode = Episode.objects.get(person__name="何自报")
    assert (episode.place_id, episode.report.channel) == (VILLAGE, Channel.SELF)
    assert episode.responsible == county.cadre
    first = Task.objects.get(episode=episode, duty__evidence=Evidence.POLICY_TEXT)
    assert first.holder == county.cadre
    cadre = browse(county.cadre).open(reverse("today"))
    assert reverse("person", args=[episode.person_id]) in cadre.links("/persons/")
    assert browse(county.neighbour).open(reverse("person", args=[episode.person_id]), status=404)


def test_the_thanks_tell_what_awaits_but_not_who(county, browse):
    visitor = browse(None)
    said = journey()

    visitor.open(reverse("public-report", args=[VILLAGE])).send(**said)

    text = visitor.page.get_text(" ")
    assert "What awaits" in text
    assert "JY-2g" in text
    assert not [said[key] for key in ("name", "id_number", "phone") if said[key] in text]


def test_somebody_already_registered_is_sent_to_the_village_without_a_word_why(county, browse):
    said = journey()
    browse(None).open(reverse("public-report", args=[VILLAGE])).send(**said)
    again = browse(None)

    again.open(reverse("public-report", args=[FAR])).send(**said, status=422)

    assert Episode.objects.filter(person__name=said["name"]).count() == 1
    assert "call the village committee" in again.text()
    assert "东关" not in again.text()


def test_a_report_with_a_mistyped_number_is_asked_again(county, browse):
    visitor = browse(None)
    number = id_number()

    visitor.open(reverse("public-report", args=[VILLAGE])).send(
        **journey(id_number=number[:-1] + ("1" if number[-1] != "1" else "2")), status=422
    )

    assert not Episode.objects.exists()
    assert visitor.page.select_one(".field-error, .notice-danger")


@pytest.mark.clause("JY-1c")
def test_travel_and_infection_history_are_declared_to_be_true(county, browse):
    visitor = browse(None)
    address = reverse("public-report", args=[VILLAGE])
    said = journey(infection_history="2020年2月治愈出院")

    undeclared = {**said, "declared_true": ""}
    visitor.open(address).send(**undeclared, status=422)
    assert not Episode.objects.exists()

    visitor.open(address).send(**said)
    report = Episode.objects.get().report
    assert report.declared_true
    assert report.infection_history == "2020年2月治愈出院"
    assert [stay.text or stay.place.name for stay in report.stays.all()]
