"""A list imported by the township becomes the work of each village's own cadre."""

from datetime import timedelta
from typing import Any

import pytest

from grid.batches.answers import answer_file
from grid.batches.registry import kind_of
from grid.batches.undoing import undo_batch
from grid.choices import Tier
from grid.days import today
from grid.models import Assignment, ImportBatch
from returnees.models import Episode
from returnees.services.inputs import CertificateInput, StayInput
from returnees.services.reports import register_report
from schedules.models import DutySpan, Task
from schedules.services import reconcile
from tests.cast import SECOND, VILLAGE, World
from tests.factories.lists import Line, a_line, day
from tests.factories.returnees import a_report, id_number, in_force, noon
from tests.returnees.imports.lists import commit

Work = set[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def _notice(world: World) -> None:
    in_force()
    for cadre, village in ((world.cadre, VILLAGE), (world.head, SECOND)):
        Assignment.objects.create(
            cadre=cadre,
            tier=Tier.HOUSEHOLD,
            place_id=village,
            at_id=village,
            since=today() - timedelta(days=9),
        )


def work_of(*names: str) -> Work:
    """Return what is owed to these persons: duty, day, holder, state."""
    rows = Task.objects.filter(episode__person__name__in=names)
    return set(rows.values_list("duty__key", "due_day", "holder__name", "state"))


def imported(*lines: Line, by: Any) -> list[Episode]:
    batch = commit(*lines, by=by)
    episodes = list(Episode.objects.filter(report__batch_key=batch.pk).order_by("pk"))
    reconcile(episode_ids=[episode.pk for episode in episodes])
    return episodes


@pytest.mark.clause("JY-2j")
def test_the_work_goes_to_the_cadre_of_the_village_and_not_to_the_importer(world: World) -> None:
    here, there = imported(
        a_line(1, days=-1), a_line(2, days=-1, 目的地社区村="西关村"), by=world.township
    )

    assert (here.responsible, there.responsible) == (world.cadre, world.head)
    holders = Task.objects.values_list("episode", "holder")
    assert set(holders) == {(here.pk, world.cadre.pk), (there.pk, world.head.pk)}


def test_what_is_imported_comes_out_as_if_entered_by_hand(world: World) -> None:
    line = a_line(1, days=-1, 核酸检测时间=day(-3), 核酸检测结果="阴性")
    (listed,) = imported(line, by=world.township)
    entered = register_report(
        report=a_report(
            name="何手工",
            id_number=id_number(700),
            arrives_at=noon(-1),
            arrived=True,
            transport="train",
            reported_at=listed.report.reported_at,
            certificates=(CertificateInput(sampled_on=noon(-3).date()),),
            stays=(StayInput(last_day=noon(-1).date(), place_code="980101", text=line["出发地"]),),
        ),
        by=world.cadre,
    )
    reconcile(episode_ids=[entered.pk])

    assert work_of("何手工") == work_of(line["姓名"]) != set()
    listed.refresh_from_db()
    assert (listed.plan, listed.facts) == (entered.plan, entered.facts)
    for rows in ("stages", "tests"):
        columns = ("due_on", "purpose") if rows == "tests" else ("kind", "day0", "last_day")
        mine = set(getattr(listed, rows).values_list(*columns))
        assert mine == set(getattr(entered, rows).values_list(*columns))


def test_the_answer_names_the_responsible_cadre_and_the_class_of_each_row(world: World) -> None:
    batch = commit(
        a_line(1), a_line(2, 目的地社区村="西关村"), a_line(3, 返乡时间=""), by=world.township
    )

    kind, rows = kind_of("returnees"), list(batch.rows.filter(kind="data"))
    assert kind.responsible(rows) == {2: world.cadre.name, 3: world.head.name}
    assert set(kind.category(rows)) == {2, 3}
    assert all(title and "." not in title for title in kind.category(rows).values())
    answer = answer_file(batch)
    assert world.head.name in answer.content.decode("utf-8-sig")


def test_a_list_taken_back_leaves_no_work(world: World) -> None:
    imported(a_line(1, days=-1), by=world.township)
    batch_key = Episode.objects.get().report.batch_key
    undo_batch(batch=ImportBatch.objects.get(pk=batch_key), by=world.township)

    assert not Task.objects.exists()
    assert not DutySpan.objects.exists()
