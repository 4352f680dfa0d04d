"""The page of tonight's lists: the states of the villages, the button, the text for the group."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from grid.choices import BatchState
from grid.days import at, today
from grid.models import ImportBatch, Place, User
from tests.cast import COUNTY, FAR, SECOND, TOWN, VILLAGE, World

pytestmark = pytest.mark.django_db
PAGE = "import-tonight"


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Let it be seven in the evening, an hour before the lists are due."""
    with time_machine.travel(at(today(), time(19, 0)), tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def look(user: User, query: str = "") -> Any:
    found = signed_in(user).get(reverse(PAGE) + query)
    assert found.status_code == 200
    return found


def shown(user: User, query: str = "") -> list[tuple[str, str]]:
    """Return the villages on the page with their states."""
    lines = look(user, query).context["lines"]
    return [(line.village.pk, line.state) for line, *_may in lines]


def a_list(place: str, **changes: Any) -> ImportBatch:
    return ImportBatch.objects.create(
        **{
            "list_name": "returnees",
            "file_name": "名单.xlsx",
            "place_id": place,
            "as_of": today(),
            "state": BatchState.COMMITTED,
            "summary": {"rows": 2, "waiting": 0, "invalid": 0},
            **changes,
        }
    )


def press(user: User, village: str = VILLAGE, **data: Any) -> Any:
    return signed_in(user).post(reverse("import-nothing", args=[village]), data)


def test_the_villages_of_the_scope_stand_with_their_states_and_are_counted(world: World) -> None:
    a_list(SECOND)

    assert shown(world.township) == [(VILLAGE, "missing"), (SECOND, "sent")]
    tiles = {state: count for state, _label, count, _tone in look(world.township).context["tiles"]}
    assert tiles == {"missing": 1, "unconfirmed": 0, "zero": 0, "sent": 1}
    assert shown(world.head) == [(VILLAGE, "missing")]


def test_states_names_days_lists_and_places_narrow(world: World) -> None:
    a_list(SECOND)
    yesterday = today() - timedelta(days=1)

    assert shown(world.county, "?show=missing") == [(VILLAGE, "missing"), (FAR, "missing")]
    assert shown(world.county, "?q=西关") == [(SECOND, "sent")]
    assert shown(world.county, f"?place={TOWN}&show=sent") == [(SECOND, "sent")]
    assert shown(world.township, f"?day={yesterday}&show=sent") == []
    assert signed_in(world.township).get(reverse(PAGE) + f"?place={FAR}").status_code == 404


def test_only_lists_sent_every_night_are_offered_and_shown(world: World) -> None:
    page = look(world.township, "?list=households")

    assert [kind.name for kind in page.context["lists"]] == ["returnees"]
    assert page.context["kind"].name == "returnees"


@pytest.mark.parametrize("query", ["?day=morgen", "?list=nothing", "?show=perhaps", "?cursor=x"])
def test_odd_addresses_show_the_page(world: World, query: str) -> None:
    look(world.township, query)


def test_a_day_to_come_is_today(world: World) -> None:
    found = look(world.township, f"?day={today() + timedelta(days=3)}")

    assert found.context["day"] == today()


def test_a_grid_worker_has_no_village_and_is_told_so(world: World) -> None:
    assert "No village lies in your area" in look(world.worker).content.decode()


def test_the_phone_of_whom_to_call_is_a_link(world: World) -> None:
    text = look(world.township).content.decode()

    assert f"tel:{world.head.phone}" in text
    assert world.head.name in text


# -------- nobody to list


def test_one_button_says_that_nobody_is_to_be_listed(world: World) -> None:
    assert reverse("import-nothing", args=[VILLAGE]) in look(world.cadre).content.decode()

    found = press(world.cadre, day=str(today()))

    assert found.status_code == 302
    assert shown(world.township, "?show=zero") == [(VILLAGE, "zero")]
    assert ImportBatch.objects.get().uploaded_by == world.cadre
    assert reverse("import-nothing", args=[VILLAGE]) not in look(world.cadre).content.decode()


def test_the_township_may_say_it_for_a_village_and_for_a_day_past(world: World) -> None:
    yesterday = today() - timedelta(days=1)

    press(world.township, SECOND, day=str(yesterday), next=f"{reverse(PAGE)}?day={yesterday}")

    assert ImportBatch.objects.get().as_of == yesterday
    assert shown(world.township, f"?day={yesterday}&show=zero") == [(SECOND, "zero")]


def test_those_who_only_look_have_no_button_and_may_not_press(world: World) -> None:
    assert reverse("import-nothing", args=[VILLAGE]) not in look(world.leader).content.decode()
    assert press(world.leader).status_code == 403
    assert press(world.neighbour).status_code == 404
    assert not ImportBatch.objects.exists()


def test_a_refusal_is_a_message_and_writes_nothing(world: World) -> None:
    a_list(VILLAGE)

    found = signed_in(world.head).post(reverse("import-nothing", args=[VILLAGE]), follow=True)

    assert "there already" in found.content.decode()
    assert ImportBatch.objects.count() == 1


def test_the_list_that_came_can_be_opened_by_those_who_may(world: World) -> None:
    own, towns = a_list(VILLAGE), a_list(TOWN)
    towns.rows.create(number=2, kind="data", action="create", village=SECOND)

    text = look(world.township).content.decode()
    assert reverse("import-detail", args=[own.pk]) in text
    assert reverse("import-detail", args=[towns.pk]) in text
    assert reverse("import-detail", args=[own.pk]) not in look(world.leader).content.decode()


# -------- the text for the group


def test_the_text_names_what_is_missing(world: World) -> None:
    a_list(SECOND, state=BatchState.CHECKED)

    text = look(world.township).context["message"]

    assert "2 villages, 0 sent" in text
    assert "due 20:00" in text
    assert "Still missing: 东关村, 西关村 (uploaded, please confirm)" in text
    assert "nobody to list" in text.splitlines()[-1]


def test_a_county_reads_the_missing_by_township(world: World) -> None:
    lines = look(world.county).context["message"].splitlines()

    assert lines[1:3] == ["河口镇: 东关村, 西关村", "柏山镇: 前坡村"]


def test_when_all_are_in_it_says_thanks(world: World) -> None:
    for village in (VILLAGE, SECOND):
        a_list(village)

    assert "All lists are in" in look(world.township).context["message"]


def test_pages_go_by_cursor_and_the_text_names_all(world: World) -> None:
    for n in range(60):
        code = f"{TOWN}5{n:02d}"
        Place.objects.create(code=code, name=f"新{n:02d}村", level=5, parent_id=TOWN)

    first = look(world.township)

    assert len(first.context["lines"]) == 50
    assert first.context["page"].next
    assert "新59村" in first.context["message"]
    second = look(world.township, "?" + first.context["page"].next.lstrip("?"))
    assert len(second.context["lines"]) == 12


def test_htmx_gets_the_fragment_alone(world: World) -> None:
    found = signed_in(world.township).get(reverse(PAGE), headers={"HX-Request": "true"})

    assert found.content.decode().lstrip().startswith('<div id="villages"')


def test_whoever_has_no_area_finds_no_page(world: World) -> None:
    assert signed_in(world.clerk).get(reverse(PAGE)).status_code == 404
    assert signed_in(world.county).get(reverse(PAGE) + f"?place={COUNTY}").status_code == 200
