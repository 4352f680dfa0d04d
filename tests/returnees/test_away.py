"""The ledger of residents away: kept, advised, joined with a list before they travel."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from grid.models import Household, Person, Place
from returnees.away import touched_away
from returnees.choices import EntryState, Mark
from returnees.models import Away, Episode, RiskEntry, RiskListVersion
from returnees.risk_lists.changes import AreaChange
from returnees.services.away import (
    AwayRefusedError,
    advise_away,
    end_away,
    note_away,
    touched_by,
    update_away,
)
from returnees.services.episodes import cancel, mark_no_show
from returnees.services.reports import register_reports
from returnees.services.screening import start_screening
from tests.cast import FAR, GRID, VILLAGE, World
from tests.factories.grid import PersonFactory, id_number, place
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force, noon
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db

STREET = "980101001"


def day(days: int) -> date:
    return today() + timedelta(days=days)


def away(
    person: Person | None = None, where: str | None = ELSEWHERE, home: str = VILLAGE, **more: Any
) -> Away:
    person = person or PersonFactory(place=Place.objects.get(pk=home))
    there = Place.objects.get(pk=where) if where else None
    return note_away(person=person, place=there, text=more.pop("text", "望潮区"), by=None, **more)


def raised(code: str, mark: str = Mark.MID, *, part: str = "", was: str = "") -> AreaChange:
    return AreaChange(place=code, part=part, mark=mark, was=was)


def test_an_entry_is_the_persons_only_open_one(world: World) -> None:
    entry = away(world.person, returns_on=day(20), employer="临沧湾电子厂", since=day(-100))

    assert entry.home_id == VILLAGE
    assert entry.asked_on == today()
    with pytest.raises(AwayRefusedError, match="in the ledger already"):
        away(world.person)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"where": None, "text": " "}, "say where the person is"),
        ({"where": VILLAGE}, "lives in 东关村民委员会"),
        ({"since": day(1)}, "lies in the future"),
        ({"since": day(-5), "returns_on": day(-6)}, "before the departure"),
        ({"returns_on": day(4000)}, "too far ahead"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    world: World, fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AwayRefusedError, match=sentence):
        away(world.person, **fields)


def test_whoever_has_reported_is_not_taken_in(world: World) -> None:
    in_force()
    an_episode(days=1, person=world.person, phone=world.person.phone)

    with pytest.raises(AwayRefusedError, match="has reported the return"):
        away(world.person)


def test_an_entry_is_changed_ended_and_then_left_alone(world: World) -> None:
    entry = away(world.person)

    entry = update_away(away=entry, by=world.cadre, returns_on=day(3))
    assert entry.returns_on == day(3)
    with pytest.raises(AwayRefusedError, match="in the future"):
        end_away(away=entry, by=world.cadre, why="came back", ended_on=day(1))
    ended = end_away(away=entry, by=world.cadre, why="moved away")
    assert ended.ended_on == today()
    for act in (
        lambda: update_away(away=entry, by=world.cadre, returns_on=day(4)),
        lambda: end_away(away=entry, by=world.cadre, why="moved away"),
        lambda: advise_away(away=entry, by=world.cadre),
    ):
        with pytest.raises(AwayRefusedError, match="this entry ended on"):
            act()
    assert away(world.person).pk != entry.pk


@pytest.mark.clause("JY-2c")
def test_who_advised_not_to_come_and_when_is_kept(world: World) -> None:
    entry = advise_away(away=away(world.person), by=world.cadre)

    assert entry.advised_by == world.cadre
    assert entry.advised_at is not None
    assert entry.asked_on == today()
    last = entry.events.order_by("-pgh_id").first()
    assert last.pgh_context.metadata["why"] == "advised not to come"


def test_a_report_ends_the_entry_and_is_linked_with_it(world: World) -> None:
    in_force()
    entry = away(world.person)

    episode = an_episode(days=1, person=world.person, phone=world.person.phone)

    entry.refresh_from_db()
    assert entry.ended_on == today()
    assert entry.report_id == episode.report_id


def test_a_trip_that_is_off_opens_the_entry_again(world: World) -> None:
    in_force()
    entry = away(world.person)
    cancel(
        episode=an_episode(days=1, person=world.person, phone=world.person.phone),
        by=world.head, why="行程取消",
    )  # fmt: skip
    entry.refresh_from_db()
    assert (entry.ended_on, entry.report) == (None, None)

    expected = an_episode(days=0, arrives_at=noon(), person=world.person, phone="15400010001")
    mark_no_show(episode=expected, by=world.cadre)
    entry.refresh_from_db()
    assert entry.ended_on is None


def test_registering_ends_entries_with_one_statement_whatever_the_number(world: World) -> None:
    in_force()

    def reports(number: int) -> list[Any]:
        people = [PersonFactory(place=Place.objects.get(pk=VILLAGE)) for _n in range(number)]
        for person in people:
            away(person)
        return [a_report(days=1, person=person, phone=person.phone) for person in people]

    register_reports(reports=reports(1), by=None)
    one_report, twenty = reports(1), reports(20)
    with CaptureQueriesContext(connection) as one:
        register_reports(reports=one_report, by=None)
    with CaptureQueriesContext(connection) as many:
        made = register_reports(reports=twenty, by=None)

    assert len(many) == len(one)
    linked = dict(Away.objects.exclude(report=None).values_list("person", "report"))
    assert all(linked[episode.person_id] == episode.report_id for episode in made)
    assert not Away.objects.open().exists()


def test_a_list_finds_who_is_at_or_below_a_raised_area_and_who_is_to_be_asked(
    world: World,
) -> None:
    place(STREET, "新港街道")
    below, at, above = away(where=STREET), away(where=ELSEWHERE), away(where="9801")
    away(where="98", home=FAR)  # out of the township's scope
    away(where=None, text="不详")
    away(where="99")  # nothing there is raised

    found = {row.pk: row.touch for row in touched_by([raised(ELSEWHERE)], world.township)}
    part = touched_by([raised(ELSEWHERE, part="一号楼")], world.township)

    assert found == {below.pk: "certain", at.pk: "certain", above.pk: "possible"}
    assert {row.touch for row in part} == {"possible"}
    assert {row.pk for row in part} == {below.pk, at.pk, above.pk}


def test_only_what_is_raised_touches_and_only_who_is_still_away(world: World) -> None:
    entry = away()
    lowered = AreaChange(place=ELSEWHERE, part="", mark=Mark.LOW, was=Mark.HIGH)
    flagged = raised(ELSEWHERE, Mark.KEY_CONCERN)

    assert not touched_by([lowered], world.township)
    assert not touched_by([], world.township)
    assert [row.pk for row in touched_by([flagged], world.township)] == [entry.pk]
    end_away(away=entry, by=None, why="came back")
    assert not touched_by([flagged], world.township)


def test_the_partial_names_who_is_to_be_called_first(world: World) -> None:
    away(where="9801", returns_on=day(9))
    first = away(returns_on=day(2))

    shown = touched_away([raised(ELSEWHERE, Mark.HIGH)], world.township)
    page = render_to_string("returnees/away_touched.html", {"away": shown})

    assert (shown.certain, shown.possible, shown.more) == (1, 1, 0)
    assert shown.rows[0].pk == first.pk
    assert shown.rows[0].marks == ["High risk"]
    assert page.index(first.person.name) < page.index("ask where exactly")
    nobody = touched_away([], world.township)
    assert "Nobody in the ledger" in render_to_string(
        "returnees/away_touched.html", {"away": nobody}
    )


@pytest.mark.clause("JY-2c")
def test_a_list_and_its_re_screening_name_the_residents_to_be_called(world: World) -> None:
    in_force()
    somebody = away(returns_on=day(2))
    mine, other = away(world.person), away(home=FAR)
    version = RiskListVersion.objects.create(day=today(), covers=["level"], digest="x")
    RiskEntry.objects.create(
        version=version, row=1, text="望潮区", mark=Mark.HIGH, state=EntryState.RESOLVED,
        place_id=ELSEWHERE,
    )  # fmt: skip
    screening = start_screening(risk_list=version, by=world.county)

    for name, pk in (("risk-version", version.pk), ("screening", screening.pk)):
        page = soup(browser(world.township).get(reverse(name, args=[pk])))
        card = page.select_one("section[aria-labelledby=away-touched]").text
        assert somebody.person.name in card
        assert mine.person.name in card
        assert other.person.name not in card


def test_the_list_shows_the_risk_where_people_are_now(world: World) -> None:
    at_risk(ELSEWHERE, Mark.MID, Mark.KEY_CONCERN)
    away(world.person)
    away(where="99", text="省内")

    rows = soup(browser(world.cadre).get(reverse("away-list"))).select("tbody tr")

    assert "Medium risk" in rows[0].text
    assert "Key-concern area" in rows[0].text
    assert rows[0].select_one("form")
    assert "low" in rows[1].text


def test_the_list_is_narrowed_by_person_place_return_and_risk(world: World) -> None:
    at_risk(STREET[:6], Mark.MID)
    soon = away(world.person, returns_on=day(2))
    far = away(where="99", text="省城工地", returns_on=day(25))
    advise_away(away=soon, by=world.cadre)

    def found(**query: Any) -> set[str]:
        page = soup(browser(world.township).get(reverse("away-list"), query))
        return {row.select_one("th").text for row in page.select("tbody tr")}

    both = {world.person.name, far.person.name}
    assert found() == both
    assert found(q="林小满") == {world.person.name}
    assert found(where="980101") == {world.person.name}
    assert found(where="望潮") == {world.person.name}
    assert found(where="工地") == {far.person.name}
    assert found(days="7") == {world.person.name}
    assert found(days="30") == both
    assert found(touched="on") == {world.person.name}
    assert found(unadvised="on") == {far.person.name}
    assert found(place=FAR) == set()


def test_the_list_asks_as_often_for_twenty_as_for_one(
    world: World, django_assert_num_queries: Any
) -> None:
    at_risk(ELSEWHERE, Mark.MID)
    away(world.person, returns_on=day(2))
    client, url = browser(world.township), reverse("away-list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url, {"touched": "on", "days": "30"})
    for _n in range(19):
        away(returns_on=day(3))
    with django_assert_num_queries(len(one)):
        page = client.get(url, {"touched": "on", "days": "30"})
    assert len(soup(page).select("tbody tr")) == 20


def test_somebody_known_is_taken_in_on_the_page(world: World) -> None:
    url = f"{reverse('away-new')}?person={world.person.pk}"
    client = browser(world.cadre)

    sent = client.post(url, {"place": ELSEWHERE, "returns_on": day(9), "employer": "电子厂"})

    entry = Away.objects.get()
    assert sent.status_code == 302
    assert (entry.place_id, entry.returns_on, entry.noted_by) == (ELSEWHERE, day(9), world.cadre)
    page = client.get(reverse("person", args=[world.person.pk])).content.decode()
    assert reverse("away-edit", args=[entry.pk]) in page
    again = client.post(url, {"place": ELSEWHERE})
    assert again.status_code == 422
    assert "in the ledger already" in again.content.decode()


def test_somebody_new_is_registered_with_the_entry_or_not_at_all(world: World) -> None:
    url = f"{reverse('away-new')}?new=1"
    body = {
        "who-name": "许外出", "who-id_type": "id_card", "who-id_number": id_number(77),
        "who-phone": "15400770077", "who-village": VILLAGE, "place_text": "望潮区",
        "place": ELSEWHERE,
    }  # fmt: skip
    client = browser(world.cadre)

    wrong = client.post(url, {**body, "since": day(2)})
    assert wrong.status_code == 422
    assert not Person.objects.filter(name="许外出").exists()
    assert client.post(url, body).status_code == 302
    entry = Away.objects.get()
    assert (entry.person.name, entry.home_id) == ("许外出", VILLAGE)


def test_a_number_known_elsewhere_is_not_taken_in_here(world: World) -> None:
    stranger = PersonFactory(place=Place.objects.get(pk=FAR))
    body = {
        "who-name": "冒名", "who-id_type": "id_card", "who-id_number": stranger.id_number,
        "who-phone": "", "who-village": VILLAGE, "place": ELSEWHERE,
    }  # fmt: skip

    answer = browser(world.cadre).post(f"{reverse('away-new')}?new=1", body)

    assert "outside your area" in answer.content.decode()
    assert stranger.name not in answer.content.decode()
    assert not Away.objects.exists()


def test_members_of_a_household_are_offered(world: World) -> None:
    home = Household.objects.get(place=GRID)

    page = soup(browser(world.cadre).get(f"{reverse('away-new')}?household={home.pk}"))

    assert page.select_one(f'a[href$="?person={world.person.pk}"]')
    listed = browser(world.cadre).get(reverse("household-detail", args=[home.pk]))
    assert f"{reverse('away-new')}?household={home.pk}" in listed.content.decode()


def test_who_is_back_goes_on_to_the_report(world: World) -> None:
    entry = away(world.person)
    client = browser(world.cadre)

    sent = client.post(
        reverse("away-end", args=[entry.pk]), {"why": "came back", "ended_on": day(0)}
    )

    assert sent.url == f"{reverse('report-new')}?person={world.person.pk}"
    entry.refresh_from_db()
    assert entry.ended_on == today()
    late = client.post(
        reverse("away-end", args=[entry.pk]), {"why": "came back", "ended_on": day(0)}, follow=True
    )
    assert "this entry ended on" in late.content.decode()


def test_the_entry_is_edited_and_advised_on_the_page(world: World) -> None:
    entry = away(world.person)
    client = browser(world.cadre)
    url = reverse("away-edit", args=[entry.pk])

    assert soup(client.get(url)).select_one(f'input[value="{ELSEWHERE}"]')
    client.post(url, {"place": "9801", "place_text": "临沧湾市", "returns_on": day(5)})
    client.post(reverse("away-advise", args=[entry.pk]))

    entry.refresh_from_db()
    assert (entry.place_id, entry.returns_on) == ("9801", day(5))
    assert entry.advised_by == world.cadre
    assert browser(world.neighbour).get(url).status_code == 404
    assert browser(world.leader).get(url).status_code == 403


def test_nobody_away_is_said_in_so_many_words(world: World) -> None:
    assert (
        "Nobody is noted as away" in browser(world.cadre).get(reverse("away-list")).content.decode()
    )
    assert not Episode.objects.exists()
