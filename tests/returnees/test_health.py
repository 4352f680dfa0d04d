"""The daily health check and what it finds."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from grid.days import today
from returnees.choices import EpisodeState
from returnees.models import Abnormality, Episode, HealthLog
from returnees.services.abnormalities import (
    AbnormalityClosedError,
    OutcomeRefusedError,
    close_abnormality,
    report_upward,
)
from returnees.services.health import HealthLogRefusedError, log_health
from returnees.services.replanning import ClosedEpisodeError
from returnees.services.reports import register_report
from returnees.services.stages import release_early
from tests.cast import World
from tests.factories.returnees import a_report, an_episode, in_force


@pytest.fixture
def episode(world: World) -> Episode:
    in_force()
    return an_episode(-2)


def check(episode: Episode, temperature: str = "36.5", **more: object) -> HealthLog:
    return log_health(
        **{
            "episode": episode,
            "temperature": Decimal(temperature),
            "symptoms": [],
            "by": None,
            "channel": "cadre",
            **more,
        }
    )


@pytest.mark.clause("A-38")
@pytest.mark.parametrize(
    ("temperature", "more", "kinds"),
    [
        ("37.2", {}, []),
        ("37.3", {}, ["symptom"]),
        ("36.5", {"symptoms": ["dry_cough"]}, ["symptom"]),
        ("36.5", {"health_code": "yellow"}, ["code"]),
        ("36.5", {"health_code": "green"}, []),
        ("36.5", {"health_code": "none"}, []),
        ("38.0", {"health_code": "red"}, ["code", "symptom"]),
    ],
)
def test_what_counts_as_abnormal(
    episode: Episode, temperature: str, more: dict[str, object], kinds: list[str]
) -> None:
    check(episode, temperature, **more)

    assert sorted(Abnormality.objects.values_list("kind", flat=True)) == kinds


def test_one_fever_is_one_finding_however_often_it_is_measured(episode: Episode) -> None:
    check(episode, "38.1")
    check(episode, "38.4")

    assert Abnormality.objects.get().what == "38.1 °C"


@pytest.mark.clause("JY-2r")
def test_a_check_may_come_late_but_not_for_a_day_outside(episode: Episode) -> None:
    late = check(episode, day=today() - timedelta(days=1))

    assert late.at.date() >= today() - timedelta(days=1)
    for day in (today() + timedelta(days=1), today() - timedelta(days=3)):
        with pytest.raises(HealthLogRefusedError, match="is neither"):
            check(episode, day=day)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"temperature": "33.9"}, "no temperature of a living person"),
        ({"temperature": "43.1"}, "no temperature of a living person"),
        ({"symptoms": ["hiccup"]}, "hiccup is not one of the symptoms"),
    ],
)
def test_an_impossible_check_is_refused(
    episode: Episode, given: dict[str, object], sentence: str
) -> None:
    with pytest.raises(HealthLogRefusedError, match=sentence):
        check(episode, **{"temperature": "36.5", **given})

    assert not HealthLog.objects.exists()


def test_nobody_is_checked_before_the_arrival_or_after_the_end(episode: Episode) -> None:
    expected = register_report(report=a_report(1), by=None)
    released = release_early(episode=episode, by=None, why="x")

    with pytest.raises(HealthLogRefusedError, match="has not arrived"):
        check(expected)
    with pytest.raises(ClosedEpisodeError, match="this period is over"):
        check(released)


def test_the_same_entry_from_a_phone_twice_is_one_check(episode: Episode) -> None:
    key = uuid4()

    first = check(episode, entry_key=key)
    again = check(episode, "39.0", entry_key=key)

    assert again.pk == first.pk
    assert HealthLog.objects.count() == 1
    assert not Abnormality.objects.exists()


@pytest.mark.clause("JY-2s")
def test_a_finding_ends_with_its_outcome_once(episode: Episode) -> None:
    check(episode, "38.1")
    finding = report_upward(abnormality=Abnormality.objects.get(), by=None)

    with pytest.raises(OutcomeRefusedError, match="no negative test since"):
        close_abnormality(abnormality=finding, outcome="ruled_out", by=None)
    with pytest.raises(OutcomeRefusedError, match="one of the outcomes"):
        close_abnormality(abnormality=finding, outcome="fine", by=None)
    close_abnormality(abnormality=finding, outcome="ruled_out", by=None, note="核酸阴性")
    with pytest.raises(AbnormalityClosedError, match="was closed"):
        close_abnormality(abnormality=finding, outcome="ruled_out", by=None, note="x")

    assert finding.reported_at is not None
    assert Abnormality.objects.get().outcome == "ruled_out"


def test_who_is_admitted_is_handed_to_the_hospital(episode: Episode) -> None:
    check(episode, "39.1")

    close_abnormality(abnormality=Abnormality.objects.get(), outcome="admitted", by=None)

    episode.refresh_from_db()
    assert episode.state == EpisodeState.CASE


def test_a_key_used_for_somebody_else_is_refused_and_shows_nothing(episode):
    key = uuid4()
    check(episode, entry_key=key)

    with pytest.raises(HealthLogRefusedError, match="somebody else"):
        check(an_episode(-2), entry_key=key)
