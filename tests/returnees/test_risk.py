"""How risky a place was: by day, by the finest area, and what is left to be asked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.days import today
from returnees.choices import LEVELS
from returnees.models import RiskArea
from returnees.risk import RiskBook, risk_of
from tests.cast import VILLAGE, World
from tests.factories.returnees import at_risk

START = today() - timedelta(days=30)
DAY = timedelta(days=1)


@pytest.mark.clause("A-04")
def test_the_highest_level_of_any_day_and_every_flag_count(world: World) -> None:
    at_risk("98", "local_cases", days=30)
    at_risk("9801", "mid", "key_concern", days=30)
    at_risk("980101", "high", days=25, until=START + 7 * DAY)

    before, touching, after = (
        risk_of("980101", START + a * DAY, START + b * DAY) for a, b in ((0, 4), (6, 9), (7, 9))
    )

    assert (before.level, before.flags) == ("mid", ("key_concern", "local_cases"))
    assert touching.level == "high"
    assert after.level == "mid"


@pytest.mark.clause("JX8-2b")
def test_a_finer_area_overrides_the_coarser_one_around_it(world: World) -> None:
    at_risk("98", "high")
    at_risk("9801", "low")
    at_risk("980101", "mid")

    levels = [risk_of(code, START, today()).level for code in ("98", "9801", "980101")]

    assert levels == ["high", "low", "mid"]


@pytest.mark.clause("JX8-2a")
def test_what_lies_in_a_county_at_risk_is_at_risk(world: World) -> None:
    at_risk("980101", "mid")

    assert risk_of("980101001", START, today()).level == "mid"
    assert risk_of("980102", START, today()).level == "low"


def test_a_place_around_an_area_at_risk_is_to_be_asked_about(world: World) -> None:
    at_risk("980101", "mid")

    city, county = risk_of("9801", START, today()), risk_of("980101", START, today())

    assert (city.level, city.unclear) == ("low", True)
    assert (county.level, county.unclear) == ("mid", False)


def test_a_part_of_a_place_is_asked_about_and_not_assumed(world: World) -> None:
    at_risk("980101", "high", part="望潮新村3号楼")

    found = risk_of("980101", START, today())

    assert (found.level, found.unclear) == ("low", True)


def test_a_part_of_the_county_around_a_place_is_asked_about(world: World) -> None:
    at_risk("980101", "high", part="望潮新村3号楼")

    assert risk_of("980101001", START, today()).unclear


def test_whoever_was_asked_is_asked_again_only_for_what_came_later(world: World) -> None:
    at_risk("980101", "high", part="望潮新村3号楼", days=10)
    book = RiskBook.of(["980101"], START, today())

    asked_before, asked_after = (
        book.risk("980101", START, today(), asked_on=today() - days * DAY).unclear
        for days in (11, 9)
    )

    assert asked_before
    assert not asked_after


def test_an_area_that_adds_nothing_asks_nothing(world: World) -> None:
    at_risk("9801", "high", "key_concern")
    at_risk("980101", "mid", "key_concern")

    assert not risk_of("9801", START, today()).unclear


def test_the_risk_of_many_stays_costs_one_query(world: World) -> None:
    at_risk("9801", "mid")

    for places in (["980101", "9801", "98", VILLAGE], [f"98{n:04d}" for n in range(100)]):
        with CaptureQueriesContext(connection) as queries:
            book = RiskBook.of(places, START, today())
            levels = [book.risk(code, START, today()).level for code in ("980101", "9801", "98")]

        assert len(queries) == 1
        assert levels == ["mid", "mid", "low"]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
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
            mark=mark,
            since=START + since * DAY,
            until=START + (since + days) * DAY if days else None,
        )
        for place, mark, since, days in areas
    ]
    days = [START + (first + n) * DAY for n in range(length + 1)]

    found = RiskBook(rows).risk("980101", days[0], days[-1]).level

    levels = []
    for day in days:
        here = [r for r in rows if r.since <= day and (r.until is None or day < r.until)]
        finest = max((len(row.place_id) for row in here), default=0)
        levels += [row.mark for row in here if len(row.place_id) == finest]
    assert found == max(levels, key=LEVELS.index, default="low")
