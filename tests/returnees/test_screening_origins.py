"""New notices and closed zones: whom they touch, what moves, what stays; events that plan anew."""

from datetime import date, timedelta
from typing import Any

import pytest

from grid.days import today
from grid.models import Household, Place
from returnees.ahead import ahead_of
from returnees.choices import EpisodeState, ItemState, ScreeningState, TestResult, Touch
from returnees.models import ControlZone, Episode, PolicyVersion, ScreeningItem
from returnees.policies import put_in_force, stored_shipped, version_of
from returnees.screening.workload import workload
from returnees.services.confirming import confirm
from returnees.services.episodes import confirm_arrival, update_facts
from returnees.services.inputs import CertificateInput
from returnees.services.screening import start_screening
from returnees.services.stages import close_due_stages
from returnees.services.tests import enter_result
from tests.cast import COUNTY, FAR, GRID, TOWN, VILLAGE, World
from tests.factories.returnees import ELSEWHERE, an_episode, at_risk, in_force, noon
from tests.factories.screening import screened

DAY = timedelta(days=1)
CITY = "9801"


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def item_of(episode: Episode) -> ScreeningItem:
    return ScreeningItem.objects.get(episode=episode)


def a_proposal(pack: str = "GZ", since: date | None = None, place: str = COUNTY) -> PolicyVersion:
    version = version_of(
        file=stored_shipped(pack, by=None),
        place=Place.objects.get(pk=place),
        since=since or today(),
        by=None,
    )
    version.proposed = True
    version.save()
    return version


@pytest.mark.clause("A-50")
def test_a_proposed_notice_is_sure_of_those_to_come_and_asks_about_those_here(
    world: World,
) -> None:
    coming, soon, here = an_episode(3), an_episode(1), an_episode(-3)

    screening = start_screening(policy=a_proposal(since=today() + 2 * DAY), by=None)

    touches = dict(screening.items.values_list("episode", "touch"))
    assert screening.state == ScreeningState.PREVIEW
    assert touches == {coming.pk: Touch.CERTAIN, here.pk: Touch.POSSIBLE}
    assert soon.pk not in touches
    assert item_of(coming).after["class"].startswith("GZ.")
    assert Episode.objects.get(pk=coming.pk).policy.pack == "JY"


def test_a_nearer_notice_keeps_its_people(world: World) -> None:
    in_force("JX57", TOWN)
    near, far = an_episode(3, place_code=VILLAGE), an_episode(3, place_code=FAR)

    screening = start_screening(policy=a_proposal(), by=None)

    assert list(screening.items.values_list("episode", flat=True)) == [far.pk]
    assert near.policy.pack == "JX57"


@pytest.mark.clause("A-50")
def test_confirming_a_notice_plans_those_to_come_and_leaves_those_here_unless_chosen(
    world: World,
) -> None:
    coming, here = an_episode(3), an_episode(-3)
    version = a_proposal()
    put_in_force(version)
    screening = start_screening(policy=version, by=None)

    confirm(screening=screening, by=None)
    coming.refresh_from_db()
    here.refresh_from_db()
    assert (coming.policy.pack, here.policy.pack) == ("GZ", "JY")

    item = item_of(here)
    confirm(screening=screening, items=[item.pk], by=None)
    here.refresh_from_db()
    assert here.policy.pack == "GZ"
    assert here.plan["pack"] == "GZ"
    assert here.facts["policy_from"] == today().isoformat()


def test_what_was_done_under_the_former_notice_stays_and_nothing_past_is_owed(
    world: World,
) -> None:
    at_risk(ELSEWHERE, "mid")
    here = an_episode(-9)
    done = here.tests.order_by("due_on").first()
    enter_result(test=done, sampled_at=noon(-8), result="negative", by=None, now=noon(-8))
    in_force("JX57", TOWN)
    version = PolicyVersion.objects.get(pack="JX57")
    screening = start_screening(policy=version, by=None)

    confirm(screening=screening, items=[item_of(here).pk], by=None)

    here.refresh_from_db()
    done.refresh_from_db()
    owed = here.tests.filter(superseded_on=None, result=TestResult.PENDING)
    assert here.policy == version
    assert (done.result, done.superseded_on) == (TestResult.NEGATIVE, None)
    assert [test.planned_on for test in owed if test.planned_on < today()] == []
    plan, revision = here.plan, here.revision
    update_facts(episode=here, by=None, why="补充", fit_for_centralised=True)
    here.refresh_from_db()
    assert (here.plan, here.revision - revision) == (plan, 1)  # the fact is new, the plan is not


def test_what_lies_behind_falls_out_of_a_plan_with_its_reasons() -> None:
    def stage(kind: str, first: int, last: int, *tests: int) -> dict[str, Any]:
        return {
            "kind": kind,
            "day0": f"2021-01-{first:02d}",
            "first_day": f"2021-01-{first:02d}",
            "last_day": f"2021-01-{last:02d}",
            "tests": [{"day": n, "date": f"2021-01-{n:02d}"} for n in tests],
        }

    items = ["stages[0]", "stages[0].tests[0]", "stages[1]", "stages[1].tests[0]"]
    items += ["stages[1].tests[1]", "stages[1].days", "classification"]
    plan = {
        "arrival_tests": [],
        "stages": [stage("centralised", 1, 8, 2), stage("home_monitoring", 8, 20, 9, 14)],
        "why": [{"item": item, "text": item} for item in items],
    }

    left = ahead_of(plan, date(2021, 1, 10), stages=set(), tests=set())

    assert [(s["kind"], [t["day"] for t in s["tests"]]) for s in left["stages"]] == [
        ("home_monitoring", [14])
    ]
    told = {reason["item"]: reason["text"] for reason in left["why"]}
    assert told == {
        "stages[0]": "stages[1]",
        "stages[0].tests[0]": "stages[1].tests[1]",
        "stages[0].days": "stages[1].days",
        "classification": "classification",
    }
    kept = ahead_of(
        plan,
        date(2021, 1, 10),
        stages={("centralised", date(2021, 1, 1))},
        tests={("stage", date(2021, 1, 2))},
    )
    assert [len(s["tests"]) for s in kept["stages"]] == [1, 1]


def a_zone(place: str = VILLAGE, **more: Any) -> ControlZone:
    zone = ControlZone(
        place_id=place, since=today(), last_case_on=today(), approved_by="市指挥部", **more
    )
    zone.save()
    return zone


@pytest.mark.clause("JX8-12b")
def test_a_closed_zone_holds_those_in_it_until_it_is_lifted(world: World) -> None:
    in_force("JX8", TOWN)
    inside, outside = an_episode(-3), an_episode(-3, place_code=FAR)
    zone = a_zone()

    screening = start_screening(zone=zone, by=None)
    confirm(screening=screening, by=None)

    inside.refresh_from_db()
    assert [item.episode_id for item in screening.items.all()] == [inside.pk]
    assert inside.facts["zone"]["last_day"] == (today() + 14 * DAY).isoformat()
    assert outside.facts.get("zone") is None

    zone.until = today() + 3 * DAY
    zone.save()
    again = start_screening(zone=zone, by=None)
    assert again.pk == screening.pk


def test_a_zone_lifted_moves_the_last_day_of_those_in_it(world: World) -> None:
    in_force("JX8", TOWN)
    inside = an_episode(-3)
    zone = a_zone()
    confirm(screening=start_screening(zone=zone, by=None), by=None)
    zone.until = today() + 3 * DAY
    zone.save()

    screening = start_screening(zone=zone, by=None)
    confirm(screening=screening, items=[item_of(inside).pk], by=None)

    inside.refresh_from_db()
    assert inside.facts["zone"]["last_day"] == (today() + 2 * DAY).isoformat()


def test_a_certificate_that_arrives_plans_anew(world: World) -> None:
    at_risk(ELSEWHERE, "key_concern")
    episode = an_episode(2)
    before = episode.plan

    update_facts(
        episode=episode,
        by=None,
        why="补交证明",
        certificates=(CertificateInput(sampled_on=today(), result="negative"),),
    )

    assert Episode.objects.get(pk=episode.pk).plan != before


def test_a_home_found_unsuitable_plans_anew(world: World) -> None:
    at_risk(ELSEWHERE, "key_concern")
    home = Household.objects.create(
        place_id=GRID, number="9", home_suitable=True, assessed_on=today()
    )
    episode = an_episode(-2, household=home)
    assert episode.plan["stages"][0]["kind"] == "home_single_room"

    update_facts(episode=episode, by=None, why="入户核查", home_single_room=False)

    assert Episode.objects.get(pk=episode.pk).plan["stages"][0]["kind"] == "centralised"


def test_a_contact_identified_plans_anew_from_that_day(world: World) -> None:
    episode = an_episode(-3)

    update_facts(episode=episode, by=None, why="流调", contact="close", contact_on=today())

    episode.refresh_from_db()
    assert episode.classification == "JY.CONTACT"
    assert episode.plan["stages"][0]["day0"] == today().isoformat()


def test_a_positive_test_hands_over_and_a_refused_one_holds_and_is_escalated(
    world: World,
) -> None:
    at_risk(ELSEWHERE, "mid")
    ill, refuser = an_episode(-20), an_episode(-20)
    test = ill.tests.order_by("due_on").first()
    enter_result(test=test, sampled_at=noon(-1), result="positive", by=None)
    stage = refuser.stages.order_by("day0").first()
    for one in refuser.tests.filter(stage=stage):
        enter_result(test=one, sampled_at=noon(-1), result="refused", by=None)

    close_due_stages(day=today())

    ill.refresh_from_db()
    refuser.refresh_from_db()
    assert ill.abnormalities.get().kind == "positive"
    assert refuser.abnormalities.filter(kind="refused").exists()
    assert (refuser.observation_ends, refuser.state) == (None, EpisodeState.ACTIVE)
    assert stage.closed_on is None


def test_the_workload_says_who_gets_what_and_when(world: World) -> None:
    persons = [an_episode(-3), an_episode(-3, place_code=FAR)]
    screening = screened({ELSEWHERE: "high"})

    load = workload(screening.items.visible_to(world.county), today())
    own = workload(screening.items.visible_to(world.township), today())

    assert len(persons) == load.persons == 2
    assert load.moves == [("JY.OTHER", "JY.MIDHIGH", 2)]
    assert load.classes == [("JY.MIDHIGH", 0, 2), ("JY.OTHER", 2, 0)]
    assert [(d.rooms, d.rooms_after) for d in load.days] == [(0, 2)] * 14
    tests = {d.day - today(): d.tests_after for d in load.days if d.tests_after}
    assert tests == {DAY: 2}
    assert {share.key: share.persons for share in load.villages} == {VILLAGE: 1, FAR: 1}
    assert (own.persons, [share.name for share in own.villages]) == (1, ["东关村"])
    assert [share.rooms for share in own.cadres] == [1]


def test_applied_persons_stay_in_the_workload_and_left_ones_do_not(world: World) -> None:
    an_episode(-3)
    an_episode(-2)
    screening = screened({ELSEWHERE: "high"})
    first, second = screening.items.order_by("pk")
    confirm(screening=screening, items=[first.pk], by=None)
    ScreeningItem.objects.filter(pk=second.pk).update(state=ItemState.LEFT)

    assert workload(screening.items.all(), today()).persons == 1


@pytest.mark.clause("A-35")
@pytest.mark.parametrize("registered", [True, False])
def test_who_is_heard_of_after_the_list_is_planned_as_if_known_before(
    world: World, registered: bool
) -> None:
    at_risk(ELSEWHERE, "high", days=2)
    if registered:
        episode = an_episode(-5)
    else:
        episode = an_episode(-5, arrived=False)
        confirm_arrival(episode=episode, by=None, arrived_at=noon(-5))
        episode.refresh_from_db()

    stages = episode.plan["stages"]
    assert episode.facts["history"][0]["risk"] == "low"
    assert episode.classification == "JY.MIDHIGH"
    assert stages[0]["day0"] == (today() - 2 * DAY).isoformat()
    assert not screened({CITY: "mid"}).items.exists()
