"""Which villages have sent a day's list: what counts, what is late, whom to call."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.batches.tonight import (
    NotNothingError,
    VillageLine,
    deadline,
    missing_villages,
    nothing_tonight,
    villages_sent,
)
from grid.batches.undoing import undo_batch
from grid.choices import BatchState, Level, Role, RowAction, Tier
from grid.days import at, today
from grid.models import Assignment, ImportBatch, ImportRow, Leave, Place, User
from tests.cast import COUNTY, FAR, SECOND, TOWN, VILLAGE, World
from tests.factories.grid import UserFactory

pytestmark = pytest.mark.django_db
LIST = "returnees"


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Let it be seven in the evening, an hour before the lists are due."""
    with time_machine.travel(at(today(), time(19, 0)), tick=False):
        yield


def a_batch(place: str, by: User | None = None, **changes: Any) -> ImportBatch:
    """Return a committed list of three rows given for a place now."""
    figures = changes.pop("figures", {"rows": 3, "waiting": 1, "invalid": 1})
    return ImportBatch.objects.create(
        **{
            "list_name": LIST,
            "file_name": "名单.xlsx",
            "place_id": place,
            "uploaded_by": by,
            "as_of": today(),
            "state": BatchState.COMMITTED,
            "summary": figures,
            **changes,
        }
    )


def rows(batch: ImportBatch, village: str, *actions: RowAction, kind: str = "data") -> None:
    """Write rows that name a village."""
    first = batch.rows.count() + 2
    ImportRow.objects.bulk_create(
        ImportRow(batch=batch, number=first + n, kind=kind, action=action, village=village)
        for n, action in enumerate(actions)
    )


def line(user: User, village: str = VILLAGE, **options: Any) -> VillageLine:
    """Return the line of one village."""
    lines = villages_sent(user, options.pop("name", LIST), options.pop("day", today()), **options)
    return next(one for one in lines if one.village.pk == village)


def states(user: User) -> dict[str, str]:
    return {one.village.pk: one.state for one in villages_sent(user, LIST, today())}


# -------- what counts


def test_each_village_in_scope_has_a_line_and_no_other(world: World) -> None:
    assert states(world.township) == {VILLAGE: "missing", SECOND: "missing"}
    assert set(states(world.county)) == {VILLAGE, SECOND, FAR}
    assert set(states(world.neighbour)) == {FAR}
    assert states(world.worker) == {}
    assert states(world.clerk) == {}


def test_a_village_in_use_no_more_sends_nothing(world: World) -> None:
    Place.objects.filter(pk=SECOND).update(closed=True)

    assert set(states(world.township)) == {VILLAGE}


def test_a_list_of_a_village_shows_when_by_whom_and_its_figures(world: World) -> None:
    batch = a_batch(VILLAGE, world.head)

    found = line(world.township)

    assert (found.state, found.batch, found.lists) == ("sent", batch, 1)
    assert found.batch
    assert found.batch.uploaded_by == world.head
    assert (found.rows, found.waiting, found.refused) == (3, 1, 1)
    assert not found.is_late
    assert not found.is_open
    assert states(world.township)[SECOND] == "missing"


def test_a_list_of_the_township_counts_for_the_villages_its_rows_name(world: World) -> None:
    batch = a_batch(TOWN, world.township)
    rows(batch, SECOND, RowAction.CREATE, RowAction.ASK, RowAction.REFUSE, RowAction.REFUSE)
    rows(batch, "", RowAction.REFUSE)
    rows(batch, VILLAGE, RowAction.SKIP, kind="subtotal")

    found = line(world.county, SECOND)

    assert states(world.county) == {VILLAGE: "missing", SECOND: "sent", FAR: "missing"}
    assert (found.rows, found.waiting, found.refused) == (4, 1, 2)


def test_the_head_of_a_village_sees_that_the_county_sent_its_rows(world: World) -> None:
    rows(a_batch(COUNTY), VILLAGE, RowAction.CREATE)

    assert line(world.head).state == "sent"


def test_a_list_of_another_kind_or_day_does_not_count(world: World) -> None:
    a_batch(VILLAGE, list_name="households")
    a_batch(VILLAGE, as_of=today() - timedelta(days=1))

    assert line(world.head).state == "missing"
    assert line(world.head, name="households").state == "sent"
    assert line(world.head, day=today() - timedelta(days=1)).state == "sent"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (BatchState.CHECKING, "missing"),
        (BatchState.CHECKED, "unconfirmed"),
        (BatchState.COMMITTING, "sent"),
        (BatchState.COMMITTED, "sent"),
        (BatchState.FAILED, "unconfirmed"),
        (BatchState.CANCELLED, "unconfirmed"),
        (BatchState.DISCARDED, "missing"),
        (BatchState.UNDOING, "missing"),
        (BatchState.UNDONE, "missing"),
    ],
)
def test_a_list_counts_only_while_it_stands(world: World, state: str, wanted: str) -> None:
    a_batch(VILLAGE, state=state)

    found = line(world.head)

    assert found.state == wanted
    assert found.is_open == (wanted != "sent")
    assert found.rows == (3 if wanted == "sent" else 0)


def test_a_list_only_tried_out_does_not_count(world: World) -> None:
    a_batch(VILLAGE, state=BatchState.CHECKED, options={"validate_only": True})

    assert line(world.head).state == "missing"


def test_several_lists_are_one_line_with_the_first_and_the_sum(world: World) -> None:
    first = a_batch(VILLAGE, world.head)
    with time_machine.travel(at(today(), time(21, 0)), tick=False):
        a_batch(VILLAGE, world.cadre)
        a_batch(VILLAGE, world.cadre, state=BatchState.UNDONE)
        found = line(world.township)

    assert (found.batch, found.lists, found.rows) == (first, 2, 6)
    assert not found.is_late


# -------- late


def test_what_comes_after_the_deadline_is_late(world: World) -> None:
    late = deadline(today()) + timedelta(minutes=1)
    with time_machine.travel(late, tick=False):
        a_batch(VILLAGE)
        found = villages_sent(world.township, LIST, today())

    assert [(one.state, one.is_late) for one in found] == [("sent", True), ("missing", True)]
    assert not line(world.township, SECOND).is_late, "an hour before, nobody is late"


def test_the_deadline_is_a_setting(world: World, settings: Any) -> None:
    settings.GRID = {**settings.GRID, "list_deadline": time(18, 30)}
    a_batch(VILLAGE)

    assert line(world.head).is_late
    assert f"{deadline(today()):%H:%M}" == "18:30"


# -------- nobody to list


def test_a_zero_report_is_a_committed_list_without_rows(world: World) -> None:
    place = Place.objects.get(pk=VILLAGE)

    batch = nothing_tonight(place=place, day=today(), list_name=LIST, by=world.cadre)
    again = nothing_tonight(place=place, day=today(), list_name=LIST, by=world.head)

    assert again == batch
    assert (batch.state, batch.uploaded_by, batch.rows.count()) == ("committed", world.cadre, 0)
    assert batch.summary["rows"] == 0
    found = line(world.township)
    assert (found.state, found.batch, found.rows, found.lists) == ("zero", batch, 0, 0)
    assert not found.is_open


def test_a_list_sent_after_a_zero_report_is_what_counts_and_was_not_late(world: World) -> None:
    place = Place.objects.get(pk=VILLAGE)
    nothing_tonight(place=place, day=today(), list_name=LIST, by=world.cadre)
    with time_machine.travel(at(today(), time(22, 0)), tick=False):
        batch = a_batch(VILLAGE)
        found = line(world.head)

    assert (found.state, found.batch, found.is_late) == ("sent", batch, False)


def test_nothing_can_be_said_of_a_township_a_day_to_come_or_a_village_that_sent(
    world: World,
) -> None:
    village, town = Place.objects.get(pk=VILLAGE), Place.objects.get(pk=TOWN)
    a_batch(VILLAGE)

    for place, day, words in (
        (town, today(), "village by village"),
        (village, today() + timedelta(days=1), "still to come"),
        (village, today(), "there already"),
    ):
        with pytest.raises(NotNothingError) as refusal:
            nothing_tonight(place=place, day=day, list_name=LIST, by=None)
        assert words in str(refusal.value)
    assert ImportBatch.objects.count() == 1


def test_a_zero_report_taken_back_is_none(world: World) -> None:
    place = Place.objects.get(pk=VILLAGE)
    batch = nothing_tonight(place=place, day=today(), list_name=LIST, by=world.cadre)

    undo_batch(batch=batch, by=world.head)

    assert line(world.head).state == "missing"
    assert nothing_tonight(place=place, day=today(), list_name=LIST, by=None) != batch


# -------- whom to call


def test_who_answers_for_the_village_is_called_before_its_head(world: World) -> None:
    before = line(world.township).cadre
    cadre = UserFactory(name="包村干部", phone="15400009999")
    Assignment.objects.create(
        cadre=cadre, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=today()
    )
    after = line(world.township).cadre

    assert before
    assert (before.name, before.what, before.phone) == (
        world.head.name,
        Role.VILLAGE_HEAD.label,
        world.head.phone,
    )
    assert after
    assert (after.name, after.what) == ("包村干部", Tier.VILLAGE.label)


def test_the_phone_of_a_cadre_from_elsewhere_is_masked(world: World) -> None:
    cadre = UserFactory(name="包村干部", phone="15400009999")
    Assignment.objects.create(
        cadre=cadre, tier=Tier.VILLAGE, place_id=VILLAGE, at_id=VILLAGE, since=today()
    )

    found = line(world.head).cadre

    assert found
    assert (found.phone, found.can_call) == ("154****9999", False)


def test_a_head_on_leave_or_inactive_is_not_called(world: World) -> None:
    Leave.objects.create(
        user=world.head, cover=world.township, since=today(), until=today() + timedelta(days=2)
    )
    found = line(world.township).cadre
    assert found
    assert found.name == world.cadre.name

    User.objects.filter(pk=world.cadre.pk).update(is_active=False)
    assert line(world.township).cadre is None


def test_nobody_is_called_for_a_village_that_sent(world: World) -> None:
    a_batch(VILLAGE)

    assert line(world.township).cadre is None


# -------- figures and queries


def test_the_missing_are_counted_below_several_places(world: World) -> None:
    a_batch(VILLAGE)
    a_batch(FAR, state=BatchState.CHECKED)

    assert missing_villages([TOWN], LIST, today()) == 1
    assert missing_villages([COUNTY], LIST, today()) == 1
    assert missing_villages([SECOND, FAR], LIST, today()) == 1
    assert missing_villages([VILLAGE], LIST, today()) == 0
    assert missing_villages([], LIST, today()) == 0


def test_the_number_of_queries_does_not_grow_with_the_villages(world: World) -> None:
    def asked() -> int:
        user = User.objects.get(pk=world.county.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            villages_sent(user, LIST, today())
        return len(queries)

    rows(a_batch(TOWN), VILLAGE, RowAction.CREATE)
    few = asked()
    for n in range(12):
        code = f"{TOWN}3{n:02d}"
        Place.objects.create(code=code, name=f"村{n}", level=Level.VILLAGE, parent_id=TOWN)
        if n % 2:
            rows(a_batch(TOWN), code, RowAction.CREATE)

    assert asked() == few


def test_the_deadline_is_an_hour_of_the_day_itself() -> None:
    day = today() - timedelta(days=3)

    assert deadline(day) == datetime.combine(day, time(20, 0), tzinfo=deadline(day).tzinfo)
