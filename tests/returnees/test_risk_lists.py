"""Risk lists: what they change, how they are drafted, decided, published and lowered."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.days import today
from grid.models import Place
from returnees.choices import LEVELS, EntryState, ListState
from returnees.models import RiskArea, RiskEntry, RiskListVersion
from returnees.risk import risk_of
from returnees.risk_lists.words import RiskLine
from returnees.services.risk_lists import (
    EntryNotDecidedError,
    ListNotChangedError,
    ListNotPublishedError,
    add_entry,
    changes_of,
    decide_entry,
    discard_list,
    draft_in_force,
    draft_list,
    leave_out_open,
    may_be_lowered,
    propose_lowering,
    publish_list,
    remove_entry,
    reopen_entry,
    set_last_case,
)
from returnees.services.risk_lowering import NotLoweredError
from tests.cast import COUNTY, FAR, TOWN, VILLAGE, World
from tests.factories.returnees import at_risk

DAY = timedelta(days=1)
START = today() - timedelta(days=30)


def a_draft(
    *entries: tuple[str, str, str], covers: tuple[str, ...] = ("level",)
) -> RiskListVersion:
    """Return a draft of today that names these places, parts and marks."""
    version = RiskListVersion.objects.create(day=today(), covers=list(covers))
    RiskEntry.objects.bulk_create(
        RiskEntry(
            version=version,
            row=row,
            text=place,
            mark=mark,
            state=EntryState.RESOLVED,
            place_id=place,
            part=part,
        )
        for row, (place, part, mark) in enumerate(entries, start=1)
    )
    return version


def told(version: RiskListVersion) -> list[tuple[str, str, str, str, bool]]:
    return [(c.place, c.part, c.mark, c.was, c.raises) for c in changes_of(version)]


def test_a_draft_is_compared_with_what_is_in_force(world: World) -> None:
    at_risk("98", "local_cases")
    at_risk("9801", "mid")
    at_risk("980101", "high")
    at_risk("980101", "mid", part="3号楼")

    version = a_draft(("9801", "", "high"), ("980101", "", "mid"), ("99", "", "low"))

    assert told(version) == [
        ("9801", "", "high", "mid", True),
        ("980101", "", "mid", "high", False),
        ("980101", "3号楼", "", "mid", False),
        ("99", "", "low", "", False),
    ]


def test_what_a_list_does_not_cover_stays(world: World) -> None:
    at_risk("9801", "mid", "key_concern")

    version = a_draft(("980101", "", "key_concern"), covers=("key_concern",))

    assert told(version) == [
        ("9801", "", "", "key_concern", False),
        ("980101", "", "key_concern", "", True),
    ]


def test_a_published_list_tells_by_the_areas_it_began_and_ended(world: World) -> None:
    version = a_draft()
    version.state, version.published_at = ListState.PUBLISHED, "2021-01-01T08:00:00+08:00"
    version.save()
    for area in at_risk("9801", "mid", days=5, until=today()) + at_risk(
        "98", "mid", days=5, until=today()
    ):
        area.ended_by = version
        area.save()
    for area in at_risk("9801", "high", days=0):
        area.opened_by = version
        area.save()

    assert told(version) == [("98", "", "", "mid", False), ("9801", "", "high", "mid", True)]


def test_a_list_put_away_changes_nothing(world: World) -> None:
    version = a_draft(("9801", "", "high"))
    version.state = ListState.DISCARDED

    assert changes_of(version) == []


def lines(*texts: tuple[str, ...]) -> list[RiskLine]:
    """Return lines of a list: mark, then the texts from province to part."""
    return [
        RiskLine(row, mark, " ".join(path), tuple(path))
        for row, (mark, *path) in enumerate(texts, start=1)
    ]


WANGCHAO = ("海岳省", "临沧湾市", "望潮区")
QINGHE = ("云溪省", "澜川市", "青禾县")


def put(day: date, *texts: tuple[str, ...], **more: Any) -> RiskListVersion:
    """Draft and publish the list of a day."""
    version = draft_list(day=day, lines=lines(*texts), source="省卫健委", by=None, **more)
    return publish_list(version=version, by=None)


def areas(day: date) -> set[tuple[str, str, str]]:
    """Return what is in force on a day as place, part, mark."""
    rows = RiskArea.objects.in_force(day).values_list("place", "part", "mark")
    found = list(rows)
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.clause("JX57-3a", "GZ-1a")
def test_a_published_list_begins_moves_and_ends_areas_on_its_day(world: World) -> None:
    put(today() - 3 * DAY, ("mid", *WANGCHAO), ("mid", *QINGHE), ("mid", *QINGHE, "甲小区"))
    second = put(today(), ("high", *WANGCHAO), ("mid", *QINGHE), ("low", "海岳省"))

    assert areas(today() - DAY) == {
        ("980101", "", "mid"),
        (COUNTY, "", "mid"),
        (COUNTY, "甲小区", "mid"),
    }
    assert areas(today()) == {("980101", "", "high"), (COUNTY, "", "mid"), ("98", "", "low")}
    assert told(second) == [
        ("98", "", "low", "", False),
        ("980101", "", "high", "mid", True),
        (COUNTY, "甲小区", "", "mid", False),
    ]
    assert RiskArea.objects.get(place=COUNTY, part="").since == today() - 3 * DAY


@pytest.mark.clause("JX8-2a", "JX8-2b")
def test_a_list_states_levels_of_counties_and_of_communities_inside_them(world: World) -> None:
    put(today(), ("mid", *QINGHE), ("high", *QINGHE, "河口镇东关村"), ("low", *QINGHE, "柏山镇"))

    found = {code: risk_of(code, today(), today()).level for code in (COUNTY, TOWN, VILLAGE, FAR)}

    assert found == {COUNTY: "mid", TOWN: "mid", VILLAGE: "high", FAR: "low"}


def test_every_line_becomes_an_entry_and_what_is_unknown_stays_open(world: World) -> None:
    version = draft_list(
        day=today(),
        lines=lines(
            ("mid", *WANGCHAO),
            ("mid", *WANGCHAO, "甲小区"),
            ("mid", "天外省", "天外市"),
            ("", *QINGHE),
        ),
        source="",
        by=world.county,
    )

    found = [(e.row, e.state, e.place_id, e.part, e.choices) for e in version.entries.all()]

    assert found == [
        (1, "resolved", "980101", "", []),
        (2, "resolved", "980101", "甲小区", []),
        (3, "open", None, "天外省天外市", []),
        (4, "open", None, "", [COUNTY]),
    ]
    assert (version.covers, version.made_by) == (["level"], world.county)
    assert version.events.count() == 1


def test_a_list_with_an_open_line_is_not_published(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("mid", "天外省")), source="", by=None)

    with pytest.raises(ListNotPublishedError, match="1 line is still to be decided"):
        publish_list(version=version, by=None)

    assert areas(today()) == set()


def test_an_open_line_is_decided_by_a_person_and_the_same_words_later_need_no_asking(
    world: World,
) -> None:
    words = [("mid", "天外省某小区"), ("mid", "笔误一行")]
    first = draft_list(day=today() - DAY, lines=lines(*words), source="", by=None)
    open_lines = list(first.entries.all())
    place = Place.objects.get(pk="980101")
    decide_entry(entry=open_lines[0], place=place, part="望潮区某小区", by=world.head)
    decide_entry(entry=open_lines[1], left_out=True, by=world.head)
    publish_list(version=first, by=world.county)

    second = draft_list(day=today(), lines=lines(*words), source="", by=None)

    found = list(second.entries.values_list("state", "place", "part", "decided_by__name"))
    assert found == [
        ("resolved", "980101", "某小区", world.head.name),
        ("left_out", None, "", world.head.name),
    ]
    assert areas(today()) == {("980101", "某小区", "mid")}


def test_a_line_is_decided_again_and_offers_what_it_had(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)

    entry = reopen_entry(entry=version.entries.get(), by=world.head)

    assert (entry.state, entry.place, entry.choices) == ("open", None, ["980101"])
    assert leave_out_open(version=version, by=world.head) == 1
    assert version.entries.get().decided_by == world.head


def test_a_decision_needs_a_place_a_level_and_a_draft(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("", *QINGHE)), source="", by=None)
    entry, place = version.entries.get(), Place.objects.get(pk=COUNTY)

    with pytest.raises(EntryNotDecidedError, match="Choose the place"):
        decide_entry(entry=entry, by=None)
    with pytest.raises(EntryNotDecidedError, match="Choose the level"):
        decide_entry(entry=entry, place=place, by=None)
    decide_entry(entry=entry, place=place, mark="mid", by=None)
    publish_list(version=version, by=None)
    for act in (
        lambda: decide_entry(entry=entry, left_out=True, by=None),
        lambda: remove_entry(entry=entry, by=None),
        lambda: add_entry(version=version, place=place, mark="mid", by=None),
        lambda: discard_list(version=version, by=None),
    ):
        with pytest.raises(ListNotChangedError, match="no draft any more"):
            act()
    with pytest.raises(ListNotPublishedError, match="no draft any more"):
        publish_list(version=version, by=None)


def test_the_same_list_again_changes_nothing(world: World) -> None:
    texts = [("mid", *WANGCHAO), ("mid", *QINGHE)]
    first = put(today(), *texts)
    draft = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)

    assert draft_list(day=today(), lines=lines(*reversed(texts)), source="", by=None) == first
    again = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)

    assert again == draft
    assert RiskListVersion.objects.count() == 2


def test_the_same_list_after_another_one_of_the_day_is_a_list_of_its_own(world: World) -> None:
    first = put(today(), ("mid", *WANGCHAO), covers=["level"])
    put(today(), ("high", *WANGCHAO), covers=["level", "key_concern"])

    again = put(today(), ("mid", *WANGCHAO), covers=["level"])

    assert again != first
    assert areas(today()) == {("980101", "", "mid")}


def test_a_correction_of_the_same_day_leaves_no_area_without_a_day(world: World) -> None:
    put(today() - 3 * DAY, ("mid", *WANGCHAO))
    put(today(), ("high", *WANGCHAO), ("mid", *QINGHE))
    put(today(), ("mid", *WANGCHAO))

    assert areas(today()) == {("980101", "", "mid")}
    assert areas(today() - DAY) == {("980101", "", "mid")}
    assert not RiskArea.objects.filter(place=COUNTY).exists()


def test_a_list_before_one_that_is_published_is_refused(world: World) -> None:
    put(today(), ("mid", *WANGCHAO))
    late = draft_list(day=today() - DAY, lines=lines(("mid", *QINGHE)), source="", by=None)
    flags = draft_list(day=today() - DAY, lines=lines(("key_concern", *QINGHE)), source="", by=None)

    with pytest.raises(ListNotPublishedError, match="later than this list"):
        publish_list(version=late, by=None)
    publish_list(version=flags, by=None)

    assert areas(today()) == {("980101", "", "mid"), (COUNTY, "", "key_concern")}


def test_the_highest_of_two_levels_for_one_place_counts(world: World) -> None:
    version = put(today(), ("mid", *WANGCHAO), ("high", *WANGCHAO), ("low", *WANGCHAO))

    assert areas(today()) == {("980101", "", "high")}
    assert version.entries.count() == 3


def test_a_list_that_is_not_complete_ends_nothing_it_does_not_name(world: World) -> None:
    put(today() - DAY, ("mid", *WANGCHAO), ("mid", *QINGHE))
    put(today(), ("high", *WANGCHAO), covers=[])

    assert areas(today()) == {("980101", "", "high"), (COUNTY, "", "mid")}


def test_a_list_without_areas_ends_everything_it_covers(world: World) -> None:
    put(today() - DAY, ("mid", *WANGCHAO), ("key_concern", *QINGHE))
    put(today(), covers=["level"])

    assert areas(today()) == {(COUNTY, "", "key_concern")}


def test_what_is_in_force_is_changed_by_hand(world: World) -> None:
    put(today() - DAY, ("mid", *WANGCHAO), ("mid", *WANGCHAO, "甲小区"))
    version = draft_in_force(day=today(), source="电话通知", by=world.head)
    remove_entry(entry=version.entries.get(part="甲小区"), by=world.head)
    add_entry(version=version, place=Place.objects.get(pk=TOWN), mark="high", by=world.head)

    with pytest.raises(EntryNotDecidedError, match="stands in the list as High risk already"):
        add_entry(version=version, place=Place.objects.get(pk=TOWN), mark="high", by=None)
    publish_list(version=version, by=world.county)

    assert areas(today()) == {("980101", "", "mid"), (TOWN, "", "high")}


def test_a_line_that_a_list_states_is_left_out_and_not_deleted(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)

    remove_entry(entry=version.entries.get(), by=world.head)

    assert version.entries.get().state == EntryState.LEFT_OUT
    publish_list(version=version, by=None)
    assert areas(today()) == set()


def test_a_draft_put_away_never_comes_into_force(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)

    discard_list(version=version, by=world.county)

    with pytest.raises(ListNotPublishedError, match="Discarded"):
        publish_list(version=version, by=None)


def test_parts_too_long_for_their_column_stay_apart(world: World) -> None:
    long = "望潮新村" * 80
    version = put(today(), ("mid", *WANGCHAO, long + "甲"), ("mid", *WANGCHAO, long + "乙"))

    assert len(areas(today())) == 2
    assert all(len(entry.text) <= 300 for entry in version.entries.all())


def test_the_trail_names_the_list(world: World) -> None:
    version = draft_list(day=today(), lines=lines(("mid", *WANGCHAO)), source="", by=None)
    publish_list(version=version, by=world.county)

    event = RiskArea.objects.get().events.get()

    assert event.pgh_context.metadata["risk_list"] == version.pk
    assert event.pgh_context.metadata["name"] == world.county.name


def test_publishing_takes_as_many_queries_for_many_lines_as_for_few(world: World) -> None:
    counts = []
    for day, size in ((today() - DAY, 3), (today(), 300)):
        parts = [("mid", *WANGCHAO, f"{n}号小区") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            put(day, *parts)
        counts.append(len(queries))

    assert counts[0] >= counts[1] - 2  # the second list ends areas too


# --- lowering (JX8-18) ---


@pytest.mark.clause("JX8-18", "A-42")
def test_an_area_may_be_lowered_from_the_day_after_the_fourteenth_clear_day(world: World) -> None:
    (area,) = at_risk("980101", "high")
    at_risk("9801", "mid")  # its last case is not recorded
    (low,) = at_risk("98", "low")
    set_last_case(area=area, last_case_on=today() - 14 * DAY, by=world.head)
    set_last_case(area=low, last_case_on=today() - 40 * DAY, by=world.head)

    found = {day: list(may_be_lowered(today() + day * DAY)) for day in (0, 1)}

    assert found == {0: [], 1: [area]}


@pytest.mark.clause("JX8-18", "A-42")
def test_lowering_is_drafted_and_waits_for_a_person(world: World) -> None:
    (area,) = at_risk("980101", "high")
    at_risk(COUNTY, "mid", "key_concern")
    set_last_case(area=area, last_case_on=today() - 15 * DAY, by=world.head)

    version = propose_lowering(area=area, by=world.head)

    assert version.state == ListState.DRAFT
    assert told(version) == [("980101", "", "", "high", False)]
    assert risk_of("980101", today(), today()).level == "high"


def test_inside_a_coarser_area_lowering_states_the_place_as_low(world: World) -> None:
    at_risk("9801", "mid")
    (area,) = at_risk("980101", "high")
    set_last_case(area=area, last_case_on=today() - 20 * DAY, by=None)

    version = propose_lowering(area=area, by=None)

    assert told(version) == [("980101", "", "low", "high", False)]


def test_lowering_too_early_or_without_a_last_case_is_refused(world: World) -> None:
    (area,) = at_risk("980101", "high")
    (flag,) = at_risk("980101", "key_concern")

    with pytest.raises(NotLoweredError, match="not recorded"):
        propose_lowering(area=area, by=None)
    area = set_last_case(area=area, last_case_on=today() - 2 * DAY, by=None)
    with pytest.raises(NotLoweredError, match="may be lowered from"):
        propose_lowering(area=area, by=None)
    with pytest.raises(NotLoweredError, match="yet to come"):
        set_last_case(area=area, last_case_on=today() + DAY, by=None)
    with pytest.raises(NotLoweredError, match="no level"):
        set_last_case(area=flag, last_case_on=today(), by=None)
    assert RiskListVersion.objects.count() == 0


def test_the_last_case_goes_with_an_area_to_its_next_level(world: World) -> None:
    put(today() - DAY, ("high", *WANGCHAO))
    set_last_case(area=RiskArea.objects.get(), last_case_on=today() - 9 * DAY, by=None)
    put(today(), ("mid", *WANGCHAO))

    assert RiskArea.objects.get(until=None).last_case_on == today() - 9 * DAY


# --- the property ---

_places = st.sampled_from([WANGCHAO, QINGHE, ("海岳省",), ("海岳省", "临沧湾市")])
_lines = st.tuples(
    st.sampled_from(["low", "mid", "high", "key_concern", "hubei"]),
    _places,
    st.sampled_from(["", "甲小区", "乙小区"]),
)
# Nobody is asked about a whole province: a part of one is a person's to decide.
_unknown = st.just(("mid", ("天外省",), ""))
_lists = st.lists(
    st.tuples(
        st.integers(0, 2),  # days since the list before
        st.lists(_lines | _unknown, max_size=6),
        st.sampled_from([["level"], ["level", "key_concern", "hubei"], ["key_concern"], []]),
    ),
    max_size=5,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(published=_lists)
@pytest.mark.clause("JX57-3a")
def test_the_areas_of_each_day_are_exactly_the_last_list_of_it_and_nothing_is_dropped(
    world: World, published: list[Any]
) -> None:
    RiskArea.objects.all().delete()
    RiskListVersion.objects.all().delete()
    expected: dict[tuple[str, str, str], str] = {}
    day, states = START, {}
    for gap, texts, covers in published:
        day += gap * DAY
        given_lines = lines(*((mark, *place, part) for mark, place, part in texts))
        version = draft_list(day=day, lines=given_lines, source="", covers=covers, by=None)
        counts = Counter(version.entries.values_list("state", flat=True))
        assert sum(counts.values()) == len(texts)
        assert counts["open"] + counts["left_out"] == sum(not known(*text) for text in texts)
        if version.state == ListState.DRAFT:
            leave_out_open(version=version, by=None)
            publish_list(version=version, by=None)
        expected = after(expected, texts, set(covers))
        states[day] = {(place, part, mark) for (place, part, _a), mark in expected.items()}

    for day, state in states.items():
        assert areas(day) == state


CODES = {WANGCHAO: "980101", QINGHE: COUNTY, ("海岳省",): "98", ("海岳省", "临沧湾市"): "9801"}


def known(mark: str, place: tuple[str, ...], part: str) -> bool:
    """Say whether the place of a line is certain."""
    return place in CODES and not (part and len(place) == 1)


def after(
    before: dict[tuple[str, str, str], str], texts: list[Any], covers: set[str]
) -> dict[tuple[str, str, str], str]:
    """Say independently what is in force after a list: what it names, and what it leaves alone."""
    named: dict[tuple[str, str, str], str] = {}
    for mark, place, part in texts:
        if known(mark, place, part):
            aspect = "level" if mark in LEVELS else mark
            key = (CODES[place], part, aspect)
            named[key] = max(named.get(key, mark), mark, key=lambda m: (*LEVELS, m).index(m))
    kept = {key: mark for key, mark in before.items() if key[2] not in covers}
    return {**kept, **named}
