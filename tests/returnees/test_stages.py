"""The gate of a stage, what follows a late end, and release."""

from datetime import date, datetime, time, timedelta

import pytest

from grid.days import at, today
from grid.models import Event
from returnees.choices import EpisodeState, StageKind, TestPurpose, TestResult
from returnees.models import Episode, Stage, Test
from returnees.services.abnormalities import close_abnormality, hand_to_hospital
from returnees.services.health import log_health
from returnees.services.stages import (
    ReleaseNoteMissingError,
    StageNotOverError,
    StageRefusedError,
    TestMissingError,
    close_due_stages,
    close_stage,
    release_early,
)
from returnees.services.tests import (
    ResultRefusedError,
    SampleTooSoonError,
    enter_result,
    order_test,
)
from tests.cast import World
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force, noon


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


@pytest.fixture
def confined(world: World) -> Episode:
    """Somebody 20 days back from a mid-risk area: 14 days centralised, then 7 at home."""
    at_risk(ELSEWHERE, "mid")
    return an_episode(-20)


def clock(day: date, hour: int = 12) -> datetime:
    return at(day, time(hour))


def negative(episode: Episode, stage: Stage, *, late: int = 0) -> None:
    """Enter a negative result for every test of a stage, taken on the planned day or later."""
    for test in stage.tests.filter(superseded_on=None).order_by("planned_on", "purpose"):
        hour = 18 if test.purpose == TestPurpose.STAGE else 13
        taken = clock(test.planned_on + timedelta(days=late), hour)
        if test.purpose == TestPurpose.STAGE and test.n == 1:
            taken += timedelta(hours=20)
        enter_result(
            test=test, sampled_at=taken, result="negative", by=None, now=max(taken, noon(0))
        )


@pytest.mark.clause("A-01")
def test_a_stage_cannot_close_on_its_last_day(confined: Episode) -> None:
    stage = confined.stages.first()

    with pytest.raises(StageNotOverError, match="24:00; it can be closed on the day after"):
        close_stage(stage=stage, by=None, release_note="1", now=clock(stage.last_day, 23))


@pytest.mark.clause("A-56")
def test_a_stage_without_its_test_is_held(confined: Episode) -> None:
    stage = confined.stages.first()

    with pytest.raises(TestMissingError, match="is not negative"):
        close_stage(stage=stage, by=None, release_note="1")

    stage.refresh_from_db()
    assert stage.is_open


@pytest.mark.clause("A-02")
def test_a_centralised_stage_closes_only_with_its_release_note(confined: Episode) -> None:
    stage = confined.stages.first()
    negative(confined, stage)

    with pytest.raises(ReleaseNoteMissingError, match="note's number"):
        close_stage(stage=stage, by=None)
    closed = close_stage(stage=stage, by=None, release_note="济隔2021-7")

    assert closed.closed_on == stage.last_day
    confined.refresh_from_db()
    assert confined.stage_kind == StageKind.HOME_SINGLE_ROOM
    assert confined.is_active


def test_stages_close_in_their_order_and_once(confined: Episode) -> None:
    first, second = confined.stages.all()

    with pytest.raises(StageRefusedError, match="still open; close that one first"):
        close_stage(stage=second, by=None)
    negative(confined, first)
    close_stage(stage=first, by=None, release_note="7")
    with pytest.raises(StageRefusedError, match="closed already"):
        close_stage(stage=first, by=None, release_note="7")


def test_a_stage_cannot_have_ended_before_its_end(confined: Episode) -> None:
    stage = confined.stages.first()
    negative(confined, stage)

    with pytest.raises(StageNotOverError, match="can have ended between"):
        close_stage(
            stage=stage, by=None, release_note="7", closed_on=stage.last_day - timedelta(days=1)
        )


@pytest.mark.clause("A-56")
def test_a_stage_that_ends_late_moves_everything_after_it(confined: Episode) -> None:
    first, second = confined.stages.all()
    planned = {test.pk: test.planned_on for test in second.tests.all()}
    negative(confined, first, late=2)

    close_stage(stage=first, by=None, release_note="7")

    moved = Stage.objects.get(pk=second.pk)
    assert moved.day0 == first.last_day + timedelta(days=2) == second.day0 + timedelta(days=2)
    assert moved.superseded_on is None
    assert moved.last_day == second.last_day + timedelta(days=2)
    assert {t.pk: t.planned_on for t in moved.tests.all()} == {
        pk: day + timedelta(days=2) for pk, day in planned.items()
    }
    confined.refresh_from_db()
    assert confined.observation_ends == moved.last_day
    assert confined.plan["daily_checks"]["last"] == moved.last_day.isoformat()
    assert Stage.objects.filter(episode=confined).count() == 2


def test_the_last_stage_releases(world: World) -> None:
    episode = an_episode(-16)

    closed = close_due_stages(day=today())

    episode.refresh_from_db()
    assert closed == 1
    assert (episode.state, episode.stage_kind) == (EpisodeState.RELEASED, "")
    assert episode.closed_at is not None
    assert episode.stages.get().closed_on == episode.stages.get().last_day


def test_nothing_is_due_on_the_last_day_itself(world: World) -> None:
    episode = an_episode(-14)

    assert close_due_stages(day=episode.stages.get().last_day) == 0
    assert close_due_stages(day=episode.stages.get().last_day + timedelta(days=1)) == 1


@pytest.mark.clause("A-02")
def test_no_centralised_stage_closes_by_itself(confined: Episode) -> None:
    negative(confined, confined.stages.first())

    assert close_due_stages(day=today()) == 0


def test_a_stage_over_but_for_a_test_loses_its_end_until_the_test_is_there(
    confined: Episode,
) -> None:
    close_due_stages(day=today())
    confined.refresh_from_db()
    held = (confined.observation_ends, confined.plan["daily_checks"]["last"])

    negative(confined, confined.stages.first())
    close_stage(stage=confined.stages.first(), by=None, release_note="7")

    confined.refresh_from_db()
    assert held == (None, None)
    assert confined.observation_ends == confined.stages.last().last_day


def test_an_open_finding_keeps_a_stage_from_closing_by_itself(world: World) -> None:
    episode = an_episode(-16)
    log_health(episode=episode, temperature="37.9", symptoms=[], by=None, channel="cadre")

    assert close_due_stages(day=today()) == 0


@pytest.mark.clause("JY-1g")
def test_follow_up_tests_stay_after_the_release(world: World) -> None:
    episode = an_episode(
        -20,
        entered_on=today() - timedelta(days=34),
        quarantine_days=14,
        quarantine_proof=True,
        negative_tests=2,
    )
    for stage in episode.stages.all():
        negative(episode, stage)
        stage.refresh_from_db()
        if stage.kind == StageKind.CENTRALISED:
            close_stage(stage=stage, by=None, release_note="7")

    episode.refresh_from_db()
    follow_ups = episode.tests.filter(purpose=TestPurpose.FOLLOW_UP, superseded_on=None)
    assert episode.state == EpisodeState.RELEASED
    assert [test.n for test in follow_ups] == [15, 30, 60, 90]
    first = follow_ups.first()
    taken = clock(first.planned_on)
    assert enter_result(test=first, sampled_at=taken, result="negative", by=None, now=taken).pk


def test_an_early_release_is_an_override_with_its_reason(world: World) -> None:
    episode = an_episode(-3)

    with pytest.raises(StageRefusedError, match="Say why"):
        release_early(episode=episode, by=world.township, why="")
    release_early(episode=episode, by=world.township, why="专班决定")

    episode.refresh_from_db()
    assert episode.state == EpisodeState.RELEASED
    assert Event.objects.get(kind=Event.Kind.OVERRIDE).reason == "专班决定"


def a_test(episode: Episode) -> Test:
    return episode.tests.filter(superseded_on=None).order_by("planned_on").first()


RESULTS = [
    ({"sampled_at": noon(1)}, "taken later than its result"),
    ({"sampled_at": noon(-21)}, "before the arrival"),
    ({"sampled_at": None}, "when the sample was taken"),
    ({"result": "maybe"}, "Choose one of the results"),
]


@pytest.mark.parametrize(("given", "sentence"), RESULTS)
def test_an_impossible_result_is_refused(
    confined: Episode, given: dict[str, object], sentence: str
) -> None:
    test = a_test(confined)

    with pytest.raises(ResultRefusedError, match=sentence):
        enter_result(
            **{
                "test": test,
                "sampled_at": noon(0),
                "result": "negative",
                "by": None,
                "now": noon(0),
                **given,
            }
        )

    test.refresh_from_db()
    assert test.result == TestResult.PENDING


def test_a_result_is_entered_once(confined: Episode) -> None:
    test = a_test(confined)
    enter_result(test=test, sampled_at=noon(-1), result="negative", by=None)

    with pytest.raises(ResultRefusedError, match="has its result"):
        enter_result(test=test, sampled_at=noon(-1), result="positive", by=None)


def test_two_samples_within_24_hours_count_once(confined: Episode) -> None:
    one, two = confined.tests.filter(superseded_on=None)[:2]
    enter_result(test=one, sampled_at=noon(-2), result="negative", by=None)

    with pytest.raises(SampleTooSoonError, match="less than 24 hours"):
        enter_result(
            test=two, sampled_at=noon(-1) - timedelta(minutes=1), result="negative", by=None
        )
    later = enter_result(test=two, sampled_at=noon(-1), result="negative", by=None)

    assert later.result == TestResult.NEGATIVE


@pytest.mark.clause("A-56")
def test_a_positive_test_stops_the_stages_and_opens_a_finding(confined: Episode) -> None:
    enter_result(test=a_test(confined), sampled_at=noon(-1), result="positive", by=None)

    confined.refresh_from_db()
    assert confined.state == EpisodeState.CASE
    assert confined.abnormalities.get().kind == "positive"
    assert not Stage.objects.filter(episode=confined).open().exists()
    assert not confined.tests.due().exists()


@pytest.mark.clause("A-56")
def test_a_refused_test_opens_a_finding_and_holds_the_stage(confined: Episode) -> None:
    stage = confined.stages.first()

    enter_result(test=a_test(confined), sampled_at=None, result="refused", by=None)

    assert confined.abnormalities.get().kind == "refused"
    with pytest.raises(TestMissingError):
        close_stage(stage=stage, by=None, release_note="7")


def test_a_positive_test_found_false_takes_the_person_back(confined: Episode) -> None:
    test = a_test(confined)
    kept = {stage.pk for stage in confined.stages.all()}
    enter_result(test=test, sampled_at=noon(-1), result="positive", by=None)

    close_abnormality(
        abnormality=confined.abnormalities.get(), outcome="false_alarm", by=None, note="复核阴性"
    )

    confined.refresh_from_db()
    test.refresh_from_db()
    assert confined.state == EpisodeState.ACTIVE
    assert {stage.pk for stage in Stage.objects.filter(episode=confined).open()} == kept
    assert test.result == TestResult.INVALID
    assert confined.stage_kind == StageKind.CENTRALISED


def test_a_case_stays_one(confined: Episode) -> None:
    hand_to_hospital(episode=confined, by=None, why="确诊")

    again = hand_to_hospital(episode=confined, by=None, why="确诊")

    assert again.closed_why == "确诊"


def test_an_ordered_test_lies_after_the_arrival_and_survives_a_new_plan(confined: Episode) -> None:
    with pytest.raises(ResultRefusedError, match="day of arrival or later"):
        order_test(episode=confined, planned_on=today() - timedelta(days=30), by=None, why="x")
    extra = order_test(episode=confined, planned_on=today(), by=None, why="加测")

    close_due_stages(day=today())

    extra.refresh_from_db()
    assert extra.superseded_on is None
