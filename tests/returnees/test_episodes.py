"""Arrival, end, and new facts of an episode."""

from datetime import timedelta

import pytest

from grid.days import today
from grid.errors import Refused
from grid.models import Household, Place
from returnees.choices import EpisodeState, StageKind, TestPurpose, TestResult
from returnees.models import Episode, Stage
from returnees.services.episodes import (
    ArrivalRefusedError,
    NotExpectedError,
    cancel,
    confirm_arrival,
    divert,
    mark_no_show,
    replan,
    update_facts,
)
from returnees.services.inputs import CertificateInput
from returnees.services.replanning import ClosedEpisodeError, UnknownFactError
from returnees.services.reports import register_report
from returnees.services.tests import enter_result
from tests.cast import FAR, World
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force, noon


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def expected_today(**changes: object) -> Episode:
    return register_report(report=a_report(0, arrives_at=noon(0), **changes), by=None)


def arrive(episode: Episode, days: int = 0) -> Episode:
    """Confirm the arrival at noon, seen from noon of the same day."""
    return confirm_arrival(episode=episode, by=None, arrived_at=noon(days), now=noon(days))


@pytest.mark.clause("A-01")
def test_an_arrival_is_planned_with_the_real_day_and_becomes_rows(
    world: World, announced: list[list[int]], django_capture_on_commit_callbacks: object
) -> None:
    episode = register_report(report=a_report(2), by=None)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        arrived = arrive(episode)

    stage = arrived.stages.get()
    assert arrived.state == EpisodeState.ACTIVE
    assert (arrived.arrives_on, stage.day0) == (today(), today())
    assert stage.last_day == today() + timedelta(days=14)
    assert arrived.revision > episode.revision
    assert announced == [[episode.pk]]


def test_who_comes_later_than_reported_never_gets_a_day_before_the_arrival(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = register_report(report=a_report(-3, arrived=False), by=None)

    arrive(episode)

    assert min(s.day0 for s in episode.stages.all()) == today()
    assert min(t.planned_on for t in episode.tests.all()) >= today()


def test_the_risk_is_looked_at_once_more_on_arrival(world: World) -> None:
    episode = expected_today()
    at_risk(ELSEWHERE, "high")

    arrived = arrive(episode)

    assert episode.classification == "JY.OTHER"
    assert arrived.classification == "JY.MIDHIGH"
    assert arrived.report.stays.get().risk == "high"


REFUSED_ARRIVALS = [
    ({"arrived_at": noon(1)}, "lies in the future"),
    ({"arrived_at": noon(-2)}, "before the departure reported"),
]


@pytest.mark.parametrize(("when", "sentence"), REFUSED_ARRIVALS)
def test_an_impossible_arrival_is_refused(
    world: World, when: dict[str, object], sentence: str
) -> None:
    episode = expected_today(departs_at=noon(0) - timedelta(hours=4))

    with pytest.raises(ArrivalRefusedError, match=sentence):
        confirm_arrival(episode=episode, by=None, now=noon(0), **when)

    episode.refresh_from_db()
    assert episode.state == EpisodeState.EXPECTED


def test_nobody_arrives_twice(world: World) -> None:
    episode = an_episode(-1)

    with pytest.raises(ArrivalRefusedError, match="arrived already"):
        confirm_arrival(episode=episode, by=None)


def test_a_no_show_waits_for_the_day(world: World) -> None:
    tomorrow = register_report(report=a_report(1), by=None)
    late = register_report(report=a_report(-1, arrived=False), by=None)

    with pytest.raises(NotExpectedError, match="wait for the day"):
        mark_no_show(episode=tomorrow, by=None)
    closed = mark_no_show(episode=late, by=None)

    assert closed.state == EpisodeState.NO_SHOW
    assert closed.closed_at is not None


def test_who_has_arrived_is_no_no_show(world: World) -> None:
    with pytest.raises(NotExpectedError, match="has arrived"):
        mark_no_show(episode=an_episode(-1), by=None)


@pytest.mark.parametrize("act", [cancel, divert])
def test_an_end_needs_its_reason_and_supersedes_what_was_open(world: World, act: object) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = an_episode(-1)

    with pytest.raises(Refused, match="Say why"):
        act(episode=episode, by=None, why=" ")  # type: ignore[operator]
    closed = act(episode=episode, by=None, why="计划有变")  # type: ignore[operator]

    assert not closed.is_open
    assert not Stage.objects.filter(episode=episode).open().exists()
    assert not episode.tests.due().exists()


def test_where_somebody_went_is_kept(world: World) -> None:
    episode = an_episode(-1)

    closed = divert(episode=episode, by=None, why="去外地", to_place=Place.objects.get(pk=FAR))

    assert closed.closed_why == "去外地 → 前坡村民委员会"


def test_a_closed_episode_cannot_be_changed(world: World) -> None:
    episode = cancel(episode=an_episode(-1), by=None, why="误登记")

    with pytest.raises(ClosedEpisodeError, match="this period is over"):
        update_facts(episode=episode, by=None, why="x", health_code="red")
    with pytest.raises(ClosedEpisodeError):
        divert(episode=episode, by=None, why="x")


@pytest.mark.clause("A-13")
def test_a_certificate_that_turns_up_takes_the_test_on_arrival_away(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = an_episode(-1)
    kept = {test.pk for test in episode.tests.exclude(purpose=TestPurpose.ARRIVAL)}
    paper = CertificateInput(sampled_on=today() - timedelta(days=2))

    update_facts(episode=episode, by=None, why="证明已交", certificates=(paper,))

    assert episode.tests.get(purpose=TestPurpose.ARRIVAL).superseded_on == today()
    assert {test.pk for test in episode.tests.filter(superseded_on=None)} == kept


def test_what_has_its_result_stays_whatever_the_new_plan_says(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = an_episode(-1)
    test = episode.tests.get(purpose=TestPurpose.ARRIVAL)
    enter_result(test=test, sampled_at=noon(0), result="negative", by=None, now=noon(0))
    paper = CertificateInput(sampled_on=today() - timedelta(days=2))

    update_facts(episode=episode, by=None, why="证明已交", certificates=(paper,))

    test.refresh_from_db()
    assert (test.result, test.superseded_on) == (TestResult.NEGATIVE, None)


@pytest.mark.clause("JY-2f")
def test_an_unsuitable_home_turns_the_home_stage_into_a_centralised_one(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = an_episode(-1)
    first = episode.stages.get(kind=StageKind.CENTRALISED)

    update_facts(episode=episode, by=None, why="无单间", home_single_room=False)

    kinds = [s.kind for s in episode.stages.filter(superseded_on=None)]
    assert kinds == [StageKind.CENTRALISED, StageKind.CENTRALISED]
    assert episode.stages.filter(superseded_on=None).first() == first
    assert episode.stages.get(kind=StageKind.HOME_SINGLE_ROOM).superseded_on == today()


@pytest.mark.clause("JY-2f")
def test_a_home_found_unsuitable_counts_for_everybody_in_it(world: World) -> None:
    at_risk(ELSEWHERE, "key_concern")
    one = an_episode(-1, person=world.person)
    other = an_episode(-1, household=world.household)

    update_facts(episode=one, by=world.cadre, why="无单间", home_single_room=False)

    other.refresh_from_db()
    assert Household.objects.get(pk=world.household.pk).home_suitable is False
    assert (one.stage_kind, other.stage_kind) == (StageKind.CENTRALISED, StageKind.CENTRALISED)


def test_a_suitable_home_again_takes_the_superseded_stage_up_again(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = an_episode(-1)
    home = episode.stages.get(kind=StageKind.HOME_SINGLE_ROOM)
    update_facts(episode=episode, by=None, why="无单间", home_single_room=False)

    update_facts(episode=episode, by=None, why="已腾出单间", home_single_room=True)

    home.refresh_from_db()
    assert home.superseded_on is None


@pytest.mark.clause("A-35")
def test_a_contact_found_later_starts_a_new_plan_that_day(world: World) -> None:
    episode = an_episode(-3)

    update_facts(episode=episode, by=None, why="流调", contact="close")

    assert episode.classification == "JY.CONTACT"
    stage = episode.stages.get(superseded_on=None)
    assert (stage.kind, stage.day0) == (StageKind.CENTRALISED, today())
    assert episode.stages.get(kind=StageKind.SELF_MONITORING).superseded_on == today()


def test_a_contact_known_before_the_arrival_is_a_fact_not_an_event(world: World) -> None:
    episode = register_report(report=a_report(1), by=None)

    update_facts(episode=episode, by=None, why="协查", contact="close")

    assert episode.classification == "JY.CONTACT"
    assert "events" not in episode.facts


def test_the_same_facts_again_change_nothing(world: World) -> None:
    episode = an_episode(-1)

    update_facts(episode=episode, by=None, why="核对", health_code="green")

    assert episode.revision == 1


UNKNOWN = [
    ({"colour": "blue"}, "There is no fact named colour"),
    ({"arrives_at": noon(1)}, "expected arrival cannot be changed"),
]


@pytest.mark.parametrize(("facts", "sentence"), UNKNOWN)
def test_what_is_no_fact_is_refused(world: World, facts: dict[str, object], sentence: str) -> None:
    with pytest.raises(UnknownFactError, match=sentence):
        update_facts(episode=an_episode(-1), by=None, why="x", **facts)


@pytest.mark.clause("A-35", "A-36")
def test_an_area_raised_reaches_the_stays_below_it_and_a_lowered_one_does_not(
    world: World,
) -> None:
    touched, low = an_episode(-3), an_episode(-3, stays=(), origin_code=None)
    event = {"type": "area_risk_changed", "date": today().isoformat(), "place": "9801"}

    changed = replan(episodes=[touched, low], by=None, why="名单", event={**event, "to": "mid"})

    assert changed == [touched]
    touched.refresh_from_db()
    assert touched.classification == "JY.MIDHIGH"
    assert touched.stages.filter(superseded_on=None).first().day0 == today()
    again = replan(episodes=[touched], by=None, why="名单", event={**event, "to": "low"})
    touched.refresh_from_db()
    assert touched.classification == "JY.MIDHIGH"
    assert touched.stages.filter(superseded_on=None).first().day0 == today()
    assert all(one.classification == "JY.MIDHIGH" for one in again)
