"""The public question: facts in the address, words out, and not a trace of it anywhere."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grid.days import today
from grid.models import Place
from returnees.choices import Aspect, ListState, Mark
from returnees.models import RiskListVersion
from tests.access.scene import read_only
from tests.cast import COUNTY, TOWN, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, at_risk, in_force
from tests.schedules.pages import htmx, soup

pytestmark = pytest.mark.django_db
SOON = today() + timedelta(days=3)


@pytest.fixture(autouse=True)
def notice(world: World) -> None:
    in_force()
    cache.clear()


def asked(**changes: Any) -> dict[str, Any]:
    """Return the address of somebody who comes in three days from elsewhere."""
    question = {
        "to": COUNTY,
        "arrives_on": SOON,
        "s0-place": ELSEWHERE,
        "s0-place_text": "望潮",
        "s0-last_day": SOON,
        "health_code": "green",
        "sampled_on": SOON - timedelta(days=2),
        **{name.replace("__", "-"): value for name, value in changes.items()},
    }
    return {name: str(value) for name, value in question.items() if value is not None}


def ask(client: Client | None = None, **changes: Any) -> Any:
    client = client or Client(headers={"accept-language": "en"})
    return client.get(reverse("policy-question"), asked(**changes))


def said(response: Any) -> BeautifulSoup:
    assert response.status_code == 200, soup(response).select_one("main").get_text(" ")
    answer = soup(response).select_one("#answer")
    assert answer is not None
    return answer


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split())


def faults(response: Any) -> str:
    assert response.status_code == 200
    page = soup(response)
    assert page.select_one("#answer") is None
    found = page.select(".field-error, [role=alert]")
    return " ".join(words(one) for one in found)


# -------- what it says


def test_the_page_asks_nothing_about_who_somebody_is(world: World) -> None:
    page = soup(Client().get(reverse("policy-question")))

    names = {field["name"] for field in page.select("form.form [name]")}
    assert names >= {"arrives_on", "s0-place_text", "s0-last_day", "sampled_on", "health_code"}
    assert not names & {"name", "id_number", "phone", "csrfmiddlewaretoken"}
    assert page.select_one('meta[name="robots"]')["content"].startswith("noindex")


def test_somebody_from_a_quiet_place_learns_class_days_and_reasons(world: World) -> None:
    answer = words(said(ask()))

    assert "JY-2h" in answer
    assert "Low risk" in answer
    assert "减少流动活动" in answer
    assert (SOON + timedelta(days=14)).strftime("%-d") in answer
    assert "not reported" not in answer


@pytest.mark.clause("JY-2c", "JY-2d")
def test_whoever_comes_from_a_mid_risk_place_is_advised_not_to_and_not_refused(
    world: World,
) -> None:
    at_risk(ELSEWHERE, Mark.MID)

    answer = said(ask())

    notice = words(answer.select_one(".notice-warning"))
    assert "JY-2c" in notice
    assert "中高风险地区人员非必要暂勿返（来）济" in notice
    assert "nobody is refused" in notice
    assert "Medium risk" in words(answer)
    assert "实行集中隔离医学观察14天" in words(answer)


@pytest.mark.clause("JY-2a", "A-07")
def test_the_report_is_asked_for_a_day_before_setting_out_where_the_notice_says_so(
    world: World,
) -> None:
    leaves = f"{SOON}T09:30"

    jiyuan = words(said(ask(departs_at=leaves)).select_one("[aria-labelledby=todo]"))
    in_force("JX57", place="980101")
    jiangxi = words(said(ask(to="980101", departs_at=leaves)))

    by = f"{SOON - timedelta(days=1)} 09:30"
    assert f"by {by}, 24 hours before" in jiyuan
    assert "JY-2a" in jiyuan
    assert by not in jiangxi
    assert "register when you arrive" in jiangxi


@pytest.mark.clause("A-13")
def test_papers_are_asked_for_only_where_they_change_what_awaits(world: World) -> None:
    quiet = words(said(ask()))
    at_risk(ELSEWHERE, Mark.MID)
    risky = words(said(ask()))
    without = words(said(ask(sampled_on=None, health_code="yellow")))

    first = SOON - timedelta(days=7)
    assert "Bring a negative test certificate" not in quiet
    assert "Bring a negative test certificate" in risky
    assert "green health code" in risky
    assert f"sampled on {first} or later (7 days)" in risky
    assert "有效7日内核酸检测阴性证明" in risky
    assert "no valid certificate: tested on arrival" in without
    assert "no valid certificate" not in risky


def test_the_report_of_the_village_is_linked_when_the_village_is_known(world: World) -> None:
    link = reverse("public-report", args=[VILLAGE])

    assert said(ask(village=VILLAGE)).select_one(f'a[href="{link}"]') is not None
    assert said(ask()).select_one(f'a[href="{link}"]') is None
    page = soup(Client(headers={"accept-language": "en"}).get(link))
    assert page.select_one(f'a[href="{reverse("policy-question")}?village={VILLAGE}"]') is not None
    assert f'href="{reverse("policy-question")}"' in Client().get("/sign-in/").content.decode()


def test_the_list_in_force_says_since_when_and_from_where(world: World) -> None:
    listed = RiskListVersion.objects.create(
        day=today() - timedelta(days=2),
        state=ListState.PUBLISHED,
        covers=[Aspect.LEVEL],
        source="国家卫健委客户端",
        digest="x",
        published_at=timezone.now(),
    )
    (area,) = at_risk(ELSEWHERE, Mark.HIGH, days=2)
    area.opened_by = listed
    area.save()

    risk = words(said(ask()).select_one("[aria-labelledby=risk]"))

    assert "海岳省临沧湾市望潮区" in risk
    assert "High risk" in risk
    assert risk.count("国家卫健委客户端") == 2


@pytest.mark.clause("JX8-2b", "A-04")
def test_a_place_with_a_risky_part_asks_for_the_exact_place(world: World) -> None:
    Place.objects.create(code="980101001", name="潮头街道", level=4, parent_id=ELSEWHERE)
    at_risk("980101001", Mark.HIGH)
    lowered = at_risk(ELSEWHERE, Mark.MID, days=30, until=today() - timedelta(days=1))

    unclear = words(said(ask()))
    exact = words(said(ask(s0__place="980101001")))
    before = words(said(ask(s0__last_day=today() - timedelta(days=2))))

    assert lowered
    assert "an area inside 海岳省临沧湾市望潮区 is at risk" in unclear
    assert "潮头街道: High risk" in unclear
    assert "an area inside" not in exact
    assert "High risk" in exact
    assert "Medium risk" in before


@pytest.mark.clause("A-03")
def test_a_stay_of_long_ago_does_not_count(world: World) -> None:
    at_risk(ELSEWHERE, Mark.HIGH)

    answer = words(said(ask(s0__last_day=SOON - timedelta(days=15))))

    assert "it does not count" in answer
    assert "JY-2h" in answer
    assert "JY-2d" in words(said(ask(s0__last_day=SOON - timedelta(days=14))))


def test_several_stays_count_and_the_strictest_decides(world: World) -> None:
    at_risk("980101", Mark.KEY_CONCERN)

    answer = ask(
        s0__place=TOWN,
        s0__last_day=SOON,
        s1__place=ELSEWHERE,
        s1__last_day=SOON - timedelta(days=5),
    )

    assert "JY-2g" in words(said(answer))


def test_who_comes_from_abroad_is_told_the_days_still_owed(world: World) -> None:
    entry = {"entered_on": SOON - timedelta(days=8), "quarantine_days": 7, "negative_tests": 1}

    without = words(said(ask(**entry)))
    proven = words(said(ask(**entry, quarantine_proof="on")))

    assert "14 days" in without
    assert "7 days" in proven
    assert "Bring the proof of the quarantine" in without


def test_the_notice_that_binds_on_the_day_of_arrival_answers(world: World) -> None:
    from returnees.policies import activate_policy

    place = Place.objects.get(pk=COUNTY)
    activate_policy(pack="GZ", place=place, since=SOON + timedelta(days=1), by=None)

    now = words(said(ask()))
    then = words(said(ask(arrives_on=SOON + timedelta(days=1))))

    assert ("JY-2h" in now, "JY-2h" in then) == (True, False)
    assert "GZ-" in then


# -------- what it refuses


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"s0__last_day": SOON + timedelta(days=1)}, "last day there lies after the arrival"),
        ({"sampled_on": SOON + timedelta(days=1)}, "sampled after the arrival"),
        ({"entered_on": SOON + timedelta(days=1)}, "entry lies after the arrival"),
        ({"departs_at": f"{SOON + timedelta(days=1)}T08:00"}, "departure lies after the arrival"),
        ({"arrives_on": "2021-02-30"}, "valid date"),
        ({"arrives_on": today() + timedelta(days=400)}, "Enter a day between"),
        ({"s0__place": "123"}, "Choose one of the places found"),
        ({"s0__place": None, "s0__place_text": "无此地"}, "No place of this name was found"),
        ({"s0__place": None, "s0__place_text": "省"}, "Several places fit"),
        ({"s0__place": None, "s0__place_text": None}, "Enter where that was"),
        (
            {"s0__place": None, "s0__place_text": None, "s0__last_day": None},
            "Enter where you come from",
        ),
        ({"s0__last_day": None}, "Enter the last day there"),
        ({"quarantine_days": 7}, "Enter the day of entry"),
        ({"quarantine_days": -1, "entered_on": SOON}, "greater than or equal to 0"),
        ({"to": "000000"}, "valid choice"),
        ({"health_code": "blue"}, "valid choice"),
        ({"contact": "friend"}, "valid choice"),
    ],
)
def test_what_cannot_be_is_one_sentence_at_its_field(
    world: World, changes: dict[str, Any], sentence: str
) -> None:
    assert sentence in faults(ask(**changes))


def test_a_day_on_which_nothing_binds_is_told(world: World) -> None:
    from returnees.models import PolicyVersion

    PolicyVersion.objects.update(since=SOON + timedelta(days=2))

    assert "No notice is in force" in faults(ask())


def test_without_any_notice_the_page_says_so(world: World) -> None:
    from returnees.models import PolicyVersion

    PolicyVersion.objects.all().delete()

    assert "No notice is in force yet" in words(
        soup(Client(headers={"accept-language": "en"}).get(reverse("policy-question")))
    )


@pytest.mark.parametrize(
    "query", ["?s0-place=%00", "?village=%00", "?s99999999999999999999-x=1", "?s-=1", "?x"]
)
def test_an_odd_address_is_no_crash(world: World, query: str) -> None:
    searched = Client().get(reverse("place-search"), {"place_text": "望潮\0"})
    assert searched.status_code == 200
    assert Client().get(reverse("policy-question") + query).status_code == 200


def test_a_row_for_a_stay_is_added_and_nothing_is_judged(world: World) -> None:
    client = Client(headers={"accept-language": "en"})
    question = asked(arrives_on="", add_stay="1")

    part = soup(client.get(reverse("policy-question"), question, **htmx()))
    page = soup(client.get(reverse("policy-question"), question))

    assert part.select_one("[name=s1-place_text]") is not None
    assert part.select_one("[name=s0-place][checked]")["value"] == ELSEWHERE
    assert part.select_one("h1") is None
    assert not page.select(".field-error")


# -------- no trace


def test_a_question_writes_no_row_no_session_and_no_cookie_of_one(world: World) -> None:
    def counts() -> dict[str, int]:
        return {
            m._meta.label: m.objects.count() for m in apps.get_models(include_auto_created=True)
        }

    at_risk(ELSEWHERE, Mark.MID)
    client = Client(headers={"accept-language": "en"})
    before = counts()

    with read_only():
        response = ask(client)

    said(response)
    assert counts() == before
    assert "sessionid" not in client.cookies
    assert not Session.objects.exists()
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_answer_is_in_the_address_and_the_same_for_everybody(world: World) -> None:
    url = ask().wsgi_request.get_full_path()
    signed_in = Client(headers={"accept-language": "en"})
    signed_in.force_login(world.worker)

    stranger = words(said(Client(headers={"accept-language": "en"}).get(url)))

    assert words(said(signed_in.get(url))) == stranger


def test_too_many_questions_are_held_back_and_looking_is_not(
    world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr("returnees.views.question.PER_HOUR", 1)

    assert ask().status_code == 200
    held = ask()
    assert held.status_code == 429
    assert "try again in an hour" in words(soup(held))
    assert Client().get(reverse("policy-question")).status_code == 200


def test_places_are_found_without_an_account_but_only_by_the_whole_country(
    world: World, monkeypatch: Any
) -> None:
    client, url = Client(headers={"accept-language": "en"}), reverse("place-search")

    found = soup(client.get(url, {"field": "s0-place", "s0-place_text": "望潮"}))
    assert found.select_one("input[name=s0-place]")["value"] == ELSEWHERE
    assert client.get(url, {"within": "register"}).status_code == 302
    monkeypatch.setattr("grid.views.places.PER_HOUR", 1)
    assert client.get(url, {"field": "x"}).status_code == 429


@pytest.mark.parametrize("stays", [1, 6])
def test_queries_do_not_grow_with_the_stays(world: World, stays: int) -> None:
    at_risk(ELSEWHERE, Mark.MID)
    days = {f"s{n}__last_day": SOON - timedelta(days=n) for n in range(stays)}
    places = {f"s{n}__place": ELSEWHERE for n in range(stays)}

    with CaptureQueriesContext(
        connection,
    ) as queries:
        said(ask(**days, **places))

    # Each place that was chosen is looked up for its row, and once for the form.
    assert len(queries) <= 14 + 4 * stays
