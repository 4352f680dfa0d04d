"""Which notice binds where and when, and the risk of a stay."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.days import today
from grid.models import Place
from returnees.models import PolicyVersion, RiskArea
from returnees.policies import (
    NoPolicyInForceError,
    PolicyNotActivatedError,
    RiskBook,
    activate_policy,
    fill_gap,
    pack_in_force,
    risk_of,
)
from tests.cast import COUNTY, TOWN, VILLAGE, World

DAY = timedelta(days=1)
START = today() - timedelta(days=100)


def bind(pack: str, *, place: str = COUNTY, since: object = START) -> PolicyVersion:
    return activate_policy(pack=pack, place=Place.objects.get(pk=place), since=since, by=None)


@pytest.mark.clause("A-50")
def test_a_new_notice_ends_the_former_on_its_first_day(world: World) -> None:
    former = bind("JY")

    bind("GZ", since=START + 10 * DAY)

    former.refresh_from_db()
    assert former.until == START + 10 * DAY
    assert pack_in_force(VILLAGE, START + 9 * DAY)[0].key == "JY"
    assert pack_in_force(VILLAGE, START + 10 * DAY)[0].key == "GZ"


def test_the_nearest_place_decides(world: World) -> None:
    bind("JY")
    bind("GZ", place=TOWN)

    assert pack_in_force(VILLAGE, today())[1].pack == "GZ"


def test_the_same_notice_again_stays_one(world: World) -> None:
    assert bind("JY") == bind("JY", since=today())


@pytest.mark.parametrize(
    ("pack", "since", "sentence"),
    [("XX", START, "is not known"), ("GZ", START - DAY, "choose that day or a later one")],
)
def test_what_cannot_be_put_in_force_is_refused(
    world: World, pack: str, since: object, sentence: str
) -> None:
    bind("JY")

    with pytest.raises(PolicyNotActivatedError, match=sentence):
        bind(pack, since=since)

    assert PolicyVersion.objects.get().until is None


def test_before_the_first_notice_there_is_none_until_the_gap_is_filled(world: World) -> None:
    bind("GZ")

    with pytest.raises(NoPolicyInForceError, match="No notice is in force"):
        pack_in_force(VILLAGE, START - DAY)
    fill_gap(pack="JY", place=Place.objects.get(pk=COUNTY), since=START - 10 * DAY, by=None)

    assert pack_in_force(VILLAGE, START - DAY)[0].key == "JY"
    assert pack_in_force(VILLAGE, START)[0].key == "GZ"


@pytest.mark.clause("A-04")
def test_the_highest_level_of_any_day_and_every_flag_count(world: World) -> None:
    RiskArea.objects.create(place_id="98", flags=["local_cases"], since=START)
    RiskArea.objects.create(place_id="9801", level="mid", flags=["key_concern"], since=START)
    RiskArea.objects.create(
        place_id="980101", level="high", since=START + 5 * DAY, until=START + 7 * DAY
    )

    before, touching, after = (
        risk_of("980101", START + a * DAY, START + b * DAY) for a, b in ((0, 4), (6, 9), (7, 9))
    )

    assert (before.level, before.flags) == ("mid", ("key_concern", "local_cases"))
    assert touching.level == "high"
    assert after.level == "mid"


def test_the_risk_of_many_stays_costs_one_query(world: World) -> None:
    RiskArea.objects.create(place_id="9801", level="mid", since=START)

    with CaptureQueriesContext(connection) as queries:
        book = RiskBook.of(["980101", "9801", "98", VILLAGE], START, today())
        levels = [book.risk(code, START, today()).level for code in ("980101", "9801", "98")]

    assert len(queries) == 1
    assert levels == ["mid", "mid", "low"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    areas=st.lists(
        st.tuples(
            st.sampled_from(["98", "9801", "980101"]),
            st.sampled_from(["low", "mid", "high"]),
            st.integers(0, 30),
            st.integers(1, 10) | st.none(),
        ),
        max_size=5,
    ),
    first=st.integers(0, 30),
    length=st.integers(0, 20),
)
def test_the_book_agrees_with_a_look_at_every_day(
    areas: list[tuple[str, str, int, int | None]], first: int, length: int
) -> None:
    rows = [
        RiskArea(
            place_id=place,
            level=level,
            since=START + since * DAY,
            until=START + (since + days) * DAY if days else None,
        )
        for place, level, since, days in areas
    ]
    book = RiskBook()
    for row in rows:
        book.areas.setdefault(row.place_id, []).append(row)
    days = [START + (first + n) * DAY for n in range(length + 1)]

    found = book.risk("980101", days[0], days[-1]).level

    levels = [
        row.level
        for row in rows
        for day in days
        if row.since <= day and (row.until is None or day < row.until)
    ]
    assert found == max(levels, key=["low", "mid", "high"].index, default="low")
