"""Who a row is about: by document, else suggested, never by a phone or a name alone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from stdnum.iso7064 import mod_11_2

from grid.batches.committing import commit_batch
from grid.batches.decisions import decide
from grid.models import Person
from returnees.imports.exported import record_number
from returnees.models import Episode
from returnees.services.episodes import cancel
from returnees.services.reports import register_report
from tests.cast import FAR, SECOND, World
from tests.factories.lists import a_line, day
from tests.factories.returnees import a_report, id_number, in_force
from tests.returnees.imports.lists import actions, check, codes, commit

# Two documents of people born on the same day.
ONE, OTHER = (
    body + mod_11_2.calc_check_digit(body) for body in ("41999919900101991", "41999919900101017")
)


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()


def known(**changes: Any) -> Episode:
    """Register the person of the first line by hand."""
    line = a_line(1)
    given = {"name": line["姓名"], "phone": line["联系电话"], "id_number": id_number(1), **changes}
    return register_report(report=a_report(-3, **given), by=None)


def test_a_document_tells_the_person_whatever_else_is_written(world: World) -> None:
    known()

    batch = check(a_line(1, 姓名="何改名", 联系电话="18800009999"))

    assert actions(batch) == ["update"]
    assert batch.rows.get(number=2).person_key == Person.objects.get(name=a_line(1)["姓名"]).pk


@pytest.mark.parametrize(
    "same", [{"姓名": "何同名"}, {"联系电话": "18800001234"}], ids=["name", "phone"]
)
def test_the_same_phone_or_name_alone_is_nobody_known(world: World, same: dict[str, str]) -> None:
    commit(a_line(1, **same))

    batch = commit(a_line(2, **same))

    assert actions(batch) == ["create"]
    assert Episode.objects.count() == 2


def test_name_phone_and_birth_together_are_a_suggestion(world: World) -> None:
    episode = known(id_number=ONE)

    batch = check(a_line(1, 身份证号=OTHER))

    row = batch.rows.get(number=2)
    assert actions(batch) == ["ask"]
    assert codes(batch) == {"person_suggested"}
    assert (row.person_key, row.target_key) == (episode.person_id, episode.pk)


def test_another_birth_is_somebody_else(world: World) -> None:
    known(id_number=id_number(7))

    assert actions(check(a_line(1))) == ["create"]


def test_whoever_was_a_child_without_a_document_may_have_one_now(world: World) -> None:
    episode = known(id_number="", id_type="none")

    batch = commit(a_line(1))
    decide(row=batch.rows.get(number=2), action="update", by=world.township)

    person = Person.objects.get(pk=episode.person_id)
    assert (person.id_number, person.id_type) == (id_number(1), "id_card")
    assert actions(check(a_line(1))) == ["unchanged"]


def test_somebody_else_is_a_person_of_their_own(world: World) -> None:
    known(id_number=ONE)

    batch = commit(a_line(1, 身份证号=OTHER))
    row = decide(row=batch.rows.get(number=2), action="create", by=world.township)

    assert row.action == "create"
    assert Person.objects.filter(name=a_line(1)["姓名"]).count() == 2
    assert actions(check(a_line(1, 身份证号=OTHER))) == ["unchanged"]


def test_the_same_person_by_decision_is_known_by_the_new_document(world: World) -> None:
    episode = known(id_number=ONE)

    batch = check(a_line(1, 身份证号=OTHER, 备注="换证"))
    decide(row=batch.rows.get(number=2), action="update", by=world.township)
    commit_batch(batch=batch, by=world.township)

    episode.refresh_from_db()
    assert Person.objects.get(pk=episode.person_id).id_number == OTHER
    assert (episode.report.note, Episode.objects.count()) == ("换证", 1)


def test_one_list_tells_its_repetitions_apart(world: World) -> None:
    batch = check(
        a_line(1),
        a_line(1),
        a_line(1, 返乡时间=day(-3).replace("-", "/")),
        a_line(1, 联系电话="18800009999"),
        a_line(1, 联系电话="18800009999", 目的地社区村="西关村"),
    )

    found = list(
        batch.rows.filter(kind="data").order_by("number").values_list("duplicate", "action")
    )
    assert found == [
        ("", "create"),
        ("exact", "unchanged"),
        ("reformatted", "unchanged"),
        ("update", "update"),
        ("cross_village", "ask"),
    ]


def test_somebody_of_another_village_of_ones_own_is_asked_about(world: World) -> None:
    known(place_code=SECOND)

    batch = check(a_line(1))

    assert (actions(batch), codes(batch)) == (["ask"], {"known_cross_village"})


def test_somebody_known_elsewhere_is_told_without_opening_the_file(world: World) -> None:
    known(place_code=FAR, note="只有那边知道")

    batch = check(a_line(1))

    row = batch.rows.get(number=2)
    assert (actions(batch), codes(batch)) == (["ask"], {"known_elsewhere"})
    assert "只有那边知道" not in str(row.values)
    assert FAR not in str(row.values)


def test_a_decided_new_day_of_somebody_who_arrived_is_not_asked_again(world: World) -> None:
    episode = known()
    batch = commit(a_line(1, days=-30))
    assert codes(batch) == {"known_arrived"}

    row = decide(row=batch.rows.get(number=2), action="update", by=world.township)

    episode.refresh_from_db()
    assert row.action == "update"
    assert episode.arrives_on.isoformat() == day(-30)


# --- record numbers --------------------------------------------------------------------------


HEAD = "记录编号,姓名,身份证号,联系电话,出发地,目的地社区村,返乡时间,备注"


def row_of(number: str, name: str, **more: str) -> bytes:
    cells = [number, name, *(more.get(key, "") for key in ("id", "phone")), "", "", "", "新备注"]
    return f"{HEAD}\r\n{','.join(cells)}".encode("utf-8-sig")


def test_a_record_number_and_the_name_are_enough(world: World) -> None:
    episode = known()

    batch = check(content=row_of(record_number(episode.pk), a_line(1)["姓名"]))

    assert actions(batch) == ["update"]
    assert batch.rows.get(number=2).target_key == episode.pk


@pytest.mark.parametrize("more", [{}, {"id": id_number(2)}, {"id": "419999********9999"}])
def test_a_wrong_record_number_is_a_question_and_not_a_wrong_person(
    world: World, more: dict[str, str]
) -> None:
    episode = known()
    known(name="何别人", phone="15400000009", id_number=id_number(2))
    name = a_line(1)["姓名"] if more else "何别人"

    batch = commit(content=row_of(record_number(episode.pk), name, **more))

    assert (actions(batch), codes(batch)) == (["ask"], {"record_other"})
    episode.report.refresh_from_db()
    assert episode.report.note == ""


@pytest.mark.parametrize("number", ["R1-0", "R999999-6", "12"])
def test_a_record_that_is_not_there_is_asked_about(world: World, number: str) -> None:
    batch = check(content=row_of(number, "何人"))

    assert (actions(batch), codes(batch)) == (["ask"], {"record_unknown"})


def test_of_records_elsewhere_nothing_is_told(world: World) -> None:
    episode = known(place_code=FAR)

    batch = check(content=row_of(record_number(episode.pk), a_line(1)["姓名"]))

    assert codes(batch) == {"record_unknown"}
    assert batch.rows.get(number=2).person_key is None


def test_a_return_that_is_over_stays_and_says_so(world: World) -> None:
    episode = known()
    cancel(episode=episode, by=None, why="不回了")

    batch = check(content=row_of(record_number(episode.pk), a_line(1)["姓名"]))

    assert (actions(batch), codes(batch)) == (["unchanged"], {"known_over"})


def queries_of(number: int, first: int) -> int:
    commit(*(a_line(first + n) for n in range(number)))
    changed = [a_line(first + n, 备注="改") for n in range(number)]
    suggested = [a_line(first + n, 身份证号="", 备注="儿童") for n in range(number)]
    with CaptureQueriesContext(connection) as queries:
        check(*changed, *suggested)
    return len(queries)


def test_looking_at_many_rows_costs_no_more_queries(world: World) -> None:
    assert queries_of(2, 10) == queries_of(30, 40)
