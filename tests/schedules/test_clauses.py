"""Clauses that several pieces fulfil together."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from grid.days import today
from grid.models import Place
from returnees.choices import Channel, EpisodeState, Mark, Outcome, Symptom
from returnees.models import Abnormality, Episode
from returnees.services.abnormalities import close_abnormality, report_upward
from returnees.services.away import note_away
from returnees.services.reports import register_report
from schedules.choices import Evidence, TaskState
from schedules.models import Duty
from schedules.reading import dashboard
from schedules.services import log_health, reconcile, sync_duties
from tests.cast import VILLAGE
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force
from tests.factories.schedules import clock, returnee, task
from tests.schedules.pages import browser, entry, noon  # noqa: F401  noon is a fixture

DAY = timedelta(days=1)


@pytest.mark.clause("JY-2t")
def test_health_monitoring_in_effect_follows_from_the_logs_and_is_no_entry_of_its_own(world):
    people = [returnee("JY.KEYCONCERN"), returnee("JY.KEYCONCERN")]
    assert not Duty.objects.filter(pk__startswith="JY.four-1").exists()
    assert (checks(), 2) == (0, dashboard(VILLAGE).total.checks_due)

    log_health(
        episode=people[0], temperature=Decimal("36.5"), symptoms=[], by=world.worker,
        now=clock(9),
    )  # fmt: skip

    assert checks() == 1


def checks() -> int:
    return dashboard(VILLAGE).total.checks_done


@pytest.mark.clause("JY-14d", "A-45")
def test_the_entry_of_the_isolation_site_is_the_cadres_health_check(world):
    episode = returnee("JY.MIDHIGH")
    assert episode.stage_kind == "centralised"

    log = log_health(
        episode=episode, temperature=Decimal("36.5"), symptoms=[], by=None,
        channel=Channel.SITE, now=clock(9),
    )  # fmt: skip

    done = task(episode, Evidence.HEALTH_LOG)
    assert (done.state, done.evidence_key, done.done_by) == (TaskState.DONE, log.pk, None)


@pytest.mark.clause("JX8-4b", "A-38")
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("symptom", [Symptom.FEVER, Symptom.RESPIRATORY, Symptom.DIGESTIVE])
def test_a_symptom_seen_on_a_visit_is_a_finding_that_ends_in_the_hospital(world, symptom):
    in_force("JX8")
    episode = an_episode(person=world.person, arrives_at=clock(9), arrived=True)

    browser(world.worker).post(
        reverse("health-log", args=[episode.pk]),
        entry(temperature="36.9", symptoms=[symptom.value], health_code="green"),
    )

    found = Abnormality.objects.get(episode=episode)
    assert found.report_due_at - found.found_at == timedelta(hours=2)
    close_abnormality(abnormality=found, outcome=Outcome.ADMITTED, by=world.township, note="县医院")
    episode.refresh_from_db()
    assert episode.state == EpisodeState.CASE


@pytest.mark.clause("JX57-15a")
def test_what_is_reported_late_says_so_and_who_wrote_it_is_kept(world):
    episode = returnee("JY.KEYCONCERN")
    log_health(
        episode=episode, temperature=Decimal("38.2"), symptoms=[], by=world.worker, now=clock(21)
    )
    found = Abnormality.objects.get(episode=episode)
    assert task(episode, Evidence.HEALTH_LOG).state == TaskState.LATE

    report_upward(abnormality=found, by=world.worker, now=clock(23, minute=1))

    found.refresh_from_db()
    assert found.is_reported_late
    events = found.events.order_by("pgh_id")
    assert [event.reported_at for event in events] == [None, clock(23, minute=1)]
    assert events.last().pgh_context.metadata["user"] == world.worker.pk


@pytest.mark.clause("JX57-12c")
def test_a_resident_who_was_away_is_managed_from_the_report_of_the_return(world):
    in_force("JX57")
    at_risk(ELSEWHERE, Mark.HIGH)
    away = note_away(
        person=world.person, by=world.worker, place=Place.objects.get(pk=ELSEWHERE),
        since=today() - 90 * DAY, returns_on=today(),
    )  # fmt: skip

    episode: Episode = register_report(report=a_report(-1, person=world.person), by=world.worker)
    sync_duties()
    reconcile(episode_ids=[episode.pk])

    away.refresh_from_db()
    assert (away.ended_on is not None, away.report) == (True, episode.report)
    assert episode.classification == "JX57.RISK_NO_PAPERS"
    assert task(episode, Evidence.HEALTH_LOG).holder == world.worker
