"""The list of returnees: found by what people know, masked, exported on the record."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from grid.models import Assignment, Event
from returnees.choices import EpisodeState
from returnees.models import Episode
from schedules.services import sync_duties
from tests.cast import FAR, SECOND, VILLAGE, World
from tests.factories.returnees import an_episode, id_number, in_force
from tests.factories.schedules import returnee
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db
LIST, EXPORT = "returnee-list", "returnee-export"


@pytest.fixture
def here(world: World) -> Episode:
    """A returnee of the cast's village, and one elsewhere."""
    in_force()
    number = id_number(901)
    an_episode(name="远方人", id_number=id_number(902), phone="15400880002", place_code=FAR)
    return an_episode(name="周归雁", id_number=number, phone="15400880001", place_code=VILLAGE)


def names(client: Any, **query: str) -> list[str]:
    return [row.person.name for row in client.get(reverse(LIST), query).context["page"].rows]


@pytest.mark.parametrize("how", ["周归", "zgy", "number", "last4", "15400880001", "0001"])
def test_people_are_found_by_what_one_knows_of_them(world: World, here: Episode, how: str) -> None:
    text = {"number": here.person.id_number, "last4": here.person.id_number[-4:]}.get(how, how)

    assert names(browser(world.head), q=text) == ["周归雁"]


def test_the_list_ends_at_the_scope(world: World, here: Episode) -> None:
    assert names(browser(world.head)) == ["周归雁"]
    assert names(browser(world.neighbour)) == ["远方人"]
    assert names(browser(world.clerk)) == []


def test_somebody_known_elsewhere_shows_only_as_known(world: World, here: Episode) -> None:
    page = soup(browser(world.neighbour).get(reverse(LIST), {"q": here.person.id_number}))

    assert "registered elsewhere" in page.select_one("#rows").text
    assert "周归雁" not in page.text
    assert "东关" not in page.select_one("main").text


def test_no_number_stands_on_the_page(world: World, here: Episode) -> None:
    page = browser(world.head).get(reverse(LIST)).content.decode()

    assert here.person.id_number not in page
    assert here.person.phone not in page


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"state": "expected"}, ["明天到", "九天到"]),
        ({"state": "open"}, ["明天到", "九天到", "管理中"]),
        ({"state": "active"}, ["管理中"]),
        ({"arriving": "on"}, ["明天到"]),
        ({"place": SECOND}, ["九天到"]),
        ({"classification": "JY.KEYCONCERN", "state": "active"}, ["管理中"]),
        ({"classification": "JY.OVERSEAS"}, []),
        ({"stage": "home_single_room"}, ["管理中"]),
        ({"unheld": "on"}, ["九天到"]),
        ({"late_report": "on"}, ["明天到"]),
    ],
)
def test_filters_narrow_to_what_they_say(
    world: World, query: dict[str, str], wanted: list[str]
) -> None:
    sync_duties()
    Assignment.objects.create(cadre=world.cadre, place_id=VILLAGE, at_id=VILLAGE)
    returnee(days=0, name="管理中")
    soon = timezone.now() + timedelta(hours=20)
    returnee(days=1, name="明天到", arrives_at=soon, reported_at=None)
    returnee(days=9, name="九天到", place_code=SECOND)

    query = {"state": "open", **query} if "state" not in query else query
    found = names(browser(world.township), **query)

    assert sorted(found) == sorted(wanted)


def test_pages_go_on_where_they_ended(world: World) -> None:
    in_force()
    for n in range(55):
        an_episode(name=f"多{n}")
    client = browser(world.head)

    first = client.get(reverse(LIST)).context["page"]
    second = client.get(reverse(LIST) + first.next).context["page"]

    assert (len(first.rows), len(second.rows)) == (50, 5)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


@pytest.mark.parametrize("rows", [1, 15])
def test_queries_do_not_grow_with_rows(
    world: World, rows: int, django_assert_max_num_queries: Any
) -> None:
    in_force()
    for _n in range(rows):
        an_episode()
    client = browser(world.head)
    client.get(reverse(LIST))

    with django_assert_max_num_queries(11):
        client.get(reverse(LIST))


def test_the_fragment_is_part_of_the_page(world: World, here: Episode) -> None:
    client = browser(world.head)

    part = soup(client.get(reverse(LIST), {"state": "active"}, **htmx())).select_one("#rows")
    page = soup(client.get(reverse(LIST), {"state": "active"})).select_one("#rows")

    assert [row.text for row in part.select("tr")] == [row.text for row in page.select("tr")]


def test_an_export_holds_the_rows_listed_masked_and_is_recorded(
    world: World, here: Episode
) -> None:
    url = reverse(EXPORT) + "?state=active"
    response = browser(world.head).post(url, {"kind": "xlsx", "reason": "晚间核对"})

    rows = list(load_workbook(BytesIO(response.content)).active.values)
    told = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [row["姓名"] for row in told] == ["周归雁"]
    assert "*" in told[0]["身份证号"]
    assert "*" in told[0]["联系电话"]
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.reason, event.data["rows"]) == (world.head.pk, "晚间核对", 1)


def test_a_full_export_takes_the_right_for_it(world: World, here: Episode) -> None:
    head = browser(world.head).post(reverse(EXPORT), {"full": "1"})
    township = browser(world.township).post(reverse(EXPORT), {"full": "1", "kind": "csv"})

    assert head.status_code == 403
    text = township.content.decode("utf-8")
    assert text.startswith("\ufeff")
    assert f"{here.person.id_number}\t" in text
    assert Event.objects.filter(kind=Event.Kind.EXPORT).count() == 1


def test_an_export_is_no_formula(world: World) -> None:
    in_force()
    an_episode(name="=HYPERLINK(1)", origin_text="+86 somewhere")

    client = browser(world.head)
    text = client.post(reverse(EXPORT), {"kind": "csv"}).content.decode("utf-8-sig")
    book = load_workbook(BytesIO(client.post(reverse(EXPORT)).content)).active

    assert "'=HYPERLINK(1)" in text
    assert "'+86 somewhere" in text
    cell = book["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_a_cadre_exports_nothing(world: World, here: Episode) -> None:
    assert browser(world.cadre).post(reverse(EXPORT)).status_code == 403
    assert browser(world.head).get(reverse(EXPORT)).status_code == 405
    assert not Event.objects.filter(kind=Event.Kind.EXPORT).exists()


def test_closed_returns_stay_findable(world: World, here: Episode) -> None:
    from returnees.services.episodes import cancel

    cancel(episode=here, by=world.head, why="行程取消")

    assert names(browser(world.head), state=EpisodeState.CANCELLED) == ["周归雁"]
