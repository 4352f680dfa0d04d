"""Ledgers as they circulate: titles, double headers, examples, subtotals, notes, columns."""

import pytest

from grid.imports.results import UnreadableFileError
from tests.grid.imports.world import HEADINGS, codes, context, csv, id_number, line, read

LEDGER = f"""白石县返乡人员台账,,,,,,,,,,,
填报单位：白石县　填报人：×××,,,,,,,,,,,
序号,姓名,性别,身份证号,联系电话,目的地,,返乡信息,,核酸检测,包保责任人,
,,,,,乡镇（街道）,村（社区）,出发地,时间,结果,姓名,电话
例,张三,男,1101011990XXXXXXXX,138XXXXXXXX,柳湾镇,上河村,云溪省海月市,2021/1/20,阴性,,
1,田小禾,女,{id_number(order="992")},15400000001,柳湾镇,上河村,海月市城南区,2021-01-20,阴,卢某,15400000009
,,,,,,,,,,,
2,白云,男,{id_number("19900101")},15400000002,柳湾镇,东岭新村,上海黄浦区,1月21日,未做,,
小计,柳湾镇,2人,,,,,,,,,
序号,姓名,性别,身份证号,联系电话,目的地,,返乡信息,,核酸检测,包保责任人,
3,石磊,男,{id_number("19910101")},15400000003,松岭街道,泉西社区,青禾市北区,2021-01-22,无,,
合计,,3人,,,,,,,,,
注：1.身份证号请以文本格式填写；,,,,,,,,,,,
2.此表每日16时前报送。,,,,,,,,,,,
"""


def test_every_row_of_a_ledger_has_its_kind():
    understood, rows = read(LEDGER.encode("gb18030"))
    assert understood.header_rows == (3, 4)
    assert [row.kind for row in rows] == (
        [
            "title",
            "info",
            "header",
            "header",
            "example",
            "data",
            "blank",
            "data",
            "subtotal",
            "repeat_header",
            "data",
            "subtotal",
            "note",
            "note",
        ]
    )
    assert understood.counts["data"] == 3
    assert [row.verdict for row in rows if row.kind == "data"] == ["ok", "warn", "ok"]


def test_group_headings_decide_whose_name_and_phone_a_column_holds():
    understood, rows = read(LEDGER.encode())
    fields = {column.label: column.field for column in understood.columns}
    assert fields["姓名"] == "name"
    assert fields["包保责任人/姓名"] == "responsible"
    assert fields["包保责任人/电话"] == "responsible_phone"
    assert fields["返乡信息/时间"] == "return_date"
    assert fields["核酸检测/结果"] == "nat_result"
    assert rows[5].values["responsible_phone"] == "15400000009"
    assert rows[10].values["origin_code"] == "990301"


def test_headings_are_matched_whole_whatever_blanks_stars_and_remarks_they_bear():
    head = HEADINGS.replace("姓名", "*姓　名").replace("证件号码", "身份证号（18位）")
    head = head.replace("联系电话", '"联系\n电话"')
    understood, rows = read(csv(line(), head=head))
    assert rows[1].verdict == "ok"
    assert not understood.problems


@pytest.mark.parametrize("joint", ["-", "_", "—", " > ", "|"])
def test_a_group_and_its_heading_written_in_one_are_read_as_two(joint):
    renamed = (
        ("出发地", "返乡信息-出发地"),
        ("目的地街道乡镇", "目的地-乡镇"),
        ("目的地社区村", "目的地-村"),
        ("备注", "包保责任人-电话"),
    )
    head = HEADINGS
    for old, new in renamed:
        head = head.replace(old, new.replace("-", joint))
    understood, rows = read(csv(line(remark="15400000009"), head=head))
    assert not understood.problems
    assert rows[1].values["responsible_phone"] == "15400000009"
    assert rows[1].values["origin_code"] == "990201"


@pytest.mark.parametrize("group", ["监测人", "紧急联系人", "对接村医", "包保五人小组"])
def test_names_and_phones_of_somebody_else_are_nobody_listed(group):
    head = HEADINGS.replace("备注", f"{group}-姓名")
    understood, rows = read(csv(line(remark="卢某"), head=head))
    assert [p.code for p in understood.problems] == ["column_unknown"]
    assert rows[1].values["name"] == "田小禾"


def test_a_second_phone_behind_the_cadre_is_asked_about_as_the_cadres():
    head = "序号,姓名,联系电话,证件号码,包保干部,电话,出发地,目的地社区村,返乡时间"
    row = f"1,田小禾,15400000001,{id_number()},卢某,15400000009,海月县,上河村,2021-01-20"
    understood, rows = read(csv(row, head=head))
    (question,) = understood.questions
    assert (question.code, question.candidates) == (
        "column_duplicate",
        ("responsible_phone", "phone"),
    )
    assert rows[1].values["phone"] == "15400000001"


def test_remarks_in_brackets_within_brackets_are_left_out():
    understood, _rows = read(csv(line(), head=HEADINGS.replace("备注", "健康码(绿色/绿色（带*）)")))
    assert understood.columns[-1].field == "health_code"


def test_a_heading_is_never_matched_by_a_part_of_it():
    head = HEADINGS.replace("备注", "网格员联系人姓名")
    understood, rows = read(csv(line(remark="卢某"), head=head))
    assert [(p.code, p.column) for p in understood.problems] == [
        ("column_unknown", "网格员联系人姓名")
    ]
    assert rows[1].raw["网格员联系人姓名"] == "卢某"
    assert rows[1].values["name"] == "田小禾"


def test_the_first_of_two_like_columns_is_used_and_the_other_kept():
    understood, rows = read(csv(line(remark="15400000002"), head=HEADINGS.replace("备注", "电话")))
    assert [p.code for p in understood.problems] == ["column_duplicate"]
    assert rows[1].values["phone"] == "15400000001"
    assert rows[1].raw["电话"] == "15400000002"


def test_a_heading_with_two_readings_is_used_and_asked_about():
    understood, rows = read(csv(line(), head=HEADINGS.replace("返乡时间", "到达时间")))
    assert [(p.code, p.severity) for p in understood.problems] == [("column_ambiguous", "question")]
    assert rows[1].verdict == "ok"


def test_the_parts_of_an_origin_in_several_columns_are_joined():
    head = HEADINGS.replace("备注", "来源县市区").replace("出发地", "来源地市")
    _understood, rows = read(csv(line(origin="青禾市", remark="市北区"), head=head))
    assert rows[1].values["origin_code"] == "990301"


def test_a_missing_required_column_refuses_the_file_by_name_and_says_what_was_recognised():
    head = HEADINGS.replace("证件号码,", "")
    with pytest.raises(UnreadableFileError, match="缺少必需的列：身份证号；已识别的列：序号、姓名"):
        read(csv(line(), head=head))
    with pytest.raises(UnreadableFileError) as caught:
        read("姓名,电话,几时动身\r\n甲,15400000001,明天\r\n".encode())  # is this the list?
    assert caught.value.problem.code == "column_missing"


@pytest.mark.parametrize(
    ("heading", "field", "code"),
    [
        ("姓名", "name", "name_missing"),
        ("证件号码", "id_number", "id_missing"),
        ("联系电话", "phone", "phone_missing"),
        ("出发地", "origin", "origin_missing"),
        ("目的地社区村", "dest_village", "village_missing"),
        ("返乡时间", "return_date", "date_missing"),
    ],
)
def test_a_required_column_under_a_heading_nobody_knows_is_asked_for(heading, field, code):
    understood, rows = read(csv(line(), line(), head=HEADINGS.replace(heading, "某一列")))
    (question,) = understood.questions
    assert question.column.label == "某一列"
    assert (question.code, question.candidates) == ("column_sought", (field,))
    assert question.taken is None
    (found,) = [one for one in understood.problems if one.code == "column_sought"]
    assert (found.severity, found.params["unknown"]) == ("question", "某一列")
    assert [(row.verdict, codes(row)) for row in rows[1:]] == [("error", [code])] * 2


def test_every_column_that_feeds_nothing_may_be_one_of_those_that_are_sought():
    head = HEADINGS.replace("出发地", "甲列").replace("返乡时间", "乙列").replace("备注", "电话")
    understood, _rows = read(csv(line(), head=head))
    assert [(one.column.label, one.code, one.candidates) for one in understood.questions] == [
        ("电话", "column_duplicate", ("phone",)),
        ("甲列", "column_sought", ("origin", "return_date")),
        ("乙列", "column_sought", ("origin", "return_date")),
    ]
    (found,) = [one for one in understood.problems if one.code == "column_sought"]
    assert found.params == {"columns": "出发地、返乡时间", "unknown": "甲列、乙列、电话"}


def test_who_imports_for_one_village_needs_no_column_for_it():
    head = HEADINGS.replace("目的地社区村", "甲").replace("目的地街道乡镇", "乙")
    _understood, rows = read(csv(line(), head=head), home="990101100201")
    assert rows[1].values["dest_code"] == "990101100201"


def test_a_file_without_headings_is_refused():
    with pytest.raises(UnreadableFileError) as caught:
        read("甲,乙\r\n1,2\r\n".encode())
    assert caught.value.problem.code == "header_not_found"


def test_a_shifted_row_is_refused_as_one_and_a_swap_told_apart():
    shifted = "," + line().removesuffix(",")
    swapped = line(id="15400000001", phone=id_number())
    _understood, rows = read(csv(shifted, swapped))
    assert codes(rows[1]) == ["row_shifted"]
    assert rows[1].problems[0].params["offset"] == 1
    assert rows[1].values["name"] is None
    assert codes(rows[2]) == ["id_phone_swapped"]
    assert rows[2].values["id_number"] is rows[2].values["phone"] is None


def test_the_window_of_dates_is_a_setting():
    narrow = context()
    assert narrow.first_day.isoformat() == "2020-11-30"
    assert narrow.last_day.isoformat() == "2021-04-09"
    _understood, rows = read(csv(line(date="2020-11-30"), line(date="2020-11-29")))
    assert codes(rows[1]) == []
    assert codes(rows[2]) == ["date_out_of_range"]
    assert rows[2].verdict == "error"


def test_counts_grow_with_the_rows_that_are_read():
    understood, rows = read(csv(line(), line(phone="123"), line(name="田小禾（户主）")))
    assert len(rows) == 4
    expected = {"header": 1, "data": 3, "ok": 1, "error": 1, "warn": 1}
    assert dict(understood.counts) == expected
