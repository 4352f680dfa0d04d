"""Every notice in force at the county: people of each class, their work to the last task."""

from datetime import time
from typing import Any

import pytest

from grid.days import at, today
from grid.models import Place
from returnees.choices import EpisodeState, Mark
from returnees.models import Episode
from returnees.services.inputs import CertificateInput, StayInput
from returnees.services.placements import Placement, register_placement
from schedules.models import Task
from schedules.services import reconcile, sync_duties
from tests.cast import VILLAGE
from tests.factories.grid import PersonFactory
from tests.factories.returnees import an_episode, at_risk, in_force
from tests.journeys.days import DAY, Worker

QUIET = "980105"
MARKS: dict[str, tuple[Mark, ...]] = {
    QUIET: (),
    "980102": (Mark.HIGH,),
    "980103": (Mark.KEY_CONCERN,),
    "980104": (Mark.HUBEI,),
    "980201": (Mark.OUTBREAK_CITY,),
    "980202": (Mark.OUTBREAK_CITY, Mark.HIGH),
}
ABROAD = {"quarantine_days": 14, "quarantine_proof": True}
# Who comes under each notice: the class they must get, and what is known of them. A place is a key
# of MARKS, or a quiet one; `placed` is the kind of a contact or patient; the rest as reported.
PEOPLE: dict[str, dict[str, dict[str, Any]]] = {
    "JY": {
        "JY.OVERSEAS": {**ABROAD, "entered": 15, "negative_tests": 2},
        "JY.MIDHIGH": {"place": "980102"},
        "JY.KEYCONCERN": {"place": "980103"},
        "JY.OTHER": {},
        "JY.CONTACT": {"placed": "close"},
        "JY.GENERAL_CONTACT": {"placed": "general"},
        "JY.TRAJECTORY": {"placed": "trajectory"},
    },
    "JX57": {
        "JX57.OVERSEAS": {**ABROAD, "entered": 15},
        "JX57.IRREGULAR": {"entered": 3, "irregular_entry": True},
        "JX57.SCHOOL": {"place": "980102", "role": "student"},
        "JX57.RISK_NO_PAPERS": {"place": "980102"},
        "JX57.RISK_WITH_PAPERS": {"place": "980102", "paper": True},
        "JX57.OTHER": {},
        "JX57.CONTACT": {"placed": "close"},
        "JX57.GENERAL_CONTACT": {"placed": "general"},
        "JX57.SECONDARY_TEST": {"placed": "secondary", "risk_assessment": "pending"},
        "JX57.SECONDARY_ISOLATE": {"placed": "secondary", "risk_assessment": "isolate"},
        "JX57.TRAJECTORY": {"placed": "trajectory"},
        "JX57.DISCHARGED": {"placed": "discharged"},
    },
    "JX8": {
        "JX8.MIDHIGH": {"place": "980202"},
        "JX8.LOW_WITH_CERT": {"place": "980201", "paper": True},
        "JX8.LOW_NO_CERT": {"place": "980201"},
        "JX57.OVERSEAS": {**ABROAD, "entered": 15},
        "JX8.CONTACT": {"placed": "close"},
        "JX8.SECONDARY_TEST": {"placed": "secondary", "risk_assessment": "pending"},
        "JX8.SECONDARY_ISOLATE": {"placed": "secondary", "risk_assessment": "isolate"},
        "JX8.TRAJECTORY": {"placed": "trajectory"},
    },
    "JL": {
        "JL.OVERSEAS": {"entered": 5, "quarantine_days": 4, "quarantine_proof": True},
        "JL.OVERSEAS_TESTS_DUE": {**ABROAD, "entered": 15, "negative_tests": 1},
        "JL.OVERSEAS_DONE": {**ABROAD, "entered": 15, "negative_tests": 3},
        "JL.RISK": {"place": "980102"},
        "JL.OTHER": {},
        "JL.CONTACT": {"placed": "close"},
        "JL.GENERAL_CONTACT": {"placed": "general"},
        "JL.SECONDARY_TEST": {"placed": "secondary", "risk_assessment": "pending"},
        "JL.SECONDARY_ISOLATE": {"placed": "secondary", "risk_assessment": "isolate"},
        "JL.TRAJECTORY": {"placed": "trajectory"},
    },
    "GZ": {
        "GZ.OVERSEAS": {"entered": 3},
        "GZ.OVERSEAS_DONE": {**ABROAD, "entered": 15},
        "GZ.RISK_NO_PAPERS": {"place": "980102"},
        "GZ.RISK_WITH_PAPERS": {"place": "980102", "paper": True},
        "GZ.HUBEI_TEST": {"place": "980104"},
        "GZ.HUBEI_WITH_PAPERS": {"place": "980104", "paper": True},
        "GZ.OTHER": {},
        "GZ.CONTACT": {"placed": "close"},
        "GZ.GENERAL_CONTACT": {"placed": "general"},
        "GZ.SECONDARY_TEST": {"placed": "secondary", "risk_assessment": "pending"},
        "GZ.TRAJECTORY": {"placed": "trajectory"},
        "GZ.DISCHARGED": {"placed": "discharged"},
    },
}


@pytest.fixture
def areas(county) -> None:
    """Places with each level and flag that a notice speaks of."""
    for code, marks in MARKS.items():
        Place.objects.get_or_create(
            code=code[:4], defaults={"name": "沿江市", "level": 2, "parent_id": "98"}
        )
        Place.objects.create(code=code, name=f"第{code[3:]}区", level=3, parent_id=code[:4])
        at_risk(code, *marks)


def comes(world, *, place: str = QUIET, entered: int = 0, paper: bool = False, **more: Any):
    """Register somebody who reported two days ago and arrives this noon."""
    day = today()
    if entered:
        more["entered_on"] = day - entered * DAY
    if paper:
        more["certificates"] = (CertificateInput(sampled_on=day - DAY),)
    return an_episode(
        0, household=world.household, arrives_at=at(day, time(12)),
        reported_at=at(day - DAY, time(12)),
        stays=(StayInput(last_day=day, place_code=place),), origin_code=place,
        home_single_room=True, declared_true=True, **more,
    )  # fmt: skip


def is_placed(world, *, placed: str, **more: Any) -> Episode:
    """Record a contact or a discharged patient of the household."""
    day = today()
    person = PersonFactory(place_id=VILLAGE, household=world.household)
    if placed == "discharged":
        more["patient_anchor"] = day
    else:
        more |= {"exposed_on": day - DAY, "exposure": "同乘一车", "case": "病例 7"}
    placement = Placement(
        kind=placed, placed_on=day, decided_by="县疾控中心", basis="流调报告第 3 号", **more
    )
    return register_placement(person=person, place_code=VILLAGE, placement=placement, by=None)


def register(world, pack: str) -> list[Episode]:
    people = PEOPLE[pack]
    made = [
        is_placed(world, **known) if "placed" in known else comes(world, **known)
        for known in people.values()
    ]
    assert [episode.classification for episode in made] == list(people)
    reconcile(episode_ids=[episode.pk for episode in made])
    return made


@pytest.mark.usefixtures("areas")
@pytest.mark.parametrize("pack", PEOPLE)
def test_everybody_under_a_notice_is_worked_with_until_nothing_is_owed(county, browse, clock, pack):
    clock(0, 9)
    sync_duties()
    in_force(pack)
    people = register(county, pack)

    Worker(browse(county.worker), county.household, clock).live()

    states = dict(Episode.objects.values_list("classification", "state"))
    assert set(states.values()) == {EpisodeState.RELEASED}, states
    tasks = Task.objects.filter(episode__in=people)
    assert set(tasks.values_list("state", flat=True)) <= {"done", "late", "cancelled"}
    assert not [task for task in tasks if not task.clause]
    assert tasks.count() > len(people)
