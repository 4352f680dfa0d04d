"""Permits to leave: the notice is asked first, people decide on what it allows."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.days import today
from grid.models import Place
from returnees.choices import Mark, PermitState, TestResult
from returnees.models import ControlZone, ExitPermit
from returnees.policies import NoPolicyInForceError
from returnees.services.permits import (
    Journey,
    PermitRefusedError,
    ask_permit,
    decide_permit,
    withdraw_permit,
)
from tests.cast import FAR, TOWN, VILLAGE, World
from tests.factories.grid import PersonFactory
from tests.factories.returnees import at_risk, in_force
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db

CITY, OUTSIDE = "9901", "980101"


def day(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def jx8(world: World) -> World:
    """The cast in a low-risk part of an outbreak city, under the notice for outbreaks."""
    in_force("JX8")
    at_risk(CITY, Mark.OUTBREAK_CITY, Mark.LOW)
    return world


def asked(world: World, to: str | None = OUTSIDE, **changes: Any) -> ExitPermit:
    values = {
        "destination": Place.objects.get(pk=to) if to else None,
        "text": "海岳省临沧湾市",
        "leaves_on": day(1),
        "returns_on": day(4),
        "necessity": "母亲住院手术",
        "sampled_on": day(-2),
        "result": TestResult.NEGATIVE,
    }
    who = {"person": world.person, "by": world.cadre}
    who |= {key: changes.pop(key) for key in ("person", "by", "day", "now") if key in changes}
    return ask_permit(journey=Journey(**{**values, **changes}), **who)


@pytest.mark.clause("JX8-16b")
def test_with_necessity_and_a_valid_certificate_the_township_decides(jx8: World) -> None:
    permit = asked(jx8)

    assert permit.state == PermitState.ASKED
    assert permit.rule == "JX8.leave.LOW"
    assert permit.verdict["allowed"] is True
    granted = decide_permit(permit=permit, grant=True, by=jx8.township)
    assert (granted.state, granted.decided_by) == (PermitState.GRANTED, jx8.township)


@pytest.mark.clause("JX8-16b")
def test_without_necessity_or_certificate_it_is_refused_at_once(jx8: World) -> None:
    without = asked(jx8, necessity=" ")
    unproven = asked(jx8, sampled_on=None, result="")
    pending = asked(jx8, result=TestResult.PENDING)

    assert {p.state for p in (without, unproven, pending)} == {PermitState.REFUSED}
    assert without.verdict["needs"] == ["necessity"]
    assert unproven.verdict["needs"] == pending.verdict["needs"] == ["certificate"]
    assert without.decided_at is not None
    assert without.decided_by is None  # the notice itself


@pytest.mark.clause("JX8-16b")
def test_the_certificates_age_counts_at_departure(jx8: World) -> None:
    assert asked(jx8, sampled_on=day(-6), leaves_on=day(1)).state == PermitState.ASKED
    assert asked(jx8, sampled_on=day(-6), leaves_on=day(2)).state == PermitState.REFUSED


@pytest.mark.clause("JX8-16b")
def test_within_the_city_nothing_is_asked_of_low_risk_people(jx8: World) -> None:
    permit = asked(jx8, to="990101102", necessity="", sampled_on=None, result="")

    assert permit.state == PermitState.ASKED
    assert permit.rule == ""


def test_a_destination_no_code_is_known_of_counts_as_out_of_the_city(jx8: World) -> None:
    assert asked(jx8, to=None, necessity="").state == PermitState.REFUSED


@pytest.mark.clause("JX8-16a")
def test_from_a_medium_or_high_risk_area_nobody_leaves(jx8: World) -> None:
    at_risk(TOWN, Mark.MID)

    permit = asked(jx8)

    assert permit.state == PermitState.REFUSED
    assert permit.rule == "JX8.leave.MIDHIGH"
    assert permit.verdict["why"][0]["quote"] == "禁止离开所在辖区"
    with pytest.raises(PermitRefusedError, match="decided already"):
        decide_permit(permit=permit, grant=True, by=jx8.township)


@pytest.mark.clause("JX8-12b")
def test_out_of_a_closed_zone_nobody_goes(jx8: World) -> None:
    ControlZone.objects.create(
        place_id=VILLAGE, since=day(0), last_case_on=day(-1), approved_by="市指挥部"
    )

    permit = asked(jx8)

    assert permit.state == PermitState.REFUSED
    assert permit.rule == "JX8.leave.ZONE"


@pytest.mark.clause("JX8-16a")
def test_what_was_raised_meanwhile_is_refused_when_somebody_wants_to_grant_it(jx8: World) -> None:
    permit = asked(jx8)
    at_risk(TOWN, Mark.HIGH, days=0)

    decided = decide_permit(permit=permit, grant=True, by=jx8.township)

    assert decided.state == PermitState.REFUSED
    assert decided.rule == "JX8.leave.MIDHIGH"


def test_an_area_inside_the_village_is_to_be_asked_about_before_granting(jx8: World) -> None:
    at_risk(VILLAGE, Mark.MID, part="一号楼")

    permit = asked(jx8)
    page = browser(jx8.township).get(reverse("permit", args=[permit.pk])).content.decode()

    assert permit.verdict["unclear"] is True
    assert "find out whether the home lies in it" in page


def test_where_the_notice_has_no_rule_people_decide(world: World) -> None:
    in_force("JY")

    assert asked(world, necessity="", sampled_on=None).state == PermitState.ASKED


def test_without_any_notice_nothing_can_be_asked(world: World) -> None:
    with pytest.raises(NoPolicyInForceError, match="No notice is in force"):
        asked(world)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " "}, "where the person wants to go"),
        ({"leaves_on": day(-1)}, "not between today and 60 days"),
        ({"leaves_on": day(61), "returns_on": None}, "not between today and 60 days"),
        ({"returns_on": day(0)}, "lies before the departure"),
        ({"sampled_on": day(1)}, "lies in the future"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    jx8: World, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PermitRefusedError, match=sentence):
        asked(jx8, **changes)
    assert not ExitPermit.objects.exists()


def test_declining_and_taking_back_need_a_reason(jx8: World) -> None:
    permit, other = asked(jx8), asked(jx8)

    with pytest.raises(PermitRefusedError, match="Say why"):
        decide_permit(permit=permit, grant=False, by=jx8.township)
    declined = decide_permit(permit=permit, grant=False, by=jx8.township, note="可视频探望")
    with pytest.raises(PermitRefusedError, match="Say why"):
        withdraw_permit(permit=other, by=jx8.cadre, why="")
    withdrawn = withdraw_permit(permit=other, by=jx8.cadre, why="行程取消")

    assert (declined.state, declined.note) == (PermitState.DECLINED, "可视频探望")
    assert (withdrawn.state, withdrawn.decided_by) == (PermitState.WITHDRAWN, jx8.cadre)
    with pytest.raises(PermitRefusedError, match="decided already"):
        withdraw_permit(permit=declined, by=jx8.cadre, why="行程取消")


def test_a_granted_permit_taken_back_still_says_who_granted_it(jx8: World) -> None:
    permit = decide_permit(permit=asked(jx8), grant=True, by=jx8.township)

    taken = withdraw_permit(permit=permit, by=jx8.county, why="疫情变化")

    assert (taken.state, taken.decided_by) == (PermitState.WITHDRAWN, jx8.township)
    last = taken.events.order_by("-pgh_id").first()
    assert last.pgh_context.metadata["user"] == jx8.county.pk


def test_nothing_is_granted_after_the_departure(jx8: World) -> None:
    permit = asked(jx8, leaves_on=day(0))
    ExitPermit.objects.filter(pk=permit.pk).update(leaves_on=day(-1))

    with pytest.raises(PermitRefusedError, match="nothing can be granted"):
        decide_permit(permit=permit, grant=True, by=jx8.township)


def test_a_cadre_asks_on_the_page_and_the_township_grants_it(jx8: World) -> None:
    url = f"{reverse('permit-new')}?person={jx8.person.pk}"
    body = {
        "destination": OUTSIDE, "leaves_on": day(1), "necessity": "母亲住院手术",
        "sampled_on": day(-1), "result": "negative",
    }  # fmt: skip
    sent = browser(jx8.cadre).post(url, body)
    permit = ExitPermit.objects.get()

    assert sent.url == reverse("permit", args=[permit.pk])
    assert permit.verdict["to"] == OUTSIDE
    decide = reverse("permit-decide", args=[permit.pk])
    assert browser(jx8.cadre).post(decide, {"grant": "1"}).status_code == 403
    assert browser(jx8.neighbour).post(decide, {"grant": "1"}).status_code == 404
    browser(jx8.township).post(decide, {"grant": "1"})
    page = browser(jx8.cadre).get(reverse("permit", args=[permit.pk]))
    text = soup(page).select_one("main").text
    assert f"{permit.asked_at:%Y}-{permit.pk:06d}" in text
    assert "Granted by" in text
    assert "周镇管" in text
    assert jx8.person.id_number not in page.content.decode()
    assert jx8.person.phone not in page.content.decode()
    assert jx8.person.masked_id in text


@pytest.mark.clause("JX8-16a")
def test_the_page_of_a_refusal_quotes_the_notice(jx8: World) -> None:
    at_risk(TOWN, Mark.HIGH)
    url = f"{reverse('permit-new')}?person={jx8.person.pk}"

    page = browser(jx8.cadre).post(url, {"destination": OUTSIDE, "leaves_on": day(1)}, follow=True)

    assert "The notice does not allow it" in page.content.decode()
    assert "禁止离开所在辖区" in soup(page).select_one("section[aria-labelledby=why]").text


def test_a_granted_permit_says_when_the_notice_would_refuse_it_by_now(jx8: World) -> None:
    permit = decide_permit(permit=asked(jx8), grant=True, by=jx8.township)
    url = reverse("permit", args=[permit.pk])
    assert "does not allow this journey" not in browser(jx8.cadre).get(url).content.decode()

    at_risk(TOWN, Mark.HIGH, days=0)

    assert "does not allow this journey" in browser(jx8.cadre).get(url).content.decode()


def test_a_wrong_form_comes_back_and_nobody_elsewhere_can_be_asked_for(jx8: World) -> None:
    stranger = PersonFactory(place=Place.objects.get(pk=FAR))
    client = browser(jx8.cadre)

    wrong = client.post(f"{reverse('permit-new')}?person={jx8.person.pk}", {"leaves_on": "x"})
    assert wrong.status_code == 422
    assert len(soup(wrong).select(".field-bad")) == 2
    assert client.get(f"{reverse('permit-new')}?person={stranger.pk}").status_code == 404
    found = client.get(f"{reverse('permit-new')}?q=林小满")
    assert soup(found).select_one(
        f'a[href="?person={jx8.person.pk}"], a[href$="?person={jx8.person.pk}"]'
    )


def test_the_list_is_searched_and_filtered_and_asks_as_often_for_ten_as_for_one(
    jx8: World, django_assert_num_queries: Any
) -> None:
    asked(jx8)
    client, url = browser(jx8.township), reverse("permit-list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _n in range(9):
        asked(jx8, person=PersonFactory(place=Place.objects.get(pk=VILLAGE)), necessity="")
    with django_assert_num_queries(len(one)):
        every = soup(client.get(url))

    assert len(every.select("tbody tr")) == 10
    assert len(soup(client.get(url, {"state": "refused"})).select("tbody tr")) == 9
    assert len(soup(client.get(url, {"q": "林小满"})).select("tbody tr")) == 1
    assert not soup(browser(jx8.neighbour).get(url)).select("tbody tr")
