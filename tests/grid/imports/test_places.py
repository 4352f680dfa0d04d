"""Villages by what people call them, origins by what people write."""

import pytest

from grid.imports.origins import OriginIndex
from grid.imports.place_names import PROVINCES, town_forms, village_forms
from grid.imports.places import PlaceIndex, canonical, level, national
from tests.grid.imports.world import PLACES, codes, only, places


@pytest.mark.parametrize(
    ("full", "short", "rank"),
    [
        ("990000000000", "99", 1),
        ("990100000000", "9901", 2),
        ("990101000000", "990101", 3),
        ("990101100000", "990101100", 4),
        ("990101100201", "990101100201", 5),
        ("441900000000", "4419", 2),
    ],
)
def test_codes_go_to_their_prefix_and_back(full, short, rank):
    assert canonical(full) == short
    assert national(short) == full
    assert level(short) == rank


@pytest.mark.parametrize(
    ("town", "village", "code"),
    [
        ("柳湾镇", "上河村民委员会", "990101100201"),
        ("白石县柳湾镇", "上河村委会", "990101100201"),
        ("柳湾", "上河村", "990101100201"),
        ("柳湾镇人民政府", "上河", "990101100201"),
        ("柳湾镇政府", "柳湾镇上河村", "990101100201"),
        ("柳湾镇", "云溪省白石县柳湾镇上河", "990101100201"),
        ("柳湾镇", "东岭新村", "990101100202"),
        ("柳湾镇", "东岭新", "990101100202"),
        ("柳湾镇", "柳湾镇柳湾村", "990101100204"),
        ("柳湾镇", "柳湾", "990101100204"),
        ("松岭办事处", "泉西居委会", "990101001001"),
        ("松岭街道办", "泉西社区", "990101001001"),
        ("松岭街道办事处", "松岭街道泉西", "990101001001"),
        ("松岭", "康村", "990101001002"),
        ("松岭", "康村村委会", "990101001002"),
        ("松岭街道", "桂园居委会", "990101001003"),
        ("柳湾镇", "桂园", "990101100203"),
    ],
)
def test_a_village_is_found_by_every_name(town, village, code):
    found = places().destination(town, village)
    assert (found.code, found.problem) == (code, "")


def test_one_character_is_not_a_stem():
    assert places().destination("松岭街道", "康").problem == "village_not_found"
    assert village_forms("康村村民委员会") == ("康村村民委员会", "康村", "康村")


def test_a_village_without_township_is_taken_where_only_one_has_the_name():
    found = places().destination("", "上河")
    assert (found.code, found.problem) == ("990101100201", "township_inferred")
    assert codes(only(town="", village="上河")) == ["township_inferred"]


def test_two_villages_of_a_name_stay_a_question():
    found = places().destination("", "桂园")
    assert (found.code, found.problem) == (None, "village_ambiguous")
    assert found.params["codes"] == ("990101001003", "990101100203")
    row = only(town="", village="桂园")
    assert (row.problems[0].severity, row.verdict) == ("question", "error")


def test_the_township_of_the_importer_settles_a_name():
    own = PlaceIndex(PLACES, "990101100").destination("", "桂园")
    assert own.code == "990101100203"


def test_the_township_in_the_text_settles_a_name():
    assert places().destination("", "柳湾镇桂园").code == "990101100203"


def test_a_village_of_another_township_is_a_mismatch():
    found = places().destination("松岭街道", "上河村")
    assert (found.code, found.problem) == (None, "village_township_mismatch")
    assert "柳湾镇" in found.params["choices"]


@pytest.mark.parametrize("village", ["老家", "XX村", "幸福小区"])
def test_what_is_no_village_is_not_found(village):
    assert places().destination("柳湾镇", village).problem == "village_not_found"


def test_an_unknown_township_is_told_where_the_village_is_certain():
    found = places().destination("不存在镇", "上河村")
    assert (found.code, found.problem) == ("990101100201", "township_not_found")


def test_township_names_lose_their_offices():
    assert town_forms("松岭街道办事处") == ("松岭街道", "松岭")
    assert town_forms("柳湾镇人民政府") == ("柳湾镇", "柳湾")
    assert town_forms("石桥土家族乡") == ("石桥土家族乡", "石桥")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("云溪省海月市城南区", "990201"),
        ("云溪海月城南区", "990201"),
        ("海月市城南区XX路12号", "990201"),
        ("云溪省海月市", "9902"),
        ("云溪海月", "9902"),
        ("海月市", "9902"),
        ("青禾市北区", "990301"),
        ("云溪青禾市北区某小区", "990301"),
        ("石桥土家族自治县", "990303"),
        ("云溪石桥县", "990303"),
        ("白石", "990101"),
        ("上海", "31"),
        ("上海市", "31"),
        ("上海黄浦区", "310101"),
        ("上海市市辖区黄浦区", "310101"),
        ("上海市上海市黄浦区", "310101"),
    ],
)
def test_an_origin_goes_to_the_deepest_region_it_names(text, code):
    found = places().origin(text)
    assert (found.code, found.level, found.problem) == (code, level(code), "")


@pytest.mark.parametrize("text", ["云溪", "云溪省"])
def test_a_province_alone_is_too_coarse(text):
    found = places().origin(text)
    assert (found.code, found.level, found.problem) == ("99", 1, "origin_too_coarse")


def test_a_county_of_two_cities_stays_a_question():
    found = places().origin("城南区")
    assert found.problem == "origin_ambiguous"
    assert found.params["codes"] == ("990201", "990302")


@pytest.mark.parametrize("text", ["家", "南方", "外地", "省外", "务工地", "海月路3号"])
def test_what_is_no_region_is_not_found(text):
    assert places().origin(text).problem == "origin_not_found"


@pytest.mark.parametrize(
    ("town", "text"),
    [("柳湾镇", "上河村3组12号"), ("柳湾镇", "上河三组"), ("", "柳湾镇上河村委会2号楼")],
)
def test_an_address_behind_a_village_is_told_and_taken_off(town, text):
    found = places().destination(town, text)
    assert found.code == "990101100201"
    assert found.problem in ("village_with_address", "township_inferred")


def test_an_address_does_not_settle_which_of_two_villages_is_meant():
    assert places().destination("", "桂园3号楼").problem == "village_ambiguous"
    assert places().destination("柳湾镇", "泉西社区1号楼").problem == "village_township_mismatch"
    assert places().destination("柳湾镇", "没有村3组").problem == "village_not_found"


def test_codes_of_other_systems_stand_for_their_places():
    assert places().destination("", "990101100201").code == "990101100201"
    assert places().origin("990201000000").code == "990201"
    assert places().origin("990201").level == 3
    assert places().origin("990200").code == "9902"
    assert places().origin("990000").problem == "origin_too_coarse"
    assert places().origin("15400000001").problem == "origin_not_found"


@pytest.mark.parametrize("text", ["", "无", "/"])
def test_a_blank_origin_is_missing(text):
    assert places().origin(text).problem == "origin_missing"


def test_a_region_that_is_not_loaded_is_kept_as_text():
    known = places().origin("广东省深圳市")
    assert (known.code, known.problem) == ("44", "origin_outside_tree")
    assert places().origin("深圳市宝安区").problem == "origin_outside_tree"
    assert only(origin="深圳市宝安区").verdict == "ok"


def test_the_same_text_is_refused_where_the_whole_country_is_loaded():
    whole = OriginIndex(PROVINCES)
    assert whole.find("没有市宝安区").problem == "origin_not_found"
