"""A class set by people: proposed with a reason, decided above, visible, and taken back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid.models import Event
from returnees.choices import EpisodeState, Mark, OverrideState
from returnees.models import Episode, Override
from returnees.policies import pack_of
from returnees.services.episodes import cancel, update_facts
from returnees.services.overrides import (
    OverrideRefusedError,
    decide_override,
    propose_override,
    set_override,
    withdraw_override,
)
from returnees.services.replanning import ClosedEpisodeError
from tests.cast import World
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db

WHY = "产后哺乳，社区医生评估"


@pytest.fixture
def episode(world: World) -> Episode:
    """Somebody of 东关村 under management, whose class by the notice is the key-concern area's."""
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN)
    made = an_episode(days=-2, person=world.person, phone=world.person.phone)
    assert made.classification.startswith("JY.")
    return made


@pytest.fixture
def another(episode: Episode) -> str:
    """A class of the notice that is not the person's."""
    names = [row.name for row in pack_of(episode.policy).rows]
    midhigh = [name for name in names if "MIDHIGH" in name and name != episode.classification]
    return midhigh[0]


def test_a_proposal_changes_nothing_until_it_is_approved(
    world: World, episode: Episode, another: str
) -> None:
    made = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)

    episode.refresh_from_db()
    assert made.state == OverrideState.PROPOSED
    assert made.was == episode.classification
    assert "override" not in episode.facts
    assert made.asked_by == world.cadre


def test_approved_the_plan_is_that_of_the_other_class_and_the_act_is_on_record(
    world: World, episode: Episode, another: str, announced: list[list[int]],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    made = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    before = episode.revision

    with django_capture_on_commit_callbacks(execute=True):
        decide_override(override=made, approve=True, by=world.township)

    episode.refresh_from_db()
    assert episode.classification == another
    assert episode.facts["override"]["row"] == another
    assert episode.facts["override"]["why"] == WHY
    assert episode.revision > before
    assert announced[-1] == [episode.pk]
    event = Event.objects.get(kind=Event.Kind.OVERRIDE)
    assert (event.actor_id, event.reason, event.data["row"]) == (world.township.pk, WHY, another)


def test_taken_back_the_plan_is_the_notices_own_again(
    world: World, episode: Episode, another: str
) -> None:
    own, plan = episode.classification, episode.plan
    made = set_override(episode=episode, row=another, reason=WHY, by=world.township)

    withdraw_override(override=made, by=world.township, why="评估改变了")

    episode.refresh_from_db()
    made.refresh_from_db()
    assert episode.classification == own
    assert "override" not in episode.facts
    assert episode.plan["stages"] == plan["stages"]
    assert made.state == OverrideState.WITHDRAWN
    assert made.decided_by == world.township
    assert Event.objects.filter(kind=Event.Kind.OVERRIDE).count() == 2


def test_it_stays_when_new_facts_make_the_plan_anew(
    world: World, episode: Episode, another: str
) -> None:
    set_override(episode=episode, row=another, reason=WHY, by=world.township)

    update_facts(episode=episode, by=world.cadre, why="补录健康码", health_code="green")

    episode.refresh_from_db()
    assert episode.facts["override"]["row"] == another
    assert episode.classification == another


def test_a_declined_proposal_needs_a_word_and_changes_nothing(
    world: World, episode: Episode, another: str
) -> None:
    made = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)

    with pytest.raises(OverrideRefusedError, match="Say why"):
        decide_override(override=made, approve=False, by=world.township)
    declined = decide_override(override=made, approve=False, by=world.township, note="无依据")

    episode.refresh_from_db()
    assert declined.state == OverrideState.DECLINED
    assert "override" not in episode.facts
    with pytest.raises(OverrideRefusedError, match="decided already"):
        decide_override(override=made, approve=True, by=world.township)


def test_what_cannot_be_proposed_is_refused_with_a_sentence(
    world: World, episode: Episode, another: str
) -> None:
    def refused(**changes: Any) -> str:
        values = {"episode": episode, "row": another, "reason": WHY, "by": world.cadre}
        with pytest.raises(OverrideRefusedError) as found:
            propose_override(**{**values, **changes})
        return str(found.value)

    assert "at least 5 characters" in refused(reason="  哺乳 ")
    assert "no class GZ.NOWHERE" in refused(row="GZ.NOWHERE")
    assert "of this class already" in refused(row=episode.classification)
    propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    assert "set or proposed already" in refused()


def test_a_closed_episode_takes_no_override(world: World, episode: Episode, another: str) -> None:
    waiting = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    cancel(episode=episode, by=world.head, why="登记有误")

    with pytest.raises(ClosedEpisodeError):
        decide_override(override=waiting, approve=True, by=world.township)
    withdrawn = Override.objects.get()
    assert withdrawn.state == OverrideState.PROPOSED
    withdrawn.delete()
    episode.refresh_from_db()
    assert episode.state == EpisodeState.CANCELLED
    with pytest.raises(ClosedEpisodeError):
        propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)


def test_only_what_is_open_can_be_taken_back(world: World, episode: Episode, another: str) -> None:
    made = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    with pytest.raises(OverrideRefusedError, match="Say why"):
        withdraw_override(override=made, by=world.cadre, why=" ")

    withdraw_override(override=made, by=world.cadre, why="选错了类别")

    with pytest.raises(OverrideRefusedError, match="nothing to take back"):
        withdraw_override(override=made, by=world.cadre, why="再来一次")
    assert propose_override(episode=episode, row=another, reason=WHY, by=world.cadre).pk != made.pk


def test_a_cadre_proposes_and_the_township_finds_it_on_its_list(
    world: World, episode: Episode, another: str
) -> None:
    url = reverse("override-new", args=[episode.pk])
    sent = browser(world.cadre).post(url, {"row": another, "reason": WHY})
    made = Override.objects.get()

    assert sent.status_code == 302
    assert made.state == OverrideState.PROPOSED
    page = soup(browser(world.township).get(reverse("override-list")))
    assert world.person.name in page.select_one("tbody").text
    assert WHY in page.select_one("tbody").text
    assert page.select_one("button[name=approve]")
    assert not soup(browser(world.cadre).get(reverse("override-list"))).select("[name=approve]")
    assert not soup(browser(world.neighbour).get(reverse("override-list"))).select("tbody")

    browser(world.township).post(reverse("override-decide", args=[made.pk]), {"approve": "1"})

    episode.refresh_from_db()
    assert episode.classification == another


def test_who_may_decide_sets_it_in_one_step_and_the_banner_says_so(
    world: World, episode: Episode, another: str
) -> None:
    world.township.unit = "河口镇人民政府"
    world.township.save()
    url = reverse("override-new", args=[episode.pk])
    browser(world.township).post(url, {"row": another, "reason": WHY})

    page = soup(browser(world.cadre).get(reverse("person", args=[episode.person_id])))
    banner = page.select_one(".notice-warning").text
    assert "Class set by people" in banner
    assert WHY in banner
    assert "approved by 周镇管 (河口镇人民政府)" in banner
    assert not page.select(f'form[action="{reverse("override-withdraw", args=[1])}"]')
    listed = soup(browser(world.cadre).get(reverse("returnee-list")))
    assert "set by people" in listed.select_one("tbody").text
    made = Override.objects.get()
    taking = reverse("override-withdraw", args=[made.pk])
    assert browser(world.cadre).post(taking, {"why": "不同意此认定"}).status_code == 403
    assert browser(world.township).post(taking, {"why": "评估改变了"}).status_code == 302
    made.refresh_from_db()
    assert made.state == OverrideState.WITHDRAWN


def test_the_preview_writes_nothing(world: World, episode: Episode, another: str) -> None:
    url = reverse("override-new", args=[episode.pk])
    answer = browser(world.cadre).post(url, {"row": another, "reason": WHY, "preview": "1"})

    assert "Nothing is saved yet" in answer.content.decode()
    assert WHY in soup(answer).select_one("section[aria-labelledby=plan]").text
    assert not Override.objects.exists()


def test_a_form_that_is_wrong_comes_back_with_its_faults(world: World, episode: Episode) -> None:
    url = reverse("override-new", args=[episode.pk])
    answer = browser(world.cadre).post(url, {"row": "", "reason": "哺乳"})

    assert answer.status_code == 422
    assert len(soup(answer).select(".field-bad")) == 2


def test_the_proposer_may_take_a_proposal_back_and_nobody_from_elsewhere_sees_it(
    world: World, episode: Episode, another: str
) -> None:
    made = propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    url = reverse("override-withdraw", args=[made.pk])

    assert browser(world.neighbour).post(url, {"why": "看一看而已"}).status_code == 404
    assert browser(world.worker).post(url, {"why": "看一看而已"}).status_code == 403
    assert browser(world.cadre).post(url, {"why": "选错了类别"}).status_code == 302
    made.refresh_from_db()
    assert made.state == OverrideState.WITHDRAWN


def test_the_list_asks_as_often_for_ten_as_for_one(
    world: World, episode: Episode, another: str, django_assert_num_queries: Any
) -> None:
    propose_override(episode=episode, row=another, reason=WHY, by=world.cadre)
    client = browser(world.township)
    client.get(reverse("override-list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("override-list"))
    for more in [an_episode(days=-2) for _n in range(9)]:
        propose_override(episode=more, row=another, reason=WHY, by=world.cadre)
    with django_assert_num_queries(len(one)):
        page = client.get(reverse("override-list"))
    assert len(soup(page).select("tbody tr")) == 10
