"""Pages of risk lists: from the notice to what is in force, and what everybody may read."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from returnees.choices import ListState
from returnees.models import RiskArea, RiskListVersion, Screening
from returnees.risk_lists.words import RiskLine
from returnees.services.risk_lists import draft_list, publish_list
from tests.cast import COUNTY, World
from tests.factories.returnees import an_episode, at_risk, in_force
from tests.schedules.pages import browser, soup

DAY = timedelta(days=1)
NOTICE = """高风险地区（1个）：海岳省临沧湾市望潮区。
中风险地区（3个）：海岳省临沧湾市望潮区甲小区；天外省天外市某小区"""


def words(response: Any) -> str:
    return " ".join(soup(response).main.get_text(" ").split())


def paste(world: World, text: str = NOTICE, who: str = "head", **more: Any) -> RiskListVersion:
    """Paste a notice; return the draft its page shows."""
    data = {"way": "text", "text": text, "day": today(), "source": "省卫健委", "full": "on", **more}
    response = browser(world.users[who]).post(reverse("risk-new"), data)
    assert response.status_code == 302, response.content.decode()
    return RiskListVersion.objects.latest("pk")


def page_of(world: World, version: RiskListVersion, who: str = "county", **query: Any) -> Any:
    return browser(world.users[who]).get(reverse("risk-version", args=[version.pk]), query)


def test_a_pasted_notice_becomes_a_draft_that_asks_about_what_is_unknown(world: World) -> None:
    version = paste(world)

    text = words(page_of(world, version))

    assert "1 line is still to be decided; then the list can be published." in text
    assert "天外省天外市某小区" in text
    assert "the notice states 3, 2 were read; please compare" in text
    assert not soup(page_of(world, version)).select(f"form[action='/risk/{version.pk}/publish/']")
    assert RiskArea.objects.count() == 0


def test_a_line_is_decided_on_the_page_and_the_list_published(world: World) -> None:
    in_force()
    episode = an_episode(days=-2)
    version = paste(world)
    line = version.entries.get(state="open")
    decide = reverse("risk-entry-decide", args=[line.pk])

    browser(world.head).post(decide, {"place": COUNTY, "part": "某小区"})
    response = browser(world.county).post(reverse("risk-publish", args=[version.pk]), follow=True)

    assert "The list is in force" in words(response)
    marks = set(RiskArea.objects.values_list("place", "part", "mark"))
    assert marks == {
        ("980101", "", "high"),
        ("980101", "甲小区", "mid"),
        (COUNTY, "某小区", "mid"),
    }
    assert Screening.objects.get(risk_list=version).items.get().episode == episode
    assert "Touched: 1 for certain, 0 to be asked" in words(page_of(world, version))


def test_whom_a_draft_would_touch_is_shown_before_it_is_published(world: World) -> None:
    in_force()
    an_episode(days=-2)
    version = paste(world)

    browser(world.head).post(reverse("risk-screen", args=[version.pk]))

    assert "Touched: 1 for certain" in words(page_of(world, version, "head"))
    assert RiskListVersion.objects.get().state == ListState.DRAFT


def test_a_township_prepares_and_only_the_county_publishes(world: World) -> None:
    version = paste(world, "高风险地区：海岳省临沧湾市望潮区", who="township")
    publish = reverse("risk-publish", args=[version.pk])

    assert browser(world.township).post(publish).status_code == 403
    assert "the county publishes it" in words(page_of(world, version, "township"))
    assert soup(page_of(world, version)).select(f"form[action='{publish}']")
    assert not soup(page_of(world, version, "leader")).select("main form")


def test_a_line_is_left_out_or_decided_again_or_added_or_taken_out(world: World) -> None:
    version = paste(world)
    county = browser(world.county)
    unknown = version.entries.get(state="open")
    decide = reverse("risk-entry-decide", args=[unknown.pk])

    county.post(decide, {"left_out": "1"})
    assert "天外省天外市某小区" in words(page_of(world, version, show="left"))
    county.post(decide, {"again": "1"})
    unknown.refresh_from_db()
    assert unknown.state == "open"

    add = reverse("risk-entry-add", args=[version.pk])
    county.post(add, {"place": COUNTY, "part": "", "mark": "mid"})
    added = version.entries.get(row=0)
    assert (added.place_id, added.mark) == (COUNTY, "mid")
    assert "云溪省澜川市青禾县" in words(page_of(world, version, show="whole"))
    county.post(reverse("risk-entry-remove", args=[added.pk]))
    assert not version.entries.filter(row=0).exists()


def test_a_decision_without_a_place_says_what_is_missing(world: World) -> None:
    version = paste(world)
    line = version.entries.get(state="open")
    decide = reverse("risk-entry-decide", args=[line.pk])

    without = browser(world.head).post(decide, {"part": "x"}, follow=True)
    unknown = browser(world.head).post(decide, {"place": "00"}, follow=True)

    assert "Choose the place the line names" in words(without)
    assert "Choose one of the places found" in words(unknown)


def test_a_table_is_uploaded_and_tells_what_it_passed_over(world: World) -> None:
    content = (
        f"date,level,province,city,county,community\n"
        f"{today()},中风险,海岳省,临沧湾市,望潮区,甲小区\n"
        f"{today() - DAY},中风险,海岳省,临沧湾市,望潮区,乙小区\n"
    ).encode("gb18030")
    data = {"way": "file", "day": today(), "full": "on"}

    def send() -> Any:
        file = SimpleUploadedFile("名单.csv", content)
        return browser(world.cadre).post(reverse("risk-new"), {**data, "file": file}, follow=True)

    first, again = send(), send()

    assert "1 row of another day was passed over" in words(first)
    assert "This list is here already; nothing was changed" in words(again)
    assert RiskListVersion.objects.get().source == "名单.csv"


def test_what_cannot_be_read_is_said_beside_the_form(world: World) -> None:
    client = browser(world.head)
    day = {"day": today(), "full": "on"}

    text = client.post(reverse("risk-new"), {"way": "text", "text": "今天天气好", **day})
    late = client.post(
        reverse("risk-new"), {"way": "text", "text": NOTICE, "day": today() + DAY, "full": "on"}
    )
    file = client.post(
        reverse("risk-new"), {"way": "file", "file": SimpleUploadedFile("x.csv", b"a\n"), **day}
    )

    assert (text.status_code, late.status_code, file.status_code) == (422, 422, 422)
    assert "names no level and no flag" in text.content.decode()
    assert "yet to come" in late.content.decode()
    assert "No row of headings was found" in file.content.decode()
    assert RiskListVersion.objects.count() == 0


def test_what_is_in_force_is_drafted_by_hand_and_put_away(world: World) -> None:
    at_risk("980101", "mid")
    client = browser(world.head)

    client.post(reverse("risk-new"), {"way": "hand", "day": today(), "source": "电话"})
    version = RiskListVersion.objects.get()
    assert "It changes nothing" in words(page_of(world, version))
    client.post(reverse("risk-discard", args=[version.pk]))

    version.refresh_from_db()
    assert version.state == ListState.DISCARDED
    assert "Draft" not in words(client.get(reverse("risk-list")))


def published(n: int) -> RiskListVersion:
    lines = [
        RiskLine(row, "mid", f"{row}号小区", ("海岳省", "临沧湾市", "望潮区", f"{row}号小区"))
        for row in range(1, n + 1)
    ]
    version = draft_list(day=today(), lines=lines, source="省卫健委", by=None)
    return publish_list(version=version, by=None)


def test_the_areas_in_force_are_searched_by_any_place_around_them(world: World) -> None:
    at_risk("980101", "high", "key_concern")
    at_risk(COUNTY, "mid", part="甲小区")
    client = browser(world.cadre)

    def found(**query: str) -> set[str]:
        rows = soup(client.get(reverse("risk-list"), query)).select("tbody th[scope=row]")
        return {" ".join(row.get_text(" ").split()) for row in rows}

    wangchao, qinghe = "海岳省临沧湾市望潮区", "云溪省澜川市青禾县 甲小区"
    assert {wangchao, qinghe} <= found()
    assert found(q="海岳") == {wangchao}
    assert found(q="甲小区") == {qinghe}
    assert found(mark="mid") == {qinghe}
    assert found(q="无此地") == set()


@pytest.mark.clause("JX8-18", "A-42")
def test_an_area_with_fourteen_clear_days_is_offered_to_be_lowered(world: World) -> None:
    (area,) = at_risk("980101", "high")
    client = browser(world.township)
    lower = reverse("risk-list") + "?show=lower"
    assert "No area may be lowered" in words(client.get(lower))

    case = reverse("risk-last-case", args=[area.pk])
    client.post(case, {"last_case_on": today() - 15 * DAY})
    assert "海岳省临沧湾市望潮区" in words(client.get(lower))
    response = client.post(reverse("risk-lower", args=[area.pk]), follow=True)

    assert "No longer in the list" in words(response)
    assert RiskListVersion.objects.get().state == ListState.DRAFT
    area.refresh_from_db()
    assert area.until is None


@pytest.mark.clause("GZ-1a")
def test_everybody_reads_the_list_in_force_with_its_day_and_source(world: World) -> None:
    published(2)
    at_risk("98", "key_concern", until=today())

    text = words(Client(HTTP_ACCEPT_LANGUAGE="en").get(reverse("risk-public")))

    assert "海岳省临沧湾市望潮区1号小区" in text
    assert "Source: 省卫健委" in text
    assert "Key-concern area" not in text


def test_the_pages_ask_as_often_for_many_lines_as_for_few(world: World) -> None:
    small = published(2)
    client = browser(world.county)
    counts = []
    for version in (small, published(60)):
        queries = 0
        for url in (
            reverse("risk-list"),
            reverse("risk-list") + "?show=lists",
            reverse("risk-version", args=[version.pk]),
            reverse("risk-version", args=[version.pk]) + "?show=part",
            reverse("risk-public"),
        ):
            with CaptureQueriesContext(connection) as caught:
                assert client.get(url).status_code == 200
            queries += len(caught)
        counts.append(queries)

    assert counts[0] == counts[1]


def test_a_long_list_is_paged(world: World) -> None:
    version = published(60)
    client = browser(world.county)
    first = soup(page_of(world, version, show="part"))

    link = first.select_one("a[rel=next]")["href"]
    second = soup(client.get(reverse("risk-version", args=[version.pk]) + link))

    assert (len(first.select("tbody tr")), len(second.select("tbody tr"))) == (50, 10)
    assert soup(client.get(reverse("risk-list"))).select_one("a[rel=next]")


def test_any_two_lists_are_compared(world: World) -> None:
    def listed(days: int, *marks: str) -> RiskListVersion:
        names = ("海岳省", "临沧湾市", "望潮区")
        lines = [RiskLine(1, mark, "望潮区", names) for mark in marks]
        draft = draft_list(
            day=today() - days * DAY, lines=lines, source="省卫健委", covers=("level",), by=None
        )
        return publish_list(version=draft, by=None)

    first, _empty, last = listed(2, "mid"), listed(1), listed(0, "high")

    since_the_first = words(page_of(world, last, show="changes", **{"with": first.pk}))
    since_the_one_before = words(page_of(world, last, show="changes"))

    assert "Raised 1" in since_the_first
    assert "Raised" not in since_the_one_before
    assert "望潮区" in since_the_one_before
