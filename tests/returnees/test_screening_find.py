"""Whom a list touches: the statement against a slow reading of the same rules, row by row."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.days import today
from grid.models import Place, ancestor_codes
from returnees.choices import LEVELS, Mark
from returnees.models import Episode, RiskArea, RiskListVersion, Stay
from returnees.policies import pack_of
from returnees.risk import RiskBook
from returnees.risk_lists.changes import AreaChange
from returnees.screening.find import affected
from returnees.screening.outlook import with_changes
from returnees.services.inputs import StayInput
from returnees.services.reports import register_reports
from returnees.services.risk_lists import changes_of
from returnees.services.risk_publishing import publish_list
from tests.cast import World
from tests.factories.returnees import ELSEWHERE, a_report, an_episode, at_risk, in_force, noon
from tests.factories.screening import a_draft, published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CITY, STREET, OTHER = "9801", "980101001", "980102"
TREE = ["98", CITY, "9802", ELSEWHERE, OTHER, "980201", STREET, "980101002", "980101001201"]
STATES = ["expected", "active", "released", "cancelled", "no_show", "case"]
Key = tuple[int, int, bool]


@pytest.fixture(autouse=True)
def _places(world: World) -> None:
    in_force()
    for code in TREE:
        if not Place.objects.filter(pk=code).exists():
            parent = ancestor_codes(code)[-2]
            Place.objects.create(
                code=code, name=f"地{code}", level=Place.level_of(code), parent_id=parent
            )


def hits(version: RiskListVersion) -> set[Key]:
    """Return whom the statement finds: episode, stay, certain or to be asked."""
    return {(hit.episode, hit.stay, hit.certain) for hit in affected(version)}


def slow(version: RiskListVersion) -> set[Key]:
    """Return the same by looking at every stay of every episode by itself."""
    changes = changes_of(version)
    before = RiskBook(list(RiskArea.objects.all()))
    book = with_changes(before, changes, version.day) if version.state == "draft" else before
    raised = [change for change in changes if raises(change, book, version)]
    found: set[Key] = set()
    for episode in Episode.objects.filter(state__in=STATES[:3]).select_related("policy"):
        window = timedelta(days=pack_of(episode.policy).number("reclass_days"))
        for stay in episode.report.stays.exclude(place=None):
            if stay.last_day >= version.day - window:
                found |= {
                    (episode.pk, stay.pk, certain)
                    for certain in touches(episode, stay, raised, book, version)
                }
    return found


def raises(change: AreaChange, book: RiskBook, version: RiskListVersion) -> bool:
    if change.raises:
        return True
    now = book.risk(change.place, version.day, version.day).level
    ends = change.aspect == "level" and not change.mark and not change.part
    return ends and LEVELS.index(now) > LEVELS.index(change.was)


def touches(
    episode: Episode,
    stay: Stay,
    raised: list[AreaChange],
    book: RiskBook,
    version: RiskListVersion,
) -> set[bool]:
    """Return the ways in which one stay is touched: surely, possibly."""
    now = book.risk(stay.place_id, version.day, version.day)
    level, flags = stay.risk, set(stay.flags)
    for event in episode.facts.get("events", []):
        if event["place"] == stay.place_id:
            level = max(level, event["to"], key=LEVELS.index)
            flags |= set(event.get("flags", []))
    ways: set[bool] = set()
    for change in raised:
        mark = change.mark or book.risk(change.place, version.day, version.day).level
        inside = stay.place_id.startswith(change.place)
        around = change.place.startswith(stay.place_id) and change.place != stay.place_id
        is_level = mark in LEVELS
        news = higher(mark, level) if is_level else mark not in flags
        adds = higher(mark, now.level) if is_level else mark not in now.flags
        decides = mark == now.level or not is_level
        asked = stay.asked_on is not None and stay.asked_on >= version.day
        if inside and not change.part:
            ways |= {True} if news and decides else set()
        elif around or inside:
            ways |= {False} if news and adds and not asked else set()
    return ways


def higher(mark: str, than: str) -> bool:
    return LEVELS.index(mark) > LEVELS.index(than)


@pytest.mark.clause("A-35", "JX57-3a")
@pytest.mark.parametrize("seed", range(12))
def test_exactly_those_are_found_whom_the_rules_touch(seed: int) -> None:
    chance = random.Random(seed)
    scatter_areas(chance)
    scatter_people(chance)
    marks = {place: chance.choice(Mark.values) for place in chance.sample(TREE, 4)}
    part = chance.choice(["", "", "望潮新村3号楼"])
    covers = ("level",) if chance.random() < 0.5 else ()
    version = a_draft(marks, part=part, covers=covers)

    expected = slow(version)

    assert hits(version) == expected
    assert hits(publish_list(version=version, by=None)) == expected


def test_the_random_cases_are_not_all_empty() -> None:
    found = set()
    for seed in range(3):
        chance = random.Random(seed)
        scatter_people(chance)
        version = a_draft({"98": "mid", STREET: "high", OTHER: "key_concern"})
        found |= {certain for _episode, _stay, certain in hits(version)}

    assert found == {True, False}


def scatter_areas(chance: random.Random) -> None:
    for place in chance.sample(TREE, 3):
        at_risk(place, chance.choice(["low", "mid", "high", "local_cases"]), days=40)
    at_risk(chance.choice(TREE), "mid", days=40, part="望潮新村3号楼")


def scatter_people(chance: random.Random) -> None:
    """Register people with stays here and there, some with news of them, some asked already."""
    reports = []
    for _n in range(25):
        arrives = chance.choice([-20, -14, -5, -1, 1, 3])
        stays = tuple(
            StayInput(
                last_day=today() + (arrives - chance.randrange(0, 12)) * DAY,
                place_code=chance.choice(TREE),
                text="曾到",
            )
            for _m in range(2)
        )
        reports.append(a_report(arrives, stays=stays))
    for episode in register_reports(reports=reports, by=None):
        if episode.state == "active" and chance.random() < 0.5:
            episode.state = chance.choice(STATES[2:])
            episode.closed_at, episode.stage_kind = noon(), ""
        stay = episode.report.stays.order_by("pk").first()
        if episode.state == "active" and chance.random() < 0.4:
            event = {"type": "area_risk_changed", "date": today().isoformat()}
            episode.facts["events"] = [
                {**event, "place": stay.place_id, "to": "mid", "flags": ["local_cases"]}
            ]
        episode.save()
        Stay.objects.filter(pk=stay.pk).update(
            risk=chance.choice(LEVELS),
            flags=chance.choice([[], ["local_cases"]]),
            asked_on=chance.choice([None, None, today() - DAY, today()]),
        )


@pytest.mark.clause("JX8-2b")
def test_a_finer_area_that_stays_low_keeps_its_people_out() -> None:
    at_risk(STREET, "low")
    inside = an_episode(-3, stays=(StayInput(last_day=today() - 3 * DAY, place_code=STREET),))
    around = an_episode(-3, stays=(StayInput(last_day=today() - 3 * DAY, place_code=ELSEWHERE),))

    found = {episode for episode, _stay, _certain in hits(published({CITY: "high"}))}

    assert found == {around.pk}
    assert inside.pk not in found


@pytest.mark.clause("JX8-2b")
def test_a_finer_area_that_ends_lets_the_coarser_one_reach_its_people() -> None:
    at_risk(CITY, "high")
    at_risk(STREET, "low")
    inside = an_episode(-3, stays=(StayInput(last_day=today() - 3 * DAY, place_code=STREET),))

    found = hits(publish_list(version=a_draft({CITY: "high"}, covers=("level",)), by=None))

    assert {episode for episode, _stay, _certain in found} == {inside.pk}


def test_finding_asks_as_often_for_many_as_for_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            affected(version)
        return len(found)

    an_episode(-3)
    version = a_draft({ELSEWHERE: "high"})
    few = queries()
    for _n in range(5):
        an_episode(-3)

    assert queries() == few <= 6
    assert len(affected(version)) == 6
