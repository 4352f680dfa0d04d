"""Risk lists as read: tables, notices, and the places their words mean."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from returnees.risk_lists.inside import Found, Inside
from returnees.risk_lists.notice import read_notice
from returnees.risk_lists.reading import UnreadableListError
from returnees.risk_lists.regions import Regions
from returnees.risk_lists.table import read_table
from returnees.risk_lists.words import RiskLine, is_whole, mark_of, tidy

DAY = date(2021, 1, 6)
# Invented, after the shapes of the real tree: a municipality, a city with towns directly below it,
# a county under the province, and two districts of the same name.
REGIONS = {
    "97": "北原省",
    "9701": "石岭市",
    "970101": "市辖区",
    "970102": "长宁区",
    "970109": "高城区",
    "970184": "新禾市",
    "9702": "通河市",
    "970202": "朝云区",
    "9790": "省直辖县级行政区划",
    "979001": "济川市",
    "96": "东湾省",
    "9601": "大港市",
    "960103": "朝云区",
    "960104": "水磨坊区",
    "9602": "莞城市",
    "11": "北京市",
    "1101": "市辖区",
    "110105": "朝云区",
    "110113": "顺安区",
}
TOWNS = {
    "970109101": "增庄镇",
    "970109102": "岗西街道办事处",
    "970184001": "长春街道",
    "979001100": "济川市克山镇",
    "960103001": "先锋街道",
    "960104001": "光明街道",
    "9602" + "00003": "东堤街道",
    "110113101": "南法镇",
}
VILLAGES = {
    "970109101201": "刘家村民委员会",
    "970109101202": "小果庄村民委员会",
    "970109102001": "和平社区居民委员会",
    "970184001001": "里辉村村民委员会",
    "110113101201": "西杜村村民委员会",
}


@pytest.fixture(scope="module")
def regions() -> Regions:
    return Regions(REGIONS)


@pytest.fixture(scope="module")
def inside() -> Inside:
    found = Inside(REGIONS)
    found.add_towns(TOWNS.items())
    found.add_villages(VILLAGES.items())
    return found


def csv(*rows: str, head: str = "date,level,province,city,county,community") -> bytes:
    return "\n".join((head, *rows)).encode()


@pytest.mark.parametrize(
    ("path", "place", "part"),
    [
        # municipalities repeat themselves, or leave the city out
        (("北京市", "北京市", "朝云区", "汉庭酒店（包括底商）"), "110105", "汉庭酒店（包括底商）"),
        (("北京市", "市辖区", "顺安区", "全域"), "110113", ""),
        (("北京市", "顺安区", "南法镇", "西杜村"), "110113101201", ""),
        (("北京市", "北京市", "", "某街道甲小区"), "11", "某街道甲小区"),
        (("北原省", "", "", "石岭高城区甲小区"), "970109", "甲小区"),
        (("北京市顺安区南法镇西杜村3号楼",), "110113101201", "3号楼"),
        # a county under the province
        (("北原省", "济川市", "济川市", "克山镇"), "979001100", ""),
        (("北原省", "省直辖县级行政区划", "济川市", "整个市"), "979001", ""),
        # towns directly under a city, and streets of a zone that is no division
        (("东湾省", "莞城市", "", "东堤街道"), "960200003", ""),
        (("东湾省", "大港市", "金浦新区", "光明街道A小区"), "960104001", "A小区"),
        (("东湾省", "大港市", "金浦新区", "某小区"), "9601", "金浦新区某小区"),
        (("东湾省", "大港市", "经济技术开发区", "（朝云区）"), "960103", ""),
        # township and village by their stems; the rest is a part
        (("北原省", "石岭市", "高城区", "增庄镇"), "970109101", ""),
        (("北原省", "石岭市", "高城区", "增庄镇小果庄村"), "970109101202", ""),
        (("北原省", "石岭市", "高城区", "岗西街道和平社区二期"), "970109102001", "二期"),
        (("北原省", "石岭市", "高城区", "岗西街道办事处"), "970109102", ""),
        (("北原省", "石岭市", "高城区", "小果庄村"), "970109101202", ""),
        (("北原省", "石岭市", "高城区", "增庄镇刘家村、小果庄村"), "970109101", "刘家村、小果庄村"),
        (("北原省", "石岭市", "高城区", "增庄镇、岗西街道"), "970109", "增庄镇、岗西街道"),
        (("北原省", "石岭市", "高城区", "增庄镇和岗西街道"), "970109", "增庄镇和岗西街道"),
        (("北原省", "石岭市", "高城区", "增庄镇（刘家村除外）"), "970109101", "刘家村除外"),
        (("北原", "石岭", "高城", "博雅小区"), "970109", "博雅小区"),
        (("北原省", "石岭市", "", "化工小区"), "9701", "化工小区"),
        # moved to another city of the province since
        (("北原省", "通河市", "新禾市", "长春街道"), "970184001", ""),
        # short names in a running text are somebody else's
        (("北原石岭长宁小区",), "9701", "长宁小区"),
    ],
)
def test_a_line_leads_to_the_deepest_place_it_names(
    regions: Regions, inside: Inside, path: tuple[str, ...], place: str, part: str
) -> None:
    assert inside.find(regions.reach(path)) == Found(place, part)


@pytest.mark.parametrize(
    ("path", "choices"),
    [
        (("朝云区",), ("110105", "960103", "970202")),
        (("北原省", "石岭市", "朝云区", "某小区"), ("970202", "960103", "110105")),
        (("北原省", "石岭市", "高成区", "增庄镇"), ("970109", "9701")),
        (("北原省", "石岭市", "高城区", "由高风险降低为低风险"), ("970109",)),
        (("北原省", "石岭市", "高城区", "A小区、长宁区更新"), ("970109", "970102")),
        (("北原省某某小区",), ("97",)),
        (("某某州新禾市某街道",), ("970184",)),
        (("天外省", "天外市", "天外区", "某小区"), ()),
    ],
)
def test_what_is_ambiguous_or_unknown_is_left_to_a_person_with_choices(
    regions: Regions, inside: Inside, path: tuple[str, ...], choices: tuple[str, ...]
) -> None:
    found = inside.find(regions.reach(path))

    assert (found.place, found.open) == ("", True)
    assert found.choices[: len(choices)] == choices[: len(found.choices)]
    assert set(found.choices) >= set(choices[:1])


def test_a_short_name_is_not_read_out_of_a_longer_one() -> None:
    regions = Regions({"97": "北原省", "9702": "朝云市", "96": "东湾省", "960103": "朝云区"})

    found = regions.reach(("北原省", "朝云区", "某小区"))

    assert (found.open, found.choices) == (True, ("960103",))


def test_words_of_levels_flags_and_whole_places() -> None:
    words = ("高风险", "中风险地区", "mid", "MEDIUM", "低", "重点关注地区", "陆路边境", "暂无")

    assert [mark_of(word) for word in words] == [
        "high", "mid", "mid", "mid", "low", "key_concern", "land_border", "",
    ]  # fmt: skip
    assert all(is_whole(word) for word in ("", "全域", "全部", "整个区", "（全域）", "全县范围"))
    assert not any(is_whole(word) for word in ("全聚德", "整个小区3号楼"))
    assert tidy(" 汉庭酒店(包括底商)、") == "汉庭酒店（包括底商）"


def test_only_the_rows_of_the_day_count_and_the_others_are_counted() -> None:
    content = csv(
        "2021-01-05,中风险,北原省,石岭市,高城区,甲小区",
        "2021/1/6,高风险,北原省,石岭市,高城区,增庄镇",
        "1月6日,medium,北原省,石岭市,长宁区,乙小区",
        "某日,中,北原省,石岭市,长宁区,丙小区",
    )

    reading = read_table(content, DAY)

    assert [(line.row, line.mark, line.path[-1], line.doubt) for line in reading.lines] == [
        (3, "high", "增庄镇", False),
        (4, "mid", "乙小区", False),
        (5, "mid", "丙小区", True),
    ]
    assert reading.passed_over == 1
    assert reading.aspects == {"level"}


def test_an_interval_is_in_force_from_its_first_to_its_last_day() -> None:
    head = "level,province,city,county,community,first_seen,last_seen"
    content = csv(
        "high,北原省,石岭市,高城区,甲,2021-01-01,2021-01-06",
        "high,北原省,石岭市,高城区,乙,2021-01-07,2021-01-09",
        "high,北原省,石岭市,高城区,丙,2021-01-02,",
        head=head,
    )

    assert [line.path[-1] for line in read_table(content, DAY).lines] == ["甲", "丙"]


def workbook(*rows: tuple[Any, ...], title: str = "名单") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_with_sections_and_merged_places_is_read() -> None:
    content = workbook(
        ("全国中高风险地区名单",),
        ("省份", "地市", "县（市、区）", "街道/社区", "备注"),
        ("高风险地区（1个）",),
        ("北原省", "石岭市", "高城区", "增庄镇", None),
        ("中风险地区",),
        ("北原省", "石岭市", "长宁区", "甲小区", None),
        (None, None, None, "乙小区", None),
        (None, None, "高城区", "丙小区", None),
        ("合计", None, None, None, 4),
    )

    lines = read_table(content, DAY).lines

    assert [(line.mark, *line.path[2:]) for line in lines] == [
        ("high", "高城区", "增庄镇"),
        ("mid", "长宁区", "甲小区"),
        ("mid", "长宁区", "乙小区"),
        ("mid", "高城区", "丙小区"),
    ]


def test_a_row_that_states_no_known_level_or_several_flags_is_kept() -> None:
    content = csv(
        "常态化,,北原省,石岭市,高城区,甲小区",
        ",重点关注地区、有本地病例,北原省,石岭市,,",
        head="风险等级,类别,省份,城市,区县,社区",
    )

    reading = read_table(content, DAY)

    assert [(line.row, line.mark) for line in reading.lines] == [
        (2, ""),
        (3, "key_concern"),
        (3, "local_cases"),
    ]
    assert reading.aspects == {"level", "key_concern", "local_cases"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_the_field_is_read(encoding: str) -> None:
    text = "风险等级,省份,城市,区县,社区\n高风险,北原省,石岭市,高城区,增庄镇\n"

    (line,) = read_table(text.encode(encoding), DAY).lines

    assert (line.mark, line.text) == ("high", "北原省 石岭市 高城区 增庄镇")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file is empty"),
        (b"a,b\n1,2\n", "No row of headings"),
        (csv(), "no row that names a place"),
        (
            csv("2021-01-05,中,北原省,石岭市,高城区,甲"),
            "no row of 2021-01-06; its rows are of 2021-01-05",
        ),
    ],
)
def test_a_file_without_a_list_of_the_day_is_refused_in_one_sentence(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(UnreadableListError, match=sentence):
        read_table(content, DAY)


NOTICE = """全国中高风险地区名单（截至2021年1月6日15时）
截至1月6日15时，全国共有高风险地区1个，中风险地区5个。
一、高风险地区（1个）
1.北原省石岭市高城区增庄镇
二、中风险地区（共5个）：北京市（2个）：朝云区汉庭酒店（包括底商、停车场）、顺安区南法镇西杜村；东湾省大港市金浦新区：光明街道A区、某小区3号楼、5号楼
(1)石岭市长宁区甲小区
其他地区均为低风险地区。
数据来源：某某委员会客户端"""


def told(lines: list[RiskLine]) -> list[tuple[str, str]]:
    return [(line.mark, line.text) for line in lines]


def test_a_notice_is_read_with_levels_and_regions_as_headings(regions: Regions) -> None:
    reading = read_notice(NOTICE, regions)

    assert told(reading.lines) == [
        ("high", "北原省石岭市高城区增庄镇"),
        ("mid", "北京市：朝云区汉庭酒店（包括底商、停车场）"),
        ("mid", "北京市：顺安区南法镇西杜村"),
        ("mid", "东湾省大港市金浦新区：光明街道A区"),
        ("mid", "东湾省大港市金浦新区：某小区3号楼、5号楼"),
        ("mid", "石岭市长宁区甲小区"),
    ]
    assert {(one.mark, one.region, one.count) for one in reading.stated} == {
        ("high", "", 1), ("mid", "", 5), ("mid", "11", 2),
    }  # fmt: skip
    assert "其他地区均为低风险地区" in reading.aside
    assert reading.aspects == {"level"}


def test_the_places_of_a_notice_are_found_below_its_headings(
    regions: Regions, inside: Inside
) -> None:
    lines = read_notice(NOTICE, regions).lines

    found = [inside.find(regions.reach(line.path, line.context)) for line in lines]

    assert [(one.place, one.part) for one in found] == [
        ("970109101", ""),
        ("110105", "汉庭酒店（包括底商、停车场）"),
        ("110113101201", ""),
        ("960104001", "A区"),
        ("9601", "金浦新区某小区3号楼、5号楼"),
        ("970102", "甲小区"),
    ]


def test_a_notice_by_province_with_levels_below_it_is_read(regions: Regions) -> None:
    text = (
        "北原省：高风险地区：石岭市高城区全域；中风险地区：石岭市长宁区甲小区、高城区乙小区。\n"
        "东湾省：中风险地区：大港市水磨坊区、朝云区丙小区"
    )

    assert told(read_notice(text, regions).lines) == [
        ("high", "北原省：石岭市高城区全域"),
        ("mid", "北原省：石岭市长宁区甲小区"),
        ("mid", "北原省石岭市：高城区乙小区"),
        ("mid", "东湾省：大港市水磨坊区"),
        ("mid", "东湾省大港市：朝云区丙小区"),
    ]


def test_a_sentence_that_sets_a_level_gives_it_to_what_it_names(regions: Regions) -> None:
    text = (
        "经研究决定，将石岭市新禾市长春街道、高城区增庄镇调整为高风险地区，其他地区风险等级不变。\n"
        "大港市朝云区甲小区（中风险）"
    )

    reading = read_notice(text, regions)

    assert told(reading.lines) == [
        ("high", "石岭市新禾市长春街道"),
        ("high", "北原省石岭市：高城区增庄镇"),
        ("mid", "大港市朝云区甲小区"),
    ]


def test_a_heading_ends_where_a_line_lies_elsewhere(regions: Regions, inside: Inside) -> None:
    text = "中风险地区：\n北原省石岭市：高城区甲小区\n东湾省大港市水磨坊区\n长宁小区"
    lines = read_notice(text, regions).lines

    found = [inside.find(regions.reach(line.path, line.context)) for line in lines]

    assert [(one.place, one.part) for one in found[:2]] == [("970109", "甲小区"), ("960104", "")]
    assert (found[2].open, lines[2].text) == (True, "长宁小区")


def test_flags_of_a_notice_are_headings_too(regions: Regions) -> None:
    reading = read_notice("重点关注地区：北原省石岭市、通河市；有本地病例：北京市", regions)

    assert told(reading.lines) == [
        ("key_concern", "北原省石岭市"),
        ("key_concern", "北原省：通河市"),
        ("local_cases", "北京市"),
    ]
    assert reading.aspects == {"key_concern", "local_cases"}


def test_a_level_without_areas_is_stated_all_the_same(regions: Regions) -> None:
    reading = read_notice("高风险地区（0个）：无。中风险地区（1个）：北原省石岭市高城区", regions)

    assert told(reading.lines) == [("mid", "北原省石岭市高城区")]


def test_words_that_are_no_place_become_lines_and_are_not_dropped(
    regions: Regions, inside: Inside
) -> None:
    lines = read_notice("中风险地区：某某州某某县、北原省石岭市高城区甲小区、！！", regions).lines

    found = [inside.find(regions.reach(line.path, line.context)) for line in lines]

    assert lines[0].text == "某某州某某县"
    assert found[0].open
    assert len(lines) == 3


def test_a_text_without_any_level_is_refused(regions: Regions) -> None:
    with pytest.raises(UnreadableListError, match="names no level and no flag"):
        read_notice("今天天气很好。", regions)
