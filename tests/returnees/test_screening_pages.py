"""The pages of a re-screening: own area, filters, confirming, leaving, and asking where exactly."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from returnees.choices import EpisodeState, ItemState, ScreeningState
from returnees.models import Episode, Screening, ScreeningItem, Stay
from returnees.services.episodes import update_facts
from returnees.services.inputs import StayInput
from returnees.services.screening import start_screening
from returnees.services.stay_answers import doubts_of, settle_stay
from tests.cast import FAR, SECOND, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force
from tests.factories.screening import a_draft, screened

CITY = "9801"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def browser(world: World, who: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.users[who], "django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def in_city(**more: Any) -> Episode:
    """Return somebody of whom only the city of the stay is known."""
    stay = StayInput(last_day=today() - DAY, place_code=CITY, text="临沧湾市")
    return an_episode(-1, stays=(stay,), **more)


def test_the_list_shows_what_waits_first_with_the_counts_of_ones_own_area(world: World) -> None:
    an_episode(-3, place_code=VILLAGE)
    an_episode(-3, place_code=FAR)
    screened({ELSEWHERE: "high"})

    own = text(browser(world, "township"), "screening-list")
    every = text(browser(world, "county"), "screening-list")

    assert 'data-label="To confirm">1<' in own
    assert 'data-label="To confirm">2<' in every


def test_a_re_screening_that_touches_nobody_in_ones_area_is_not_found(world: World) -> None:
    episode = an_episode(-3, place_code=FAR)
    screening = screened({ELSEWHERE: "high"})
    item = ScreeningItem.objects.get(episode=episode)
    client = browser(world, "township")

    for name, key in (("screening", screening.pk), ("screening-item", item.pk)):
        assert client.get(reverse(name, args=[key])).status_code == 404
    assert client.post(reverse("screening-confirm", args=[screening.pk])).status_code == 404
    assert text(browser(world, "county"), "screening", screening.pk)


@pytest.mark.parametrize("act", ["confirm", "leave", "refresh", "close"])
def test_leaders_and_cadres_look_and_do_not_decide(world: World, act: str) -> None:
    an_episode(-3)
    screening = screened({ELSEWHERE: "high"})

    for who in ("leader", "cadre", "supervisor"):
        client = browser(world, who)
        assert "Confirm all" not in text(client, "screening", screening.pk)
        url = reverse(f"screening-{act}", args=[screening.pk])
        assert client.post(url, {"all": "1"}).status_code == 403
    assert not ScreeningItem.objects.exclude(state=ItemState.PENDING).exists()


def test_the_page_shows_classes_rooms_and_tests_before_and_after(world: World) -> None:
    episode = an_episode(-3)
    screening = start_screening(risk_list=a_draft({ELSEWHERE: "high"}), by=world.county)

    shown = text(browser(world, "township"), "screening", screening.pk)

    assert "A preview: nothing is changed yet." in shown
    assert episode.person.name in shown
    assert 'data-label="Rooms after">1<' in shown
    assert 'data-label="more or fewer rooms">+1<' in shown
    assert "Confirm all" not in shown
    assert "东关村" in shown


def test_one_press_confirms_all_that_is_sure_in_ones_own_area(world: World) -> None:
    near, far = an_episode(-3, place_code=VILLAGE), an_episode(-3, place_code=FAR)
    asked = in_city(place_code=SECOND)
    screening = screened({ELSEWHERE: "high"})
    client = browser(world, "township")
    assert "Confirm all 1 sure changes" in text(client, "screening", screening.pk)

    url = reverse("screening-confirm", args=[screening.pk])
    response = client.post(url, {"all": "1"}, follow=True)

    states = dict(ScreeningItem.objects.values_list("episode", "state"))
    assert "1 persons are planned anew." in response.content.decode()
    assert states == {
        near.pk: ItemState.APPLIED,
        far.pk: ItemState.PENDING,
        asked.pk: ItemState.PENDING,
    }


def test_a_selection_is_confirmed_and_others_are_left_with_a_reason(world: World) -> None:
    first, second = an_episode(-3), an_episode(-2)
    screening = screened({ELSEWHERE: "high"})
    items = {item.episode_id: item.pk for item in screening.items.all()}
    client = browser(world, "township")

    client.post(reverse("screening-confirm", args=[screening.pk]), {"items": items[first.pk]})
    url = reverse("screening-leave", args=[screening.pk])
    said = client.post(url, {"items": items[second.pk]}, follow=True).content.decode()
    assert "Say why they stay as they are" in said
    client.post(url, {"items": items[second.pk], "why": "仅过境"})

    states = dict(screening.items.values_list("episode", "state"))
    assert states == {first.pk: ItemState.APPLIED, second.pk: ItemState.LEFT}
    screening.refresh_from_db()
    assert screening.state == ScreeningState.CLOSED


def test_a_form_with_nobody_chosen_says_so(world: World) -> None:
    an_episode(-3)
    screening = screened({ELSEWHERE: "high"})

    url = reverse("screening-confirm", args=[screening.pk])
    said = browser(world, "township").post(url, {"items": "x"}, follow=True).content.decode()

    assert "None of these persons waits for you to decide." in said


def test_the_filters_leave_those_they_name(world: World) -> None:
    sure, asked = an_episode(-3, name="何甲"), in_city(name="何乙", place_code=SECOND)
    screening = screened({ELSEWHERE: "high"})
    client = browser(world, "township")

    def names(**query: str) -> set[str]:
        shown = text(client, "screening", screening.pk, **query)
        return {e.person.name for e in (sure, asked) if f">{e.person.name}</a>" in shown}

    assert names() == {"何甲", "何乙"}
    assert names(touch="possible") == {"何乙"}
    assert names(village=VILLAGE) == {"何甲"}
    assert names(q="何甲") == {"何甲"}
    assert names(state="applied") == set()
    assert names(state="waiting") == {"何甲", "何乙"}


def test_old_and_new_plan_stand_side_by_side_with_their_clauses(world: World) -> None:
    episode = an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    item = screening.items.get()
    client = browser(world, "leader")

    shown = text(client, "screening-item", item.pk)

    assert "The plan now" in shown
    assert "The plan then" in shown
    assert "JY-2d" in shown
    assert "望潮区" in shown
    assert "High risk" in shown
    assert "Plan this person anew" not in shown
    assert Episode.objects.get(pk=episode.pk).plan == episode.plan
    assert "Plan this person anew" in text(browser(world, "township"), "screening-item", item.pk)


def test_an_item_decided_shows_the_plan_before_in_short(world: World) -> None:
    an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    client = browser(world, "township")
    client.post(reverse("screening-confirm", args=[screening.pk]), {"all": "1"})

    shown = text(client, "screening-item", screening.items.get().pk)

    assert "The plan before" in shown
    assert "Self-monitoring" in shown


def test_while_it_is_computed_the_page_asks_again_by_itself(world: World) -> None:
    an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    Screening.objects.update(state=ScreeningState.WAITING, figures={"done": 1, "total": 5})

    shown = text(browser(world, "township"), "screening", screening.pk)

    assert 'hx-trigger="every 3s"' in shown
    assert "1/5" in shown


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(world: World) -> None:
    client = browser(world, "township")

    def queries() -> list[int]:
        screening = Screening.objects.get()
        counts = []
        for name, args in (("screening-list", []), ("screening", [screening.pk])):
            with CaptureQueriesContext(connection) as found:
                text(client, name, *args)
            counts.append(len(found))
        return counts

    an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    queries()
    few = queries()
    for _n in range(6):
        an_episode(-3)
        in_city()
    start_screening(risk_list=screening.risk_list, by=None)

    assert queries() == few


def test_the_person_page_asks_where_exactly_somebody_was(world: World) -> None:
    episode = in_city()
    screened({ELSEWHERE: "high"})
    stay = episode.report.stays.get()
    url = reverse("stay-where", args=[stay.pk])

    assert url in text(browser(world, "cadre"), "person", episode.person_id)
    assert url not in text(browser(world, "leader"), "person", episode.person_id)
    assert browser(world, "leader").get(url).status_code == 403
    assert browser(world, "neighbour").get(url).status_code == 404


def test_who_was_there_is_planned_anew_and_the_item_is_decided(world: World) -> None:
    episode = in_city()
    screening = screened({ELSEWHERE: "high"})
    stay = episode.report.stays.get()
    client = browser(world, "cadre")
    shown = text(client, "stay-where", stay.pk)
    assert "望潮区" in shown

    key = doubt(stay, episode)
    response = client.post(reverse("stay-where", args=[stay.pk]), {"answer": key})

    episode.refresh_from_db()
    stay.refresh_from_db()
    assert response.status_code == 302
    assert episode.classification == "JY.MIDHIGH"
    assert (stay.place_id, stay.text, stay.unclear, stay.asked_on) == (
        ELSEWHERE,
        "临沧湾市",
        False,
        today(),
    )
    assert screening.items.get().state == ItemState.APPLIED


def doubt(stay: Stay, episode: Episode) -> str:
    (area,) = doubts_of(stay, episode, today())
    return str(area.pk)


def test_who_was_not_there_stays_as_they_are_and_is_not_asked_again(world: World) -> None:
    episode = in_city()
    screening = screened({ELSEWHERE: "high"})
    stay = episode.report.stays.get()

    url = reverse("stay-where", args=[stay.pk])
    browser(world, "cadre").post(url, {"answer": "none"})

    before, item = episode.plan, screening.items.get()
    episode.refresh_from_db()
    stay.refresh_from_db()
    assert episode.plan == before
    assert (stay.unclear, stay.asked_on) == (False, today())
    assert (item.state, item.problem) == (ItemState.LEFT, "Asked: was not there.")
    assert not start_screening(risk_list=screening.risk_list, by=None).items.filter(
        state=ItemState.PENDING
    )


def test_a_finer_place_is_taken_down_and_a_foreign_one_refused(world: World) -> None:
    episode = in_city()
    screened({ELSEWHERE: "high"})
    stay = episode.report.stays.get()
    url, client = reverse("stay-where", args=[stay.pk]), browser(world, "cadre")

    wrong = client.post(url, {"answer": "place", "place": VILLAGE})
    nothing = client.post(url, {"answer": "place"})
    right = client.post(url, {"answer": "place", "place": ELSEWHERE})

    assert wrong.status_code == nothing.status_code == 422
    assert "does not lie in the place of the stay" in wrong.content.decode()
    assert "Enter the exact place." in nothing.content.decode()
    assert right.status_code == 302
    episode.refresh_from_db()
    assert episode.classification == "JY.MIDHIGH"


def test_a_part_of_a_place_stays_known_from_plan_to_plan(world: World) -> None:
    coming = an_episode(2)
    screening = screened({ELSEWHERE: "high"}, part="望潮新村3号楼")
    stay = coming.report.stays.get()
    assert screening.items.get().touch == "possible"

    settle_stay(stay=stay, was_there=True, by=world.cadre)
    update_facts(episode=coming, by=None, why="更正", fit_for_centralised=True)

    coming.refresh_from_db()
    stay.refresh_from_db()
    assert (coming.classification, coming.state) == ("JY.MIDHIGH", EpisodeState.EXPECTED)
    assert stay.text == "望潮区 望潮新村3号楼"
    assert screening.items.get().state == ItemState.APPLIED


def test_what_was_so_before_the_arrival_and_is_found_out_now_counts_from_today(
    world: World,
) -> None:
    at_risk(ELSEWHERE, "high", days=30)
    episode = in_city()
    assert episode.classification == "JY.OTHER"

    settle_stay(stay=episode.report.stays.get(), place=ELSEWHERE, by=world.cadre)

    episode.refresh_from_db()
    assert episode.classification == "JY.MIDHIGH"
    assert episode.plan["stages"][0]["day0"] == today().isoformat()
