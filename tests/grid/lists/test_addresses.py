"""Addresses that are one, may be one, and are two."""

import pytest

from grid.lists.addresses import Address, near_ones, read_address

ONE = [
    ("3号楼2单元301室", "3栋2单元301", "3-2-301", "3#2单元0301", "三号楼二单元301室"),
    ("3号楼2单元301", "3幢2单元301房", "3#楼2单元301号室"),
    ("阳光小区3号楼2单元301", "阳光3-2-301", "阳光小区 3#楼 2单元 301室"),
    ("3组12号", "第三组12号", "三组十二号", "3小组 12号", "3村民小组12号"),
    ("A座1502室", "a座1502", "Ａ座１５０２"),
    ("5排7号", "五排七号", "5排07号"),
    ("1号楼101室", "1-101", "1栋101", "1号楼101"),
]  # fmt: skip


@pytest.mark.parametrize("texts", ONE)
def test_one_address_however_it_is_written(texts):
    assert len({read_address(text).key for text in texts}) == 1, [read_address(t) for t in texts]


def test_columns_of_their_own_make_the_same_address_as_one_text():
    assert read_address("阳光小区", "3号楼", "2单元", "301") == read_address("阳光3-2-301")
    assert read_address(None, "3栋", "", "301") == read_address("3-301")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼301", "3号楼2单元301"),
        ("3-2-301", "阳光小区3-2-301"),
        ("12号", "3组12号"),
        ("阳光花园3-2-301", "阳光3-2-301"),
    ],
)
def test_what_one_leaves_out_is_a_reason_to_ask(one, other):
    assert read_address(one).key != read_address(other).key
    assert read_address(one).near(read_address(other))
    assert read_address(other).near(read_address(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼301", "3号楼302"),
        ("3号楼301", "4号楼301"),
        ("3号楼1单元301", "3号楼2单元301"),
        ("阳光小区3-2-301", "和平小区3-2-301"),
        ("3组12号", "4组12号"),
        ("阳光小区", "阳光花园"),
        ("3号楼", "3号楼2单元"),
    ],
)
def test_what_contradicts_is_another_address(one, other):
    assert read_address(one).key != read_address(other).key
    assert not read_address(one).near(read_address(other))


def test_nothing_is_no_address():
    assert not read_address("", "无", None)
    assert read_address("前街") == Address(name="前街")
    assert near_ones(read_address("前街"), [(read_address("前街"), 1)]) == []


def test_near_ones_are_found_among_many():
    known = [(read_address(text), n) for n, text in enumerate(("1-1-101", "1-2-101", "1-101"))]

    assert near_ones(read_address("1-101"), known) == [0, 1]


def test_a_room_of_no_house_is_near_to_nothing():
    assert not read_address("101").near(read_address("3-2-101"))
    assert not read_address("3-2-101").near(read_address("101室"))
