"""What a new list would change, and what confirming it does: plans, scope, twice, failures."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from grid.days import today
from grid.errors import Refused
from returnees.choices import EpisodeState, ItemState, ListState, ScreeningState, Touch
from returnees.models import Episode, RiskArea, ScreeningItem, Stay
from returnees.services import confirming
from returnees.services import screening as screenings
from returnees.services.confirming import confirm, confirm_queued
from returnees.services.inputs import StayInput
from returnees.services.reports import register_reports
from returnees.services.risk_publishing import publish_list
from returnees.services.screening import close, leave, screen_queued, start_screening
from returnees.services.stages import release_early
from returnees.services.tests import enter_result
from tests.cast import FAR, VILLAGE, World, build_world
from tests.factories.returnees import (
    ELSEWHERE,
    a_report,
    an_episode,
    at_risk,
    in_force,
    noon,
)
from tests.factories.screening import a_draft, published, screened

CITY = "9801"
DAY = timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    """The cast, under the notice of the county."""
    in_force()
    return world


def item_of(episode: Episode) -> ScreeningItem:
    return ScreeningItem.objects.get(episode=episode)


def left(days_ago: int, place: str = ELSEWHERE) -> tuple[StayInput, ...]:
    """Return one stay that ended so many days ago."""
    return (StayInput(last_day=today() - days_ago * DAY, place_code=place, text="望潮区"),)


def day(offset: int) -> str:
    return (today() + offset * DAY).isoformat()


@pytest.mark.clause("JX57-3a", "A-35")
def test_a_raised_area_plans_those_anew_who_left_it_lately_from_the_day_of_the_list(
    world: World,
) -> None:
    episode = an_episode(-3)

    confirm(screening=screened({ELSEWHERE: "high"}), by=None)

    episode.refresh_from_db()
    stages = [(s.kind, s.day0, s.last_day) for s in episode.stages.filter(superseded_on=None)]
    assert episode.classification == "JY.MIDHIGH"
    assert stages[0] == ("centralised", today(), today() + 14 * DAY)
    assert episode.stages.exclude(superseded_on=None).get().kind == "self_monitoring"
    assert episode.facts["events"] == [
        {"type": "area_risk_changed", "date": day(0), "place": ELSEWHERE, "to": "high"}
    ]
    assert item_of(episode).state == ItemState.APPLIED


@pytest.mark.clause("A-35")
def test_who_left_the_area_more_than_fourteen_days_before_the_list_is_not_touched(
    world: World,
) -> None:
    long_ago = an_episode(-15, stays=left(15))
    lately = an_episode(-14, stays=left(14))

    screening = screened({ELSEWHERE: "high"})

    assert [item.episode for item in screening.items.all()] == [lately]
    assert long_ago.plan == Episode.objects.get(pk=long_ago.pk).plan


@pytest.mark.clause("A-36")
def test_a_lowered_area_touches_nobody(world: World) -> None:
    at_risk(ELSEWHERE, "high")
    episode = an_episode(-3)

    screening = screened({ELSEWHERE: "mid"})

    assert screening.state == ScreeningState.CLOSED
    assert not screening.items.exists()
    assert episode.revision == Episode.objects.get(pk=episode.pk).revision


def test_the_preview_of_a_draft_writes_nothing_to_anybody(world: World) -> None:
    here, coming = an_episode(-3), an_episode(2)
    before = list(Episode.objects.order_by("pk").values()), list(Stay.objects.values())

    screening = start_screening(risk_list=a_draft({ELSEWHERE: "high"}), by=None)

    assert screening.state == ScreeningState.PREVIEW
    assert (list(Episode.objects.order_by("pk").values()), list(Stay.objects.values())) == before
    assert not RiskArea.objects.exists()
    for episode in (here, coming):
        item = item_of(episode)
        assert (item.before["class"], item.after["class"]) == ("JY.OTHER", "JY.MIDHIGH")
        assert item.changes
        assert item.why == [
            {
                "stay": episode.report.stays.get().pk,
                "place": ELSEWHERE,
                "part": "",
                "mark": "high",
                "was": "",
            }
        ]


def test_what_the_preview_said_is_what_confirming_does(world: World) -> None:
    episodes = [an_episode(-3), an_episode(2), an_episode(-9)]
    version = a_draft({ELSEWHERE: "high"})
    start_screening(risk_list=version, by=None)
    foreseen = {item.episode_id: item.after for item in ScreeningItem.objects.all()}

    publish_list(version=version, by=None)
    screening = start_screening(risk_list=version, by=None)
    confirm(screening=screening, by=None)

    for episode in episodes:
        episode.refresh_from_db()
        after = foreseen[episode.pk]
        assert after["class"] == episode.classification
        assert after["ends"] == episode.observation_ends.isoformat()
        planned = [[s["kind"], s["first_day"], s["last_day"]] for s in episode.plan["stages"]]
        assert after["stages"] == planned
    assert screening.risk_list.state == ListState.PUBLISHED


def test_rooms_and_tests_of_the_new_plan_are_in_the_preview(world: World) -> None:
    episode = an_episode(-3)

    item = start_screening(risk_list=a_draft({ELSEWHERE: "high"}), by=None).items.get()

    assert item.episode == episode
    assert item.before["rooms"] == []
    assert item.after["rooms"] == [[day(0), day(14)]]
    assert day(1) in item.after["tests"]
    assert day(14) in item.after["tests"]


def test_nothing_is_confirmed_while_it_is_a_preview(world: World) -> None:
    an_episode(-3)
    screening = start_screening(risk_list=a_draft({ELSEWHERE: "high"}), by=None)

    with pytest.raises(Refused, match="This is a preview"):
        confirm(screening=screening, by=None)


def test_an_expected_person_is_planned_with_the_list_before_the_journey(world: World) -> None:
    episode = an_episode(2)

    confirm(screening=screened({ELSEWHERE: "mid"}), by=None)

    episode.refresh_from_db()
    assert episode.classification == "JY.MIDHIGH"
    assert episode.report.stays.get().risk == "mid"
    assert "events" not in episode.facts
    assert episode.plan["stages"][0]["day0"] == day(2)


@pytest.mark.clause("A-04")
def test_an_area_raised_after_an_expected_person_left_it_counts(world: World) -> None:
    episode = an_episode(2, stays=left(5))

    confirm(screening=screened({ELSEWHERE: "mid"}), by=None)

    episode.refresh_from_db()
    assert episode.classification == "JY.MIDHIGH"


@pytest.mark.clause("JX57-9b")
def test_a_flag_set_on_an_area_plans_those_anew_who_were_there(world: World) -> None:
    here, coming = an_episode(-3), an_episode(2)

    confirm(screening=screened({ELSEWHERE: "key_concern"}), by=None)

    here.refresh_from_db()
    coming.refresh_from_db()
    assert here.classification == coming.classification == "JY.KEYCONCERN"
    assert here.facts["events"][0]["flags"] == ["key_concern"]
    assert here.plan["stages"][0]["day0"] == day(0)


@pytest.mark.clause("A-35")
def test_who_was_let_go_is_taken_back_where_the_area_left_was_raised(world: World) -> None:
    episode = released(an_episode(-10, stays=left(12)))

    confirm(screening=screened({ELSEWHERE: "high"}), by=None)

    episode.refresh_from_db()
    assert (episode.state, episode.closed_at) == (EpisodeState.ACTIVE, None)
    assert episode.stage_kind == "centralised"
    assert episode.stages.filter(closed_on=None, superseded_on=None).count() == 2


def released(episode: Episode) -> Episode:
    """Let somebody go as if the period were over."""
    return release_early(episode=episode, by=None, why="离开本县")


def test_who_was_let_go_stays_so_where_the_plan_would_not_be_stricter(world: World) -> None:
    at_risk(ELSEWHERE, "mid")
    episode = released(an_episode(-10))

    screening = screened({ELSEWHERE: "high"})
    item = item_of(episode)
    assert not item.changes
    confirm(screening=screening_open(screening), items=[item.pk], by=None)

    episode.refresh_from_db()
    assert episode.state == EpisodeState.RELEASED
    assert "nothing would be left to do" in ScreeningItem.objects.get(pk=item.pk).problem


def screening_open(screening: Any) -> Any:
    screening.state = ScreeningState.OPEN
    screening.save()
    return screening


def test_who_was_let_go_and_has_come_again_is_refused_with_a_sentence(world: World) -> None:
    first = released(an_episode(-10, person=world.person, phone=""))
    second = an_episode(-1, person=world.person, phone="", stays=left(1, "98"))
    screening = screened({ELSEWHERE: "high"})

    confirm(screening=screening, by=None)

    item = ScreeningItem.objects.get(episode=first)
    first.refresh_from_db()
    assert first.state == EpisodeState.RELEASED
    assert item.state == ItemState.REFUSED
    assert "has another open episode" in item.problem
    assert second.pk != first.pk


@pytest.mark.parametrize("state", ["no_show", "cancelled", "diverted", "case"])
def test_who_never_came_or_is_in_hospital_is_not_touched(world: World, state: str) -> None:
    episode = an_episode(-3)
    Episode.objects.filter(pk=episode.pk).update(state=state, stage_kind="", closed_at=noon())

    assert not screened({ELSEWHERE: "high"}).items.exists()


def test_confirming_twice_changes_nothing(world: World) -> None:
    episode = an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    confirm(screening=screening, by=None)
    episode.refresh_from_db()
    revision, stages = episode.revision, list(episode.stages.values())

    screening.refresh_from_db()
    assert screening.state == ScreeningState.CLOSED
    again = start_screening(risk_list=screening.risk_list, by=None)
    confirm(screening=screening_open(again), by=None)

    episode.refresh_from_db()
    assert (episode.revision, list(episode.stages.values())) == (revision, stages)
    assert item_of(episode).state == ItemState.APPLIED


def test_computing_again_keeps_what_was_decided_and_drops_whom_it_no_longer_touches(
    world: World,
) -> None:
    kept, gone, waits = an_episode(-3), an_episode(-2), an_episode(-1)
    screening = screened({ELSEWHERE: "high"})
    leave(screening=screening, items=[item_of(kept).pk], by=None, why="同行人已排除")
    Episode.objects.filter(pk=gone.pk).update(state="cancelled", stage_kind="", closed_at=noon())

    start_screening(risk_list=screening.risk_list, by=None)

    items = {item.episode_id: item.state for item in screening.items.all()}
    assert items == {kept.pk: ItemState.LEFT, waits.pk: ItemState.PENDING}


def test_a_township_confirms_its_own_persons_only(world: World) -> None:
    near, far = an_episode(-3, place_code=VILLAGE), an_episode(-3, place_code=FAR)
    screening = screened({ELSEWHERE: "high"})

    done = confirm(screening=screening, by=world.township)

    assert (done.applied, done.refused) == (1, 0)
    assert item_of(near).state == ItemState.APPLIED
    assert item_of(near).decided_by == world.township
    assert item_of(far).state == ItemState.PENDING
    with pytest.raises(Refused, match="None of these persons waits"):
        confirm(screening=screening, items=[item_of(far).pk], by=world.township)


def test_a_selection_leaves_the_others_waiting(world: World) -> None:
    first, second = an_episode(-3), an_episode(-2)
    screening = screened({ELSEWHERE: "high"})

    confirm(screening=screening, items=[item_of(first).pk], by=world.county)

    assert [item_of(e).state for e in (first, second)] == [ItemState.APPLIED, ItemState.PENDING]
    screening.refresh_from_db()
    assert screening.state == ScreeningState.OPEN


def test_one_person_who_cannot_be_planned_stops_nobody_else(world: World) -> None:
    good, bad, other = an_episode(-3), an_episode(-2), an_episode(-1)
    screening = screened({ELSEWHERE: "high"})
    Episode.objects.filter(pk=bad.pk).update(state="case", stage_kind="", closed_at=noon())

    done = confirm(screening=screening, by=None)

    assert (done.applied, done.refused) == (2, 1)
    assert "this period is over" in item_of(bad).problem
    assert {item_of(good).state, item_of(other).state} == {ItemState.APPLIED}


def test_the_trail_names_the_list_and_the_person_who_confirmed(world: World) -> None:
    episode = an_episode(-3)
    screening = screened({ELSEWHERE: "high"})

    confirm(screening=screening, by=world.township)

    event = episode.events.order_by("-pgh_id").first()
    context = event.pgh_context.metadata
    assert context["user"] == world.township.pk
    assert context["risk_list"] == screening.risk_list_id
    assert context["screening"] == screening.pk


def test_who_left_things_as_they_are_says_why(world: World) -> None:
    episode = an_episode(-3)
    screening = screened({ELSEWHERE: "high"})
    item = item_of(episode)

    with pytest.raises(Refused, match="Say why"):
        leave(screening=screening, items=[item.pk], by=None, why=" ")
    leave(screening=screening, items=[item.pk], by=world.township, why="仅在高速服务区停留")

    item.refresh_from_db()
    assert (item.state, item.problem) == (ItemState.LEFT, "仅在高速服务区停留")
    assert item.decided_by == world.township


def test_a_township_does_not_close_what_others_wait_for(world: World) -> None:
    an_episode(-3, place_code=FAR)
    screening = screened({ELSEWHERE: "high"})

    with pytest.raises(Refused, match="outside your area"):
        close(screening=screening, by=world.township)
    close(screening=screening, by=world.county)

    screening.refresh_from_db()
    assert screening.state == ScreeningState.CLOSED


def test_the_cadres_are_told_and_the_work_follows(
    world: World,
    announced: list[list[int]],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr("returnees.announce.queue", lambda task, args: sent.append((task, args)))
    episode = an_episode(-3)
    screening = screened({ELSEWHERE: "high"})

    with django_capture_on_commit_callbacks(execute=True):
        confirm(screening=screening, by=None)

    assert sent == [("schedules.tell_screened", [screening.pk, [episode.pk]])]
    assert announced[-1] == [episode.pk]


def test_many_are_left_to_a_worker_which_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(screenings, "queue", lambda task, args: sent.append((task, args)))
    monkeypatch.setattr(confirming, "queue", lambda task, args: sent.append((task, args)))
    for module in (screenings, confirming):
        monkeypatch.setattr(module, "MANY", 2)
        monkeypatch.setattr(module, "CHUNK", 2)
    episodes = [an_episode(-3) for _n in range(5)]

    with django_capture_on_commit_callbacks(execute=True):
        screening = screened({ELSEWHERE: "high"})
    assert screening.state == ScreeningState.WAITING
    assert sent == [(screenings.SCREEN_TASK, [screening.pk, None])]

    calls = []
    real = screenings.compute

    def dies(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(*args)

    monkeypatch.setattr(screenings, "compute", dies)
    with pytest.raises(RuntimeError):
        screen_queued(screening=screening.pk, user=None)
    assert screening.items.count() == 2
    screen_queued(screening=screening.pk, user=None)
    assert (len(calls), screening.items.count()) == (4, 5)

    screening.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm(screening=screening, by=None).queued == 5
    confirm_queued(screening=sent[-1][1][0], user=sent[-1][1][1])
    assert {item_of(e).state for e in episodes} == {ItemState.APPLIED}
    screening.refresh_from_db()
    assert screening.state == ScreeningState.CLOSED


def test_the_number_of_queries_does_not_depend_on_how_many_are_touched(world: World) -> None:
    def queries(count: int) -> tuple[int, int]:
        # Whoever registers after a list is planned with it: it goes before they come.
        ScreeningItem.objects.all().delete()
        RiskArea.objects.all().delete()
        reports = [a_report(-3) for _n in range(count)]
        register_reports(reports=[*reports, *(a_report(2) for _n in range(count))], by=None)
        version = published({ELSEWHERE: "high"})
        with CaptureQueriesContext(connection) as found:
            screening = start_screening(risk_list=version, by=None)
        with CaptureQueriesContext(connection) as applied:
            confirm(screening=screening, by=world.county)
        return len(found), len(applied)

    queries(1)
    few = queries(1)
    assert queries(8) == few


def test_a_person_asked_since_the_day_of_the_list_is_not_asked_again(world: World) -> None:
    episode = an_episode(-3, stays=left(3, CITY))
    Stay.objects.filter(report=episode.report).update(asked_on=today())

    assert not screened({ELSEWHERE: "high"}).items.exists()


def test_the_items_of_persons_possibly_touched_wait_to_be_chosen(world: World) -> None:
    episode = an_episode(-3, stays=left(3, CITY))
    screening = screened({ELSEWHERE: "high"})
    item = item_of(episode)

    confirm(screening=screening, by=None)
    item.refresh_from_db()
    assert (item.touch, item.state) == (Touch.POSSIBLE, ItemState.PENDING)
    assert item.after["class"] == "JY.MIDHIGH"
    assert episode.report.stays.get().unclear

    confirm(screening=screening, items=[item.pk], by=None)
    episode.refresh_from_db()
    stay = episode.report.stays.get()
    assert episode.classification == "JY.MIDHIGH"
    assert (stay.place_id, stay.text, stay.unclear) == (ELSEWHERE, "望潮区", False)


def test_stages_and_tests_that_are_done_stay(world: World) -> None:
    at_risk(ELSEWHERE, "key_concern")
    episode = an_episode(-3)
    test = episode.tests.order_by("due_on").first()
    enter_result(test=test, sampled_at=noon(-1), result="negative", by=None)

    confirm(screening=screened({ELSEWHERE: "high"}), by=None)

    test.refresh_from_db()
    assert (test.result, test.superseded_on) == ("negative", None)


@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_the_same_time_plan_everybody_once() -> None:
    build_world()
    in_force()
    episodes = [an_episode(-3) for _n in range(6)]
    screening = screened({ELSEWHERE: "high"})
    done: list[int] = []
    start = Barrier(2)

    def press() -> None:
        try:
            start.wait(10)
            done.append(confirm(screening=screening, by=None).applied)
        except Refused:
            done.append(0)
        finally:
            connections["default"].close()

    threads = [Thread(target=press) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sum(done) == len(episodes)
    for episode in episodes:
        revision = episode.revision
        episode.refresh_from_db()
        assert episode.revision == revision + 1
        assert len(episode.facts["events"]) == 1
