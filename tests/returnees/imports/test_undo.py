"""Taking a list back: the state before it, by natural key, but for what people did since."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.batches.decisions import decide
from grid.batches.undoing import undo_batch
from grid.models import Household, Person, Place
from grid.services.people import update_person
from returnees.models import Away, Episode
from returnees.services.away import note_away
from returnees.services.episodes import confirm_arrival, update_facts
from returnees.services.health import log_health
from returnees.services.inputs import CertificateInput, StayInput
from returnees.services.reports import register_report
from tests.cast import GRID, SECOND, World
from tests.factories.lists import Line, a_line, day
from tests.factories.returnees import a_report, id_number, in_force, noon
from tests.returnees.imports.lists import check, codes, commit
from tests.returnees.imports.state import business_state, differences


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def the(line: Line) -> Episode:
    return Episode.objects.get(person__name=line["姓名"])


def test_the_state_before_is_there_again(world: World) -> None:
    commit(
        a_line(1, 备注="甲", 核酸检测时间=day(-9), 核酸检测结果="阴性"),
        a_line(2, days=6),
        a_line(3, days=-6),
    )
    before = business_state()
    batch = commit(
        a_line(1, 备注="乙", 联系电话="18800009999", 核酸检测时间=day(-5), 核酸检测结果="阴性"),
        a_line(2, days=8, 出发地="海岳省临沧湾市"),
        a_line(3, days=-4, 健康码="黄码"),
        a_line(4),
        a_line(5, days=9),
    )

    undone = undo_batch(batch=batch, by=world.township)

    assert (undone.taken_back, undone.left) == (5, [])
    assert differences(before, business_state()) == []


def test_what_was_registered_by_hand_comes_back_to_the_hour(world: World) -> None:
    line = a_line(1)
    stays = (
        StayInput(last_day=noon(3).date(), first_day=noon(-9).date(), place_code="980101"),
        StayInput(last_day=noon(4).date(), text="途经望潮站"),
    )
    register_report(
        report=a_report(
            5,
            name=line["姓名"],
            id_number=line["身份证号"],
            phone="15400000001",
            arrives_at=noon(5).replace(hour=15, minute=30),
            stays=stays,
            origin_text="望潮",
            note="手工登记",
        ),
        by=world.cadre,
    )
    before = business_state()
    batch = commit(a_line(1, days=7, 备注="名单"))
    assert differences(before, business_state())

    undo_batch(batch=batch, by=world.township)

    assert differences(before, business_state()) == []


def test_several_rows_of_one_person_go_back_together(world: World) -> None:
    commit(a_line(1, 备注="甲"))
    before = business_state()
    batch = commit(
        a_line(1, 备注="乙"),
        a_line(1, 备注="丙", 联系电话="18800007777"),
        a_line(2),
        a_line(2, 联系电话="18800008888"),
        a_line(2, 备注="又改"),
    )

    undone = undo_batch(batch=batch, by=world.township)

    assert undone.left == []
    assert differences(before, business_state()) == []


def test_a_household_left_by_a_move_is_entered_again(world: World) -> None:
    person = world.person
    line = {
        **a_line(1, days=5),
        "姓名": person.name,
        "身份证号": person.id_number,
        "联系电话": "18800001111",
        "目的地社区村": "西关村",
    }
    before = business_state()
    batch = commit(line)
    decide(row=batch.rows.get(number=2), action="create", by=world.township)
    moved = Person.objects.get(pk=person.pk)
    assert (moved.place_id, moved.household_id) == (SECOND, None)

    undo_batch(batch=batch, by=world.township)

    back = Person.objects.get(pk=person.pk)
    assert (back.place_id, back.household_id) == (person.place_id, world.household.pk)
    assert differences(before, business_state()) == []


def test_a_household_that_is_no_more_is_not_entered_again(world: World) -> None:
    person, house = world.person, Household.objects.create(place_id=GRID, number="9")
    Person.objects.filter(pk=person.pk).update(household=house)
    line = {
        **a_line(1),
        "姓名": person.name,
        "身份证号": person.id_number,
        "目的地社区村": "西关村",
    }
    batch = commit(line)
    decide(row=batch.rows.get(number=2), action="create", by=world.township)
    house.delete()

    undone = undo_batch(batch=batch, by=world.township)

    assert undone.left == []
    assert Person.objects.get(pk=person.pk).household_id is None


def test_an_entry_of_the_ledger_of_those_away_is_open_again(world: World) -> None:
    person = world.person
    note_away(person=person, by=world.cadre, place=Place.objects.get(pk="980101"))
    before = business_state()
    line = {
        **a_line(1),
        "姓名": person.name,
        "身份证号": person.id_number,
        "联系电话": person.phone,
    }
    batch = commit(line)
    assert not Away.objects.open().exists()

    undo_batch(batch=batch, by=world.township)

    assert Away.objects.open().get().person_id == person.pk
    assert differences(before, business_state()) == []


def test_a_person_suggested_gets_the_old_document_back(world: World) -> None:
    line = a_line(1)
    register_report(
        report=a_report(5, name=line["姓名"], phone=line["联系电话"], id_number="", id_type="none"),
        by=None,  # a test is one moment of the database: a hand would count as since
    )
    before = business_state()
    batch = commit(a_line(1, days=5))
    decide(row=batch.rows.get(number=2), action="update", by=world.township)
    assert Person.objects.filter(name=line["姓名"]).get().id_number == id_number(1)

    undo_batch(batch=batch, by=world.township)

    assert differences(before, business_state()) == []


HANDS = {
    "a health check": lambda world, e: log_health(
        episode=e, temperature="36.5", symptoms=[], by=world.worker, channel="cadre"
    ),
    "a fact": lambda world, e: update_facts(episode=e, by=world.worker, why="核对", note="手改"),
    "a certificate": lambda world, e: update_facts(
        episode=e,
        by=world.worker,
        why="核对",
        certificates=(CertificateInput(sampled_on=noon(-4).date()),),
    ),
    "the phone": lambda world, e: update_person(
        person=e.person, by=world.worker, phone="15400009999"
    ),
}


@pytest.mark.parametrize("hand", list(HANDS.values()), ids=list(HANDS))
@pytest.mark.parametrize("known", [False, True], ids=["made", "changed"])
def test_what_somebody_touched_since_is_left_and_listed(
    world: World, hand: Any, known: bool
) -> None:
    if known:
        commit(a_line(1, 备注="甲"), a_line(2, 备注="甲"))
    batch = commit(a_line(1, 备注="乙"), a_line(2, 备注="乙"), by=world.township)
    hand(world, the(a_line(2)))

    undone = undo_batch(batch=batch, by=world.township)

    assert [(one.row, one.who) for one in undone.left] == [(3, "王网格")]
    assert undone.taken_back == 1
    assert the(a_line(2)).report.note in ("乙", "手改")
    assert Episode.objects.filter(person__name=a_line(1)["姓名"]).exists() == known
    assert "changed_since" in codes(batch, 3)


def test_an_arrival_confirmed_since_is_left(world: World) -> None:
    batch = commit(a_line(1, days=0))
    confirm_arrival(episode=Episode.objects.get(), by=world.cadre, arrived_at=noon(-1), now=noon(0))

    assert [one.row for one in undo_batch(batch=batch, by=None).left] == [2]


def test_lists_are_taken_back_from_the_last_to_the_first(world: World) -> None:
    empty = business_state()
    first = commit(a_line(1, 备注="甲"))
    middle = business_state()
    second = commit(a_line(1, 备注="乙"), by=world.township)

    undo_batch(batch=second, by=world.township)
    assert differences(middle, business_state()) == []
    undone = undo_batch(batch=first, by=world.township)

    assert undone.left == []
    assert differences(empty, business_state()) == []


def test_a_list_taken_back_and_imported_again_is_the_undisturbed_one(world: World) -> None:
    lines = [a_line(1, 备注="甲"), a_line(2, days=6), a_line(3, days=-30)]
    batch = commit(*lines)
    undisturbed = business_state()

    undo_batch(batch=batch, by=world.township)
    commit(*lines)

    assert differences(undisturbed, business_state()) == []


def queries_of(first: int, number: int) -> int:
    commit(*(a_line(first + n, 备注="甲") for n in range(number)))
    changed = [a_line(first + n, 备注="乙", 返乡时间=day(-4)) for n in range(number)]
    batch = commit(*changed, *(a_line(first + 500 + n) for n in range(number)))
    with CaptureQueriesContext(connection) as queries:
        undo_batch(batch=batch, by=None)
    return len(queries)


def test_taking_many_rows_back_costs_no_more_queries(world: World) -> None:
    assert queries_of(1, 2) == queries_of(100, 30)


def test_check_alone_leaves_nothing_to_take_back(world: World) -> None:
    before = business_state()

    check(a_line(1))

    assert differences(before, business_state()) == []
