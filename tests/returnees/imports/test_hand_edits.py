"""What somebody edited by hand after an import stays, unless the list says something new."""

from collections.abc import Callable
from typing import Any

import pytest

from grid.batches.decisions import decide
from grid.batches.undoing import undo_batch
from grid.models import Place
from grid.services.people import update_person
from returnees.choices import TestResult
from returnees.models import Certificate, Episode
from returnees.services.episodes import confirm_arrival, update_facts
from returnees.services.inputs import CertificateInput
from returnees.services.reports import register_report
from returnees.services.stay_answers import settle_stay
from tests.cast import SECOND, World
from tests.factories.lists import a_line, day
from tests.factories.returnees import a_report, id_number, in_force, noon
from tests.returnees.imports.lists import actions, check, codes, commit
from tests.returnees.imports.state import business_state

Edit = Callable[[World, Episode], Any]


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()
    Place.objects.create(code="980102", name="听涛区", level=3, parent_id="9801")


def fact(**changes: Any) -> Edit:
    return lambda world, episode: update_facts(
        episode=episode, by=world.cadre, why="核对", **changes
    )


def person(**changes: Any) -> Edit:
    return lambda world, episode: update_person(
        person=episode.person, by=world.cadre, why="核对", **changes
    )


def village(world: World, episode: Episode) -> None:
    update_person(person=episode.person, by=world.cadre, place=Place.objects.get(pk=SECOND))
    update_facts(episode=episode, by=world.cadre, why="核对", place_id=SECOND)


# heading, what the first list says, what is edited by hand, how it reads then, what a list may say
EDITS: dict[str, tuple[str, str, Edit, Callable[[Episode], Any], str]] = {
    "name": ("姓名", "何一", person(name="何二"), lambda e: e.person.name, "何三"),
    "phone": (
        "联系电话",
        "18800000001",
        person(phone="18800000002"),
        lambda e: e.person.phone,
        "18800000003",
    ),
    "village": ("目的地社区村", "东关村", village, lambda e: e.place_id, "西关村"),
    "address": ("目的地详细地址", "一组", fact(address="二组"), lambda e: e.report.address, "三组"),
    "origin": (
        "出发地",
        "海岳省临沧湾市望潮区",
        fact(origin_id="980102", origin_text="海岳省临沧湾市听涛区"),
        lambda e: (e.report.origin_id, e.report.origin_text),
        "海岳省临沧湾市",
    ),
    "return date": (
        "返乡时间",
        day(5),
        fact(arrives_at=noon(6)),
        lambda e: e.arrives_on.isoformat(),
        day(7),
    ),
    "transport": (
        "交通方式",
        "火车",
        fact(transport="plane"),
        lambda e: e.report.transport,
        "自驾",
    ),
    "health code": (
        "健康码",
        "绿码",
        fact(health_code="yellow"),
        lambda e: e.report.health_code,
        "红码",
    ),
    "symptoms": (
        "有无症状",
        "无症状",
        fact(health_state="咳嗽"),
        lambda e: e.report.health_state,
        "发热",
    ),
    "remark": ("备注", "甲", fact(note="乙"), lambda e: e.report.note, "丙"),
}
each = pytest.mark.parametrize(
    ("heading", "first", "edit", "read", "other"), list(EDITS.values()), ids=list(EDITS)
)


def imported(heading: str, first: str) -> Episode:
    commit(a_line(1, **{"返乡时间": day(5), heading: first}))
    return Episode.objects.get()


def line(heading: str, text: str) -> dict[str, str]:
    return a_line(1, **{"返乡时间": day(5), heading: text})


def fresh() -> Episode:
    return Episode.objects.get()


@each
def test_the_same_list_again_leaves_what_was_edited(
    world: World, heading: str, first: str, edit: Edit, read: Any, other: str
) -> None:
    edit(world, imported(heading, first))
    edited, state = read(fresh()), business_state()

    batch = commit(line(heading, first))

    assert (actions(batch), codes(batch)) == (["unchanged"], {"hand_edit_kept"})
    assert read(fresh()) == edited
    assert business_state() == state


@each
def test_another_field_is_updated_and_the_edit_stays(
    world: World, heading: str, first: str, edit: Edit, read: Any, other: str
) -> None:
    edit(world, imported(heading, first))
    edited = read(fresh())

    batch = commit({**line(heading, first), "户籍地址": "云溪省澜川市青禾县"})

    assert actions(batch) == ["update"]
    assert "hand_edit_kept" in codes(batch)
    assert (read(fresh()), fresh().report.extra["hukou"]) == (edited, "云溪省澜川市青禾县")


@each
def test_a_list_with_news_after_an_edit_asks(
    world: World, heading: str, first: str, edit: Edit, read: Any, other: str
) -> None:
    if heading == "目的地社区村":
        return  # a third village is asked about as any other: test_matching
    edit(world, imported(heading, first))
    edited = read(fresh())

    batch = commit(line(heading, other))

    assert (actions(batch), codes(batch)) == (["ask"], {"hand_edit_conflict"})
    (params,) = batch.rows.get(number=2).values["_params"]
    assert (params["fields"], params["who"]) == (heading, "陈包保")
    assert read(fresh()) == edited

    decide(row=batch.rows.get(number=2), action="update", by=world.township)

    assert read(fresh()) != edited
    assert actions(check(line(heading, other))) == ["unchanged"]


@each
def test_with_overwrite_the_list_wins(
    world: World, heading: str, first: str, edit: Edit, read: Any, other: str
) -> None:
    before = read(imported(heading, first))
    edit(world, fresh())

    batch = commit(line(heading, first), options={"overwrite": True})

    if heading == "目的地社区村":
        assert codes(batch) == {"known_cross_village"}
        decide(row=batch.rows.get(number=2), action="update", by=world.township)
    assert read(fresh()) == before


@each
def test_without_an_edit_a_list_with_news_updates(
    world: World, heading: str, first: str, edit: Edit, read: Any, other: str
) -> None:
    before = read(imported(heading, first))

    batch = commit(line(heading, other))

    if heading == "目的地社区村":
        return
    assert actions(batch) == ["update"]
    assert read(fresh()) != before


def test_a_question_can_be_answered_in_favour_of_the_edit(world: World) -> None:
    fact(note="乙")(world, imported("备注", "甲"))
    batch = commit({**line("备注", "丙"), "健康码": "红码"})

    decide(
        row=batch.rows.get(number=2),
        action="update",
        by=world.township,
        values={"hand_edits": "keep"},
    )

    assert (fresh().report.note, fresh().report.health_code) == ("乙", "red")


def test_who_registered_a_return_by_hand_and_never_touched_it_is_updated(world: World) -> None:
    register_report(report=a_report(5, id_number=id_number(1), note="甲"), by=world.cadre)

    assert actions(check(a_line(1, days=5, 备注="乙"))) == ["update"]


def test_an_edit_of_a_return_registered_by_hand_is_asked_about(world: World) -> None:
    episode = register_report(report=a_report(5, id_number=id_number(1), note="甲"), by=world.cadre)
    fact(note="乙")(world, episode)

    batch = check(a_line(1, days=5, 备注="丙"))

    assert (actions(batch), codes(batch)) == (["ask"], {"hand_edit_conflict"})


def test_an_older_list_is_no_news_where_a_later_one_was_imported(world: World) -> None:
    imported("备注", "甲")
    commit(line("备注", "乙"))
    fact(note="丙")(world, fresh())

    batch = check(line("备注", "乙"))

    assert (actions(batch), codes(batch)) == (["unchanged"], {"hand_edit_kept"})


def test_after_an_import_was_taken_back_the_edit_before_it_still_counts(world: World) -> None:
    fact(note="乙")(world, imported("备注", "甲"))
    batch = commit(line("备注", "丙"), options={"overwrite": True})
    undo_batch(batch=batch, by=world.township)
    assert fresh().report.note == "乙"

    again = check(line("备注", "甲"))

    assert (actions(again), codes(again)) == (["unchanged"], {"hand_edit_kept"})


def test_an_arrival_confirmed_on_another_day_stays(world: World) -> None:
    commit(a_line(1, days=1))
    confirm_arrival(episode=fresh(), by=world.cadre, arrived_at=noon(-1), now=noon(0))

    batch = commit(a_line(1, days=1))

    assert (actions(batch), codes(batch)) == (["unchanged"], {"hand_edit_kept"})
    assert fresh().arrives_on.isoformat() == day(-1)


def test_a_certificate_entered_by_hand_stays_beside_those_of_lists(world: World) -> None:
    first = a_line(1, 核酸检测时间=day(-9), 核酸检测结果="阴性")
    commit(first)
    fact(certificates=(CertificateInput(sampled_on=noon(-5).date()),))(world, fresh())

    again = commit(first)
    third = commit(a_line(1, 核酸检测时间=day(-4), 核酸检测结果="阴性"))

    assert (actions(again), actions(third)) == (["unchanged"], ["update"])
    days = [one.isoformat() for one in Certificate.objects.values_list("sampled_on", flat=True)]
    assert sorted(days) == [day(-9), day(-5), day(-4)]


def test_a_certificate_somebody_took_out_does_not_come_back(world: World) -> None:
    first = a_line(1, 核酸检测时间=day(-9), 核酸检测结果="阴性")
    commit(first)
    Certificate.objects.all().delete()
    fact(certificates=(CertificateInput(sampled_on=noon(-8).date(), result=TestResult.NEGATIVE),))(
        world, fresh()
    )

    batch = commit(first)

    assert actions(batch) == ["unchanged"]
    assert Certificate.objects.count() == 1


def test_an_answered_stay_keeps_its_finer_place(world: World) -> None:
    Place.objects.create(code="980101001", name="望潮街道", level=4, parent_id="980101")
    episode = imported("备注", "甲")
    settle_stay(stay=episode.report.stays.get(), by=world.cadre, place="980101001")

    commit({**line("备注", "甲"), "返乡时间": day(6)})

    stay = fresh().report.stays.get()
    assert (stay.place_id, stay.last_day.isoformat()) == ("980101001", day(6))


def test_somebody_moved_by_hand_is_not_moved_back(world: World) -> None:
    village(world, imported("备注", "甲"))

    batch = commit(line("备注", "乙"))

    assert (actions(batch), fresh().place_id) == (["update"], SECOND)
