"""The advance report: on somebody's behalf, previewed without a trace, or without an account."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from psycopg.errors import DeadlockDetected

from grid.days import today
from grid.models import Event, Person
from returnees.choices import Channel
from returnees.models import AdvanceReport, Episode
from schedules.models import Task
from schedules.services import sync_duties
from tests.cast import FAR, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, id_number, in_force, noon
from tests.factories.schedules import returnee
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db
FORMAT = "%Y-%m-%dT%H:%M"


@pytest.fixture(autouse=True)
def notice(world: World) -> None:
    in_force()
    cache.clear()


def filled(**changes: Any) -> dict[str, Any]:
    """Return what the form sends for somebody who comes in three days from elsewhere."""
    return {
        "name": "钟归乡",
        "id_type": "id_card",
        "id_number": id_number(801),
        "phone": "15400770001",
        "place": VILLAGE,
        "origin": ELSEWHERE,
        "departs_at": noon(3).replace(hour=6).strftime(FORMAT),
        "arrives_at": noon(3).strftime(FORMAT),
        "address": "1号楼101室",
        "employer": "电子厂",
        "occupation": "务工",
        "health_state": "良好",
        "health_code": "green",
        "declared_true": "on",
        "stays-TOTAL_FORMS": "1",
        "stays-INITIAL_FORMS": "0",
        "stays-0-place": ELSEWHERE,
        "stays-0-place_text": "望潮",
        "stays-0-last_day": (noon(3)).date(),
        **changes,
    }


@pytest.mark.clause("JY-2a")
def test_a_report_is_registered_and_says_what_awaits(world: World) -> None:
    client = browser(world.worker)

    # The worker's grid is not the village: the cadre of the village registers.
    response = browser(world.cadre).post(reverse("report-new"), filled(), follow=True)

    report = AdvanceReport.objects.get()
    assert (report.employer, report.occupation, report.health_state) == ("电子厂", "务工", "良好")
    assert (report.channel, report.reported_by) == (Channel.CADRE, world.cadre)
    assert report.stays.get().place_id == ELSEWHERE
    page = soup(response)
    assert "JY-2h" in page.select_one("section[aria-labelledby=plan]").text
    assert "reported in time" in page.text
    assert client.get(reverse("report-new")).status_code == 200


def test_a_preview_shows_the_same_and_writes_nothing(world: World) -> None:
    response = browser(world.cadre).post(reverse("report-new"), filled(preview="1"))

    page = soup(response)
    assert "Nothing is saved yet" in page.text
    assert "JY-2h" in page.select_one("section[aria-labelledby=plan]").text
    assert page.select_one("input[name=name]")["value"] == "钟归乡"
    assert not AdvanceReport.objects.exists()
    assert Person.objects.count() == 1


def test_a_fault_stands_in_the_form_and_nothing_is_written(world: World) -> None:
    late = filled(departs_at=noon(4).strftime(FORMAT))

    response = browser(world.cadre).post(reverse("report-new"), late)

    assert response.status_code == 422
    assert "departure lies after the arrival" in soup(response).select_one("[role=alert]").text
    assert not Episode.objects.exists()


def test_a_stay_needs_place_and_day(world: World) -> None:
    response = browser(world.cadre).post(reverse("report-new"), filled(**{"stays-0-last_day": ""}))

    assert response.status_code == 422
    assert "Enter the last day there" in soup(response).text


def test_a_row_for_a_stay_is_added_and_nothing_is_judged(world: World) -> None:
    client = browser(world.cadre)
    sent = filled(add_stay="1", name="", phone="x")

    part = soup(client.post(reverse("report-new"), sent, **htmx()))
    page = soup(client.post(reverse("report-new"), sent))

    assert part.select_one("[name=stays-TOTAL_FORMS]")["value"] == "2"
    assert part.select_one("[name=stays-0-place][checked]")["value"] == ELSEWHERE
    assert not page.select(".field-error")
    assert page.select_one("[name=phone]")["value"] == "x"


def test_a_village_outside_the_own_is_not_taken(world: World) -> None:
    response = browser(world.cadre).post(reverse("report-new"), filled(place=FAR))

    assert response.status_code == 422
    assert not Episode.objects.exists()


def test_a_known_person_is_not_asked_again(world: World) -> None:
    client = browser(world.cadre)
    url = f"{reverse('report-new')}?person={world.person.pk}"

    page = soup(client.get(url))
    sent = {key: value for key, value in filled().items() if key not in ("name", "id_number")}
    client.post(url, sent)

    assert not page.select("[name=id_number]")
    assert Episode.objects.get().person == world.person


def test_a_second_open_return_is_one_clear_sentence(world: World) -> None:
    sync_duties()
    returnee(days=0, person=world.person)

    response = browser(world.cadre).post(
        f"{reverse('report-new')}?person={world.person.pk}", filled()
    )

    assert response.status_code == 422
    assert world.person.name in soup(response).select_one("[role=alert]").text
    assert Episode.objects.count() == 1


def public(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in filled(**changes).items() if key != "place"}


def test_the_public_report_needs_no_account_and_thanks_without_names(world: World) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    url = reverse("public-report", args=[VILLAGE])

    assert client.get(url).status_code == 200
    page = soup(client.post(url, public(), follow=True))

    episode = Episode.objects.get()
    assert (episode.place_id, episode.report.channel) == (VILLAGE, Channel.SELF)
    assert "JY-2h" in page.text
    for secret in ("钟归乡", episode.person.id_number, "15400770001"):
        assert secret not in page.text


def test_the_public_report_tells_nothing_of_what_is_stored(world: World) -> None:
    sync_duties()
    returnee(days=0, person=world.person, place_code=FAR)
    known = public(name="林小满", id_number=world.person.id_number)

    response = Client(HTTP_ACCEPT_LANGUAGE="en").post(
        reverse("public-report", args=[VILLAGE]), known
    )

    told = soup(response).select_one("[role=alert]").text
    assert "needs a look by the village" in told
    assert "前坡" not in response.content.decode()
    assert Episode.objects.count() == 1


def test_a_public_report_that_meets_another_writer_may_be_sent_again(
    world: World, monkeypatch: Any
) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    url = reverse("public-report", args=[VILLAGE])

    def met(**_given: Any) -> None:
        raise OperationalError from DeadlockDetected()

    with monkeypatch.context() as patch:
        patch.setattr("returnees.views.reports.register_report", met)
        met_once = client.post(url, public())
    assert met_once.status_code == 422
    assert "try again" in soup(met_once).select_one("[role=alert]").text

    client.post(url, public())

    assert Episode.objects.count() == 1


def test_too_many_public_reports_are_held_back(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("returnees.views.reports.PER_HOUR", 1)
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    url = reverse("public-report", args=[VILLAGE])
    client.post(url, public())

    second = client.post(url, public(name="另一人", id_number=id_number(802)))

    assert second.status_code == 429
    assert Episode.objects.count() == 1


def test_the_public_page_is_of_villages_alone(world: World) -> None:
    client = Client()

    assert client.get(reverse("public-report", args=["990101101"])).status_code == 404
    assert client.get(reverse("public-report", args=["990101101999"])).status_code == 404
    thanks = client.get(reverse("public-report-thanks", args=[VILLAGE]))
    assert thanks.status_code == 302


def test_reading_the_pages_writes_nothing(world: World) -> None:
    browser(world.cadre).get(reverse("report-new"))
    Client().get(reverse("public-report", args=[VILLAGE]))

    assert not Task.objects.exists()
    assert not AdvanceReport.objects.exists()
    assert not Event.objects.filter(at__date=today()).exclude(kind="sign_in").exists()
