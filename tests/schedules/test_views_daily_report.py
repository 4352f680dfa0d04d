"""The daily report: zeros written out, as page, workbook and message."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from grid.days import today
from grid.models import Event
from schedules.services import sync_duties
from tests.cast import FAR, SECOND, TOWN, VILLAGE, World
from tests.factories.schedules import returnee
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(world: World) -> World:
    sync_duties()
    returnee(days=0, place_code=VILLAGE)
    returnee(days=0, place_code=FAR)
    return world


def test_every_village_has_its_row_zeros_included(busy: World) -> None:
    page = soup(browser(busy.township).get(reverse("daily-report")))

    rows = {
        row.th.text: [cell.text for cell in row.select("td")] for row in page.select("tbody tr")
    }
    assert list(rows) == ["东关村", "西关村"]
    assert rows["东关村"][1:3] == ["1", "1"]
    assert set(rows["西关村"]) == {"0"}


def test_the_message_for_the_group_names_zero_reports(busy: World) -> None:
    page = soup(browser(busy.township).get(reverse("daily-report")))

    text = page.select_one("#group-text").text
    assert "河口镇" in text.splitlines()[0]
    assert "arrived 1," in text
    assert text.splitlines()[-1] == "Zero report: 西关村."


def test_the_workbook_holds_numbers_and_the_total_and_is_recorded(busy: World) -> None:
    response = browser(busy.township).post(reverse("daily-report-xlsx"))

    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert rows[0][:3] == ("Place", "Reported today", "Arrived today")
    assert rows[1][0] == "东关村民委员会"
    assert rows[-1][0] == "Total"
    assert rows[-1][2] == 1
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.place_id) == (busy.township.pk, TOWN)


def test_a_cadre_may_read_and_not_export(busy: World) -> None:
    client = browser(busy.cadre)

    assert client.get(reverse("daily-report")).status_code == 200
    assert client.post(reverse("daily-report-xlsx")).status_code == 403
    assert not Event.objects.filter(kind=Event.Kind.EXPORT).exists()


def test_another_place_does_not_exist_and_a_bad_day_is_today(busy: World) -> None:
    client = browser(busy.neighbour)

    assert client.get(reverse("daily-report"), {"place": SECOND}).status_code == 404
    report = client.get(reverse("daily-report"), {"day": "31.2."}).context["report"]
    assert report.day == today()


def test_a_county_reports_by_township_or_by_village(busy: World) -> None:
    client = browser(busy.county)

    short = client.get(reverse("daily-report")).context["report"]
    long = client.get(reverse("daily-report"), {"by": "village"}).context["report"]

    assert [row.name for row in short.rows] == ["河口镇", "柏山镇"]
    assert len(long.rows) == 3
    assert short.total.arrived == long.total.arrived == 2
