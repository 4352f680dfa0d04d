"""Registering returns: refusals, plans, rows, and bulk equal to one by one."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.days import today
from grid.models import Person
from returnees.choices import EpisodeState, StageKind, TestPurpose
from returnees.models import Episode, Stage, Test
from returnees.policies import NoPolicyInForceError
from returnees.services.inputs import (
    CertificateInput,
    ReportInput,
    ReportRefusedError,
    StayInput,
)
from returnees.services.persons import SamePersonTwiceError
from returnees.services.reports import (
    PlaceRefusedError,
    SecondOpenEpisodeError,
    register_report,
    register_reports,
)
from tests.cast import COUNTY, SECOND, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force, noon


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


@pytest.mark.clause("JY-2b")
def test_a_report_is_registered_with_its_plan_and_its_cadre(world: World) -> None:
    report = a_report(1, person=world.person)

    episode = register_report(report=report, by=world.cadre)

    episode.refresh_from_db()
    assert episode.state == EpisodeState.EXPECTED
    assert episode.classification == "JY.OTHER"
    assert episode.responsible == world.worker
    assert episode.report.reported_by == world.cadre
    assert episode.plan["stages"][0]["first_day"] == (today() + timedelta(days=1)).isoformat()
    assert not Stage.objects.exists()


def test_who_is_not_known_is_registered_as_a_person_found_by_the_id_number(world: World) -> None:
    report = a_report(1)

    register_report(report=report, by=None)

    person = Person.objects.with_id_number(report.id_number).get()
    assert (person.phone, person.place_id, person.sex) == (report.phone, VILLAGE, person.sex)
    assert person.birth_date is not None


@pytest.mark.clause("JY-2d", "JY-2e")
def test_an_arrival_from_a_risk_area_gets_its_stages_and_tests_as_rows(world: World) -> None:
    at_risk("9801", "mid")

    episode = an_episode(-1)

    first, second = episode.stages.all()
    assert (first.kind, first.days) == (StageKind.CENTRALISED, 14)
    assert (second.kind, second.days) == (StageKind.HOME_SINGLE_ROOM, 7)
    assert second.day0 == first.last_day
    assert [t.n for t in first.tests.filter(purpose=TestPurpose.STAGE)] == [1, 14]
    assert episode.stage_kind == StageKind.CENTRALISED
    assert first.clause == "JY-2d"


@pytest.mark.clause("A-13")
def test_a_missing_certificate_owes_a_test_that_holds_the_first_stage(world: World) -> None:
    at_risk("9801", "mid")

    episode = an_episode(-1)

    test = episode.tests.get(purpose=TestPurpose.ARRIVAL)
    assert test.stage == episode.stages.first()
    assert test.planned_on >= episode.arrives_on


def test_a_valid_certificate_owes_no_test_on_arrival(world: World) -> None:
    at_risk("9801", "mid")
    paper = CertificateInput(sampled_on=today() - timedelta(days=3))

    episode = an_episode(-1, certificates=(paper,))

    assert not episode.tests.filter(purpose=TestPurpose.ARRIVAL).exists()


@pytest.mark.clause("JY-2a")
def test_a_report_less_than_a_day_before_the_departure_shows_as_late(world: World) -> None:
    late = an_episode(-1, departs_at=noon(-1) - timedelta(hours=5), reported_at=noon(-1))
    early = an_episode(
        -1, departs_at=noon(-1) - timedelta(hours=5), reported_at=noon(-2) - timedelta(hours=5)
    )

    assert late.is_late_report
    assert not early.is_late_report


REFUSED = [
    ({"days": -80}, ReportRefusedError, "is not between"),
    ({"days": 70}, ReportRefusedError, "is not between"),
    ({"departs_at": noon(2)}, ReportRefusedError, "departure lies after the arrival"),
    ({"reported_at": noon(1)}, ReportRefusedError, "lies in the future"),
    ({"arrived": True}, ReportRefusedError, "cannot have arrived in the future"),
    (
        {"stays": (StayInput(last_day=today() + timedelta(days=3)),)},
        ReportRefusedError,
        "ends after the arrival",
    ),
    (
        {"stays": (StayInput(first_day=today(), last_day=today() - timedelta(days=3)),)},
        ReportRefusedError,
        "ends before it begins",
    ),
    ({"entered_on": today() + timedelta(days=3)}, ReportRefusedError, "lies after the arrival"),
    ({"name": " "}, ReportRefusedError, "name is missing"),
    ({"id_number": "419999199001019924"}, ReportRefusedError, "ID number is not valid"),
    ({"id_number": "", "phone": ""}, ReportRefusedError, "ID number or a phone"),
    ({"place_code": COUNTY}, PlaceRefusedError, "is no village here"),
    ({"place_code": "990101101999"}, PlaceRefusedError, "is no village here"),
    ({"origin_code": "970101"}, PlaceRefusedError, "970101 is not loaded"),
]


@pytest.mark.parametrize(("changes", "error", "sentence"), REFUSED)
def test_a_bad_report_is_refused_with_a_sentence_and_nothing_is_written(
    world: World, changes: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        register_reports(reports=[a_report(1), a_report(**{"days": 1, **changes})], by=None)

    assert not Episode.objects.exists()
    assert Person.objects.count() == 1


def test_a_second_open_episode_is_refused(world: World) -> None:
    register_report(report=a_report(1, person=world.person), by=None)

    with pytest.raises(SecondOpenEpisodeError, match="林小满 is registered already"):
        register_report(report=a_report(2, person=world.person), by=None)

    assert Episode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_register_the_same_person_at_once_get_one_episode(world: World) -> None:
    reports = [a_report(1, person=world.person), a_report(2, person=world.person)]
    refused: list[str] = []
    ready = Barrier(2)

    def register(report: ReportInput) -> None:
        ready.wait()
        try:
            register_report(report=report, by=None)
        except SecondOpenEpisodeError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=register, args=[report]) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Episode.objects.count() == 1


def test_the_same_person_twice_in_one_call_is_refused(world: World) -> None:
    report = a_report(1)

    with pytest.raises(SamePersonTwiceError, match="stands in the list twice"):
        register_reports(reports=[report, report], by=None)


def test_without_a_notice_in_force_nothing_is_planned(world: World) -> None:
    from returnees.models import PolicyVersion

    PolicyVersion.objects.all().delete()

    with pytest.raises(NoPolicyInForceError, match="No notice is in force"):
        register_report(report=a_report(1), by=None)


def test_who_moves_to_another_village_leaves_the_household_there(world: World) -> None:
    register_report(report=a_report(1, person=world.person, place_code=SECOND), by=None)

    world.person.refresh_from_db()
    assert (world.person.place_id, world.person.household) == (SECOND, None)


def queries_for(number: int) -> int:
    reports = [a_report(-1) for _ in range(number)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        register_reports(reports=reports, by=None)
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_reports(world: World) -> None:
    at_risk("9801", "mid")
    queries_for(1)

    few, many = queries_for(2), queries_for(60)

    assert few == many


def test_bulk_gives_what_one_by_one_gives(world: World) -> None:
    at_risk("9801", "mid", "key_concern")
    paper = CertificateInput(sampled_on=today() - timedelta(days=2))
    reports = [
        a_report(-3),
        a_report(2, certificates=(paper,)),
        a_report(-1, stays=(), home_single_room=False),
        a_report(-2, entered_on=today() - timedelta(days=18), quarantine_days=14),
    ]

    bulk = register_reports(reports=reports, by=None)
    shown = [_shape(episode) for episode in bulk]
    Test.objects.all().delete()
    Stage.objects.all().delete()
    Episode.objects.all().delete()
    single = [register_report(report=report, by=None) for report in reports]

    assert [_shape(episode) for episode in single] == shown


def _shape(episode: Episode) -> tuple[object, ...]:
    episode = Episode.objects.get(pk=episode.pk)
    return (
        episode.person_id,
        episode.state,
        episode.classification,
        episode.facts,
        episode.plan,
        episode.stage_kind,
        episode.revision,
        list(episode.stages.values_list("kind", "day0", "last_day", "clause")),
        list(episode.tests.order_by("pk").values_list("purpose", "planned_on", "stage__kind")),
    )


def test_the_strictest_day_within_the_look_back_counts(world: World) -> None:
    at_risk(ELSEWHERE, "high", days=40, until=today() - timedelta(days=10))

    inside, outside = an_episode(-1), an_episode(5)

    assert inside.classification == "JY.MIDHIGH"
    assert outside.classification == "JY.OTHER"
    assert outside.facts["history"][0]["risk"] == "low"
